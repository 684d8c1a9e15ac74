import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

const ENQUEUE_DUE = sqlFile('enqueue-due');
const ENQUEUE_BACKFILL = sqlFile('enqueue-backfill');
const ENQUEUE_BACKFILLS = sqlFile('enqueue-backfills');
const DUE_STREAMS = `select stream from ops.streams
  where tenant_id = $1 and connection_id = $2 and lane = 'live' and next_run_at <= clock_timestamp()
    and exists (select from public.tenants t where t.id = $1 and t.status = 'active')
  order by next_run_at, array_position($3::text[], stream)`;
const WAKE = `update ops.streams set next_run_at = clock_timestamp(),
    held_because = case when $5 then null else held_because end,
    held_release = case when $5 then 'accepted' else held_release end,
    cursor = case when $6 and cursor is not null then jsonb_build_object('v', 0, 'watermark', cursor -> 'watermark', 'walk', null)
      else cursor end
  where tenant_id = $1 and lane = 'live' and ($2::uuid is null or connection_id = $2) and ($3::text is null or stream = $3)
    and ($4::text is null or connection_id in (select id from ops.connections where tenant_id = $1 and source = $4))
  returning connection_id`;

/** Queues one job for each connection with a due stream, by one statement for all tenants. @returns how many were queued */
export async function enqueueDue(db: Database): Promise<number> {
  return (await db.query(ENQUEUE_DUE)).rowCount ?? 0;
}

/**
 * Names of a connection's streams that are due, those first that have waited longest: one that is long has its next slice after the
 * others. Equal ones in the order of `best`.
 */
export async function dueStreams(db: Database, tenantId: string, connectionId: string, best: readonly string[]): Promise<string[]> {
  return (await db.query<{ stream: string }>(DUE_STREAMS, [tenantId, connectionId, best])).rows.map((row) => row.stream);
}

/** Makes streams due now. @returns the connections concerned */
export async function wakeStreams(
  db: Database,
  which: {
    readonly tenantId: string;
    readonly connectionId?: string;
    readonly source?: string;
    readonly stream?: string;
    readonly accept?: boolean;
    readonly resetCursor?: boolean;
  },
): Promise<string[]> {
  const rows = (
    await db.query<{ connection_id: string }>(WAKE, [
      which.tenantId,
      which.connectionId ?? null,
      which.stream ?? null,
      which.source ?? null,
      which.accept ?? false,
      which.resetCursor ?? false,
    ])
  ).rows;
  return [...new Set(rows.map((row) => row.connection_id))];
}

/** Queues the sync job of one connection now. */
export async function enqueueSync(db: Database, tenantId: string, connectionId: string): Promise<void> {
  await db.query('select ops.enqueue($1, $2::json, job_key => $3)', [
    'sync',
    JSON.stringify({ tenant_id: tenantId, connection_id: connectionId }),
    `sync:${connectionId}`,
  ]);
}

/** Queues the reading again of refused records of one stream. */
export async function enqueueReplay(
  db: Database,
  replay: {
    readonly tenantId: string;
    readonly connectionId: string;
    readonly stream: string;
    readonly ids: readonly string[];
    readonly who: string;
    readonly reason: string;
  },
): Promise<void> {
  const { tenantId, connectionId, stream, ids, who, reason } = replay;
  await db.query('select ops.enqueue($1, $2::json)', [
    'replay',
    JSON.stringify({ tenant_id: tenantId, connection_id: connectionId, stream, ids, who, reason }),
  ]);
}

/** Queues the next step of a backfill, now or after some seconds, by its own priority. */
export async function enqueueBackfill(db: Database, tenantId: string, backfillId: string, afterSeconds = 0): Promise<void> {
  await db.query(ENQUEUE_BACKFILL, [tenantId, backfillId, afterSeconds]);
}

/**
 * Queues backfills whose source is to be tried again, and those that run and of which nobody has heard for a while, because their job was lost.
 * @returns how many were queued
 */
export async function enqueueWaitingBackfills(db: Database): Promise<number> {
  return (await db.query(ENQUEUE_BACKFILLS)).rowCount ?? 0;
}
