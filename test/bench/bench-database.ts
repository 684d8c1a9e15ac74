import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../../src/local/cluster.ts';
import { dropDatabase, ensureDatabase } from '../../src/local/database.ts';
import { secretOnce } from '../../src/local/state.ts';
import { migrate } from '../../src/store/migrate.ts';
import { roleUrl } from '../../src/store/role-urls.ts';

export interface BenchDatabase {
  /** URL of the superuser. */
  readonly adminUrl: string;
  readonly writerUrl: string;
  readonly roleSecret: string;
  /** Runs `work` with the writer's URL of a second, empty database of the same cluster, and drops it. */
  beside<T>(work: (writerUrl: string) => Promise<T>): Promise<T>;
  /** Ends the cluster and, unless its folder is kept, deletes it. */
  remove(): Promise<void>;
}

// Durable as in production (fsync and synchronous_commit on), but nothing of the server's own housekeeping falls into one phase and not into
// another: the bench vacuums and checkpoints between phases itself.
const SETTINGS = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'off', checkpoint_timeout: '1h' };

/** For counting statements. */
export const COUNTING = { ...SETTINGS, shared_preload_libraries: 'pg_stat_statements' };

/** For reading a big warehouse that the bench itself has filled: the filling need not survive a crash. */
export const READING = {
  ...SETTINGS,
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '2GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
};

/**
 * A cluster of this run's own with one migrated database; it goes when the process ends, however it ends.
 * @param keep a folder in which cluster and database stay, and are found again by the next run; one that runs already is left running
 */
export async function benchDatabase(settings: Readonly<Record<string, string>> = SETTINGS, keep?: string): Promise<BenchDatabase> {
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'kpi-bench-')));
  await mkdir(folder, { recursive: true });
  // Postgres runs under another user when the bench runs as root.
  await chmod(folder, 0o755);
  const cluster = await startCluster({ dataDir: folder, settings, throwaway: keep === undefined }).catch(async (error: unknown) => {
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const remove = async () => {
    if (keep === undefined) await cluster.remove();
    else if (!cluster.adopted) await cluster.stop();
  };
  try {
    const roleSecret = await secretOnce(join(folder, 'role-secret'));
    const prepared = async (name: string) => {
      await ensureDatabase(cluster, name);
      const adminUrl = cluster.adminUrl(name);
      await migrate({ directAdminUrl: adminUrl, roleSecret });
      return { adminUrl, writerUrl: roleUrl(adminUrl, 'kpi_writer', roleSecret) };
    };
    return {
      ...(await prepared('bench')),
      roleSecret,
      remove,
      beside: async (work) => {
        const name = `beside_${process.pid}`;
        try {
          return await work((await prepared(name)).writerUrl);
        } finally {
          await dropDatabase(cluster, name);
        }
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
