import { afterEach, describe, expect, test } from 'vitest';
import type { N8nRelease } from '../../src/sandbox/n8n/release.ts';
import { finishExecution, pruneExecutions, startExecution } from '../../src/sandbox/n8n/changes.ts';
import {
  ACME,
  ANCHOR,
  BETA,
  closeServers,
  failure,
  grow,
  land,
  LATER,
  ofRun,
  read,
  rowsOf,
  runningOf,
  serve,
  worldRows,
} from './n8n-account.ts';

afterEach(closeServers);

describe('executions of a shared instance', () => {
  test('each tenant gets exactly its own runs, and the counts of the other are named', async () => {
    const instance = grow();
    const account = await serve(instance);
    for (const tag of [ACME, BETA]) {
      const { drafts, pages } = await read(account.context({ tag }), 'executions');
      expect(rowsOf(land(drafts))).toEqual(worldRows(instance, tag));
      expect(pages.every((page) => page.rejects.length === 0)).toBe(true);
      expect(pages.reduce((sum, page) => sum + (page.excluded?.['other_tenant'] ?? 0), 0)).toBeGreaterThan(0);
    }
  });

  test('a project narrows it down in the same way', async () => {
    const instance = grow();
    const account = await serve(instance);
    const { drafts } = await read(account.context({ project_id: 'proyecto-2' }), 'executions');
    expect(rowsOf(land(drafts))).toEqual(worldRows(instance, BETA));
  });

  test('without tag or project all runs are read, also those that belong to nobody', async () => {
    const instance = grow();
    const account = await serve(instance);
    const { drafts } = await read(account.context(), 'executions');
    expect(land(drafts).size).toBe(instance.executions.filter((run) => run.startedAt !== null).length);
  });

  test('a workflow that gets its tag later brings its history along', async () => {
    const instance = grow();
    const account = await serve(instance);
    const first = await read(account.context({ tag: ACME }), 'executions');
    const nobody = instance.workflows.find((workflow) => workflow.tags.length === 0)!;
    nobody.tags = [ACME];
    const second = await read(account.context({ tag: ACME }), 'executions', { cursor: first.cursor });
    const landed = land(second.drafts, land(first.drafts));
    expect(rowsOf(landed)).toEqual(worldRows(instance, ACME));
  });

  test('a tag that nothing carries yields nothing of the others', async () => {
    const account = await serve(grow());
    expect((await read(account.context({ tag: 'tenant:gamma' }), 'executions')).drafts).toEqual([]);
  });
});

describe('bad records', () => {
  test('one run that cannot be read is rejected with a reason, the others come, and another tenant hears nothing of it', async () => {
    const instance = grow();
    const account = await serve(instance);
    const own = instance.workflows.filter((workflow) => workflow.tags.includes(ACME)).map((workflow) => workflow.id);
    const bad = instance.executions.find((run) => run.status === 'success' && own.includes(run.workflowId))!;
    const good = worldRows(instance, ACME).size - 1;
    bad.startedAt = 'not a time';
    const rejectsOf = async (tag: string) => {
      const { pages, drafts } = await read(account.context({ tag }), 'executions');
      return { rejects: pages.flatMap((page) => page.rejects), landed: land(drafts) };
    };
    const acme = await rejectsOf(ACME);
    expect(acme.rejects.map((reject) => reject.sourceId)).toEqual([bad.id]);
    expect(acme.rejects[0]?.reason).toContain('startedAt');
    expect(acme.landed.size).toBe(good);
    expect((await rejectsOf(BETA)).rejects).toEqual([]);
  });
});

describe('why runs failed', () => {
  test.each(['1.123', '2.13', '2.41'] satisfies N8nRelease[])('n8n %s: every failed run has its category and node', async (release) => {
    const instance = grow();
    const account = await serve(instance, { release });
    const { drafts } = await read(account.context({ tag: ACME }), 'executions');
    expect(rowsOf(land(drafts))).toEqual(worldRows(instance, ACME));
  });

  test('the list is preferred where the release redacts: few requests for many failures', async () => {
    const instance = grow();
    const account = await serve(instance);
    const { drafts } = await read(account.context(), 'executions');
    const failed = drafts.filter((draft) => draft.entity === 'execution' && draft.fields.error_category !== null);
    expect(failed.length).toBeGreaterThan(40);
    expect(account.server.requests()).toBeLessThan(30);
  });
});

