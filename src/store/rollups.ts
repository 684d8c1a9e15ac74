import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface Rollup {
  readonly table: string;
  readonly key: readonly string[];
  readonly measures: readonly string[];
  /** Select over the facts of tenant $1 and the local days $2 (null: all). */
  readonly select: string;
}

/** The roll-ups, each with the key by which it is touched: a local day. */
export const ROLLUPS = {
  sales: {
    table: 'kpi.sales_daily',
    key: ['day', 'source'],
    measures: ['orders', 'orders_without_rate', 'amount_total', 'amount_untaxed', 'refunds', 'refunds_amount', 'refunds_untaxed'],
    select: sqlFile('aggregate-sales'),
  },
  conversations: {
    table: 'kpi.conversations_daily',
    key: ['day', 'channel'],
    measures: ['opened', 'open', 'resolved', 'pending', 'snoozed'],
    select: sqlFile('aggregate-conversations'),
  },
  executions: {
    table: 'kpi.executions_daily',
    key: ['day', 'workflow_id'],
    measures: ['executions', 'success', 'errors', 'crashed', 'canceled', 'running', 'duration_ms_sum', 'duration_ms_count'],
    select: sqlFile('aggregate-executions'),
  },
} as const satisfies Record<string, Rollup>;

/**
 * Deletes and re-aggregates the touched days. Two statements of their own, under the tenant's lock: one statement that locks and
 * aggregates would aggregate over a snapshot older than the lock and lose data (tried).
 */
export async function reaggregate(query: Query, tenantId: string, rollup: Rollup, days: ReadonlySet<string>): Promise<void> {
  if (days.size === 0) return;
  const touched = [...days].sort();
  await query(`delete from ${rollup.table} where tenant_id = $1 and day = any($2::date[])`, [tenantId, touched]);
  const columns = ['tenant_id', ...rollup.key, ...rollup.measures].join(', ');
  await query(
    `insert into ${rollup.table} (${columns}) select ${columns} from (${rollup.select}) fresh order by ${rollup.key.join(', ')}`,
    [tenantId, touched],
  );
}
