import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withDirectSession } from '../store/direct-session.ts';
import { migrate } from '../store/migrate.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { createDatabase, dropDatabase } from './database.ts';
import { localClusterFolder, localRoleSecret } from './state.ts';

/** Database of the demo; `kpi local start` uses another one, so that a demo never touches it. */
export const demoDatabase = 'kpi_demo';

/** Where a demo keeps its secrets, logs and state. */
export const demoHome = (home: string): string => join(home, 'demo');

export interface DemoWarehouse {
  readonly cluster: Cluster;
  readonly adminUrl: string;
  readonly roleSecret: string;
}

/**
 * Starts or adopts the local Postgres and migrates the demo's database: a new one, or the one a resumed demo left. The demo's own files
 * lie in `demo/` below the home, so that nothing of another warehouse is touched.
 */
export async function prepareDemo(home: string, resume: boolean, log: (message: string) => void): Promise<DemoWarehouse> {
  const cluster = await startCluster({ dataDir: localClusterFolder(home), log });
  const roleSecret = await localRoleSecret(home);
  if (!resume) {
    await dropReaders(cluster);
    await dropDatabase(cluster, demoDatabase);
    await createDatabase(cluster, demoDatabase);
    await rm(join(demoHome(home), 'secrets'), { recursive: true, force: true });
  }
  const adminUrl = cluster.adminUrl(demoDatabase);
  await migrate({ directAdminUrl: adminUrl, roleSecret, log });
  return { cluster, adminUrl, roleSecret };
}

/** Roles are the cluster's, not the database's: those of the demo before would be left behind. */
async function dropReaders(cluster: Cluster): Promise<void> {
  const there = await withDirectSession(cluster.adminUrl('postgres'), (admin) =>
    admin.run('select 1 from pg_database where datname = $1', [demoDatabase]),
  );
  if (there.length === 0) return;
  await withDirectSession(cluster.adminUrl(demoDatabase), async (admin) => {
    const made = await admin.run<{ tenants: boolean }>("select to_regclass('public.tenants') is not null as tenants");
    if (made[0]?.tenants !== true) return;
    const roles = await admin.run<{ role: string }>(`select rolname as role from pg_roles r
      where exists (select 1 from public.tenants t where t.reader_role = r.rolname) and rolname ~ '^t_[a-z0-9]{12}$'`);
    for (const { role } of roles) {
      await admin.run(`drop owned by ${role}`);
      await admin.run(`drop role ${role}`);
    }
  });
}
