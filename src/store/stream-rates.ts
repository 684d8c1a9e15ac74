import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** How fast a stream was read of late. */
export interface StreamRate {
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  /** Rows of every kind a second, while somebody read. */
  readonly rows_per_second: number;
  /** Rows of every kind for each request. */
  readonly rows_per_request: number;
  /** Rows read of each kind: how many come with one record of another. */
  readonly rows: Readonly<Record<string, number>>;
}

const RATES = sqlFile('stream-rates');

/**
 * What the runs of the last 30 days say of each stream of these tenants: at most the newest 20 of a stream that read something worth
 * measuring. Streams without such runs are left out.
 */
export async function streamRates(db: Database, tenantIds: readonly string[]): Promise<StreamRate[]> {
  return (await db.query<StreamRate & Record<string, unknown>>(RATES, [tenantIds])).rows;
}
