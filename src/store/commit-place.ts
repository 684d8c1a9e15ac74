import type { Batch } from './batch.ts';
import type { Coverage } from './coverage.ts';
import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

const FRESHNESS = sqlFile('freshness');
const PLACE = sqlFile('commit-place');

/** Another process holds the lease now: this one must stop, and nothing of its batch is written. */
export class Fenced extends Error {
  constructor(place: { readonly stream: string; readonly lane: string }) {
    super(`the lease of stream ${place.stream} (${place.lane}) was taken over by another worker; this one stops without writing`);
    this.name = 'Fenced';
  }
}

/**
 * The last statements of a batch: freshness, run counters, and the cursor where the epoch still is ours. That update is the fence: a
 * SELECT beforehand, or FOR KEY SHARE, lets a process that was frozen write over its successor (tried).
 */
export async function commitPlace(query: Query, batch: Batch, covered: Coverage | null): Promise<void> {
  const common = [batch.tenantId, batch.connectionId, batch.stream, batch.lane];
  await query('update ops.runs set pages = pages + $3, batches = batches + 1 where tenant_id = $1 and id = $2', [
    batch.tenantId,
    batch.runId,
    batch.pages,
  ]);
  if (batch.lane === 'live') {
    await query(FRESHNESS, [
      ...common.slice(0, 3),
      batch.source,
      batch.end,
      covered?.from ?? null,
      covered?.until ?? null,
      batch.held?.because ?? null,
      batch.held?.es ?? null,
    ]);
  }
  const placed = await query(PLACE, [
    ...common,
    String(batch.epoch),
    batch.cursor === null ? null : JSON.stringify(batch.cursor),
    covered?.from ?? null,
    covered?.until ?? null,
    covered !== null,
    batch.held?.because ?? null,
    batch.held?.release ?? null,
    batch.notices.length === 0 ? null : JSON.stringify(batch.notices),
  ]);
  if (placed.rowCount === 0) throw new Fenced(batch);
}