describe('what disappears', () => {
  test('pruned runs are no deletions, and a gap before they were read is told', async () => {
    const instance = grow();
    const account = await serve(instance);
    const first = await read(account.context(), 'executions');
    for (let i = 0; i < 30; i++) finishExecution(startExecution(instance, instance.workflows[0]!.id, ANCHOR), ANCHOR, 'success');
    pruneExecutions(instance, 10);
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    expect(second.notices).toContain('gap_by_pruning');
    expect(second.pages.every((page) => page.snapshot === undefined)).toBe(true);
    expect(land(second.drafts, land(first.drafts)).size).toBeGreaterThan(1000);
  });

  test('an open run that is gone stays as it is, with a notice, and is not asked for again', async () => {
    const instance = grow();
    const account = await serve(instance);
    const first = await read(account.context(), 'executions');
    const run = runningOf(instance, ACME);
    run.pruned = true;
    const second = await read(account.context(), 'executions', { cursor: first.cursor });
    expect(second.notices).toContain('lost_at_source');
    expect(ofRun(second.drafts, run.id)).toBeUndefined();
    expect(second.cursor.watermark).toMatchObject({ open: expect.not.arrayContaining([run.id]) as unknown });
  });

  test('an instance that gives its ids a second time is refused', async () => {
    const instance = grow();
    const account = await serve(instance);
    const { cursor } = await read(account.context(), 'executions');
    instance.executions.splice(0);
    finishExecution(startExecution(instance, instance.workflows[0]!.id, LATER), LATER, 'success');
    const error = await failure(read(account.context(), 'executions', { cursor }));
    expect(error).toMatchObject({ kind: 'config', code: 'instance_replaced' });
  });
});

describe('workflows', () => {
  test('the complete list is a state: it names its count, so that deleted ones can be found', async () => {
    const instance = grow();
    const account = await serve(instance);
    const { pages, drafts } = await read(account.context({ tag: ACME }), 'workflows');
    const own = instance.workflows.filter((workflow) => workflow.tags.includes(ACME));
    expect(drafts.map((draft) => draft.sourceId).toSorted()).toEqual(own.map((workflow) => workflow.id).toSorted());
    expect(pages.at(-1)?.snapshot).toEqual({ entities: ['workflow'], counted: own.length });
  });

  test('a list of several pages is a state only when two walks agree', async () => {
    const tenants = Array.from({ length: 40 }, (_, index) => ({ tag: `tenant:${index}`, executions: 1 }));
    const instance = grow({ tenants });
    const account = await serve(instance);
    const { pages, drafts } = await read(account.context(), 'workflows');
    expect(new Set(drafts.map((draft) => draft.sourceId)).size).toBe(instance.workflows.length);
    expect(pages.at(-1)?.snapshot?.counted).toBe(instance.workflows.length);
  });

  test('an empty list is no state', async () => {
    const account = await serve(grow());
    const { pages, notices } = await read(account.context({ tag: 'tenant:gamma' }), 'workflows');
    expect(pages.at(-1)?.snapshot).toBeUndefined();
    expect(notices).toEqual(['no_workflow', 'workflows_of_nobody']);
  });

  test('those of a shared instance that belong to nobody are counted once a day, said each time and never named', async () => {
    const instance = grow();
    const account = await serve(instance);
    const first = await read(account.context({ tag: ACME }), 'workflows');
    expect(first.notices).toEqual(['workflows_of_nobody']);
    expect(JSON.stringify(first.pages)).toContain('1 workflows');
    expect(JSON.stringify(first.pages)).not.toContain('Prueba de concepto');
    for (const one of instance.workflows) if (one.tags.length === 0) one.tags = [BETA];
    // Not looked at again yet.
    expect((await read(account.context({ tag: ACME }), 'workflows', { cursor: first.cursor })).notices).toEqual(['workflows_of_nobody']);
    const { watermark } = first.cursor;
    const yesterday = { ...first.cursor, watermark: { ...(watermark as object), lookedAt: '2026-11-22T12:00:00.000Z' } };
    expect((await read(account.context({ tag: ACME }), 'workflows', { cursor: yesterday })).notices).toEqual(['workflows_assigned']);
    // A connection that takes the whole instance, or goes by a plain word, cannot tell.
    expect((await read(account.context(), 'workflows')).notices).toEqual([]);
  });
});
