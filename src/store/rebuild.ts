import type { Database } from './database.ts';
import { DERIVATIONS } from './derivations.ts';
import type { DerivedDifference } from './rederive.ts';
import { SHOWN, walkDerivations } from './walk-derivations.ts';

export interface RebuildProgress {
  readonly table: string;
  /** Derivations done, of how many there are. */
  readonly done: number;
  readonly total: number;
}

// What a recomputation did not reach before it failed, the rebuild has.
const SETTLED = `update ops.recomputations set state = 'done' where tenant_id = $1 and state = 'failed' and ended_at < $2`;

/**
 * Derives everything that is derived from facts once more: local days, conversion, links, who speaks, which refunds count, names that
 * follow, roll-ups. Looks first, without a lock; what differs is put right in chunks, each a transaction under the same lock as a batch,
 * and returned, the first 10,000 cells. In production it must find no difference.
 */
export async function rebuildTenant(
  db: Database,
  tenantId: string,
  onProgress?: (progress: RebuildProgress) => void,
): Promise<DerivedDifference[]> {
  const found: DerivedDifference[] = [];
  // As text: a Date has no microseconds, and what ended in this millisecond ended before.
  const began = (await db.query<{ now: string }>('select clock_timestamp()::text as now')).rows[0]!.now;
  for await (const chunk of walkDerivations(db, tenantId, DERIVATIONS, undefined, { show: SHOWN, looksFirst: true })) {
    for (const difference of chunk.differences) found.push(difference);
    onProgress?.({ table: chunk.table, done: chunk.place.index, total: DERIVATIONS.length });
  }
  await db.query(SETTLED, [tenantId, began]);
  return found;
}
