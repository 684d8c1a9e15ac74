import { readFileSync } from 'node:fs';
import { ENTITIES, type Draft } from '#contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorCategory, errorDetail } from './error-detail.ts';
import { projectIds, readExecution, readWorkflow, tagNames, toExecution, toWorkflow } from './mapping.ts';
import { rawFailure, type RawExecution } from './raw.ts';

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
const list = (name: string) => z.object({ data: z.array(z.unknown()) }).parse(fixture(name)).data;

function rowOf(raw: unknown): RawExecution {
  const read = readExecution(raw);
  if ('reject' in read) throw new Error(read.reject.reason);
  return read.row;
}

const rows = new Map(list('executions').map((raw) => [rowOf(raw).id, rowOf(raw)]));
const draft = (id: string): Draft | null => toExecution(rows.get(id)!, null);
const failures = z.record(z.string(), rawFailure).parse(fixture('failures'));

function assertCanonical(one: Draft): void {
  const fields: Record<string, unknown> = one.fields;
  for (const [name, field] of Object.entries(ENTITIES[one.entity])) {
    expect(() => field.schema.parse(fields[name]), `${one.entity}.${name}`).not.toThrow();
  }
  expect(Object.keys(fields).toSorted()).toEqual(Object.keys(ENTITIES[one.entity]).toSorted());
}

describe('executions', () => {
  test('a finished production run keeps its id beyond 2^53 and its duration', () => {
    expect(draft('9007199254740995')).toMatchObject({
      entity: 'execution',
      sourceId: '9007199254740995',
      sourceCreatedAt: '2026-11-20T13:00:00.250Z',
      sourceUpdatedAt: null,
      sourceSeq: 3,
      fields: {
        status: 'success',
        source_status: 'success',
        created_at: '2026-11-20T13:00:00.250Z',
        duration_ms: 1250,
        error_category: null,
      },
    });
  });

  test('a crashed run is an error of category crash without a duration', () => {
    expect(draft('9007199254740994')?.fields).toMatchObject({
      status: 'error',
      source_status: 'crashed',
      error_category: 'crash',
      duration_ms: null,
    });
  });

  test('a waiting run is not finished although n8n has set its stop time', () => {
    expect(draft('9007199254740993')).toMatchObject({
      sourceSeq: 2,
      fields: { status: 'waiting', stopped_at: '2026-11-20T12:58:00.016Z', wait_till: '2026-11-21T12:58:00.016Z', duration_ms: null },
    });
  });

  test('a retry names the run that it repeats; without its data an error has no category', () => {
    expect(draft('9007199254740992')?.fields).toMatchObject({ retry_of: '9007199254740990', duration_ms: 2000, error_category: null });
  });

  test('runs of the error handler and by hand are kept apart from production', () => {
    expect(draft('9007199254740991')?.entity).toBe('execution_other');
    const manual = toExecution({ ...rows.get('9007199254740995')!, mode: 'manual' }, null);
    const later = toExecution({ ...rows.get('9007199254740995')!, mode: 'a later mode' }, null);
    expect([manual?.entity, later?.entity]).toEqual(['execution_other', 'execution_other']);
  });

  test('a canceled run has no duration', () => {
    expect(draft('9007199254740990')?.fields).toMatchObject({ status: 'canceled', duration_ms: null });
  });

  test('a queued run is left out until it starts', () => {
    expect(draft('9007199254740989')).toBeNull();
  });

  test('an unknown status counts neither as success nor as error, and yields to what is seen later', () => {
    const unknown = toExecution({ ...rows.get('9007199254740995')!, status: 'unknown' }, null);
    expect(unknown).toMatchObject({ sourceSeq: 1, fields: { status: 'running', source_status: 'unknown', duration_ms: null } });
  });

  test('the ranks of the statuses rise from queued to ended', () => {
    const rank = (status: string) => toExecution({ ...rows.get('9007199254740995')!, status }, null)?.sourceSeq;
    expect(['new', 'running', 'waiting', 'error', 'crashed', 'canceled'].map(rank)).toEqual([0, 1, 2, 3, 3, 3]);
  });

  test('every draft states exactly the canonical fields', () => {
    for (const row of rows.values()) {
      const one = toExecution(row, null);
      if (one !== null) assertCanonical(one);
    }
  });

  test.each([
    ['a missing id', { id: undefined }, /id/],
    ['an id that lost its digits as a number', { id: 2 ** 53 + 2 }, /id/],
    ['a missing workflow', { workflowId: null }, /workflowId/],
    ['a time that is none', { startedAt: 'yesterday' }, /startedAt/],
    ['a status that is no word', { status: { a: 1 } }, /status/],
  ])('%s is rejected with a reason and a payload without nested values', (_, change, reason) => {
    const read = readExecution({
      ...rows.get('9007199254740995'),
      ...change,
      data: { secret: 'fixture-secret' },
      waitTill: { x: 'fixture-secret' },
    });
    expect(read).toMatchObject({ reject: { entity: 'execution', reason: expect.stringMatching(reason) as string } });
    expect(JSON.stringify(read)).not.toContain('fixture-secret');
  });
});

