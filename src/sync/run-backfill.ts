import type { ErrorKind } from '#contract';
import { showBackfills, type BackfillRow } from '../store/backfills.ts';
import { endSlice, keepExpected, nextSlice, showSlices, type SliceCheck, type SliceRow } from '../store/backfill-slices.ts';
import {
  backfillState,
  failBackfill,
  finishBackfill,
  goOnWithBackfill,
  holdBackfill,
  waitForSource,
  waitUntil,
} from '../store/backfill-states.ts';
import { listConnections } from '../store/connections.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { quietUntil } from '../store/schedule.ts';
import { checkSlice } from './compare-counts.ts';
import { describeStart } from './failure.ts';
import { BACKFILL_BUFFER_LIMITS } from './page-buffer.ts';
import { runSync, type SyncDeps, type SyncJob, type SyncResult } from './run-sync.ts';
import { watchBackfill } from './watch-backfill.ts';

export interface BackfillStep {
  /** Whether there is more to do, now or after a pause. One that waits for its source is woken by the clock. */
  readonly more: boolean;
  /** Seconds to wait before the next step: a source that fails is not hammered. */
  readonly waitSeconds: number;
}

/** What reads one slice; `signal` ends it when the backfill is paused or cancelled. */
export type BackfillJob = (connectionId: string, stream: string, lane: string, signal: AbortSignal) => Promise<Omit<SyncJob, 'request'>>;

const OVER: BackfillStep = { more: false, waitSeconds: 0 };
/** Failures in a row after which a source counts as away; each is a request that was tried for a while. */
const BAD_MINUTE = 2;
/** Failures in a row that are ours: the same record would fail for ever. */
const HOPELESS = 5;
/** First pause before a source that is away is tried again, and before one that refuses us: a person must act there. Seconds. */
const AWAY_SECONDS = 60;
const REFUSED_SECONDS = 300;

/**
 * Does the next piece of a backfill: at most one slice, at most `sliceSeconds` of it. Each slice has a lane of its own, so the live
 * cursor is never touched and a crash continues at the slice's last committed page.
 */
export async function runBackfill(deps: SyncDeps, tenantId: string, backfillId: string, jobFor: BackfillJob): Promise<BackfillStep> {
  const [backfill] = await showBackfills(deps.db, { tenantId, id: backfillId });
  if (backfill === undefined || (backfill.state !== 'running' && backfill.state !== 'waiting')) return OVER;
  const paused = await pausedBecause(deps, backfill);
  if (paused !== null) {
    await waitForSource(deps.db, tenantId, backfillId, paused, AWAY_SECONDS);
    return OVER;
  }
  const quiet = await quietUntil(deps.db, tenantId, backfill.connection_id);
  if (quiet !== null) {
    await waitUntil(deps.db, tenantId, backfillId, 'its source is left alone in its quiet hours; see: kpi connection schedule', quiet);
    return OVER;
  }
  const slice = await nextSlice(deps.db, tenantId, backfillId);
  if (slice === null) {
    await finishBackfill(deps.db, tenantId, backfillId);
    return OVER;
  }
  const lane = `backfill:${backfillId}:${slice.slice}`;
  const watched = watchBackfill(deps.db, tenantId, backfillId);
  try {
    const begun = await jobFor(backfill.connection_id, backfill.stream, lane, watched.stopped).catch(async (error: unknown) => {
      // Its secrets cannot be read, or the connection is gone: a person must act, and then it goes on by itself.
      if (describeDatabaseError(error) !== null) throw error;
      const { message, advice } = describeStart(error);
      await waitForSource(deps.db, tenantId, backfillId, `${message}. ${advice}`, REFUSED_SECONDS);
      return null;
    });
    if (begun === null) return OVER;
    const job = { ...begun, signal: AbortSignal.any([begun.signal, watched.stopped]) };
    if (backfill.expected === null && backfill.read === 0) await expectCounts(deps, backfill, job);
    const result = await runSync(
      { ...deps, buffer: deps.buffer ?? BACKFILL_BUFFER_LIMITS },
      { ...job, request: (cursor) => rangeRequest(slice, cursor) },
    );
    const check = result.complete ? await compared(deps, backfill, slice, job, lane) : null;
    return await settle(deps, backfill, slice, result, check);
  } finally {
    watched.end();
  }
}

async function pausedBecause(deps: SyncDeps, backfill: BackfillRow): Promise<string | null> {
  if (backfill.tenant_status !== 'active') return `the company is ${backfill.tenant_status}`;
  const [connection] = await listConnections(deps.db, { tenantId: backfill.tenant_id, id: backfill.connection_id });
  if (connection?.status !== 'paused') return null;
  return `the connection ${connection.name} is paused. Let it go on: kpi connection resume --tenant ${backfill.rut} --source ${backfill.source}`;
}

function rangeRequest(slice: SliceRow, cursor: Parameters<SyncJob['request']>[0]): ReturnType<SyncJob['request']> {
  return { kind: 'backfill', cursor, from: slice.slice_from.toISOString(), until: slice.slice_until.toISOString() };
}

