import { endBackfill, endSlice, nextSlice, showBackfills, type SliceRow } from '../store/backfills.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { describeStart } from './failure.ts';
import { runSync, type SyncDeps, type SyncJob, type SyncResult } from './run-sync.ts';

export interface BackfillStep {
  /** Whether there is more to do, now or after a pause. */
  readonly more: boolean;
  /** Seconds to wait before the next step: a source that fails is not hammered. */
  readonly waitSeconds: number;
}

/**
 * Does the next piece of a backfill: at most one slice, at most `sliceSeconds` of it. Each slice has a lane of its own, so the live
 * cursor is never touched and a crash continues at the slice's last committed page.
 */
export async function runBackfill(
  deps: SyncDeps,
  tenantId: string,
  backfillId: string,
  jobFor: (connectionId: string, stream: string, lane: string) => Promise<Omit<SyncJob, 'request'>>,
): Promise<BackfillStep> {
  const backfill = (await showBackfills(deps.db, { tenantId, id: backfillId }))[0];
  if (backfill === undefined || backfill.state !== 'running') return { more: false, waitSeconds: 0 };
  const slice = await nextSlice(deps.db, tenantId, backfillId);
  if (slice === null) {
    await endBackfill(deps.db, tenantId, backfillId, null);
    return { more: false, waitSeconds: 0 };
  }
  let job: Omit<SyncJob, 'request'>;
  try {
    job = await jobFor(backfill.connection_id, backfill.stream, `backfill:${backfillId}:${slice.slice}`);
  } catch (error) {
    // Its secrets cannot be read, or the connection is gone: a person must act, so the backfill says so instead of being tried for ever.
    if (describeDatabaseError(error) !== null) throw error;
    const { message, advice } = describeStart(error);
    await endBackfill(deps.db, tenantId, backfillId, `${message}. ${advice}`);
    return { more: false, waitSeconds: 0 };
  }
  const result = await runSync(deps, { ...job, request: (cursor) => rangeRequest(slice, cursor) });
  return settle(deps, tenantId, backfillId, slice, result);
}

function rangeRequest(slice: SliceRow, cursor: Parameters<SyncJob['request']>[0]): ReturnType<SyncJob['request']> {
  return { kind: 'backfill', cursor, from: slice.slice_from.toISOString(), until: slice.slice_until.toISOString() };
}

async function settle(deps: SyncDeps, tenantId: string, backfillId: string, slice: SliceRow, result: SyncResult): Promise<BackfillStep> {
  if (result.complete) {
    await endSlice(deps.db, tenantId, backfillId, slice.slice);
    const next = await nextSlice(deps.db, tenantId, backfillId);
    if (next !== null) return { more: true, waitSeconds: 0 };
    await endBackfill(deps.db, tenantId, backfillId, null);
    return { more: false, waitSeconds: 0 };
  }
  if (result.outcome === 'failed' || result.outcome === 'held') {
    const lane = `backfill:${backfillId}:${slice.slice}`;
    const failures = await laneFailures(deps, tenantId, lane);
    if (failures >= 5 || result.outcome === 'held') {
      await endBackfill(deps.db, tenantId, backfillId, result.error ?? 'too many records were refused; see: kpi quarantine list');
      return { more: false, waitSeconds: 0 };
    }
    return { more: true, waitSeconds: 10 * 2 ** failures };
  }
  return { more: result.outcome !== 'stopped', waitSeconds: result.outcome === 'busy' ? 5 : 0 };
}

async function laneFailures(deps: SyncDeps, tenantId: string, lane: string): Promise<number> {
  const row = await deps.db.query<{ failures: number }>('select failures from ops.streams where tenant_id = $1 and lane = $2', [
    tenantId,
    lane,
  ]);
  return row.rows[0]?.failures ?? 0;
}
