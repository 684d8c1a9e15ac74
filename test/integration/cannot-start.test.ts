import { afterAll, expect, test } from 'vitest';
import { syncConnection } from '../../src/jobs/sync-connection.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { SecretError } from '../../src/secrets.ts';
import { addBackfill, showBackfills } from '../../src/store/backfills.ts';
import { Database } from '../../src/store/database.ts';
import { streamStates } from '../../src/store/stream-states.ts';
import { runBackfill } from '../../src/sync/run-backfill.ts';
import { testDatabase } from '../support/database.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith, withoutMessages } from '../support/scripted-stream.ts';

const instance = await testDatabase();
const db = new Database({ url: instance.url('kpi_writer') });
afterAll(async () => {
  await db.close();
  await instance.close();
});

const withoutSecret = () => Promise.reject(new SecretError('env:TIENDA', 'no variable begins with TIENDA_', 'Set TIENDA_ACCESS_TOKEN'));
const deps: JobDeps = {
  db,
  sync: syncDeps(db),
  ...withoutMessages(db),
  sliceMs: 20_000,
  streamsOf: () => ['orders'],
  jobFor: withoutSecret,
};

test('a stream whose secret cannot be read says so where people look, and is tried again later', async () => {
  const { tenantId, connections } = await tenantWith(db, ['shopify']);
  const { results } = await syncConnection(deps, tenantId, connections['shopify']!, new AbortController().signal);
  expect(results.get('orders')).toMatchObject({ outcome: 'failed', complete: false });
  const [status] = await streamStates(db, tenantId);
  expect(status).toMatchObject({
    state: 'failing',
    problem: 'env:TIENDA: no variable begins with TIENDA_. Set TIENDA_ACCESS_TOKEN',
  });
  const due = await db.query<{ later: boolean }>('select next_run_at > now() as later from ops.streams where tenant_id = $1', [tenantId]);
  expect(due.rows).toEqual([{ later: true }]);
  const fresh = await db.transaction(tenantId, ({ query }) => query('select state, problem from kpi.freshness'));
  expect(fresh.rows).toEqual([{ state: 'failing', problem: 'env:TIENDA: no variable begins with TIENDA_. Set TIENDA_ACCESS_TOKEN' }]);
});

test('a backfill whose secret cannot be read waits with the reason, and goes on once it can be read', async () => {
  const { tenantId, connections } = await tenantWith(db, ['shopify']);
  const [from, until] = ['2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'];
  const range = { from, until, slices: [{ from, until }] };
  const request = {
    tenantId,
    connectionId: connections['shopify']!,
    source: 'shopify',
    stream: 'orders',
    reason: 'test',
    requestedBy: 'test',
  };
  const id = await addBackfill(db, { ...request, ...range });
  const place = { tenantId, connectionId: request.connectionId, source: 'shopify' };
  expect(await runBackfill(deps.sync, tenantId, id, withoutSecret)).toEqual({ more: false, waitSeconds: 0 });
  expect((await showBackfills(db, { id }))[0]).toMatchObject({
    state: 'waiting',
    error_message: 'env:TIENDA: no variable begins with TIENDA_. Set TIENDA_ACCESS_TOKEN',
  });
  const readable = (_connection: string, _stream: string, lane: string) =>
    Promise.resolve(jobOf({ ...place, lane }, scripted([pageOf([orderDraft('1')])])));
  expect(await runBackfill(deps.sync, tenantId, id, readable)).toEqual({ more: false, waitSeconds: 0 });
  expect((await showBackfills(db, { id }))[0]).toMatchObject({ state: 'done', error_message: null, inserted: 1 });
});
