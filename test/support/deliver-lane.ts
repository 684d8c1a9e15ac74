import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '#contract';
import { normalizer } from '../../src/normalize/normalize-draft.ts';
import type { Batch } from '../../src/store/batch.ts';
import type { Database } from '../../src/store/database.ts';
import { takeLease } from '../../src/store/lease.ts';
import { startRun } from '../../src/store/runs.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { documentDrafts, rateDraft } from './order-truth.ts';
import { pagesOf, type DeliveredPage, type Lane, type OrderWorld } from './order-world.ts';

type Connections = Record<string, string>;

/** Delivers one lane's pages in their order; four lanes of one tenant do so at once, each through transactions of its own. */
export async function deliver(own: Database, tenantId: string, connections: Connections, world: OrderWorld, lane: Lane): Promise<void> {
  const place = { tenantId, connectionId: connections[lane.source]!, stream: 'orders', lane: lane.lane };
  const normalize = normalizer({ tenantId, connectionId: place.connectionId, identityKey: Buffer.from('test') });
  const client = await own.pool.connect();
  const lease = await takeLease(own, client, place, `writer-${lane.source}-${lane.lane}`, 60).finally(() => client.release());
  if (lease === null) throw new Error('the lane is taken');
  const runId = crypto.randomUUID();
  await startRun(own, place, { id: runId, source: lane.source, worker: 'test' });
  const rowsOf = (page: DeliveredPage): Row[] =>
    [...page.versions.flatMap((version) => documentDrafts(version)), ...page.rates.map((rate) => rateDraft(rate))].map((draft) => {
      const row = normalize(draft, page.readSeq);
      if (!('hash' in row)) throw new Error(row.reason);
      return row;
    });
  const batchOf = (gathered: readonly DeliveredPage[], last: DeliveredPage): Batch => ({
    ...place,
    source: lane.source,
    epoch: lease.epoch,
    runId,
    rows: gathered.flatMap((page) => rowsOf(page)),
    refused: [],
    excluded: [],
    cursor: { v: 1, watermark: null, walk: String(last.readSeq) },
    pages: gathered.length,
    end: last.covered !== null,
    covered: last.covered === null ? null : { from: null, until: last.covered },
    snapshot: null,
    notices: [],
    held: null,
  });
  let gathered: DeliveredPage[] = [];
  for (const page of pagesOf(world, lane)) {
    gathered.push(page);
    // The end of a walk ends a batch.
    if (page.gathers && page.covered === null) continue;
    await sleep(page.delay);
    await writeBatch(own, batchOf(gathered, page));
    gathered = [];
  }
  const rest = gathered.at(-1);
  if (rest !== undefined) await writeBatch(own, batchOf(gathered, rest));
}
