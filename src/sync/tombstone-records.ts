import type { Entity, Listing } from '#contract';
import type { Client } from '../store/database.ts';
import { writeBatch } from '../store/write-batch.ts';
import type { Looked } from './run-sweep.ts';
import type { SyncDeps, SyncJob } from './run-sync.ts';

/** Records tombstoned in one transaction: with their parts well below a second under the tenant's lock. */
const TOGETHER = 100;

/**
 * Marks records as deleted through the ordinary writer, so that links, roll-ups and KPIs follow: their rows and what is part of them,
 * unless they were read again after the look.
 * @returns how many records were tombstoned
 */
export async function tombstoneRecords(
  deps: SyncDeps,
  job: Omit<SyncJob, 'request'>,
  listing: Listing<unknown>,
  run: { readonly id: string; readonly epoch: bigint; readonly client: Client },
  going: readonly Looked[],
): Promise<number> {
  const [main] = listing.rows;
  let tombstoned = 0;
  // Looks of one request share its number; a chunk must not mix them.
  for (const [readSeq, records] of Map.groupBy(going, (one) => one.readSeq)) {
    for (let start = 0; start < records.length; start += TOGETHER) {
      const rows = records.slice(start, start + TOGETHER).flatMap(({ record }) => record.rows);
      const byEntity = Map.groupBy(rows, (row): Entity => row.entity);
      const balance = await writeBatch(
        deps.db,
        {
          ...job.place,
          source: job.source,
          epoch: run.epoch,
          runId: run.id,
          rows: [],
          refused: [],
          excluded: [],
          cursor: null,
          pages: 0,
          end: false,
          covered: null,
          snapshot: null,
          gone: { rows: [...byEntity].map(([entity, all]) => ({ entity, ids: all.map(({ id }) => id) })), parts: listing.parts, readSeq },
          notices: [],
          held: null,
        },
        run.client,
      );
      tombstoned += main === undefined ? 0 : (balance.byEntity.get(main.entity)?.tombstoned ?? 0);
    }
  }
  return tombstoned;
}
