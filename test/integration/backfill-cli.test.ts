import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, startKpi, until as untilSoon, type Ended, type Running } from '../support/processes.ts';

// An operator's Monday: the commands and the worker are processes of their own, the shop is served over HTTP.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

const RUT = '76042235-5';
let home: string;
let database: TestDatabase;
let sandbox: Sandbox;
let env: Record<string, string>;
/** All orders of the shop, from the day before the first. */
let SCOPE: string[];
const workers: Running[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-backfill-'));
  database = await testDatabase();
  sandbox = await startSandbox({ seed: 5, anchor: new Date().toISOString(), orders: 400, generous: true });
  env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_LOG_LEVEL: 'warn',
    KPI_LEASE_TTL_SECONDS: '2',
    KPI_LEASE_RENEW_SECONDS: '0.5',
    KPI_HEARTBEAT_SECONDS: '0.5',
    KPI_DEAD_WORKER_SECONDS: '3',
    // So slow that there is a middle.
    KPI_REQUESTS_PER_SECOND: '4',
  };
  const earliest = shopOrders().reduce((least, { createdAt }) => Math.min(least, Date.parse(createdAt)), Infinity);
  const from = new Date(earliest - 86_400_000).toISOString().slice(0, 10);
  SCOPE = ['--tenant', RUT, '--source', 'shopify', '--stream', 'orders', '--from', from];
  expect((await run('tenant', 'add', '--rut', RUT, '--name', 'Tienda')).code).toBe(0);
  const account = sandbox.connections().find((c) => c.rut === sandbox.world.tenants[0].rut && c.source === 'shopify')!;
  const settings = Object.entries(account.settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const connected = await run('connect', 'shopify', '--tenant', RUT, ...settings);
  expect(connected, connected.stderr).toMatchObject({ code: 0 });
  // The ordinary reading would bring it all before the backfill does.
  await rows(`update ops.streams set next_run_at = now() + interval '1 day'`);
});
afterAll(async () => {
  for (const worker of workers) worker.process.kill('SIGKILL');
  await Promise.all(workers.map((worker) => worker.ended));
  await sandbox.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

/** Requests are few a second here, and the machine may be busy. */
const until: typeof untilSoon = (what, look) => untilSoon(what, look, 150_000);
const run = (...args: string[]): Promise<Ended> => kpi(args, { home, env });
const rows = <R extends Record<string, unknown>>(text: string) => withDirectSession(database.adminUrl, (session) => session.run<R>(text));
const startWorker = (): Running => {
  const worker = startKpi(['worker'], { home, env });
  workers.push(worker);
  return worker;
};
function document<Z extends z.ZodType>(ended: Ended, shape: Z): z.infer<Z> {
  expect(ended.stdout, ended.stderr).not.toBe('');
  return shape.parse(JSON.parse(ended.stdout));
}

const ESTIMATE = z.object({ value: z.number(), precision: z.enum(['exact', 'floor', 'about']) }).strict();
const PLAN = z.object({
  backfills: z.array(
    z
      .object({
        source: z.string(),
        stream: z.string(),
        slices: z.array(z.object({ from: z.string(), until: z.string(), records: ESTIMATE.nullable() })),
        records: ESTIMATE.nullable(),
        requests: ESTIMATE.nullable(),
        minutes: ESTIMATE.nullable(),
        problem: z.string().nullable(),
        overlaps: z.string().nullable(),
        notices: z.array(z.object({ code: z.string() }).loose()),
      })
      .loose(),
  ),
  leftOut: z.array(z.object({ stream: z.string() }).loose()),
  total: z.object({ records: ESTIMATE, rows: ESTIMATE, requests: ESTIMATE, minutes: ESTIMATE }),
});
const SHOWN = z.array(
  z
    .object({
      state: z.string(),
      outcome: z.string().nullable(),
      slices: z.number(),
      slices_done: z.number(),
      read: z.number(),
      inserted: z.number(),
      unchanged: z.number(),
      records: z.number(),
      expected: z.number().nullable(),
      progress: z.object({ share: z.number() }).loose(),
      slice_list: z.array(z.object({ state: z.string(), counted: z.number().nullable(), stored: z.number().nullable() }).loose()),
    })
    .loose(),
);

const shopOrders = () => sandbox.world.shops.find(({ domain }) => domain === sandbox.world.tenants[0].shops[0]?.domain)!.orders;

test('plan, start, pause, kill -9, resume, verify', async () => {
  const plan = document(await run('backfill', 'plan', ...SCOPE, '--slice-days', '10', '--json'), PLAN);
  const [planned] = plan.backfills;
  const orders = shopOrders().length;
  expect(planned!.records).toEqual({ value: orders, precision: 'exact' });
  expect(plan.total).toMatchObject({ records: planned!.records, requests: { precision: 'about' } });
  // Few enough slices are counted one by one.
  expect(planned!.slices.length).toBeGreaterThan(3);
  expect(planned!.slices.reduce((sum, { records }) => sum + records!.value, 0)).toBe(orders);
  const started = await run('backfill', 'start', ...SCOPE, '--slice-days', '10', '--json', '--reason', 'cierre');
  const [id] = document(started, z.object({ backfills: z.array(z.uuid()).length(1) }).loose()).backfills;
  const show = async () => document(await run('backfill', 'show', id!, '--json'), SHOWN)[0]!;
  // Planned again, it says which one is in the way.
  expect(document(await run('backfill', 'plan', ...SCOPE, '--json'), PLAN).backfills[0]!.overlaps).toBe(id);
  const again = await run('backfill', 'start', ...SCOPE);
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain(id);

  const first = startWorker();
  await until('some of it is in', async () => (await show()).inserted > 20);
  const paused = await run('backfill', 'pause', id!, '--reason', 'el ERP está lento');
  expect(paused, paused.stderr).toMatchObject({ code: 0 });
  await until('nobody asks any more', async () => {
    const before = sandbox.servers.shopify.requests();
    await sleep(2000);
    return sandbox.servers.shopify.requests() === before;
  });
  const requests = sandbox.servers.shopify.requests();
  const still = await show();
  expect(still).toMatchObject({ state: 'paused', changed_by: expect.any(String), error_message: 'el ERP está lento' });
  await sleep(2000);
  expect(sandbox.servers.shopify.requests()).toBe(requests);
  expect((await show()).read).toBe(still.read);
  expect((await run('backfill', 'pause', id!)).code).toBe(2);

  expect((await run('backfill', 'resume', id!)).code).toBe(0);
  await until('it goes on', async () => (await show()).inserted > still.inserted);
  first.process.kill('SIGKILL');
  await first.ended;
  const killed = await show();
  expect(killed.state).toBe('running');
  startWorker();
  const done = await until('it is done', async () => {
    const now = await show();
    return now.state === 'done' ? now : null;
  });
  expect(done).toMatchObject({ outcome: 'verified', expected: orders, progress: { share: 1 } });
  expect(done.inserted).toBeGreaterThan(still.inserted);
  expect(done.slice_list.every(({ counted, stored }) => counted !== null && counted === stored)).toBe(true);
  expect(await rows('select count(*)::int as n from public.source_orders where deleted_at is null')).toEqual([{ n: orders }]);
  // What was read twice, because it was not committed or because it was, changed nothing.
  expect(await rows('select count(*)::int as n from public.source_orders where revision > 1')).toEqual([{ n: 0 }]);
  const watched = await run('backfill', 'show', id!, '--watch');
  expect(watched).toMatchObject({ code: 0 });
  expect(watched.stdout).toContain('verified');
  expect(watched.stdout).toMatch(/█{30} 100 %/);
});

test('what is missing is found by day, read again alone, and then nothing is', async () => {
  const missing = ['--only-missing', '--json'];
  await run('sync', '--tenant', RUT, '--source', 'shopify', '--stream', 'orders');
  const before = document(
    await run('backfill', 'start', ...SCOPE, ...missing),
    z.object({ backfills: z.array(z.string()), complete: z.array(z.object({ compared: z.boolean() }).loose()) }).loose(),
  );
  expect(before).toMatchObject({ backfills: [], complete: [{ compared: true }] });
  const days = await rows<{
    day: string;
    n: number;
  }>(`select (source_created_at at time zone 'America/Santiago')::date::text as day, count(*)::int as n
    from public.source_orders group by 1 order by 2 desc, 1 limit 2`);
  const list = days.map(({ day }) => `'${day}'`).join(', ');
  await rows(`delete from public.source_orders where (source_created_at at time zone 'America/Santiago')::date in (${list})`);
  const plan = document(await run('backfill', 'plan', ...SCOPE, ...missing), PLAN);
  const gone = days.reduce((sum, { n }) => sum + n, 0);
  expect(plan.backfills[0]).toMatchObject({ records: { value: gone, precision: 'exact' } });
  const made = await run('backfill', 'start', ...SCOPE, ...missing);
  const [id] = document(made, z.object({ backfills: z.array(z.uuid()).length(1) }).loose()).backfills;
  const done = await until('it is done', async () => {
    const [now] = document(await run('backfill', 'show', id!, '--json'), SHOWN);
    return now!.state === 'done' ? now : null;
  });
  expect(done).toMatchObject({ outcome: 'verified', records: gone, only_missing: true });
});

test('a source that refuses us: the plan says so and is no failure; the backfill waits, and goes on by itself', async () => {
  sandbox.servers.shopify.faults.random(1, ['unauthorized']);
  const range = ['--tenant', RUT, '--stream', 'orders', '--from', '2019-01-01', '--until', '2019-02-01'];
  const plan = await run('backfill', 'plan', ...range, '--json');
  expect(plan.code).toBe(0);
  const [planned] = document(plan, PLAN).backfills;
  expect(planned).toMatchObject({ records: null, problem: expect.stringMatching(/token/) });
  const [id] = document(
    await run('backfill', 'start', ...range, '--json'),
    z.object({ backfills: z.array(z.uuid()).length(1) }).loose(),
  ).backfills;
  const show = async () => document(await run('backfill', 'show', id!, '--json'), SHOWN)[0]!;
  await until('it waits', async () => (await show()).state === 'waiting');
  sandbox.servers.shopify.faults.clear();
  // The clock would have it tried after a minute; it is due now.
  await rows(`update ops.backfills set retry_at = now() where id = '${id!}'`);
  await until('it is done', async () => (await show()).state === 'done');
});

test('all sources and streams at once: states of the present are named and left out', async () => {
  const plan = document(await run('backfill', 'plan', '--all-tenants', '--from', '2026-01-01', '--json'), PLAN);
  expect(plan.backfills.map(({ stream }) => stream).toSorted()).toEqual([
    'abandoned_checkouts',
    'orders',
    'payout_transactions',
    'payouts',
  ]);
  // What a source does not count has no number, and that is said.
  expect(plan.backfills.find(({ stream }) => stream === 'payouts')).toMatchObject({ records: null, notices: [{ code: 'not_counted' }] });
  expect(plan.backfills.find(({ stream }) => stream === 'abandoned_checkouts')).toMatchObject({
    records: { precision: 'floor' },
    notices: [{ code: 'dropped_by_age' }],
  });
  expect(plan.leftOut.map(({ stream }) => stream).toSorted()).toEqual(['inventory_levels', 'locations', 'products']);
  const person = await run('backfill', 'plan', '--all-tenants', '--from', '2026-01-01', '--lang', 'es');
  expect(person).toMatchObject({ code: 0, stderr: '' });
  expect(person.stdout).toMatch(/≥ \d/);
  expect(person.stdout).toContain('No se releen por fechas');
});
