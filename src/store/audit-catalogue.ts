import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** One thing in the database's catalogue that the rules of tenancy forbid. */
export interface CatalogueViolation {
  readonly rule: string;
  /** Table, view, function, schema, database or role. */
  readonly object: string;
  readonly detail: string | null;
}

const AUDIT = sqlFile('audit-catalogue');

/**
 * Everything in the catalogue that could show one tenant another's rows, or let a reader do more than read: tables without forced
 * row security, views with their owner's rights, grants to PUBLIC, roles above the policies. Empty on a sound database.
 * Reads the system catalogue alone, so any role may run it; it covers the database it is connected to and the roles of the cluster.
 */
export async function auditCatalogue(query: Query): Promise<CatalogueViolation[]> {
  return (await query<{ rule: string; object: string; detail: string | null }>(AUDIT)).rows;
}
