import type { Query } from './database.ts';
import type { Family } from './tables.ts';

export type FamilyVersions = ReadonlyMap<Family, string>;

const READ = 'select family, version::text as version from ops.tenant_write where tenant_id = $1 and family = any($2::text[])';
const LOCK = 'update ops.tenant_write set version = version + 1 where tenant_id = $1 and family = $2 returning version::text as version';

/** How many batches each family has committed, read before planning. */
export async function readVersions(query: Query, tenantId: string, families: readonly Family[]): Promise<FamilyVersions> {
  const rows = (await query<{ family: Family; version: string }>(READ, [tenantId, families])).rows;
  return new Map(rows.map((row) => [row.family, row.version]));
}

/**
 * Makes this the tenant's one committing writer of these families until the transaction ends; several families are taken in the
 * given (sorted) order, each by a statement of its own. A row lock on ops, not an advisory lock: readers can take those.
 * @returns whether another batch has committed since `seen`
 */
export async function lockFamilies(query: Query, tenantId: string, families: readonly Family[], seen: FamilyVersions): Promise<boolean> {
  let moved = false;
  for (const family of families) {
    const row = (await query<{ version: string }>(LOCK, [tenantId, family])).rows[0];
    if (row === undefined) throw new Error(`tenant ${tenantId} has no writer row for ${family}; was it created with: kpi tenant add?`);
    if (BigInt(row.version) !== BigInt(seen.get(family) ?? -1) + 1n) moved = true;
  }
  return moved;
}
