import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { LateServer } from '../support/late-server.ts';
import { startKpi, until, type Running } from '../support/processes.ts';

// Containers start in any order: what needs the database may be there before it.
vi.setConfig({ testTimeout: 120_000 });

let home: string;
let database: TestDatabase;
let late: LateServer;
const started: Running[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-start-order-'));
  database = await testDatabase();
});
beforeEach(async () => {
  late = await LateServer.of(database.adminUrl);
});
afterEach(async () => {
  for (const { process, ended } of started.splice(0)) {
    process.kill('SIGKILL');
    await ended;
  }
  await late.close();
});
afterAll(async () => {
  await database.close();
  await rm(home, { recursive: true, force: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const running = startKpi(args, { home, env: { KPI_ROLE_SECRET: database.roleSecret, KPI_HEARTBEAT_SECONDS: '0.5', ...env } });
  started.push(running);
  return running;
}

const rows = (text: string, values: unknown[] = []) => withDirectSession(database.adminUrl, (session) => session.run(text, values));
const lives = async ({ pid }: Running) => (await rows('select from ops.workers where pid = $1', [pid])).length === 1;
const says = (running: Running, what: string) => until(`it says "${what}"`, () => running.said().stderr.includes(what));

async function endsWell(running: Running): Promise<void> {
  running.process.kill('SIGTERM');
  const ended = await running.ended;
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
}

test('a worker that is there before its database says what it waits for, and works when the database does', async () => {
  const worker = start(['worker'], { DATABASE_URL: late.url });
  await says(worker, 'waiting for the database');
  await late.recover();
  await says(worker, 'the database system is starting up');
  await late.open();
  await says(worker, 'worker started');
  expect(await lives(worker)).toBe(true);
  await endsWell(worker);
  expect(await rows('select from ops.workers')).toEqual([]);
});

test('where the pooler comes later than the database, nothing is taken from the queue until both are there', async () => {
  const worker = start(['worker'], { DATABASE_URL: late.url, DATABASE_DIRECT_URL: database.adminUrl });
  await rows(`select ops.enqueue('tick', '{}', job_key => 'waits')`);
  await says(worker, 'waiting for the database');
  const tried = async () => (await rows(`select from graphile_worker._private_jobs where key = 'waits' and attempts = 0`)).length === 0;
  expect(await tried()).toBe(false);
  await late.open();
  await until('the job is tried', tried);
  await until('it says that it lives', () => lives(worker));
  await endsWell(worker);
});

test('a database that is lost between the start and the first heartbeat ends no worker', async () => {
  await late.open();
  // The first heartbeat does not get through, a later one does.
  await rows(`create function ops.away() returns trigger language plpgsql as $$ begin raise 'away' using errcode = '57P01'; end $$`);
  await rows('create trigger away before insert on ops.workers for each row execute function ops.away()');
  const worker = start(['worker'], { DATABASE_URL: late.url });
  await says(worker, 'the heartbeat failed');
  await rows('drop function ops.away cascade');
  await until('it says that it lives', () => lives(worker));
  await endsWell(worker);
});

test('a worker that is told to stop while it waits does so', async () => {
  const worker = start(['worker'], { DATABASE_URL: late.url });
  await says(worker, 'waiting for the database');
  await endsWell(worker);
});

test('what does not come in time ends the worker with 2 and says where it looked, also one that shows metrics', async () => {
  const worker = start(['worker', '--metrics-port', '0'], { DATABASE_URL: late.url, KPI_DATABASE_WAIT_SECONDS: '2' });
  const ended = await worker.ended;
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stderr).toMatch(/kpi: the database did not answer for 2 s: connect ECONNREFUSED 127\.0\.0\.1:\d+\. .*DATABASE_URL/);
});

test.each<[string, () => Promise<Record<string, string>>, RegExp]>([
  [
    'a wrong password',
    async () => ({ DATABASE_URL: database.adminUrl, KPI_ROLE_SECRET: 'another secret of forty characters or so' }),
    /^kpi: password authentication failed for user "kpi_queue"$/m,
  ],
  [
    'a database that is not there',
    async () => ({ DATABASE_URL: database.adminUrl.replace(database.name, 'nowhere') }),
    /^kpi: database "nowhere" does not exist$/m,
  ],
])('%s is not waited for', async (_, env, message) => {
  for (const metrics of [[], ['--metrics-port', '0']]) {
    const ended = await start(['worker', ...metrics], await env()).ended;
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toContain('waiting');
  }
});

test('missing migrations are not waited for', async () => {
  const empty = await testDatabase({ migrated: false });
  const behind = await testDatabase();
  try {
    await withDirectSession(behind.adminUrl, (session) => session.run('drop table ops.workers cascade'));
    const ended = await start(['worker'], { DATABASE_URL: empty.adminUrl }).ended;
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^kpi: permission denied for database /m) as string });
    // Found only when it first says that it lives: what has begun by then is ended.
    const later = await start(['worker'], { DATABASE_URL: behind.adminUrl }).ended;
    expect(later).toMatchObject({ code: 1, stderr: expect.stringMatching(/^kpi: relation "ops.workers" does not exist$/m) as string });
  } finally {
    await empty.close();
    await behind.close();
  }
});

test('kpi serve answers at once that it is not ready, and is when the database is', async () => {
  const server = start(['serve', '--port', '0', '--json'], { DATABASE_URL: late.url });
  const { url } = JSON.parse(await until('it says where it listens', () => /^\{[^]*\}$/m.exec(server.said().stdout)?.[0])) as {
    url: string;
  };
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  await late.open();
  await until('it is ready', async () => (await fetch(`${url}/ready`)).status === 200);
  await endsWell(server);
});
