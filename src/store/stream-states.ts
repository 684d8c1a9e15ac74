import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** One live stream: how it is, and what stands behind that. */
export interface StreamState {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  /** As `ops.stream_health` has it; `paused` when its connection or company is. */
  readonly state: 'held' | 'failing' | 'stale' | 'retrying' | 'loading' | 'ok' | 'paused';
  /** Somebody reads it at this moment. */
  readonly reading: boolean;
  readonly last_success_at: Date | null;
  readonly covered_from: Date | null;
  readonly covered_until: Date | null;
  /** Since what it covers ended, by the clock of its source; null before its first reading has ended. */
  readonly lag_seconds: number | null;
  readonly rows: number;
  readonly open_quarantine: number;
  /** When it was last compared, day by day, with its source's own totals; null when it never was. */
  readonly verified_at: Date | null;
  readonly verification: 'verified' | 'differs' | null;
  readonly days_differing: number | null;
  readonly problem: string | null;
  /** What of the tenant is being made anew, and how far that is. */
  readonly recomputing: string | null;
  readonly notices: readonly { readonly code: string; readonly message: string }[];
}

const STATES = sqlFile('stream-states');

/** Every live stream of one tenant, or (null) of all, by company and source. */
export async function streamStates(db: Database, tenantId: string | null): Promise<StreamState[]> {
  return (await db.query<StreamState & Record<string, unknown>>(STATES, [tenantId])).rows;
}
