import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCluster, throwawaySettings } from '../../src/local/cluster.ts';
import { createDatabase } from '../../src/local/database.ts';
import { migrate } from '../../src/store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the superuser of this run's cluster, database `postgres`. */
    clusterUrl: string;
    roleSecret: string;
    templateDatabase: string;
  }
}

/**
 * Starts one real Postgres for the whole run and migrates one database, of which every test file gets a copy. The cluster goes when the
 * run ends, also when it is killed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kpi-tests-'));
  // Postgres runs under another user when the tests run as root.
  await chmod(folder, 0o755);
  const cluster = await startCluster({ dataDir: folder, settings: throwawaySettings, throwaway: true }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    const roleSecret = randomBytes(32).toString('hex');
    const templateDatabase = 'migrated';
    await createDatabase(cluster, templateDatabase);
    await migrate({ directAdminUrl: cluster.adminUrl(templateDatabase), roleSecret });
    project.provide('clusterUrl', cluster.adminUrl('postgres'));
    project.provide('roleSecret', roleSecret);
    project.provide('templateDatabase', templateDatabase);
  } catch (error) {
    await cluster.remove();
    throw error;
  }
  return async () => cluster.remove();
}
