import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { ServiceUser } from './service-user.ts';

const run = promisify(execFile);

/** Postgres' superuser in a local cluster; nothing but migrations and cluster care uses it. */
export const adminName = 'postgres';

/**
 * Makes the data directory of a cluster unless it is there. It is built under another name and renamed when complete, so a killed
 * initdb leaves nothing that looks like a cluster, and of two starts at once one wins whole.
 * Throws when the directory holds another major version, or with initdb's own words.
 */
export async function initData(
  folder: string,
  binaries: PostgresBinaries,
  user: ServiceUser,
  password: string,
  sync: boolean,
): Promise<string> {
  const data = join(folder, 'data');
  const version = await dataVersion(data);
  if (version === '16') return data;
  if (version !== undefined) throw new Error(`${data} was made by Postgres ${version}, this is Postgres 16: move it away or delete it.`);
  const draft = `${data}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) {
      await chown(draft, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await chmod(draft, 0o700);
    await runInitdb(binaries.initdb, draft, passwordFile, user, sync);
    await rename(draft, data).catch(async (error: unknown) => {
      if ((await dataVersion(data)) === undefined) throw error;
    });
    return data;
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(initdb: string, data: string, passwordFile: string, user: ServiceUser, sync: boolean): Promise<void> {
  const args = [`--pgdata=${data}`, `--username=${adminName}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  if (!sync) args.push('--no-sync');
  // initdb takes whatever it is not told from the environment: with LANG unset the encoding would be SQL_ASCII.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  const attempt = async (locale: string) => run(initdb, [...args, `--locale=${locale}`], { ...user, env, cwd: '/' });
  try {
    // C.UTF-8 is not known everywhere; C sorts the same way and lacks only case mapping beyond ASCII.
    await attempt('C.UTF-8').catch(async (error: { stderr?: string }) => {
      if (!error.stderr?.includes('invalid locale')) throw error;
      await attempt('C');
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`The database could not be created in ${data}: ${stderr?.trim() || message}`, { cause: error });
  }
}

async function dataVersion(data: string): Promise<string | undefined> {
  return readFile(join(data, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
