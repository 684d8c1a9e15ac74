import { randomUUID } from 'node:crypto';
import type { Database, TenantTransaction } from '../store/database.ts';
import { compare } from './compare.ts';
import { CLASSES } from './finding-classes.ts';
import { NotCurrent } from './not-current.ts';
import { holdOpenFindings, keepCompared } from './keep-compared.ts';
import { keepOpenFindings } from './keep-open-findings.ts';
import type { Reconciliation, ReconciliationWarning } from './reconciliation.ts';
import { readReconciliation } from './show-reconciliation.ts';
import { refuseOneSided } from './two-sides.ts';
import { sqlFile } from './sql-file.ts';

export interface ReconciliationRequest {
  readonly tenantId: string;
  /** The instant it speaks for, UTC: documents after it are left out, and what is younger than the grace is not judged. */
  readonly asOf: string;
  /** Bounds of the originals' time, UTC, half-open; without them everything is compared. */
  readonly from?: string | null;
  readonly until?: string | null;
  /** Minutes a web order may take to reach the books; without it the tenant's setting. */
  readonly graceMinutes?: number | null;
  /** Refuse when a side is paused, loading, stale, held, refused or being read again, instead of warning. */
  readonly strict?: boolean;
  /** How many findings the answer carries; default 100. All are stored. */
  readonly limit?: number;
  /** Keep what is open now as well, as `keepOpenFindings` does: from the same comparison, unless this one is of a part or by other terms. */
  readonly keepOpen?: boolean;
}

const TOTALS = sqlFile('totals');
const WARNINGS = sqlFile('warnings');
const KEEP = sqlFile('keep-snapshot');

interface Totals {
  readonly shop_orders: string;
  readonly shop_amount: string;
  readonly shop_without_rate: string;
  readonly erp_orders: string;
  readonly erp_amount: string;
  readonly erp_without_rate: string;
}

/**
 * Compares a tenant's Shopify sales with the Odoo documents that cite them and stores bridge and findings under a new id. Reads one
 * snapshot of the warehouse and asks no source: what a stream has not brought yet is `pending`, and `warnings` says so.
 * @throws when the tenant is unknown, has only one of the two sources or the range is empty; NotCurrent when a strict one meets a side that is not
 */
export async function runReconciliation(db: Pick<Database, 'snapshot'>, request: ReconciliationRequest): Promise<Reconciliation> {
  const { tenantId, asOf, from = null, until = null, graceMinutes = null, strict = false, limit = 100, keepOpen = false } = request;
  if (from !== null && until !== null && Date.parse(from) >= Date.parse(until)) {
    throw new Error(`the range from ${from} until ${until} is empty: the end is exclusive and must come after the start`);
  }
  const id = randomUUID();
  const keepsThis = keepOpen && from === null && until === null && graceMinutes === null && !strict;
  if (keepOpen && !keepsThis) await keepOpenFindings(db, { tenantId, asOf });
  return db.snapshot(tenantId, async (tx) => {
    await refuseOneSided(tx);
    const before = keepsThis ? await holdOpenFindings(tx) : null;
    await compare(tx, { asOf, from, until, graceMinutes }, 'all');
    if (keepsThis) await keepCompared(tx, { asOf, whole: true, before });
    const totals = (await tx.query<Totals & Record<string, unknown>>(TOTALS)).rows[0]!;
    const warnings = await warningsOf(tx, totals, strict);
    const { shop_orders, shop_amount, erp_orders, erp_amount } = totals;
    await tx.query(KEEP, [tenantId, id, shop_orders, shop_amount, erp_orders, erp_amount, JSON.stringify(warnings), CLASSES]);
    return readReconciliation(tx, id, limit);
  });
}

async function warningsOf({ query, tenantId }: TenantTransaction, totals: Totals, strict: boolean): Promise<ReconciliationWarning[]> {
  const { rows } = await query<ReconciliationWarning & { strict: boolean }>(WARNINGS);
  const refused = rows.filter((warning) => warning.strict);
  if (strict && refused.length > 0) {
    const why = refused.map(({ source, connection, message }) => `${source} (${connection}): ${message}`).join('; ');
    throw new NotCurrent(
      `tenant ${tenantId} cannot be reconciled strictly: ${why}. See kpi status; without --strict it is compared with warnings`,
    );
  }
  const { shop_without_rate: shop, erp_without_rate: erp } = totals;
  const warnings = rows.map(({ code, source, connection, message }) => ({ code, source, connection, message }));
  if (shop === '0' && erp === '0') return warnings;
  const message = `${shop} ventas de la tienda y ${erp} pedidos de Odoo sin tipo de cambio: están con monto 0`;
  return [...warnings, { code: 'without_rate', source: null, connection: null, message }];
}
