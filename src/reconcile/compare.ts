import type { TenantTransaction } from '../store/database.ts';
import { COMPARE_WHOLE } from './plan-settings.ts';
import { sqlFile } from './sql-file.ts';

/** Orders, and local days (`YYYY-MM-DD`) with all their orders. */
export interface Touched {
  readonly orderIds: readonly string[];
  readonly days: readonly string[];
}

/** What a comparison is made of: everything, or the groups that what was touched belongs to. */
export type Scope = 'all' | Touched;

export interface Terms {
  readonly asOf: string;
  readonly from: string | null;
  readonly until: string | null;
  /** Minutes; null for the tenant's own. */
  readonly graceMinutes: number | null;
}

const TERMS = sqlFile('terms');
const SCOPE_ALL = sqlFile('scope-all');
const SCOPE_TOUCHED = sqlFile('scope-touched');
/** The temporary tables in the order in which each is made from those before it. */
const STEPS = {
  reconcile_document: sqlFile('documents'),
  reconcile_member: sqlFile('members'),
  reconcile_part: sqlFile('parts'),
  reconcile_group: sqlFile('groups'),
  reconcile_lines: sqlFile('lines'),
  reconcile_payments: sqlFile('payments'),
  reconcile_issued: sqlFile('issued'),
  reconcile_rounding: sqlFile('rounding'),
};
const FINDINGS_TABLE = sqlFile('findings-table');
const FIND = ['unmatched', 'duplicates', 'differences', 'parts', 'payments', 'documents', 'papers', 'buyers', 'refunds'].map((name) =>
  sqlFile(`find-${name}`),
);
const SUGGEST = sqlFile('suggest');

/**
 * Compares the shop with the books into temporary tables of this transaction, `reconcile_*`, which whoever calls keeps from. The transaction
 * must read one snapshot: the steps are statements of their own.
 */
export async function compare({ tenantId, query }: TenantTransaction, terms: Terms, scope: Scope): Promise<void> {
  const { asOf, from, until, graceMinutes } = terms;
  await query(scope === 'all' ? COMPARE_WHOLE : "select set_config('jit', 'off', true)");
  const step = async (table: string, sql: string, values: readonly unknown[] = [tenantId]): Promise<void> => {
    await query(sql, usesParameter(sql) ? values : []);
    // Without it each is taken to have few groups, and the larger side of a join is hashed.
    await query(`analyze ${table}`);
  };
  await step('reconcile_terms', TERMS, [tenantId, asOf, from, until, graceMinutes === null ? null : `${graceMinutes} minutes`]);
  if (scope === 'all') await step('reconcile_scope', SCOPE_ALL);
  else await step('reconcile_scope', SCOPE_TOUCHED, [tenantId, scope.orderIds, scope.days, asOf]);
  for (const [table, sql] of Object.entries(STEPS)) await step(table, sql);
  await query(FINDINGS_TABLE);
  for (const sql of FIND) await query(sql, usesParameter(sql) ? [tenantId] : []);
  await query('analyze reconcile_finding');
  await query(SUGGEST, [tenantId]);
}

/** Comments aside, whether a statement names the tenant: the database refuses a value that nothing asks for. */
const usesParameter = (sql: string): boolean => sql.replaceAll(/--.*$/gm, '').includes('$1');
