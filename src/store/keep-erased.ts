import type { Entity, Refused } from '#contract';
import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

const BLANK = sqlFile('blank-erased');
const REFUSALS = sqlFile('erase-refusals');
const ANY = 'select from ops.erased where tenant_id = $1 limit 1';

/** Takes from a batch's staged rows what was erased on request, under the lock that an erasure takes too and before the merge. */
export async function blankErased(query: Query, tenantId: string, entity: Entity): Promise<void> {
  if (entity === 'customer') await query(BLANK, [tenantId]);
}

/** Takes it from what a batch refused. */
export async function blankErasedRefusals(query: Query, tenantId: string, refused: readonly Refused[]): Promise<void> {
  if (refused.length > 0 && (await query(ANY, [tenantId])).rowCount === 1) await query(REFUSALS, [tenantId]);
}
