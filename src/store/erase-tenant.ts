import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import { tenantTables } from './tenant-tables.ts';

/** A company that is being erased. */
export interface Erasure {
  readonly tenant_id: string;
  readonly rut: string;
  readonly reader_role: string | null;
  /** Where secrets of its connections are kept that no other tenant uses. */
  readonly secret_refs: readonly string[];
}

export interface ErasedRows {
  readonly table: string;
  readonly rows: number;
}

const AIM_MS = 400;
const SIZES = { first: 1000, least: 200, most: 20_000 } as const;
/** What has to outlive the rest: who erased what is told and can be watched, and where an interrupted erasure is taken up again. */
const LAST: readonly string[] = ['ops.audit', 'ops.erasures', 'ops.tenant_jobs'];
const READ = 'select tenant_id, rut, reader_role, secret_refs from ops.erasures where tenant_id = $1';
const FIND = 'select tenant_id from ops.erasures where rut = $1';
const BEGIN = `insert into ops.erasures (tenant_id, rut, reader_role, secret_refs, asked_by, reason)
  select t.id, t.rut, t.reader_role, array(
      select s.secret_ref from (
        select c.tenant_id, c.secret_ref from ops.connections c union select a.tenant_id, a.secret_ref from ops.alert_targets a) s
      group by s.secret_ref having bool_and(s.tenant_id = t.id) order by 1), $2, $3
  from public.tenants t where t.id = $1 and t.status <> 'erased'
  on conflict (tenant_id) do nothing returning tenant_id`;
const CLOSE = "update public.tenants set status = 'erased' where id = $1";
// A batch that is being written ends first; no later one finds its lock, so none is written any more.
const NO_WRITER = 'delete from ops.tenant_write where tenant_id = $1';
const BUDGETS = `delete from ops.api_budget b using ops.connections c
  where c.tenant_id = $1 and b.host = c.host and b.account = c.account_key
    and not exists (select from ops.connections o where o.tenant_id <> $1 and o.host = c.host and o.account_key = c.account_key)`;
const USERS = `update public.users set stated_tenants = array_remove(stated_tenants, $1::uuid) where $1::uuid = any (stated_tenants)`;
const ORGANIZATIONS = `update ops.clerk_organizations
  set stated_tenant = nullif(stated_tenant, $1::uuid), mapped_tenant = nullif(mapped_tenant, $1::uuid)
  where $1::uuid in (stated_tenant, mapped_tenant)`;
const FORGET = `update public.tenants set rut = 'erased:' || id, rut_valid = false, company_name = '(borrada)', reader_role = null,
    channel_names = default, closed_dates = default, sla_first_response_by_channel = default, sla_resolution_by_channel = default,
    ocr_tag = default, ocr_name = default
  where id = $1`;
const END = 'delete from ops.erasures where tenant_id = $1';
const OTHER_JOBS = "delete from ops.tenant_jobs where tenant_id = $1 and kind <> 'erase'";
const RUT = `select coalesce(e.rut, t.rut) as rut, t.status = 'erased' and e.tenant_id is null as erased
  from public.tenants t left join ops.erasures e on e.tenant_id = t.id where t.id = $1`;

/** An erasure that was begun and not ended, by the RUT its company had; null when there is none. */
export async function findErasure(db: Database, rut: string): Promise<string | null> {
  return (await db.query<{ tenant_id: string }>(FIND, [rut])).rows[0]?.tenant_id ?? null;
}

/** The RUT of a company that is there or is just being erased; null when it was erased already, or never was. */
export async function rutToErase(db: Database, tenantId: string): Promise<string | null> {
  const row = (await db.query<{ rut: string; erased: boolean }>(RUT, [tenantId])).rows[0];
  return row === undefined || row.erased ? null : row.rut;
}

/**
 * Begins to erase a tenant, or takes up what was begun: from here on nobody can read it and nothing of it is synchronised.
 * @throws when there is no such tenant, or it was erased already
 */
export async function beginErasure(db: Database, tenantId: string, author: Author, shownRut: string): Promise<Erasure> {
  return db.transaction(tenantId, async ({ query }) => {
    const begun = await query(BEGIN, [tenantId, author.who, author.reason]);
    if (begun.rowCount === 1) await audit(query, tenantId, author, 'tenant.erase', { rut: shownRut });
    const erasure = (await query<Erasure & Record<string, unknown>>(READ, [tenantId])).rows[0];
    if (erasure === undefined) throw new Error(`there is no tenant ${tenantId}, or it was erased already`);
    await query(CLOSE, [tenantId]);
    await query(NO_WRITER, [tenantId]);
    return erasure;
  });
}

/**
 * Deletes every row of a tenant from every table but the audit, in chunks below a second, and what names it elsewhere. Yields what went,
 * chunk by chunk. Repeating it goes on where it was cut off.
 */
export async function* eraseRows(db: Database, tenantId: string): AsyncGenerator<ErasedRows, void, void> {
  await db.transaction(tenantId, async ({ query }) => {
    for (const text of [BUDGETS, USERS, ORGANIZATIONS]) await query(text, [tenantId]);
  });
  const tables = (await db.transaction(tenantId, ({ query }) => tenantTables(query))).filter(({ name }) => !LAST.includes(name));
  for (const { name } of tables) {
    let size: number = SIZES.first;
    for (;;) {
      const began = performance.now();
      const rows = await db.transaction(
        tenantId,
        async ({ query }) =>
          (
            await query(`delete from ${name} where ctid = any (array(select ctid from ${name} where tenant_id = $1 limit $2))`, [
              tenantId,
              size,
            ])
          ).rowCount ?? 0,
      );
      if (rows > 0) yield { table: name, rows };
      if (rows < size) break;
      size = Math.round(Math.min(SIZES.most, Math.max(SIZES.least, size * Math.min(2, AIM_MS / Math.max(1, performance.now() - began)))));
    }
  }
}

/** Ends an erasure: of the tenant only an id with the word "erased" and the audit are left. */
export async function endErasure(db: Database, tenantId: string, author: Author, told: Readonly<Record<string, unknown>>): Promise<void> {
  await db.transaction(tenantId, async ({ query }) => {
    await query(FORGET, [tenantId]);
    await query(END, [tenantId]);
    await query(OTHER_JOBS, [tenantId]);
    await audit(query, tenantId, author, 'tenant.erased', told);
  });
}
