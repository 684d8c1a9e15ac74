import type { Database, Query } from './database.ts';

/** What of a tenant decides how its rows are written. */
export interface TenantSettings {
  readonly tenantId: string;
  readonly currency: string;
  readonly timeZone: string;
  /** Whether issued documents may be the sales of orders: by the company's basis, or until every change of voices has been followed. */
  readonly documentsMaySpeak: boolean;
}

const READ = `select t.currency, t.time_zone, t.sales_basis = 'invoices' or exists (
    select 1 from ops.recomputations r
    where r.tenant_id = t.id and r.state = 'running' and r.tables && array['public.source_orders', 'public.source_orders.speaks']) as documents
  from public.tenants t where t.id = $1`;

/** @throws when the tenant does not exist */
export async function tenantSettings(query: Query, tenantId: string): Promise<TenantSettings> {
  const row = (await query<{ currency: string; time_zone: string; documents: boolean }>(READ, [tenantId])).rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return { tenantId, currency: row.currency, timeZone: row.time_zone, documentsMaySpeak: row.documents };
}

/** The zone in which the company's days are cut. @throws when the tenant does not exist */
export async function tenantZone(db: Database, tenantId: string): Promise<string> {
  const row = (await db.query<{ time_zone: string }>('select time_zone from public.tenants where id = $1', [tenantId])).rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return row.time_zone;
}

/** The company's own RUT, canonical. @throws when the tenant does not exist */
export async function tenantRut(db: Database, tenantId: string): Promise<string> {
  const row = (await db.query<{ rut: string }>('select rut from public.tenants where id = $1', [tenantId])).rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return row.rut;
}

export interface NewTenant {
  readonly id: string;
  /** Canonical. */
  readonly rut: string;
  readonly rutValid: boolean;
  readonly companyName: string;
  readonly currency: string;
  readonly currencyDecimals: number;
  readonly timeZone: string;
  readonly industry: string;
}

export interface TenantRow {
  readonly id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly currency: string;
  readonly time_zone: string;
  readonly status: string;
  readonly reader_role: string | null;
}

const ADD = `insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone, industry)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;
const WRITERS = `insert into ops.tenant_write (tenant_id, family)
  select $1, family from unnest(array['sales', 'support', 'automation', 'inventory']) as family`;
const LIST = `select id, rut, company_name, currency, time_zone, status, reader_role from public.tenants order by company_name, rut`;
const NAME_ZONE = 'select 1 from pg_timezone_names where name = $1';

/** Creates a tenant and its writer rows. @throws when the time zone does not exist, or the RUT is taken */
export async function addTenant(db: Database, tenant: NewTenant): Promise<void> {
  await db.transaction(tenant.id, async ({ query }) => {
    if ((await query(NAME_ZONE, [tenant.timeZone])).rowCount === 0)
      throw new Error(`there is no time zone ${tenant.timeZone}; for example: America/Santiago`);
    await query(ADD, [
      tenant.id,
      tenant.rut,
      tenant.rutValid,
      tenant.companyName,
      tenant.currency,
      tenant.currencyDecimals,
      tenant.timeZone,
      tenant.industry,
    ]);
    await query(WRITERS, [tenant.id]);
  });
}

export async function listTenants(db: Database): Promise<TenantRow[]> {
  return (await db.query<TenantRow>(LIST)).rows;
}
