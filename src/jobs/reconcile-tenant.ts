import { keepAfterClosing } from '../reconcile/keep-after-closing.ts';
import { keepOpenFindings } from '../reconcile/keep-open-findings.ts';
import { reconcileDone, reconcileDue } from '../store/reconcile-due.ts';
import type { JobDeps } from './job-deps.ts';

/**
 * Compares what changed since the last time, or everything once a night: what differs between shop and books, and what changed in closed
 * months. What arrives meanwhile is noted, and the tick brings the next job.
 */
export async function reconcileTenant(deps: Pick<JobDeps, 'db'>, tenantId: string): Promise<void> {
  const { db } = deps;
  const due = await reconcileDue(db, tenantId);
  const { sources, whole, days, wholeDays, orderIds } = due;
  const asOf = new Date().toISOString();
  if (sources.length === 2) await keepOpenFindings(db, { tenantId, asOf, ...(whole ? {} : { touched: { orderIds, days: wholeDays } }) });
  if (whole || days.length > 0) await keepAfterClosing(db, { tenantId, asOf, days: whole ? null : days });
  await reconcileDone(db, tenantId, due);
}
