import type { Draft, Page } from '#contract';
import type { Database } from '../../src/store/database.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { jobOf, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

const PAGE = 250;

export interface Expected {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface Place {
  readonly tenantId: string;
  readonly connectionId: string;
  /** A shop, where it is not said. */
  readonly source?: string;
}

/** Drafts as the pages of a shop's walk: the last one ends it and states how far the source is covered. */
export function pagesOf(drafts: readonly Draft[]): Page[] {
  const count = Math.ceil(drafts.length / PAGE);
  return Array.from({ length: count }, (_, i) => {
    const end = i === count - 1;
    const part = drafts.slice(i * PAGE, (i + 1) * PAGE);
    const cursor = { v: 1, watermark: part.at(-1)?.sourceUpdatedAt ?? null, walk: end ? null : { page: i } };
    return pageOf(part, { end, cursor, ...(end ? { covered: { from: null, until: '2030-01-01T00:00:00Z' } } : {}) });
  });
}

/**
 * One whole run as a worker does it (lease, numbering, normalising, batches, cursor), of pages that are already there.
 * @throws when it did not end well; what it counted is for `checkCounts`, outside the timing
 */
export async function syncPages(db: Database, place: Place, batch: number, pages: readonly Page[]): Promise<void> {
  const deps = {
    ...syncDeps(db, 'bench'),
    timings: { ttlSeconds: 60, renewSeconds: 15 },
    // No limit by time: a slow moment would cut batches of another size.
    buffer: { rows: batch, bytes: Number.POSITIVE_INFINITY, milliseconds: Number.POSITIVE_INFINITY },
  };
  const result = await runSync(deps, jobOf({ ...place, source: place.source ?? 'shopify' }, scripted(pages)));
  if (result.error !== null || !result.complete) throw new Error(`the run ended ${result.outcome}: ${result.error ?? 'not complete'}`);
}

/** A phase that did something else than its name says would still give a number; the balance of its run tells. */
export async function checkCounts(db: Database, place: Place, expected: Expected): Promise<void> {
  const { rows } = await db.transaction(place.tenantId, ({ query }) =>
    query<Expected>(
      `select c.inserted::int as inserted, c.updated::int as updated, c.unchanged::int as unchanged
       from ops.runs r join ops.run_counts c on c.tenant_id = r.tenant_id and c.run_id = r.id
       where r.tenant_id = $1 order by r.started_at desc limit 1`,
      [place.tenantId],
    ),
  );
  const found = JSON.stringify(rows[0] ?? null);
  if (found !== JSON.stringify(expected)) throw new Error(`the run counted ${found} and not ${JSON.stringify(expected)}`);
}
