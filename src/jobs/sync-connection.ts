import { listConnections } from '../store/connections.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { noteStreamProblem } from '../store/stream-problem.ts';
import { dueStreams } from '../store/streams.ts';
import { describeStart } from '../sync/failure.ts';
import { runSync, type SyncResult } from '../sync/run-sync.ts';
import { runFields } from '../sync/run-log.ts';
import type { JobDeps } from './job-deps.ts';

export interface SyncedConnection {
  readonly results: ReadonlyMap<string, SyncResult>;
  /** Whether something due is left: a stream longer than a slice, or streams that had no turn. */
  readonly more: boolean;
}

/**
 * Reads the due streams of one connection, one after the other: one request at a time is what an Odoo of two cores serves best, and
 * streams of one account share its budget anyway. Once `sliceMs` are over no further stream is begun, so that nobody waits for more than
 * a slice of another tenant's.
 */
export async function syncConnection(
  deps: JobDeps,
  tenantId: string,
  connectionId: string,
  signal: AbortSignal,
  sliceMs = Number.POSITIVE_INFINITY,
): Promise<SyncedConnection> {
  const results = new Map<string, SyncResult>();
  const connection = (await listConnections(deps.db, { tenantId, id: connectionId }))[0];
  if (connection === undefined || connection.status !== 'active') return { results, more: false };
  const started = performance.now();
  let more = false;
  const known = deps.streamsOf(connection.source);
  for (const name of await dueStreams(deps.db, tenantId, connectionId, known)) {
    if (!known.includes(name) || signal.aborted) continue;
    if (performance.now() - started >= sliceMs) {
      more = true;
      break;
    }
    try {
      const job = await deps.jobFor(tenantId, connectionId, name, 'live', signal);
      results.set(name, await runSync(deps.sync, { ...job, request: (cursor) => ({ kind: 'incremental', cursor, from: null }) }));
    } catch (error) {
      // The other streams are tried all the same. A database that is away brings the job back by itself.
      if (describeDatabaseError(error) !== null) throw error;
      const place = { tenantId, connectionId, stream: name, lane: 'live' };
      const problem = describeStart(error);
      deps.sync.log.warn(
        { ...runFields(place, connection.source), code: problem.code },
        `${connection.source} ${name}: ${problem.message} — ${problem.advice}`,
      );
      await noteStreamProblem(deps.db, place, connection.source, problem);
      const told = `${problem.message}. ${problem.advice}`;
      results.set(name, { outcome: 'failed', complete: false, error: told, kind: problem.kind });
    }
  }
  more ||= [...results.values()].some((result) => result.outcome === 'unverified' && !result.complete);
  return { results, more };
}
