import type { ErrorKind } from '#contract';
import type { Database } from './database.ts';
import type { LanePlace } from './lease.ts';
import { showHealth } from './stream-health.ts';
import { sqlFile } from './sql-file.ts';

export type RunOutcome = 'verified' | 'unverified' | 'failed' | 'held' | 'fenced' | 'stopped';

export interface RunEnd {
  readonly outcome: RunOutcome;
  /** Whether the walk reached its end; only then has the stream succeeded. */
  readonly complete: boolean;
  readonly error: {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly message: string;
    readonly advice: string;
    readonly es: string;
  } | null;
  readonly stats: { readonly requests: number; readonly retries: number; readonly throttledMs: number };
  /** Seconds until the stream is due again; null keeps it as it is. */
  readonly dueInSeconds: number | null;
}

const START = `insert into ops.runs (tenant_id, id, connection_id, source, stream, lane, worker) values ($1, $2, $3, $4, $5, $6, $7)`;
const END = `update ops.runs set outcome = $3, ended_at = clock_timestamp(), requests = $4, retries = $5, throttled_ms = $6,
  error_kind = $7, error_code = $8, error_message = $9 where tenant_id = $1 and id = $2`;
const LOST = `update ops.runs set outcome = 'fenced', ended_at = clock_timestamp()
  where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4 and outcome = 'running'`;
const SETTLE = sqlFile('stream-settle');
const UNFRESH = sqlFile('freshness-problem');

/** Ends, on paper, the runs of a lane whose holder fell silent: only the new holder can know. One that wakes up writes its own end over it. */
export async function endLostRuns(db: Database, place: LanePlace): Promise<void> {
  await db.query(LOST, [place.tenantId, place.connectionId, place.stream, place.lane]);
}

export async function startRun(db: Database, place: LanePlace, run: { id: string; source: string; worker: string }): Promise<void> {
  await db.query(START, [place.tenantId, run.id, place.connectionId, run.source, place.stream, place.lane, run.worker]);
}

/** Writes how a run ended, when the stream is due again, and lets the lease go (only while the epoch is still ours). */
export async function endRun(
  db: Database,
  place: LanePlace,
  run: { id: string; source: string; epoch: bigint },
  end: RunEnd,
): Promise<void> {
  const { error, stats } = end;
  await db.query(END, [
    place.tenantId,
    run.id,
    end.outcome,
    stats.requests,
    stats.retries,
    Math.round(stats.throttledMs),
    error?.kind ?? null,
    error?.code ?? null,
    error?.message ?? null,
  ]);
  const read = end.outcome === 'unverified' || end.outcome === 'verified';
  const settled = await db.query(SETTLE, [
    place.tenantId,
    place.connectionId,
    place.stream,
    place.lane,
    String(run.epoch),
    run.id,
    end.complete && read,
    end.dueInSeconds,
    error?.kind ?? null,
    error?.code ?? null,
    error?.message ?? null,
    error?.advice ?? null,
    read,
  ]);
  await db.transaction(place.tenantId, async ({ query }) => {
    // Who lost the lease says nothing about the stream's health: that is its successor's to say.
    if (error !== null && place.lane === 'live' && settled.rowCount === 1) {
      const problem = `${error.message}. ${error.advice}`;
      await query(UNFRESH, [place.tenantId, place.connectionId, place.stream, run.source, problem, error.es]);
    }
    await showHealth(query, place);
  });
}
