import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Draft, Reject } from '#contract';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorDetail, type ErrorDetail } from './error-detail.ts';
import { readExecution, readWorkflow, toExecution, toWorkflow } from './mapping.ts';
import { rawFailure } from './raw.ts';

/** Answers of a live n8n 2.41.1, outside the repository. */
const folder = resolve(process.env['KPI_RECORDED_DIR'] ?? '../shared/recorded', 'n8n');
const present = existsSync(folder);
const names = present ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
const load = (name: string): unknown => JSON.parse(readFileSync(resolve(folder, name), 'utf8'));
const listShape = z.object({ data: z.array(z.record(z.string(), z.unknown())) });
const execution = z.looseObject({ id: z.string(), mode: z.string(), status: z.string(), startedAt: z.string() });

/** Every execution in the recorded files: lists and single answers, by file. */
const executionFiles = names
  .filter((name) => name.startsWith('execution'))
  .flatMap((name) => {
    const body = load(name);
    const list = listShape.safeParse(body);
    const rows: unknown[] = list.success ? list.data.data : [body];
    return rows.every((row) => execution.safeParse(row).success) ? [{ name, rows }] : [];
  });

interface Landed {
  readonly drafts: Draft[];
  readonly rejects: Reject[];
  readonly notStarted: number;
}

function land(rows: readonly unknown[], details: ReadonlyMap<string, ErrorDetail>): Landed {
  const read = rows.map(readExecution);
  const drafts = read.map((one) => ('row' in one ? toExecution(one.row, details.get(one.row.id) ?? null) : undefined));
  return {
    drafts: drafts.filter((one) => one != null),
    rejects: read.flatMap((one) => ('reject' in one ? [one.reject] : [])),
    notStarted: drafts.filter((one) => one === null).length,
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]));
}

const details = new Map<string, ErrorDetail>(
  executionFiles
    .flatMap(({ rows }) => rows)
    .map((row) => rawFailure.safeParse(row))
    .flatMap((one) => (one.success && one.data.data != null && one.data.status === 'error' ? [[one.data.id, errorDetail(one.data)]] : [])),
);

if (!present) {
  console.warn(`skipped: no recorded answers of n8n in ${folder}; KPI_RECORDED_DIR names another folder`);
  test.skip('recorded answers of n8n are not there', () => undefined);
}

const recorded = () => {
  test.each(executionFiles)('$name: every record lands, counts by status and mode equal the file', ({ rows }) => {
    const landed = land(rows, details);
    expect(landed.rejects).toEqual([]);
    expect(landed.drafts.length + landed.notStarted).toBe(rows.length);
    const asStated = rows.map((row) => execution.parse(row));
    const fields = landed.drafts.flatMap((one) => (one.entity === 'execution' || one.entity === 'execution_other' ? [one.fields] : []));
    expect(countBy(fields.map((one) => one.source_status))).toEqual(countBy(asStated.map((row) => row.status)));
    expect(countBy(fields.map((one) => one.mode))).toEqual(countBy(asStated.map((row) => row.mode)));
  });

  test('the list by status holds 159 errors; every one whose data were recorded is classified, the others say nothing false', () => {
    const rows = listShape.parse(load('executions_status_error.json')).data;
    const { drafts } = land(rows, details);
    const fields = drafts.flatMap((one) => (one.entity === 'execution' ? [{ id: one.sourceId, ...one.fields }] : []));
    expect(fields).toHaveLength(159);
    expect(fields.every((one) => one.status === 'error' && one.duration_ms !== null)).toBe(true);
    for (const one of fields) expect(one.error_category === null, one.id).toBe(!details.has(one.id));
    expect(fields.filter((one) => one.error_category !== null)).toHaveLength(7);
  });

  test('every failed run recorded with its data is classified by its code or class, and its node is named', () => {
    expect(countBy([...details.values()].map((one) => `${one.category} ${one.failedNodeType}`))).toEqual({
      'auth n8n-nodes-base.httpRequest': 2,
      'code n8n-nodes-base.code': 1,
      'not_found n8n-nodes-base.httpRequest': 1,
      'rate_limit n8n-nodes-base.httpRequest': 1,
      'upstream n8n-nodes-base.httpRequest': 2,
      'validation n8n-nodes-base.stopAndError': 4,
    });
  });

  test('crashed runs are errors of category crash, waiting ones have neither end nor duration', () => {
    const crashed = land(listShape.parse(load('executions_status_crashed.json')).data, details).drafts;
    const waiting = land(listShape.parse(load('executions_status_waiting.json')).data, details).drafts;
    expect(crashed.map((one) => one.fields)).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ status: 'error', error_category: 'crash', duration_ms: null }) as unknown),
    );
    expect(waiting.map((one) => [one.fields, one.sourceSeq])).toEqual(
      Array.from({ length: 18 }, () => [expect.objectContaining({ status: 'waiting', duration_ms: null }), 2] as unknown),
    );
  });

  test('a run keeps its id and start over a wait', () => {
    const [resumed] = land(listShape.parse(load('execution_resumed_after_wait.json')).data, details).drafts;
    expect(resumed).toMatchObject({ sourceId: '2261', fields: { status: 'success', created_at: '2026-11-23T21:22:00.683Z' } });
  });

  test('the workflows land without nodes, tokens or parameters', () => {
    const rows = listShape.parse(load('workflows.json')).data;
    const read = rows.map(readWorkflow).flatMap((one) => ('row' in one ? [toWorkflow(one.row)] : []));
    expect(read).toHaveLength(14);
    expect(read.filter((one) => one.fields.tags.includes('tenant:acme'))).toHaveLength(1);
    expect(JSON.stringify(read)).not.toMatch(/parameters|credentials|n8n-nodes-base/);
  });

  test('no draft holds a message, a stack or a resume token', () => {
    const all = executionFiles.map(({ rows }) => land(rows, details));
    expect(JSON.stringify(all)).not.toMatch(/resumeToken|scrubbed|stack|simulated|VALIDATION/);
  });
};

if (present) describe('recorded answers of a live n8n', recorded);
