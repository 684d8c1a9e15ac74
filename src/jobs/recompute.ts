import { describeDatabaseError } from '../store/pg-errors.ts';
import { enqueueRecomputation, failRecomputation, runRecomputation } from '../store/recomputations.ts';
import type { JobDeps } from './job-deps.ts';

/** Longest a job works before others have a turn. */
const SLICE_SECONDS = 20;

/**
 * Does the next pieces of a recomputation and puts it in the queue again while there are more. A database that is away or busy brings the
 * job back by itself; any other error ends the recomputation, and says so in `kpi status`.
 */
export async function recompute(deps: JobDeps, tenantId: string, id: string, signal: AbortSignal): Promise<void> {
  try {
    const more = await runRecomputation(deps.db, tenantId, id, { seconds: SLICE_SECONDS, signal });
    if (more) await enqueueRecomputation(deps.db, tenantId, id);
  } catch (error) {
    const failure = describeDatabaseError(error);
    if (failure?.kind === 'transient') throw error;
    const message = failure?.message ?? (error instanceof Error ? error.message : String(error));
    deps.sync.log.warn({ tenant_id: tenantId, recomputation_id: id, err: error }, 'a recomputation failed');
    await failRecomputation(deps.db, tenantId, id, `${message}. Put right what it has not reached: kpi rebuild --tenant ${tenantId}`);
  }
}
