import { setTimeout as sleep } from 'node:timers/promises';
import { closeDatabase, isSuperuser } from './close-database.ts';
import type { DirectSession } from './direct-session.ts';
import { limitReaders } from './reader-role.ts';
import { rolePassword, scramVerifier, serviceRoles } from './role-urls.ts';

type RoleRow = { rolsuper: boolean; rolbypassrls: boolean; rolcreaterole: boolean; rolcreatedb: boolean; rolcanlogin: boolean };

/**
 * Makes the service's roles, sets their passwords, and closes the database to everyone else. Works for a superuser and for an owner of
 * the database who has CREATEROLE (Supabase's `postgres`). May be repeated. Roles belong to the whole cluster, so two databases that
 * are set up at once meet here; the loser of such a meeting tries again.
 * Throws when a role of ours has an attribute that would make row-level security void and the admin may not take it away.
 */
export async function bootstrapRoles(admin: DirectSession, roleSecret: string, generation = 1): Promise<void> {
  const superuser = await isSuperuser(admin);
  await meeting(async () => ensureRole(admin, 'kpi_reader', undefined, superuser));
  for (const role of serviceRoles) {
    const verifier = scramVerifier(rolePassword(roleSecret, role, generation), role);
    await meeting(async () => ensureRole(admin, role, verifier, superuser));
  }
  await meeting(async () => limitReaders(admin));
  await meeting(async () => closeDatabase(admin));
}

async function ensureRole(admin: DirectSession, role: string, verifier: string | undefined, superuser: boolean): Promise<void> {
  const login = verifier === undefined ? 'nologin' : 'login';
  const [found] = await admin.run<RoleRow>('select * from pg_roles where rolname = $1', [role]);
  if (found === undefined) {
    await admin.run(`create role ${role} ${login}${verifier === undefined ? '' : ` password '${verifier}'`}`);
    return;
  }
  if (found.rolsuper || found.rolbypassrls || found.rolcreaterole || found.rolcreatedb) {
    if (!superuser)
      throw new Error(
        `Role ${role} has rights above row-level security: alter role ${role} nosuperuser nobypassrls nocreaterole nocreatedb.`,
      );
    await admin.run(`alter role ${role} nosuperuser nobypassrls nocreaterole nocreatedb`);
  }
  if (found.rolcanlogin !== (verifier !== undefined)) await admin.run(`alter role ${role} ${login}`);
  if (verifier !== undefined && !(superuser && (await hasVerifier(admin, role, verifier)))) {
    await admin.run(`alter role ${role} password '${verifier}'`);
  }
}

/** Only a superuser may look; anyone else sets the password again, which does no harm. */
async function hasVerifier(admin: DirectSession, role: string, verifier: string): Promise<boolean> {
  return (await admin.run('select from pg_authid where rolname = $1 and rolpassword = $2', [role, verifier])).length > 0;
}

/** Repeats what failed only because another session changed the same catalogue row at the same moment. */
async function meeting(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      const met = code === '23505' || code === '42710' || code === '40P01' || message?.includes('concurrently') === true;
      if (!met || attempt === 20) throw error;
      await sleep(10 + Math.random() * 40 * attempt);
    }
  }
}
