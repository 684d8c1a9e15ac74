import type { Database, TenantTransaction } from '../store/database.ts';
import { keepStates } from './keep-states.ts';
import { sqlFile } from './sql-file.ts';

const FINDINGS = sqlFile('after-closing');
const SCOPE = sqlFile('after-closing-scope');
const TERMS = sqlFile('after-closing-terms');
const KEEP_FOR_READERS = sqlFile('keep-month-closings');
const CLOSED = 'select exists (select from ops.closings c where c.tenant_id = $1) as something';

/**
 * Keeps what changed in closed months as findings of class `after_closing`, of the local day on which each was first seen.
 * @param days local days `YYYY-MM-DD` that changed; null for all closed months
 */
export async function keepAfterClosing(
  db: Pick<Database, 'snapshot'>,
  request: { readonly tenantId: string; readonly asOf: string; readonly days: readonly string[] | null },
): Promise<void> {
  const { tenantId, asOf, days } = request;
  await db.snapshot(tenantId, async (tx: TenantTransaction) => {
    const closed = await tx.query<{ something: boolean }>(CLOSED, [tenantId]);
    if (closed.rows[0]?.something !== true) return;
    // Months that were closed before their readers had a table of them come into it here.
    await tx.query(KEEP_FOR_READERS, [tenantId]);
    await tx.query(TERMS, [asOf]);
    await tx.query(SCOPE, [tenantId, days]);
    await tx.query(FINDINGS, [tenantId, days, asOf]);
    await keepStates(tx, { whole: false, afterClosing: true, days: null });
  });
}
