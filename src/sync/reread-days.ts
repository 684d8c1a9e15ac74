import { setTimeout as sleep } from 'node:timers/promises';
import type { Cursor, ReadRequest } from '#contract';
import type { BoundedDay } from '../store/day-totals.ts';
import { runSync, type SyncDeps, type SyncJob, type SyncResult } from './run-sync.ts';

/** Makes a job of a lane of one stream. */
export type JobForLane = (lane: string) => Promise<Omit<SyncJob, 'request'>>;

/** A walk of many slices is given up after so many; what it has read is kept, and the next one goes on. */
const MOST_SLICES = 200;
/** How long another process that reads the lane is waited for: 30 seconds. */
const WAITS = 60;
const WAIT_MS = 500;

/** Reads the live stream up to now, so that the warehouse knows what the source changed before it was asked for its totals. */
export async function readUpToDate(deps: SyncDeps, jobFor: JobForLane): Promise<void> {
  await toTheEnd(deps, jobFor, 'live', (cursor) => ({ kind: 'incremental', cursor, from: null }));
}

/**
 * Reads days again through the ordinary path, neighbours together, in a lane of their own: the live cursor stays. A stream without a past is
 * read whole.
 */
export async function rereadDays(deps: SyncDeps, jobFor: JobForLane, days: readonly BoundedDay[]): Promise<void> {
  const { stream } = await jobFor('heal');
  if (stream.backfill === 'none' || stream.backfill === 'snapshot') {
    await toTheEnd(
      deps,
      jobFor,
      'heal',
      fresh((cursor) => ({ kind: 'incremental', cursor, from: null })),
    );
    return;
  }
  for (const { from, until } of joined(days)) {
    const range = { from: from.toISOString(), until: until.toISOString() };
    await toTheEnd(
      deps,
      jobFor,
      'heal',
      fresh((cursor) => ({ kind: 'backfill', cursor, ...range })),
    );
  }
}

/** A walk from its beginning: where an earlier one of the lane stopped is another range. */
function fresh(request: (cursor: Cursor | null) => ReadRequest): (cursor: Cursor | null) => ReadRequest {
  let begun = false;
  return (cursor) => {
    const from = begun ? cursor : null;
    begun = true;
    return request(from);
  };
}

/** @throws the failure as an Error with what to do, when the walk does not come to its end */
async function toTheEnd(deps: SyncDeps, jobFor: JobForLane, lane: string, request: (cursor: Cursor | null) => ReadRequest): Promise<void> {
  let waits = 0;
  for (let slice = 0; slice < MOST_SLICES;) {
    const job = await jobFor(lane);
    job.signal.throwIfAborted();
    const result: SyncResult = await runSync(deps, { ...job, request });
    if (result.complete) return;
    if (result.outcome === 'busy') {
      if ((waits += 1) > WAITS) throw new Error(`another process has been reading ${job.source} ${job.place.stream} all the time`);
      await sleep(WAIT_MS);
      continue;
    }
    if (result.outcome !== 'unverified' && result.outcome !== 'verified')
      throw new Error(result.error ?? `reading ${job.source} ${job.place.stream} ended as ${result.outcome}; see: kpi status`);
    slice += 1;
  }
}

function joined(days: readonly BoundedDay[]): { from: Date; until: Date }[] {
  const all: { from: Date; until: Date }[] = [];
  for (const { from, until } of days) {
    const last = all.at(-1);
    if (last !== undefined && last.until.getTime() === from.getTime()) last.until = until;
    else all.push({ from, until });
  }
  return all;
}