describe('failures', () => {
  test.each([
    ['NodeApiError', '401', 'auth'],
    ['NodeApiError', '403', 'auth'],
    ['NodeApiError', '404', 'not_found'],
    ['NodeApiError', '429', 'rate_limit'],
    ['NodeApiError', '500', 'upstream'],
    ['NodeApiError', '422', 'client'],
    ['NodeApiError', 'ECONNREFUSED', 'network'],
    ['NodeApiError', 'ECONNABORTED', 'timeout'],
    ['NodeApiError', 'ETIMEDOUT', 'timeout'],
    ['WrappedExecutionError', null, 'code'],
    ['NodeOperationError', null, 'validation'],
    ['WorkflowCrashedError', null, 'crash'],
    ['NodeApiError', null, 'other'],
    [null, null, 'other'],
  ] as const)('%s with code %s is of category %s', (name, code, category) => {
    expect(errorCategory(name, code)).toBe(category);
  });

  test('redacted and whole data give category and failing node, and nothing else', () => {
    expect(errorDetail(failures['redacted']!)).toEqual({ category: 'upstream', failedNodeType: 'n8n-nodes-base.httpRequest' });
    expect(errorDetail(failures['whole']!)).toEqual({ category: 'network', failedNodeType: 'n8n-nodes-base.hubspot' });
  });

  test('an error of a Code node finds its type by the last executed node', () => {
    expect(errorDetail(failures['code']!)).toEqual({ category: 'code', failedNodeType: 'n8n-nodes-base.code' });
  });

  test('the draft of a failed run carries both', () => {
    expect(toExecution(rows.get('9007199254740992')!, errorDetail(failures['redacted']!))?.fields).toMatchObject({
      error_category: 'upstream',
      failed_node_type: 'n8n-nodes-base.httpRequest',
    });
  });
});

describe('workflows', () => {
  const read = list('workflows')
    .map(readWorkflow)
    .flatMap((one) => ('row' in one ? [one.row] : []));

  test('name, state, sorted tags, owner project and whether successes are saved', () => {
    const [first, second] = read.map(toWorkflow);
    expect(first?.fields).toEqual({
      name: 'Pedidos',
      active: true,
      archived: false,
      tags: ['ocr', 'tenant:acme'],
      project: 'proyecto-acme',
      saves_successes: false,
    });
    expect(second?.fields).toMatchObject({ archived: false, tags: [], project: null, saves_successes: true });
    for (const row of read) assertCanonical(toWorkflow(row));
  });

  test('nodes, static and pinned data leave no trace', () => {
    expect(JSON.stringify(read.map(toWorkflow))).not.toContain('fixture-secret');
  });

  test('scopes are read from tags and every project it is shared with', () => {
    expect(tagNames(read[0]!)).toEqual(['ocr', 'tenant:acme']);
    expect(projectIds(read[0]!)).toEqual(['proyecto-acme', 'proyecto-invitado']);
  });
});
