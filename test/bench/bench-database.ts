import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../../src/local/cluster.ts';
import { createDatabase } from '../../src/local/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { roleUrl } from '../../src/store/role-urls.ts';

export interface BenchDatabase {
  /** URL of the superuser. */
  readonly adminUrl: string;
  readonly writerUrl: string;
  readonly roleSecret: string;
  remove(): Promise<void>;
}

// Durable as in production (fsync and synchronous_commit on), but nothing of the server's own housekeeping falls into one phase and not into
// another: the bench vacuums and checkpoints between phases itself.
const SETTINGS = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'off', checkpoint_timeout: '1h' };

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

/** A cluster of this run's own with one migrated database; it goes when the process ends, however it ends. */
export async function benchDatabase(settings: Readonly<Record<string, string>> = SETTINGS): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'kpi-bench-'));
  // Postgres runs under another user when the bench runs as root.
  await chmod(folder, 0o755);
  const cluster = await startCluster({ dataDir: folder, settings, throwaway: true }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    const roleSecret = randomBytes(32).toString('hex');
    await createDatabase(cluster, 'bench');
    const adminUrl = cluster.adminUrl('bench');
    await migrate({ directAdminUrl: adminUrl, roleSecret });
    return { adminUrl, roleSecret, writerUrl: roleUrl(adminUrl, 'kpi_writer', roleSecret), remove: async () => cluster.remove() };
  } catch (error) {
    await cluster.remove();
    throw error;
  }
}
