import type { Database } from './database.ts';

/** What one lane of a stream has read; `from` null: everything that its source has. */
export interface CoveredRange {
  readonly live: boolean;
  readonly from: Date | null;
  readonly until: Date;
}

const RANGES = `select lane = 'live' as live, covered_from as from, covered_until as until from ops.streams
  where tenant_id = $1 and connection_id = $2 and stream = $3 and covered_until is not null and lane <> 'sweep'`;

/** What a stream's live reading and its backfills have covered. */
export async function coveredRanges(
  db: Database,
  place: { readonly tenantId: string; readonly connectionId: string; readonly stream: string },
): Promise<CoveredRange[]> {
  return (await db.query<CoveredRange & Record<string, unknown>>(RANGES, [place.tenantId, place.connectionId, place.stream])).rows;
}
