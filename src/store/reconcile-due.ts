import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** What a tenant's comparison has to look at. */
export interface ReconcileDue {
  readonly sources: readonly ('shopify' | 'odoo')[];
  /** Everything: it is due by night, or nothing was ever compared. */
  readonly whole: boolean;
  /** Local days `YYYY-MM-DD` on which something changed. */
  readonly days: readonly string[];
  /** Of these days, those of which all orders are compared. */
  readonly wholeDays: readonly string[];
  /** The orders that changed, of either side; of whole days they need not be named. */
  readonly orderIds: readonly string[];
  /** Until which note they were read: what comes later stays for the next time. */
  readonly upTo: string;
}

const ENQUEUE = sqlFile('reconcile-enqueue');
const DUE = sqlFile('reconcile-due');
const DONE = 'delete from ops.reconcile_touched x where x.tenant_id = $1 and x.id <= $2::bigint';
const FULL = `insert into ops.reconcile_state (tenant_id, full_at) values ($1, clock_timestamp())
  on conflict (tenant_id) do update set full_at = excluded.full_at`;

/** Queues a job for each tenant that has something to compare. @returns how many */
export async function enqueueReconciliations(db: Database): Promise<number> {
  return (await db.query(ENQUEUE)).rowCount ?? 0;
}

export async function reconcileDue(db: Database, tenantId: string): Promise<ReconcileDue> {
  return (await db.query<ReconcileDue & { upTo: string }>(DUE, [tenantId])).rows[0]!;
}

/** What was read is compared. */
export async function reconcileDone(db: Database, tenantId: string, { upTo, whole }: ReconcileDue): Promise<void> {
  await db.query(DONE, [tenantId, upTo]);
  if (whole) await db.query(FULL, [tenantId]);
}