/** Has the source count every slice once, before the first is read, so that progress can be told. Nothing depends on it. */
async function expectCounts(deps: SyncDeps, backfill: BackfillRow, job: Omit<SyncJob, 'request'>): Promise<void> {
  const { counting } = job.stream;
  if (counting === undefined) return;
  const { tenant_id: tenantId, id } = backfill;
  const slices = await showSlices(deps.db, tenantId, id);
  const ranges = slices.map(({ slice_from, slice_until }) => ({ from: slice_from.toISOString(), until: slice_until.toISOString() }));
  try {
    const { counts } = await counting.count(contextOf(deps, job), ranges);
    await keepExpected(
      deps.db,
      tenantId,
      id,
      slices.map(({ slice }, i) => ({ slice, ...counts[i]! })),
    );
  } catch (error) {
    if (describeDatabaseError(error) !== null) throw error;
    deps.log.warn({ tenantId, backfill: id, err: error }, 'the source could not be counted');
  }
}

const contextOf = (deps: SyncDeps, job: Omit<SyncJob, 'request'>) => ({
  settings: job.settings,
  http: job.http,
  now: deps.now,
  log: deps.log,
  signal: job.signal,
});

/** A source that does not want to count does not undo what was read: then it is not known whether all is there, and that is said. */
async function compared(
  deps: SyncDeps,
  backfill: BackfillRow,
  slice: SliceRow,
  job: Omit<SyncJob, 'request'>,
  lane: string,
): Promise<SliceCheck> {
  const context = contextOf(deps, job);
  const { tenant_id: tenantId, time_zone: timeZone, connection_id: connectionId } = backfill;
  const range = { from: slice.slice_from.toISOString(), until: slice.slice_until.toISOString() };
  try {
    return await checkSlice(deps.db, { tenantId, timeZone, connectionId, stream: job.stream, context }, range, lane);
  } catch (error) {
    if (describeDatabaseError(error) !== null) throw error;
    deps.log.warn({ tenantId, backfill: backfill.id, slice: slice.slice, err: error }, 'the source could not be counted');
    return { counted: null, stored: null, differing: [] };
  }
}

async function settle(
  deps: SyncDeps,
  backfill: BackfillRow,
  slice: SliceRow,
  result: SyncResult,
  check: SliceCheck | null,
): Promise<BackfillStep> {
  const { db } = deps;
  const { tenant_id: tenantId, id } = backfill;
  if (check !== null) await endSlice(db, tenantId, id, slice.slice, check);
  const state = await backfillState(db, tenantId, id);
  if (state !== 'running' && state !== 'waiting') return OVER;
  if (result.outcome === 'held') {
    await holdBackfill(
      db,
      tenantId,
      id,
      `more than 5 % of the last 200 records were refused; see: kpi quarantine list. Leave them there and go on: kpi backfill resume ${id} --accept`,
    );
    return OVER;
  }
  if (result.outcome === 'failed') return failed(deps, backfill, slice, result);
  const answered = result.outcome === 'unverified' || result.outcome === 'verified';
  if (answered && state === 'waiting') await goOnWithBackfill(db, tenantId, id);
  if (result.complete && (await nextSlice(db, tenantId, id)) === null) {
    await finishBackfill(db, tenantId, id);
    return OVER;
  }
  return { more: result.outcome !== 'stopped', waitSeconds: result.outcome === 'busy' || result.outcome === 'fenced' ? 5 : 0 };
}

async function failed(deps: SyncDeps, backfill: BackfillRow, slice: SliceRow, result: SyncResult): Promise<BackfillStep> {
  const { tenant_id: tenantId, id, state } = backfill;
  const failures = await laneFailures(deps, tenantId, `backfill:${id}:${slice.slice}`);
  const because = result.error ?? 'the source could not be read';
  const away: Readonly<Record<ErrorKind, boolean>> = { transient: true, config: true, data: false, bug: false };
  if (!away[result.kind ?? 'bug']) {
    if (failures < HOPELESS) return { more: true, waitSeconds: 10 * 2 ** failures };
    await failBackfill(deps.db, tenantId, id, because);
    return OVER;
  }
  // One bad minute is waited for here; a source that is away is left alone, and tried again by the clock.
  if (result.kind === 'transient' && state === 'running' && failures < BAD_MINUTE) return { more: true, waitSeconds: 5 * 2 ** failures };
  await waitForSource(deps.db, tenantId, id, because, result.kind === 'config' ? REFUSED_SECONDS : AWAY_SECONDS);
  return OVER;
}

async function laneFailures(deps: SyncDeps, tenantId: string, lane: string): Promise<number> {
  const row = await deps.db.query<{ failures: number }>('select failures from ops.streams where tenant_id = $1 and lane = $2', [
    tenantId,
    lane,
  ]);
  return row.rows[0]?.failures ?? 0;
}
