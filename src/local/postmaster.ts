import { readFile, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { adminName } from './init-data.ts';

/** What postmaster.pid says; see "src/include/utils/pidfile.h" of Postgres for the lines. */
type Postmaster = { readonly pid: number; readonly port: number; readonly open: boolean };

/** State of the server that may be running on a data directory. */
export type PostmasterState = 'ready' | 'starting' | 'foreign' | 'gone';

/** Reads postmaster.pid. Undefined when there is none, or it is not written completely yet. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return Number.isInteger(pid) && pid > 0 && Number.isInteger(port) && port > 0
    ? { pid, port, open: lines[7]?.trim() === 'ready' }
    : undefined;
}

/** Whether a process lives. One of another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Asks the server on a port whether it serves this data directory. `starting`: it is there but not open yet (recovery);
 * `gone`: nobody answers; `foreign`: somebody else has the port, or the password is not ours.
 */
export async function askPostmaster(port: number, password: string, data: string): Promise<PostmasterState> {
  const socket = new Socket();
  const client = new Client({
    stream: () => socket,
    host: '127.0.0.1',
    port,
    user: adminName,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  // A server that ends while we talk to it raises this event as well as the rejection below.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === data ? 'ready' : 'foreign';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '57P03') return 'starting';
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P01') return 'gone';
    return 'foreign';
  } finally {
    // A stranger who never answers would never let us go either.
    await Promise.race([client.end().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
    socket.destroy();
  }
}

/**
 * Ends the server of a data directory, if one runs: asks for a fast shutdown, after `patience` for an immediate one.
 * Returns whether there was one. Never signals a process that is not known to be this server.
 */
export async function stopPostmaster(data: string, password: string, patience = 30_000): Promise<boolean> {
  const running = await readPostmaster(data);
  if (running === undefined || !isAlive(running.pid)) return false;
  const state = await askPostmaster(running.port, password, data);
  if (state !== 'ready' && state !== 'starting') return false;
  for (const [signal, milliseconds] of [
    ['SIGINT', patience],
    ['SIGQUIT', 10_000],
  ] as const) {
    process.kill(running.pid, signal);
    if (await isGone(data, running.pid, milliseconds)) return true;
  }
  throw new Error(`The database (process ${running.pid}) does not stop: end it by hand, then start again.`);
}

/** Removes a postmaster.pid whose process is not a Postgres any more (numbers are given again after a reboot). */
export async function forgetStalePostmaster(data: string, pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command === undefined || command.includes(data)) return false;
  await rm(join(data, 'postmaster.pid'), { force: true });
  return true;
}

async function isGone(data: string, pid: number, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // A zombie whose parent has not looked yet still counts as alive; the lock file is gone by then.
    if (!isAlive(pid) || (await readPostmaster(data))?.pid !== pid) return true;
    await sleep(20);
  }
  return false;
}
