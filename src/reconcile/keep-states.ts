import type { TenantTransaction } from '../store/database.ts';
import { HARMLESS } from './finding-classes.ts';
import { sqlFile } from './sql-file.ts';

const KEEP_STATES = sqlFile('keep-states');
const KEEP_DAILY = sqlFile('keep-daily');

/** Parts of an order that the books' documents and payments decide: without current documents nothing of them is settled. */
const BY_DOCUMENTS = ['document', 'refund', 'payment', 'buyer', 'date'];

/** What a comparison was of: everything or what was touched; the two sides, or closed months as they are now. */
export interface Compared {
  readonly whole: boolean;
  readonly afterClosing: boolean;
  /** Local days (`YYYY-MM-DD`) on which something may have changed; null: any. */
  readonly days: readonly string[] | null;
}

/** After a comparison's findings were kept: what became of each, and what is open by day and class. In the comparison's transaction. */
export async function keepStates(tx: TenantTransaction, { whole, afterClosing, days }: Compared): Promise<void> {
  await tx.query(KEEP_STATES, [tx.tenantId, whole, [...HARMLESS], BY_DOCUMENTS, afterClosing]);
  await keepDaily(tx, days);
}

/** Brings `kpi.reconciliation_daily` to what is open, on these local days (null: on all). */
export async function keepDaily({ query, tenantId }: TenantTransaction, days: readonly string[] | null): Promise<void> {
  await query(KEEP_DAILY, [tenantId, days]);
}
