import type { Query } from './database.ts';
import type { LanePlace } from './lease.ts';
import { sqlFile } from './sql-file.ts';

const HEALTH = sqlFile('freshness-health');

/**
 * Shows the readers of a tenant how its stream is: error, refused records, what the source cannot give, backfills. To be called, in a
 * transaction of the tenant, after whatever changes one of them.
 */
export async function showHealth(query: Query, place: Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>): Promise<void> {
  await query(HEALTH, [place.tenantId, place.connectionId, place.stream]);
}
