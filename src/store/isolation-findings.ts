import { auditCatalogue } from './audit-catalogue.ts';
import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** Something about this database that a company's readers could use. */
export interface IsolationFinding {
  /**
   * `violation`: rows of one company may be seen or changed by another; nothing of that kind is ever in order.
   * `limit`: no row is in danger, but readers may do to the server what a managed one lets nobody forbid, such as filling its disk.
   * `notice`: the same in another database of the server, which somebody else may be at home in.
   */
  readonly kind: 'violation' | 'limit' | 'notice';
  readonly rule: string;
  /** Table, view, function, language, role or database. */
  readonly object: string;
  readonly detail: string | null;
  /** Statement for a superuser that ends it; null: it depends on what somebody meant. */
  readonly remedy: string | null;
}

const LIMITS = sqlFile('isolation-limits');

/**
 * Everything in this database and its roles that keeps companies less apart than docs/isolation.md says; on a sound one that was migrated
 * by a superuser there are notices at most. Reads the system catalogue alone: any role may run it, and it takes milliseconds.
 */
export async function isolationFindings(query: Query): Promise<IsolationFinding[]> {
  const violations = await auditCatalogue(query);
  const { rows } = await query<{ kind: 'limit' | 'notice'; rule: string; object: string; detail: string | null; remedy: string }>(LIMITS);
  return [...violations.map((one) => ({ kind: 'violation' as const, ...one, remedy: null })), ...rows];
}
