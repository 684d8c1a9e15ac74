import type { Query } from './database.ts';

/** A table with rows of tenants. */
export interface TenantTable {
  /** With its schema, quoted where needed. */
  readonly name: string;
  readonly schema: string;
}

const TABLES = `select format('%I.%I', n.nspname, c.relname) as name, n.nspname as schema
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
  where c.relkind = 'r' and n.nspname in ('public', 'kpi', 'raw', 'ops')
  order by 1`;

/** Every table that has rows of tenants, from the catalogue: one that a later release adds is among them by itself. */
export async function tenantTables(query: Query): Promise<TenantTable[]> {
  return (await query<TenantTable & Record<string, unknown>>(TABLES)).rows;
}
