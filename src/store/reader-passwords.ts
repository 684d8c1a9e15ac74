import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import type { DirectSession } from './direct-session.ts';
import { rolePassword, scramVerifier } from './role-urls.ts';

/** The password of a reader that is in force. */
export interface ReaderPassword {
  readonly role: string;
  readonly generation: number;
  /** Whether a change of it is not finished: somebody may still have the former one, or a session opened with it. */
  readonly unsettled: boolean;
}

const GENERATION = 'select generation from ops.reader_passwords where role = $1';
const OF_TENANT = `select t.reader_role as role, coalesce(p.generation, 1) as generation, p.role is not null and p.settled_at is null as unsettled
  from public.tenants t left join ops.reader_passwords p on p.role = t.reader_role where t.id = $1`;
const READER = 'select reader_role as role from public.tenants where id = $1 and reader_role is not null for update';
const NEXT = `insert into ops.reader_passwords as p (tenant_id, role, generation, rotated_at) values ($1, $2, 2, clock_timestamp())
  on conflict (tenant_id) do update set generation = case when p.role = excluded.role then p.generation + 1 else 2 end,
    role = excluded.role, rotated_at = excluded.rotated_at, settled_at = null
  returning generation`;
const END_OLD = `select pg_terminate_backend(a.pid) as ended from pg_stat_activity a
  join ops.reader_passwords p on p.role = a.usename where p.tenant_id = $1 and a.backend_start < p.rotated_at`;
const SETTLE = 'update ops.reader_passwords set settled_at = clock_timestamp() where tenant_id = $1 and generation = $2';

/** Generation of a reader's password now: 1 unless it was rotated. */
export async function readerGeneration(db: Database, role: string): Promise<number> {
  return (await db.query<{ generation: number }>(GENERATION, [role])).rows[0]?.generation ?? 1;
}

/** @throws Error when the tenant is not there or has no reader */
export async function readerPassword(db: Database, tenantId: string): Promise<ReaderPassword> {
  const row = (await db.query<{ role: string | null; generation: number; unsettled: boolean }>(OF_TENANT, [tenantId])).rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  if (row.role === null) throw new Error(`tenant ${tenantId} has no role to read with; make one with: kpi tenant reader create`);
  return { ...row, role: row.role };
}

/**
 * Gives a tenant's reader the password of the next generation. Role, generation and audit change in one transaction, so whoever derives
 * the password from the stored generation always has the right one; sessions that are open stay open until `endOldSessions`.
 * @param admin as for `createReader`
 * @throws Error when the tenant has no reader
 */
export async function nextReaderPassword(
  admin: DirectSession,
  tenantId: string,
  { roleSecret, author }: { readonly roleSecret: string; readonly author: Author },
): Promise<ReaderPassword> {
  await admin.run('begin');
  try {
    const [reader] = await admin.run<{ role: string }>(READER, [tenantId]);
    if (reader === undefined) throw new Error(`tenant ${tenantId} is not there, or has no role to read with`);
    const { role } = reader;
    const [next] = await admin.run<{ generation: number }>(NEXT, [tenantId, role]);
    const generation = next!.generation;
    // Both parts are of fixed alphabets: t_ and twelve letters or digits, base64 and $:. It takes no parameters.
    if (!/^t_[a-z0-9]{12}$/.test(role)) throw new Error(`"${role}" is no reader role`);
    await admin.run(`alter role ${role} password '${scramVerifier(rolePassword(roleSecret, role, generation), role)}'`);
    await audit((text, values) => admin.run(text, [...values]), tenantId, author, 'reader.rotated', { role, generation });
    await admin.run('commit');
    // Until the commit a session could still be opened with the former password.
    await admin.run('update ops.reader_passwords set rotated_at = clock_timestamp() where tenant_id = $1', [tenantId]);
    return { role, generation, unsettled: true };
  } catch (error) {
    await admin.run('rollback').catch(() => undefined);
    throw error;
  }
}

/** Ends the sessions of a tenant's reader that were opened before its password changed. @returns how many */
export async function endOldSessions(admin: DirectSession, tenantId: string): Promise<number> {
  return (await admin.run<{ ended: boolean }>(END_OLD, [tenantId])).filter(({ ended }) => ended).length;
}

/** The change is finished: everybody who keeps the password has it, and no session of before is open. */
export async function settleReaderPassword(db: Database, tenantId: string, generation: number): Promise<void> {
  await db.query(SETTLE, [tenantId, generation]);
}
