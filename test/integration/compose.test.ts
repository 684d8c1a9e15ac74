import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

vi.setConfig({ testTimeout: 60_000 });

const root = resolve(import.meta.dirname, '../..');
const named = z.record(z.string(), z.unknown());
const service = z.looseObject({
  command: z.array(z.string()).optional(),
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: named.default({}),
});
const compose = z.looseObject({
  services: z.record(z.string(), service),
  networks: named,
  volumes: named,
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'kpi-compose-'));
  await writeFile(join(folder, 'DATABASE_URL'), `${database.adminUrl}\n`);
  await writeFile(join(folder, 'KPI_ROLE_SECRET'), database.roleSecret);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const read = async () => compose.parse(parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }));

test('the compose file names nothing that is not there, opens nothing beyond this machine, and holds no secret', async () => {
  const { services, networks, volumes, secrets } = await read();
  for (const [name, one] of Object.entries(services)) {
    expect(Object.keys(secrets), name).toEqual(expect.arrayContaining(one.secrets));
    expect(Object.keys(networks), name).toEqual(expect.arrayContaining(one.networks));
    expect(Object.keys(services), name).toEqual(expect.arrayContaining(Object.keys(one.depends_on)));
    for (const volume of one.volumes) expect(Object.keys(volumes), name).toContain(volume.split(':')[0]);
    for (const port of one.ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    for (const variable of Object.keys(one.environment)) if (/PASS|SECRET|KEY/.test(variable)) expect(variable, name).toMatch(/_FILE$/);
  }
  for (const [name, { file }] of Object.entries(secrets)) expect(file).toBe(`./secrets/${name}`);
  expect(await readFile(join(root, '.gitignore'), 'utf8')).toContain('secrets/');
  // What reaches the companies' roles must not reach what Metabase keeps.
  expect(services['metabase-db']!.networks).not.toContain('inside');
});

test('the image holds what it is said to hold', async () => {
  const lines = (await readFile(join(root, 'Dockerfile'), 'utf8')).split('\n').filter((line) => line.startsWith('COPY '));
  for (const source of lines.flatMap((line) => line.split(' ').slice(1, -1))) expect(existsSync(join(root, source)), source).toBe(true);
});

/** A container's command as a plain process: the image's entry point, secrets as files. */
function start(args: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
  const child = spawn('/bin/sh', [join(root, 'docker/entrypoint.sh'), ...args], {
    env: { PATH: process.env['PATH'], KPI_SECRET_FILES: folder, KPI_HOME: folder, KPI_LOG_LEVEL: 'silent', KPI_LANG: 'en' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return { child, said: () => text };
}
const ended = (child: ChildProcess) => new Promise<number | null>((resolvePromise) => child.once('exit', resolvePromise));

test('each command of the service runs with its secrets from files, answers, and ends when asked to', async () => {
  const { services } = await read();
  const listed = start(['tenant', 'list', '--json']);
  expect(await ended(listed.child), listed.said()).toBe(0);
  expect(JSON.parse(listed.said())).toEqual([]);

  const command = services['serve']!.command!.map((word) => (word === '0.0.0.0' ? '127.0.0.1' : word === '8080' ? '0' : word));
  const serve = start([...command, '--json']);
  const worker = start(services['worker']!.command!);
  const url = await vi.waitFor(() => z.object({ url: z.string() }).parse(JSON.parse(serve.said())).url, { timeout: 20_000 });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await vi.waitFor(async () => expect((await workers()).length).toBe(1), { timeout: 20_000 });
  for (const { child, said } of [serve, worker]) {
    const end = ended(child);
    child.kill('SIGTERM');
    expect(await end, said()).toBe(0);
  }
});

function workers(): Promise<unknown[]> {
  return withDirectSession(database.adminUrl, (session) => session.run('select pool_id from ops.workers'));
}
