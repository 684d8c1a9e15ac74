import type { Database } from '../store/database.ts';
import { ClosingRefused, type Closing, type PeriodChange, type PeriodTotals, type ShownClosing } from './closing.ts';
import type { DocumentsBridge } from './documents-bridge.ts';
import type { TrackedFinding } from './finding-state.ts';
import { boundsOf } from './run-documents-bridge.ts';
import { readReconciliation } from './show-reconciliation.ts';
import { sqlFile } from './sql-file.ts';

const CLOSING = sqlFile('closing');
const TOTALS = sqlFile('period-totals');
const CHANGES = sqlFile('closing-changes');
const FINDINGS = sqlFile('finding-states');
const KEPT = 'select b.bridge from ops.documents_bridges b where b.tenant_id = $1 and b.id = $2';

/**
 * The last closing of a month exactly as it was kept, and beside it what the month is now.
 * @param limit how many findings of each bridge, and how many changes; totals count them all
 * @throws ClosingRefused when it was never closed
 */
export async function showClosing(db: Pick<Database, 'snapshot'>, tenantId: string, month: string, limit = 100): Promise<ShownClosing> {
  const { from, until } = boundsOf(month);
  return db.snapshot(tenantId, async (tx) => {
    const { query } = tx;
    const closing = (await query<Closing & { id: string }>(CLOSING, [tenantId, from])).rows[0];
    if (closing === undefined)
      throw new ClosingRefused(
        `${month} was never closed for tenant ${tenantId}; close it with: kpi reconcile close --tenant ${tenantId} --month ${month}`,
      );
    const { reconciliationId, documentsBridgeId } = closing;
    const reconciliation = reconciliationId === null ? null : await readReconciliation(tx, reconciliationId, limit);
    const kept =
      documentsBridgeId === null ? null : (await query<{ bridge: DocumentsBridge }>(KEPT, [tenantId, documentsBridgeId])).rows[0]!;
    const live = (await query<{ at: string; totals: PeriodTotals }>(TOTALS, [tenantId, from, until])).rows[0]!;
    const changes = await query<PeriodChange & Record<string, unknown>>(CHANGES, [tenantId, closing.id, from, until, limit]);
    const told = await query<TrackedFinding & { number: string }>(FINDINGS, [
      tenantId,
      null,
      'after_closing',
      null,
      null,
      null,
      null,
      10_000,
    ]);
    return {
      closing,
      reconciliation,
      documents: kept === null ? null : { ...kept.bridge, findings: kept.bridge.findings.slice(0, limit) },
      live: { at: live.at, totals: live.totals, changes: changes.rows },
      findings: told.rows.filter(({ data, isThere }) => isThere && data['month'] === month),
    };
  });
}
