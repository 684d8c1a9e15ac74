import { totalmem } from 'node:os';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterFolder, removeClusterFolder } from './cluster-folder.ts';
import { adminName, initData } from './init-data.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { askPostmaster, forgetStalePostmaster, isAlive, readPostmaster, stopPostmaster } from './postmaster.ts';
import { serviceUser, type ServiceUser } from './service-user.ts';
import { spawnPostgres } from './spawn-postgres.ts';
import { secretOnce } from './state.ts';

export type ClusterOptions = {
  /** Folder of the cluster: data, password and log lie below it (elsewhere when Postgres' user cannot enter it). */
  readonly dataDir: string;
  /** Port to insist on. Without it the port of the last start, or a free one. */
  readonly port?: number;
  /** Settings of the server, over the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** End the server and delete its files when this process ends, however it ends: for tests. */
  readonly throwaway?: boolean;
  readonly log?: (message: string) => void;
};

export type Cluster = {
  readonly host: string;
  readonly port: number;
  /** Where the data really lies. */
  readonly dataDir: string;
  /** The server ran already, left by an earlier process. */
  readonly adopted: boolean;
  /** URL of the superuser for a database. */
  adminUrl(database: string): string;
  stop(): Promise<void>;
  /** Stops and deletes everything. */
  remove(): Promise<void>;
};

type Place = { readonly folder: string; readonly data: string; readonly password: string };

const host = '127.0.0.1';
const patience = 60_000;

const MB = 2 ** 20;
/**
 * An eighth of the machine's memory, at most 4 GB, and taken only as it is used: with 256 MB a backfill of a million orders wrote each page
 * that it touched back to disk some ten times, and its rate fell by a fifth before two thirds of it were read; with 1 GB looking up whether a
 * record is known took nearly three times as long at its end as at its beginning.
 */
const sharedBuffers = Math.round(Math.min(Math.max(totalmem() / 8, 128 * MB), 4096 * MB) / MB);
// A page is written to the log whole when it is first touched after a checkpoint. Ids are random, so in a long backfill that is nearly each
// page: the fewer checkpoints, the fewer of those.
const limits = { max_connections: '200', max_wal_size: '4GB', checkpoint_timeout: '15min' };
// Pages are written behind the sessions' backs, not by them.
const durable = { ...limits, shared_buffers: `${sharedBuffers}MB`, bgwriter_lru_maxpages: '1000' };

/** Settings under which a crash of the machine loses the cluster: for tests only. */
export const throwawaySettings = {
  ...limits,
  shared_buffers: '256MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/**
 * Starts a real Postgres 16, or adopts the one that a killed process left running on the same folder. The server is a process of its own:
 * it outlives this one until `stop`, unless it is a throwaway.
 * Throws with the reason and the log's path when it does not come up.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const log = options.log ?? (() => {});
  const user = await serviceUser();
  const folder = await clusterFolder(options.dataDir, user);
  const password = await secretOnce(join(folder, 'admin-password'));
  const place: Place = { folder, data: join(folder, 'data'), password };

  const left = await adopt(place);
  if (left !== undefined) {
    log(`database adopted: process ${left.pid} still runs on port ${left.port}`);
    return cluster(options.dataDir, place, left.port, true);
  }
  const settings: Record<string, string> = { ...durable, ...options.settings };
  const binaries = await postgresBinaries(folder, user);
  await initData(folder, binaries, user, password, settings['fsync'] !== 'off');
  const started = await startServer(place, binaries, user, settings, options);
  log(`database ${started.adopted ? 'adopted' : 'started'} on port ${started.port}`);
  return cluster(options.dataDir, place, started.port, started.adopted);
}

/** Ends the server of a cluster folder, if one runs. Returns whether there was one. */
export async function stopCluster(dataDir: string): Promise<boolean> {
  const folder = await clusterFolder(dataDir, await serviceUser());
  return stopPostmaster(join(folder, 'data'), await secretOnce(join(folder, 'admin-password')));
}

