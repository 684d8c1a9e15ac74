import { describeDatabaseError } from '../store/pg-errors.ts';
import { describeStart } from '../sync/failure.ts';
import { runSweep, type SweepReport, type SweepWish } from '../sync/run-sweep.ts';
import type { JobDeps } from './job-deps.ts';

/**
 * Sweeps one stream of one connection. What the source does is written down with the sweep; a stream that cannot even be started is not
 * swept, which its own reading tells a person.
 */
export async function sweepStream(
  deps: Pick<JobDeps, 'sync' | 'jobFor'>,
  place: { readonly tenantId: string; readonly connectionId: string; readonly stream: string },
  wish: SweepWish,
  signal: AbortSignal,
): Promise<SweepReport> {
  try {
    const job = await deps.jobFor(place.tenantId, place.connectionId, place.stream, 'sweep', signal);
    const { listing } = job.stream;
    if (listing === undefined) throw new Error(`${job.source} ${place.stream} has no list of its records`);
    return await runSweep(deps.sync, job, listing, wish);
  } catch (error) {
    // A database that is away brings the job back by itself.
    if (describeDatabaseError(error) !== null) throw error;
    const { code, message, advice } = describeStart(error);
    deps.sync.log.warn({ ...place, lane: 'sweep', code }, `${message} — ${advice}`);
    return { id: null, state: 'failed', figures: {}, records: [], problem: `${message}. ${advice}` };
  }
}
