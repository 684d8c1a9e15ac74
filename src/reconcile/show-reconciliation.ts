import type { Database, TenantTransaction } from '../store/database.ts';
import { CLASSES, type FindingClass } from './finding-classes.ts';
import type { ClassTotal, Finding, Reconciliation } from './reconciliation.ts';
import { sqlFile } from './sql-file.ts';

export interface ShownReconciliation {
  readonly tenantId: string;
  /** Uuid of a comparison; without it the latest. */
  readonly id?: string | null;
  /** How many findings; default 100. */
  readonly limit?: number;
  /** Only findings of this class. */
  readonly class?: FindingClass | null;
}

/** A kept comparison without its lines. */
export type ReconciliationHeader = Pick<
  Reconciliation,
  'id' | 'asOf' | 'from' | 'until' | 'createdAt' | 'currency' | 'shopOrders' | 'shopAmount' | 'erpOrders' | 'erpAmount' | 'remainder'
>;

/** There is no such comparison; the message says what to type. */
export class NoSuchReconciliation extends Error {
  override readonly name = 'NoSuchReconciliation';
}

const RUNS = sqlFile('runs');
const HEADER = sqlFile('header');
const CLASS_TOTALS = sqlFile('classes');
const FINDINGS = sqlFile('findings');

/**
 * A stored comparison as it was when it ran.
 * @throws NoSuchReconciliation when the tenant has none, or none of that id
 */
export async function showReconciliation(db: Database, shown: ShownReconciliation): Promise<Reconciliation> {
  return db.transaction(shown.tenantId, (tx) => readReconciliation(tx, shown.id ?? null, shown.limit ?? 100, shown.class ?? null));
}

/** The comparisons that were kept, the newest first. */
export async function listReconciliations(db: Database, tenantId: string, limit = 100): Promise<ReconciliationHeader[]> {
  return db.transaction(tenantId, async ({ query }) => (await query<ReconciliationHeader & { id: string }>(RUNS, [tenantId, limit])).rows);
}

/** As `showReconciliation`, within a transaction of the tenant. */
export async function readReconciliation(
  { query, tenantId }: TenantTransaction,
  id: string | null,
  limit: number,
  onlyClass: FindingClass | null = null,
): Promise<Reconciliation> {
  const header = (await query<Omit<Reconciliation, 'classes' | 'findings'>>(HEADER, [tenantId, id])).rows[0];
  if (header === undefined) {
    throw new NoSuchReconciliation(
      id === null
        ? `tenant ${tenantId} has no reconciliation yet: make one with kpi reconcile run`
        : `tenant ${tenantId} has no reconciliation ${id}; without an id the latest is shown`,
    );
  }
  const classes = await query<ClassTotal & { class: FindingClass }>(CLASS_TOTALS, [tenantId, header.id, CLASSES]);
  const findings = await query<Finding & { class: FindingClass }>(FINDINGS, [tenantId, header.id, limit, onlyClass]);
  return { ...header, classes: classes.rows satisfies ClassTotal[], findings: findings.rows };
}
