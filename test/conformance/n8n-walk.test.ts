import { afterEach, describe, expect, test } from 'vitest';
import { n8n } from '../../connectors/n8n/index.ts';
import type { Cursor, Draft, ReadRequest } from '../../src/contract/index.ts';
import { finishExecution, pruneExecutions, startExecution } from '../../src/sandbox/n8n/changes.ts';
import { CRASH, FAILURES } from '../../src/sandbox/n8n/failures.ts';
import type { N8nExecution } from '../../src/sandbox/n8n/model.ts';
import type { N8nRelease } from '../../src/sandbox/n8n/release.ts';
import { ACME, ANCHOR, closeServers, grow, land, LATER, ofRun, read, rowsOf, runningOf, serve, worldRows } from './n8n-account.ts';

afterEach(closeServers);

describe('executions over time', () => {
  test.each(['1.123', '2.13', '2.41'] satisfies N8nRelease[])(
    'n8n %s: a run seen running and finished later is updated',
    async (release) => {
      const instance = grow();
      const account = await serve(instance, { release });
      const first = await read(account.context(), 'executions');
      const run = runningOf(instance, ACME);
      expect(ofRun(first.drafts, run.id)).toMatchObject({ sourceSeq: 1, fields: { status: 'running', stopped_at: null } });
      finishExecution(run, LATER, 'error', FAILURES[0]);
      const second = await read(account.context(), 'executions', { cursor: first.cursor });
      expect(ofRun(second.drafts, run.id)).toMatchObject({
        sourceSeq: 3,
        fields: { status: 'error', stopped_at: LATER, error_category: 'auth' },
      });
    },
  );

  test('a run that was still open long ago is followed by its id', async () => {
    const instance = grow({ tenants: [{ tag: ACME, executions: 40 }] });
    const account = await serve(instance);
    const run = instance.executions.find((one) => one.status === 'waiting')!;
    const first = await read(account.context(), 'executions');
    const jump = BigInt(instance.executions.at(-1)!.id) + 50_000n;
    instance.executions.push({
      ...startExecution(instance, run.workflowId, LATER),
      id: jump.toString(),
      status: 'success',
      stoppedAt: LATER,
    });
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    finishExecution(run, LATER, 'success');
    const before = account.server.requests();
    const third = await read(account.context(), 'executions', { cursor: second.cursor });
    expect(ofRun(third.drafts, run.id)?.fields).toMatchObject({ status: 'success', stopped_at: LATER });
    expect(third.drafts.length).toBeLessThan(10);
    expect(account.server.requests() - before).toBeLessThan(10);
  });

  test('a queued run is left out by rule, and comes once it has started', async () => {
    const instance = grow();
    const account = await serve(instance);
    const queued = instance.executions.find((run) => run.status === 'new')!;
    const first = await read(account.context(), 'executions');
    expect(ofRun(first.drafts, queued.id)).toBeUndefined();
    expect(first.pages.some((page) => (page.excluded?.['not_started'] ?? 0) > 0)).toBe(true);
    finishExecution(queued, LATER, 'success');
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    expect(ofRun(second.drafts, queued.id)?.fields).toMatchObject({ status: 'success' });
  });

  test('a run that begins while the walk is under way is met by the next one', async () => {
    const instance = grow();
    const account = await serve(instance);
    const stream = n8n.streams.find((one) => one.name === 'executions')!;
    const drafts: Draft[] = [];
    let cursor: Cursor | null = null;
    let run: N8nExecution | null = null;
    for await (const page of stream.read(account.context(), { kind: 'incremental', cursor: null, from: null })) {
      // It stays hidden for the rest of this walk, while later ones end in view.
      run ??= startExecution(instance, instance.workflows[0]!.id, ANCHOR);
      drafts.push(...page.drafts);
      cursor = page.cursor;
    }
    finishExecution(run!, LATER, 'crashed', CRASH);
    const second = await read(account.context(), 'executions', { cursor: cursor! });
    expect(ofRun(second.drafts, run!.id)?.fields).toMatchObject({ status: 'error', error_category: 'crash' });
  });

  test('an unchanged instance is read again only within the overlap, with the same content', async () => {
    const instance = grow({ tenants: [{ tag: ACME, executions: 3000 }] });
    const account = await serve(instance);
    const first = await read(account.context(), 'executions');
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    const landed = land(first.drafts);
    const twice = land(second.drafts, new Map(landed));
    expect(rowsOf(twice)).toEqual(rowsOf(landed));
    expect(new Set(second.drafts.map((draft) => draft.sourceId)).size).toBeLessThan(1600);
    expect(second.cursor).toEqual(first.cursor);
  });

  test.each(['first walk', 'later walk', 'backfill'] as const)(
    '%s: resumed from any page it reads what was left, and ends alike',
    async (kind) => {
      const instance = grow();
      const account = await serve(instance);
      const context = account.context({ tag: ACME });
      const range = { kind: 'backfill', from: '2026-10-20T00:00:00.000Z', until: '2026-11-20T00:00:00.000Z' } as const;
      const start: Partial<ReadRequest> =
        kind === 'backfill' ? range : kind === 'later walk' ? { cursor: (await read(context, 'executions')).cursor } : {};
      finishExecution(runningOf(instance, ACME), LATER, 'error', FAILURES[0]);
      const whole = await read(context, 'executions', start);
      expect(whole.pages.length).toBeGreaterThan(2);
      for (const [index, page] of whole.pages.slice(0, -1).entries()) {
        const stored = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
        const rest = await read(context, 'executions', { ...start, cursor: stored });
        const before = whole.pages.slice(0, index + 1).flatMap((one) => one.drafts);
        expect([...before, ...rest.drafts]).toEqual(whole.drafts);
        expect(rest.cursor).toEqual(whole.cursor);
      }
    },
  );

  test('ids beyond 2^53 and over a change in their length stay exact and ordered', async () => {
    const instance = grow({ tenants: [{ tag: ACME, executions: 600 }], firstId: 9_999_999_999_999_700n });
    const account = await serve(instance);
    const first = await read(account.context(), 'executions');
    expect(rowsOf(land(first.drafts)).keys().toArray().toSorted()).toEqual(
      instance.executions
        .filter((run) => run.startedAt !== null)
        .map((run) => run.id)
        .toSorted(),
    );
    const next = startExecution(instance, instance.workflows[0]!.id, ANCHOR);
    finishExecution(next, ANCHOR, 'success');
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    expect(ofRun(second.drafts, next.id)).toBeDefined();
    expect(second.cursor.watermark).toMatchObject({ maxId: next.id });
  });

  test('what is covered begins at the oldest run still to be seen and ends at the clock of n8n', async () => {
    const instance = grow();
    pruneExecutions(instance, 400);
    const account = await serve(instance);
    const oldest = instance.executions.find((run) => !run.pruned && !['new', 'running', 'waiting'].includes(run.status))!;
    const { pages } = await read(account.context(), 'executions');
    expect(pages.at(-1)?.covered).toEqual({ from: oldest.startedAt, until: ANCHOR });
  });

  test('a later walk adds to what is covered and never claims what was pruned before the first', async () => {
    const instance = grow();
    const account = await serve(instance);
    const first = await read(account.context(), 'executions');
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    expect(second.pages.at(-1)?.covered).toEqual({ from: ANCHOR, until: ANCHOR });
    const last = startExecution(instance, instance.workflows[0]!.id, LATER);
    finishExecution(last, LATER, 'success');
    finishExecution(startExecution(instance, instance.workflows[0]!.id, LATER), LATER, 'success');
    pruneExecutions(instance, 1);
    // Of what ran since only the last run is left: what lies between is not known.
    const third = await read(account.context(), 'executions', { cursor: second.cursor });
    expect(third.pages.at(-1)?.covered).toEqual({ from: LATER, until: ANCHOR });
  });
});

