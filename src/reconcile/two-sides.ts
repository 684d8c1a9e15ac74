import type { TenantTransaction } from '../store/database.ts';
import { NothingToCompare } from './nothing-to-compare.ts';

const SIDES = `select t.id is not null as tenant,
    array(select distinct c.source from ops.connections c where c.tenant_id = $1 and c.source in ('shopify', 'odoo')) as sources
  from (select) as one left join public.tenants t on t.id = $1`;

/** @throws when the tenant is unknown or has only one of the two sources */
export async function refuseOneSided({ query, tenantId }: TenantTransaction): Promise<void> {
  const row = (await query<{ tenant: boolean; sources: string[] }>(SIDES, [tenantId])).rows[0];
  if (row?.tenant !== true) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  const missing = ['shopify', 'odoo'].filter((source) => !row.sources.includes(source));
  if (missing.length > 0) {
    throw new NothingToCompare(
      `tenant ${tenantId} has no connection to ${missing.join(' and ')}: there is nothing to compare; connect it with: kpi connect ${missing[0]}`,
    );
  }
}
