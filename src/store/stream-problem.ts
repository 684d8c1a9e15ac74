import type { Database } from './database.ts';
import type { LanePlace } from './lease.ts';
import { showHealth } from './stream-health.ts';
import { sqlFile } from './sql-file.ts';

const NOTE = sqlFile('stream-problem');
const UNFRESH = sqlFile('freshness-problem');

/** Writes down why a stream could not be started, where people look: there was no run to say it. It is due again in a quarter of an hour. */
export async function noteStreamProblem(
  db: Database,
  place: LanePlace,
  source: string,
  problem: { readonly kind: string; readonly code: string; readonly message: string; readonly advice: string; readonly es: string },
): Promise<void> {
  const { tenantId, connectionId, stream, lane } = place;
  await db.transaction(tenantId, async ({ query }) => {
    await query(NOTE, [tenantId, connectionId, stream, lane, problem.kind, problem.code, problem.message, problem.advice]);
    await query(UNFRESH, [tenantId, connectionId, stream, source, `${problem.message}. ${problem.advice}`, problem.es]);
    await showHealth(query, place);
  });
}