/** The running cluster of a folder, or undefined. Starts nothing. */
export async function runningCluster(dataDir: string): Promise<Cluster | undefined> {
  const folder = await clusterFolder(dataDir, await serviceUser());
  const place: Place = { folder, data: join(folder, 'data'), password: await secretOnce(join(folder, 'admin-password')) };
  const left = await adopt(place);
  return left === undefined ? undefined : cluster(dataDir, place, left.port, true);
}

function cluster(wanted: string, place: Place, port: number, adopted: boolean): Cluster {
  const stop = async (): Promise<void> => {
    await stopPostmaster(place.data, place.password);
  };
  return {
    host,
    port,
    dataDir: place.data,
    adopted,
    adminUrl: (database) => `postgres://${adminName}:${place.password}@${host}:${port}/${encodeURIComponent(database)}`,
    stop,
    remove: async () => {
      await stop();
      await removeClusterFolder(wanted);
    },
  };
}

/** The server that runs on the data directory, once it is open. A lock file without its server behind it is removed. */
async function adopt(place: Place): Promise<{ pid: number; port: number } | undefined> {
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const found = await readPostmaster(place.data);
    if (found === undefined || !isAlive(found.pid)) return undefined;
    const state = await askPostmaster(found.port, place.password, place.data);
    if (state === 'ready') return found;
    // Not open, or another server has the port: wait for the process unless it is no Postgres of ours at all.
    if (state !== 'starting' && (await forgetStalePostmaster(place.data, found.pid))) return undefined;
    await sleep(50);
  }
  throw new Error(`The database in ${place.data} runs but does not answer; its log is ${join(place.folder, 'postgres.log')}.`);
}

async function startServer(
  place: Place,
  binaries: PostgresBinaries,
  user: ServiceUser,
  settings: Readonly<Record<string, string>>,
  options: ClusterOptions,
): Promise<{ port: number; adopted: boolean }> {
  const portFile = join(place.folder, 'port');
  const end = performance.now() + patience;
  let port = options.port ?? (await usablePort(Number(await readFile(portFile, 'utf8').catch(() => '0'))));
  while (performance.now() < end) {
    const server = await spawnPostgres({
      binary: binaries.postgres,
      data: place.data,
      user,
      logFile: join(place.folder, 'postgres.log'),
      settings: {
        ...settings,
        listen_addresses: host,
        port: String(port),
        unix_socket_directories: '',
        timezone: 'UTC',
        log_timezone: 'UTC',
      },
      removeWithParent: options.throwaway === true ? [place.folder, options.dataDir] : undefined,
    });
    while (server.failure() === undefined && performance.now() < end) {
      // Asked only once it says itself that it is open: until then somebody else may have the port.
      const said = await readPostmaster(place.data);
      if (said?.pid === server.pid && said?.open === true && (await askPostmaster(port, place.password, place.data)) === 'ready') {
        await writeFile(portFile, `${port}\n`);
        return { port, adopted: false };
      }
      await sleep(15);
    }
    // Another start of the same folder may have been faster, or a killed server's children may still be leaving: look again.
    const other = await adopt(place);
    if (other !== undefined) return { port: other.port, adopted: true };
    const reason = server.failure() ?? 'no answer';
    if (/could not bind|Address already in use|address in use/i.test(reason)) {
      if (options.port !== undefined) throw new Error(`Port ${options.port} is in use by another program: choose another one.`);
      port = await usablePort(0);
    } else if (!/shared memory block|lock file|being used/i.test(reason)) {
      throw new Error(`The database does not start: ${reason} (log: ${join(place.folder, 'postgres.log')})`);
    }
    await sleep(100);
  }
  throw new Error(`The database did not come up within ${patience / 1000} s; its log is ${join(place.folder, 'postgres.log')}.`);
}

/** The wanted port when it is free, else one that the system gives. */
async function usablePort(wanted: number): Promise<number> {
  return tryPort(Number.isInteger(wanted) && wanted > 0 ? wanted : 0).catch(async () => tryPort(0));
}

async function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, host, () => {
      const given = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(given));
    });
  });
}
