import type pg from 'pg';
import type { Cursor } from '#contract';
import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** One lane of one stream: what a lease is for. */
export interface LanePlace {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly stream: string;
  readonly lane: string;
}

export interface Lease {
  readonly epoch: bigint;
  readonly cursor: Cursor | null;
  readonly heldBecause: string | null;
  readonly heldRelease: string | null;
  /** The holder before had fallen silent instead of letting go. */
  readonly takenOver: boolean;
  /** Longest pause between two runs, in seconds: the connector's, or what a person set. */
  readonly intervalSeconds: number;
  /** Seconds since the last complete walk ended, by the database's clock; null when there was none. */
  readonly sinceSuccessSeconds: number | null;
}

const TAKE = sqlFile('lease-take');
const END_BACKEND = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1 and backend_start = $2::timestamptz and usename = current_user and pid <> pg_backend_pid()`;
const RENEW = `update ops.streams set expires_at = clock_timestamp() + make_interval(secs => $6)
  where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4 and epoch = $5`;

/**
 * Takes the lease when nobody holds it, by the database's clock. Whoever takes it over from a silent holder ends that holder's
 * backend, so that a frozen process cannot keep locks; should it wake up, its epoch is old and it writes nothing.
 * @param client the connection the run will write through
 * @returns null when another process holds it
 */
export async function takeLease(
  db: Database,
  client: pg.PoolClient,
  place: LanePlace,
  holder: string,
  ttlSeconds: number,
): Promise<Lease | null> {
  const row = (
    await client.query<{
      epoch: string;
      cursor: Cursor | null;
      held_because: string | null;
      held_release: string | null;
      interval_seconds: number;
      since_success_seconds: number | null;
      old_pid: number | null;
      old_start: string | null;
    }>(TAKE, [place.tenantId, place.connectionId, place.stream, place.lane, holder, ttlSeconds])
  ).rows[0];
  if (row === undefined) return null;
  if (row.old_pid !== null && row.old_start !== null) await db.query(END_BACKEND, [row.old_pid, row.old_start]);
  return {
    epoch: BigInt(row.epoch),
    cursor: row.cursor,
    heldBecause: row.held_because,
    heldRelease: row.held_release,
    takenOver: row.old_pid !== null,
    intervalSeconds: row.interval_seconds,
    sinceSuccessSeconds: row.since_success_seconds,
  };
}

/** @returns false when the lease is no longer ours */
export async function renewLease(db: Database, place: LanePlace, epoch: bigint, ttlSeconds: number): Promise<boolean> {
  const renewed = await db.query(RENEW, [place.tenantId, place.connectionId, place.stream, place.lane, String(epoch), ttlSeconds]);
  return renewed.rowCount === 1;
}
