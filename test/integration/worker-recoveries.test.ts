import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startCluster, throwawaySettings, type Cluster } from '../../src/local/cluster.ts';
import { createDatabase } from '../../src/local/database.ts';
import { diffWorld } from '../../src/local/demo-report.ts';
import { migrate } from '../../src/store/migrate.ts';
import { until, type Running } from '../support/processes.ts';
import { WorkerRig, type Connected } from '../support/worker-rig.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

// A server of its own, because one test restarts it.
let cluster: Cluster;
let folder: string;
let rig: WorkerRig;
let place: Connected;
const start = (port?: number) =>
  startCluster({ dataDir: folder, settings: throwawaySettings, throwaway: true, ...(port === undefined ? {} : { port }) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kpi-recoveries-'));
  await chmod(folder, 0o755);
  cluster = await start();
  const roleSecret = randomBytes(32).toString('hex');
  await createDatabase(cluster, 'kpi');
  const adminUrl = cluster.adminUrl('kpi');
  await migrate({ directAdminUrl: adminUrl, roleSecret });
  rig = await WorkerRig.open({ adminUrl, roleSecret });
  place = await rig.connect(0, 'n8n');
});
afterAll(async () => {
  await rig.close();
  await cluster.remove();
});

/** Nothing of the source is missing, nothing is there twice, and every run accounts for what it read. */
async function expectWhole(): Promise<void> {
  const diff = await diffWorld(rig.app.db, workflowsOf(rig.sandbox.world.tenants[0].rut), () => place.tenantId);
  expect(diff).toMatchObject({ listed: [], count: 0 });
  expect(diff.compared).toBeGreaterThan(20);
  const unbalanced = `select run_id from ops.run_counts where read <> inserted + updated + unchanged + superseded + excluded + quarantined`;
  expect(await rig.rows(unbalanced)).toEqual([]);
}

async function* workflowsOf(rut: string) {
  for (const row of rig.sandbox.expected()) if (row.rut === rut && row.table.startsWith('public.workflow')) yield row;
}

async function endsWell(worker: Running): Promise<void> {
  worker.process.kill('SIGTERM');
  const ended = await worker.ended;
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
}

test('a worker frozen for longer than its lease is fenced when it wakes up, and then goes on with other work', async () => {
  const frozen = await rig.hungWorker(place);
  frozen.process.kill('SIGSTOP');
  rig.sandbox.servers.n8n.faults.clear();
  const since = new Date();
  const next = rig.start();
  await rig.untilIn(place, since);
  await until('the frozen one counts as dead', async () => !(await rig.lives(frozen)));
  await expectWhole();
  await endsWell(next);

  const cursors = () => rig.rows<{ cursor: unknown }>(`select stream, lane, cursor from ops.streams order by 1, 2`);
  const before = await cursors();
  frozen.process.kill('SIGCONT');
  await until('it says that it lives', () => rig.lives(frozen));
  await until(
    'it has let go of what it was at',
    async () => (await rig.rows(`select 1 as one from graphile_worker._private_jobs where locked_at is not null`)).length === 0,
  );
  expect(await cursors()).toEqual(before);
  const outcomes = await rig.rows<{ outcome: string }>(`select distinct outcome from ops.runs where worker like '%:${frozen.pid}:%'`);
  expect(outcomes).toEqual([{ outcome: 'fenced' }]);
  await expectWhole();

  const woken = new Date();
  await rig.wake(place);
  await rig.untilIn(place, woken);
  expect(
    await rig.rows(`select 1 as one from ops.runs where worker like '%:${frozen.pid}:%' and outcome <> 'fenced' limit 1`),
  ).toHaveLength(1);
  await endsWell(frozen);
});

test('a worker that loses every connection to the database goes on by itself', async () => {
  const worker = await rig.hungWorker(place);
  const since = new Date();
  const gone = await rig.rows(`select pg_terminate_backend(pid) as gone from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name like 'kpi%'`);
  expect(gone.length).toBeGreaterThan(2);
  rig.sandbox.servers.n8n.faults.clear();
  await rig.untilIn(place, since);
  await expectWhole();
  await endsWell(worker);
});

test('a database that is restarted under a working worker: the same worker goes on by itself', async () => {
  const worker = await rig.hungWorker(place);
  await cluster.stop();
  // Its request is answered meanwhile: neither what it brought nor the end of the job can be written down.
  rig.sandbox.servers.n8n.faults.clear();
  await sleep(8000);
  const since = new Date();
  cluster = await start(cluster.port);
  await rig.untilIn(place, since);
  await expectWhole();
  await endsWell(worker);
  expect(await rig.rows('select pool_id from ops.workers')).toEqual([]);
});
