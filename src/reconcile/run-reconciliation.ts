import { randomUUID } from 'node:crypto';
import type { Database, TenantTransaction } from '../store/database.ts';
import type { Reconciliation } from './reconciliation.ts';
import { readReconciliation } from './show-reconciliation.ts';
import { sqlFile } from './sql-file.ts';

export interface ReconciliationRequest {
  readonly tenantId: string;
  /** The instant it speaks for, UTC: documents after it are left out, and what is younger than the grace is not judged. */
  readonly asOf: string;
  /** Bounds of the originals' time, UTC, half-open; without them everything is compared. */
  readonly from?: string | null;
  readonly until?: string | null;
  /** Minutes a web order may take to reach the books; default 60. */
  readonly graceMinutes?: number;
  /** How many findings the answer carries; default 100. All are stored. */
  readonly limit?: number;
}

const COMPARE = sqlFile('compare');
const SIDES = `select t.id is not null as tenant,
    array(select distinct c.source from ops.connections c where c.tenant_id = $1 and c.source in ('shopify', 'odoo')) as sources
  from (select) as one left join public.tenants t on t.id = $1`;

/**
 * Compares a tenant's Shopify sales with the Odoo documents that cite them and stores bridge and findings under a new id. Reads one
 * snapshot of the warehouse and asks no source: what a stream has not brought yet is `pending`, and `warnings` says so.
 * @throws when the tenant is unknown, has only one of the two sources, or the range is empty
 */
export async function runReconciliation(db: Database, request: ReconciliationRequest): Promise<Reconciliation> {
  const { tenantId, asOf, from = null, until = null, graceMinutes = 60, limit = 100 } = request;
  if (from !== null && until !== null && Date.parse(from) >= Date.parse(until)) {
    throw new Error(`the range from ${from} until ${until} is empty: the end is exclusive and must come after the start`);
  }
  const id = randomUUID();
  return db.transaction(tenantId, async (tx) => {
    await refuseOneSided(tx);
    // The sides are joined whole. A plan made for the few rows an unanalysed table is taken to have would compare each with each.
    await tx.query("select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)");
    await tx.query(COMPARE, [tenantId, id, asOf, from, until, `${graceMinutes} minutes`]);
    return readReconciliation(tx, id, limit);
  });
}

async function refuseOneSided({ query, tenantId }: TenantTransaction): Promise<void> {
  const row = (await query<{ tenant: boolean; sources: string[] }>(SIDES, [tenantId])).rows[0];
  if (row?.tenant !== true) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  const missing = ['shopify', 'odoo'].filter((source) => !row.sources.includes(source));
  if (missing.length > 0) {
    throw new Error(
      `tenant ${tenantId} has no connection to ${missing.join(' and ')}: there is nothing to compare; connect it with: kpi connect ${missing[0]}`,
    );
  }
}
