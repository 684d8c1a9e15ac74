import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectSession } from './direct-session.ts';

const KEY = "hashtextextended('kpi migrate', 0)";
/** The lock that Kysely takes for itself while it migrates (its PostgresAdapter). */
const KYSELY = '3853314791062309107';
const TRY = `select pg_try_advisory_lock(${KEY}) as taken`;
// Locks that anybody who may log in could hold, for as long as they like; only who migrates has business with them.
const HOLDERS = `select a.pid, a.usename::text as role,
    exists (select from pg_auth_members m join pg_roles g on g.oid = m.roleid where g.rolname = 'kpi_reader' and m.member = a.usesysid and m.inherit_option and not m.admin_option)
      or a.usename = 'kpi_analyst' as stranger
  from pg_locks l join pg_stat_activity a using (pid)
  where a.pid <> pg_backend_pid() and l.locktype = 'advisory' and l.granted and l.objsubid = 1 and (l.classid::bigint << 32) | l.objid::bigint in (${KEY}, ${KYSELY})
    and l.database = (select oid from pg_database where datname = current_database())`;
const LOOK_MS = 100;

/**
 * Lets one migration of a database run at a time: waits until another is done. Advisory locks are open to every role, so a reader that
 * holds this one would hold up every release: its session is ended.
 * @throws when a reader holds it and the admin may not end that session
 */
export async function takeMigrationLock(admin: DirectSession): Promise<void> {
  for (;;) {
    const [row] = await admin.run<{ taken: boolean }>(TRY);
    for (const { pid, role, stranger } of await admin.run<{ pid: number; role: string; stranger: boolean }>(HOLDERS)) {
      if (!stranger) continue;
      await admin.run('select pg_terminate_backend(pid) from pg_stat_activity where pid = $1', [pid]).catch((error: unknown) => {
        throw new Error(
          `role ${role} (backend ${pid}) holds the lock of migrations and may not be ended by this user; end it as a superuser`,
          {
            cause: error,
          },
        );
      });
    }
    if (row?.taken === true) return;
    await sleep(LOOK_MS);
  }
}