describe('backfill', () => {
  test.each(['1.123', '2.13', '2.41'] satisfies N8nRelease[])('n8n %s: a range holds what started in it, half-open', async (release) => {
    const instance = grow();
    const account = await serve(instance, { release });
    const inside = instance.executions.filter((run) => run.status === 'success')[300]!.startedAt!;
    const until = instance.executions.filter((run) => run.status === 'success')[500]!.startedAt!;
    const range = { kind: 'backfill', from: inside, until } as const;
    const { drafts, pages } = await read(account.context({ tag: ACME }), 'executions', range);
    const world = [...worldRows(instance, ACME)].filter(
      ([, row]) => String(row['created_at']) >= inside && String(row['created_at']) < until,
    );
    // Releases before mid-2026 hide waiting runs from the list; the live walk brings them.
    const listed = world.filter(([, row]) => release === '2.41' || row['status'] !== 'waiting');
    expect(rowsOf(land(drafts))).toEqual(new Map(listed));
    expect(pages.at(-1)?.covered).toEqual({ from: inside, until });
  });

  test('a range that reaches below what n8n still has is covered from there only', async () => {
    const instance = grow();
    pruneExecutions(instance, 200);
    const account = await serve(instance);
    const oldest = instance.executions.find((run) => !run.pruned && !['new', 'running', 'waiting'].includes(run.status))!;
    const range = { kind: 'backfill', from: '2026-09-01T00:00:00.000Z', until: ANCHOR } as const;
    const { pages } = await read(account.context(), 'executions', range);
    expect(pages.at(-1)?.covered).toEqual({ from: oldest.startedAt, until: ANCHOR });
  });
});
