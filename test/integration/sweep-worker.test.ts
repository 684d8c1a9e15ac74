import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deleteShopOrder } from '../../src/sandbox/silence.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { enqueueSweep, listSweeps } from '../../src/store/sweeps.ts';
import { enqueueVerification, listVerifications } from '../../src/store/verifications.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, startKpi, until, type Running } from '../support/processes.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let database: TestDatabase;
let db: Database;
let sandbox: Sandbox;
let home: string;
const workers: Running[] = [];
beforeAll(async () => {
  database = await testDatabase();
  db = new Database({ url: database.url('kpi_writer') });
  sandbox = await startSandbox({ seed: 1, anchor: new Date().toISOString(), orders: 160, generous: true });
  home = await mkdtemp(join(tmpdir(), 'kpi-sweep-'));
});
afterAll(async () => {
  for (const worker of workers) {
    worker.process.kill('SIGKILL');
    await worker.ended;
  }
  await sandbox.close();
  await db.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const rows = <R extends Record<string, unknown>>(text: string) => withDirectSession(database.adminUrl, (session) => session.run<R>(text));

test('a worker that is killed in the middle of a sweep has changed nothing, and another finishes it; the comparison by a worker agrees', async () => {
  const env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_LOG_LEVEL: 'warn',
    KPI_LEASE_TTL_SECONDS: '2',
    KPI_LEASE_RENEW_SECONDS: '0.5',
    KPI_HEARTBEAT_SECONDS: '0.5',
    KPI_DEAD_WORKER_SECONDS: '3',
  };
  const start = (): Running => {
    const worker = startKpi(['worker'], { home, env });
    workers.push(worker);
    return worker;
  };
  const [tenant] = sandbox.world.tenants;
  const account = sandbox.connections().find(({ source, rut }) => source === 'shopify' && rut === tenant.rut)!;
  await kpi(['tenant', 'add', '--rut', tenant.rut, '--name', 'Uno'], { home, env });
  const settings = Object.entries(account.settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const made = await kpi(['connect', 'shopify', '--tenant', tenant.rut, '--json', ...settings], { home, env });
  const { connection_id: connectionId } = JSON.parse(made.stdout) as { connection_id: string };
  expect((await kpi(['sync', '--tenant', tenant.rut, '--source', 'shopify'], { home, env })).code).toBe(0);
  const tenantId = (await rows<{ id: string }>(`select id from public.tenants where rut = '${tenant.rut}'`))[0]!.id;
  const place = { tenantId, connectionId, stream: 'orders' };
  const deleted = async () =>
    (await rows<{ source_id: string }>(`select source_id from public.source_orders where deleted_at is not null`)).map(
      (row) => row.source_id,
    );

  const world = sandbox.world.shops.find(({ domain }) => domain === tenant.shops[0]?.domain)!;
  const gone = world.orders[5]!;
  deleteShopOrder(world, gone.id);
  const { faults } = sandbox.servers.shopify;
  const played = faults.played;
  faults.random(1, ['hang']);
  await enqueueSweep(db, place, { dryRun: false, confirm: false, askedBy: 'test' });
  const first = start();
  await until('the source has its request', () => faults.played > played);
  first.process.kill('SIGKILL');
  await first.ended;
  faults.clear();
  expect(await deleted()).toEqual([]);

  const second = start();
  await until('the sweep is done', async () => (await listSweeps(db, { tenantId, limit: 5 })).some(({ state }) => state === 'tombstoned'));
  expect(await deleted()).toEqual([String(gone.id)]);
  const states = (await listSweeps(db, { tenantId, limit: 5 })).map(({ state }) => state);
  expect(states.filter((state) => state === 'running')).toEqual([]);

  await enqueueVerification(db, place, { firstDay: null, lastDay: null, heal: true, askedBy: 'test' });
  await until('the comparison is done', async () => (await listVerifications(db, { tenantId })).some(({ state }) => state !== 'running'));
  expect(await listVerifications(db, { tenantId })).toMatchObject([{ stream: 'orders', state: 'verified', differing: [] }]);
  second.process.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0 });

  const shown = await kpi(['verify', '--tenant', tenant.rut, '--source', 'shopify', '--stream', 'orders', '--json'], { home, env });
  expect(shown.code, shown.stderr).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject([{ source: 'shopify', stream: 'orders', state: 'verified' }]);
  deleteShopOrder(world, world.orders[6]!.id);
  const differs = await kpi(
    ['verify', '--tenant', tenant.rut, '--source', 'shopify', '--stream', 'orders', '--from', '2020-01-01', '--json'],
    {
      home,
      env,
    },
  );
  expect(differs.code, differs.stderr).toBe(3);
});
