import type { Database, Query } from './database.ts';
import { personRecords, type ErasureSubject } from './erase-customer.ts';

/** Everything that is stored of one person, for the person. */
export interface CustomerExport {
  /** Rows by table, as JSON, without pseudonyms and what only the machine needs. */
  readonly tables: Readonly<Record<string, readonly unknown[]>>;
  readonly rows: number;
}

const TABLES = `select format('%I.%I', n.nspname, c.relname) as name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id' and not a.attisdropped
  where c.relkind = 'r' and n.nspname = 'public' and c.relname <> 'customer_identities'
  order by 1`;
/** A hash tells a person nothing, and the numbers of our own bookkeeping nothing either. */
const ROW = `to_jsonb(t) - array['row_hash', 'read_seq', 'source_seq', 'revision', 'identity_key', 'rut_key', 'email_key', 'phone_key', 'domain_key'] as row`;
const OWN = `select ${ROW} from public.customers t where t.tenant_id = $1 and t.id = any ($2::uuid[]) order by t.id`;
const PAYLOADS = `select t.payload as row from raw.records t where t.tenant_id = $1 and t.entity = 'customer' and t.id = any ($2::uuid[]) order by t.id`;

/** What of a tenant is stored of the person whom any of these subjects names, as of one instant. */
export async function exportCustomer(db: Database, tenantId: string, subjects: readonly ErasureSubject[]): Promise<CustomerExport> {
  return db.snapshot(tenantId, async ({ query }) => {
    const ids = await idsOf(query, tenantId, subjects);
    const tables: Record<string, unknown[]> = {};
    const read = async (name: string, text: string) => {
      const { rows } = await query<{ row: unknown }>(text, [tenantId, ids]);
      if (rows.length > 0) tables[name] = rows.map(({ row }) => row);
    };
    await read('public.customers', OWN);
    for (const { name } of (await query<{ name: string }>(TABLES)).rows)
      await read(name, `select ${ROW} from ${name} t where t.tenant_id = $1 and t.customer_id = any ($2::uuid[])`);
    await read('raw.records', PAYLOADS);
    return { tables, rows: Object.values(tables).reduce((sum, rows) => sum + rows.length, 0) };
  });
}

async function idsOf(query: Query, tenantId: string, subjects: readonly ErasureSubject[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const subject of subjects) for (const { id } of await personRecords(query, tenantId, subject)) ids.add(id);
  return [...ids];
}
