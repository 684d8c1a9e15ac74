import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Ids to start the database under. Empty when the own user will do: only root has to step down, as Postgres refuses to run as root. */
export type ServiceUser = { readonly uid?: number; readonly gid?: number };

/**
 * The user that Postgres shall run as: the own one, or for root `postgres`, `nobody`, else a system user made on the spot.
 * It must be in /etc/passwd, as initdb looks its own name up. Throws when root finds no user and cannot make one.
 */
export async function serviceUser(): Promise<ServiceUser> {
  if (process.getuid?.() !== 0) return {};
  const found = await knownUser();
  if (found !== undefined) return found;
  // Debian and Red Hat have useradd, Alpine and busybox only adduser.
  await run('useradd', ['--system', '--no-create-home', 'postgres']).catch(async () =>
    run('adduser', ['-S', '-D', '-H', 'postgres']).catch(() => {}),
  );
  const made = await knownUser();
  if (made !== undefined) return made;
  throw new Error(
    'Postgres does not run as root, and there is no user "postgres" or "nobody": create one of them, or start as another user.',
  );
}

async function knownUser(): Promise<ServiceUser | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** Whether the user can reach a folder. Tried out and not computed, so that mount options and access lists count too. */
export async function canEnter(folder: string, user: ServiceUser): Promise<boolean> {
  return succeeds('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user);
}

/** Whether a command ends with 0 under the user. Never throws: a file that may not be executed is an answer too. */
export async function succeeds(command: string, args: readonly string[], user: ServiceUser): Promise<boolean> {
  return run(command, args, { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
