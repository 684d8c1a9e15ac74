import type { Batch } from './batch.ts';
import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

const MERGE = sqlFile('merge-coverage');

/** From when (null: everything the source has) until when a lane's rows are known to be all there. */
export interface Coverage {
  readonly from: Date | null;
  readonly until: Date;
}

/** The coverage that this batch commits: a walk says what it has seen, which adds to what the walks before it have. */
export async function mergedCoverage(query: Query, batch: Batch): Promise<Coverage | null> {
  if (batch.covered === null) return null;
  const { tenantId, connectionId, stream, lane, covered } = batch;
  const row = (
    await query<{ covered_from: Date | null; covered_until: Date }>(MERGE, [
      tenantId,
      connectionId,
      stream,
      lane,
      covered.from,
      covered.until,
    ])
  ).rows[0];
  return row === undefined
    ? { from: covered.from === null ? null : new Date(covered.from), until: new Date(covered.until) }
    : { from: row.covered_from, until: row.covered_until };
}
