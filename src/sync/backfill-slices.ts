import type { InstantRange, ReadContext } from '#contract';
import type { ConnectionRow } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import { localSlices } from '../store/local-slices.ts';
import type { BackfillTarget } from './backfill-targets.ts';
import { missingDays, type MissingDays } from './missing-days.ts';

/** What a connector needs to be asked about one connection: for counting, not for reading. @throws when its secrets cannot be read */
export type OpenSource = (connection: ConnectionRow, signal: AbortSignal) => Promise<ReadContext<unknown>>;

/** The slices of a whole range. A walk by ids starts at the newest record each time, so cutting it would only read the same pages again. */
export async function wholeSlices(db: Database, { stream, range, tenant }: BackfillTarget, days: number): Promise<InstantRange[]> {
  return stream.backfill === 'id-range' ? [range] : localSlices(db, range, tenant.time_zone, days);
}

/** The slices of what is missing of a range, and what is known about that. @throws SourceError */
export async function missingSlices(
  db: Database,
  target: BackfillTarget,
  context: ReadContext<unknown>,
  days: number,
  now: Date,
): Promise<MissingDays & { readonly slices: readonly InstantRange[] }> {
  const { tenant, connection, stream, range } = target;
  const of = { tenantId: tenant.id, timeZone: tenant.time_zone, connectionId: connection.id, stream, context };
  const missing = await missingDays(db, of, range, now);
  const slices: InstantRange[] = [];
  for (const part of missing.ranges) slices.push(...(await wholeSlices(db, { ...target, range: part }, days)));
  return { ...missing, slices };
}
