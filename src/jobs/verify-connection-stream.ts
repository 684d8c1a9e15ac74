import { describeDatabaseError } from '../store/pg-errors.ts';
import { tenantZone } from '../store/tenants.ts';
import { describeStart } from '../sync/failure.ts';
import { verifyStream, type VerifyReport, type VerifyWish } from '../sync/verify-stream.ts';
import type { JobDeps } from './job-deps.ts';

/**
 * Compares one stream of one connection with its source. What the source does is written down with the verification; a stream that cannot even
 * be started is not compared, which its own reading tells a person.
 */
export async function verifyConnectionStream(
  deps: Pick<JobDeps, 'db' | 'sync' | 'jobFor'>,
  place: { readonly tenantId: string; readonly connectionId: string; readonly stream: string },
  wish: VerifyWish,
  signal: AbortSignal,
): Promise<VerifyReport | { readonly state: 'failed'; readonly problem: string }> {
  const { tenantId, connectionId, stream } = place;
  try {
    const timeZone = await tenantZone(deps.db, tenantId);
    return await verifyStream(deps.sync, timeZone, (lane) => deps.jobFor(tenantId, connectionId, stream, lane, signal), wish);
  } catch (error) {
    // A database that is away brings the job back by itself.
    if (describeDatabaseError(error) !== null) throw error;
    const { code, message, advice } = describeStart(error);
    deps.sync.log.warn({ ...place, lane: 'verify', code }, `${message} — ${advice}`);
    return { state: 'failed', problem: `${message}. ${advice}` };
  }
}
