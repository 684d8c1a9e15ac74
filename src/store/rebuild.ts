import type { Database } from './database.ts';
import { DERIVATIONS } from './derivations.ts';
import type { DerivedDifference } from './rederive.ts';
import { countKeys, SHOWN, walkDerivations } from './walk-derivations.ts';

export interface RebuildProgress {
  readonly table: string;
  /** Keys looked at, of how many there were at the start. */
  readonly done: number;
  readonly total: number;
}

// What a recomputation did not reach before it failed, the rebuild has.
const SETTLED = `update ops.recomputations set state = 'done' where tenant_id = $1 and state = 'failed' and ended_at < $2`;

/**
 * Derives everything that is derived from facts once more: local days, conversion, links, who speaks, which refunds count, names that
 * follow, roll-ups. In chunks, each a transaction under the same lock as a batch. In production it must find no difference; what it
 * finds is put right and returned, the first 10,000 cells.
 */
export async function rebuildTenant(
  db: Database,
  tenantId: string,
  onProgress?: (progress: RebuildProgress) => void,
): Promise<DerivedDifference[]> {
  const found: DerivedDifference[] = [];
  const total = onProgress === undefined ? 0 : await countKeys(db, tenantId, DERIVATIONS);
  const began = (await db.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]!.now;
  let done = 0;
  for await (const chunk of walkDerivations(db, tenantId, DERIVATIONS, undefined, { show: SHOWN })) {
    for (const difference of chunk.differences) found.push(difference);
    done += chunk.keys;
    onProgress?.({ table: chunk.table, done: Math.min(done, total), total });
  }
  await db.query(SETTLED, [tenantId, began]);
  return found;
}
