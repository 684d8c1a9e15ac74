import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const projectRoot = resolve(import.meta.dirname, '../..');

/** Folder of everything local (database, secrets): `KPI_HOME`, or `.kpi` in the project. */
export function localHome(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env['KPI_HOME'] ?? join(projectRoot, '.kpi'));
}

/** Folder of the local database cluster. */
export function localClusterFolder(home: string = localHome()): string {
  return join(home, 'postgres');
}

/** The secret from which the local roles' passwords are derived: 32 random bytes in hex, made once, readable by its owner only. */
export async function localRoleSecret(home: string = localHome()): Promise<string> {
  return secretOnce(join(home, 'role-secret'));
}

/**
 * Reads the secret in `file`, or makes it. Two processes that ask at once get the same one: a hard link appears complete or not at all,
 * and only for the first.
 */
export async function secretOnce(file: string): Promise<string> {
  const known = await readSecret(file);
  if (known !== undefined) return known;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readSecret(file);
  if (made === undefined) throw new Error(`${file} is empty: delete it, then a new secret is made at the next start.`);
  return made;
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
