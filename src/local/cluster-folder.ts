import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { canEnter, type ServiceUser } from './service-user.ts';

/**
 * Folder in which a cluster's data, password and log lie: the wanted one where the service user can enter it, else one in a temporary
 * folder whose name follows from the wanted path, so that the next start finds the same data again.
 * Throws when there is no place that the user can enter.
 */
export async function clusterFolder(wanted: string, user: ServiceUser): Promise<string> {
  const folder = resolve(wanted);
  await mkdir(folder, { recursive: true });
  if (user.uid === undefined || (await canEnter(folder, user))) return folder;
  for (const place of temporaryPlaces(folder)) {
    if (await claim(place, user)) return place;
  }
  throw new Error(
    `The database runs as user ${user.uid}, which may not enter ${folder} nor a temporary folder: set KPI_HOME to a folder that everyone may enter.`,
  );
}

/** Removes what a cluster left, at the wanted place and in the temporary folder. */
export async function removeClusterFolder(wanted: string): Promise<void> {
  const folder = resolve(wanted);
  await rm(folder, { recursive: true, force: true });
  for (const place of temporaryPlaces(folder)) {
    if (await isOwn(place)) await rm(place, { recursive: true, force: true });
  }
}

function temporaryPlaces(folder: string): string[] {
  const name = `kpi-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  return [...new Set([tmpdir(), '/var/tmp', '/tmp'])].map((place) => join(place, name));
}

/** Temporary folders are open to everyone, so a folder (or link) that somebody else put there under our name is not used. */
async function claim(place: string, user: ServiceUser): Promise<boolean> {
  await mkdir(place, { mode: 0o755 }).catch(() => {});
  if (!(await isOwn(place))) return false;
  await chmod(place, 0o755);
  return canEnter(place, user);
}

async function isOwn(place: string): Promise<boolean> {
  const found = await lstat(place).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}
