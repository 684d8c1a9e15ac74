import type { Author } from '../store/audit.ts';
import { openRefusalsOf } from '../store/quarantine-replay.ts';
import { replay, type Replay } from '../sync/replay.ts';
import type { JobDeps } from './job-deps.ts';

/** Records read again at once; what is left over is for the next time. */
export const MOST_REPLAYED = 500;
/** Its lane: beside the live reading, and one at a time for each stream. */
const LANE = 'replay';

export interface ReplayRequest {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly stream: string;
  /** Numbers of refusals; null: all that are open. */
  readonly ids: readonly string[] | null;
  readonly author: Author;
}

/** Reads refused records of one stream again, once what refused them is repaired. @throws CannotReplay, and what keeps the stream from starting */
export async function replayRefusals(
  deps: Pick<JobDeps, 'db' | 'sync' | 'jobFor'>,
  request: ReplayRequest,
  signal: AbortSignal,
): Promise<Replay> {
  const refusals = await openRefusalsOf(deps.db, request, request.ids, MOST_REPLAYED);
  if (refusals.length === 0) return { outcomes: [], released: false, error: null };
  const job = await deps.jobFor(request.tenantId, request.connectionId, request.stream, LANE, signal);
  return replay(deps.sync, job, refusals, request.author);
}
