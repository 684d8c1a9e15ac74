import { runningCluster, startCluster, stopCluster } from './cluster.ts';
import { ensureDatabase } from './database.ts';
import { keepCluster, releaseCluster } from './kept-cluster.ts';
import { localClusterFolder, localHome } from './state.ts';

/** Database of the project in the local cluster. */
export const localDatabase = 'kpi';

/**
 * `kpi local start`: starts the local database, or adopts the running one, and leaves it running. Returns the superuser's URL of the
 * project's database, which is empty until it is migrated.
 */
export async function startLocal(log: (message: string) => void): Promise<string> {
  const cluster = await startCluster({ dataDir: localClusterFolder(), log });
  await ensureDatabase(cluster, localDatabase);
  await keepCluster(localHome());
  return cluster.adminUrl(localDatabase);
}

/** `kpi local stop`: ends the local database, also one that a killed run left. Returns whether one was running. */
export async function stopLocal(): Promise<boolean> {
  await releaseCluster(localHome());
  return stopCluster(localClusterFolder());
}

/** `kpi local url`: the superuser's URL of the running local database, or undefined when none runs. */
export async function localUrl(): Promise<string | undefined> {
  return (await runningCluster(localClusterFolder()))?.adminUrl(localDatabase);
}
