import { listConnections } from '../store/connections.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { noteStreamProblem } from '../store/stream-problem.ts';
import { dueStreams, enqueueSync } from '../store/streams.ts';
import { describeStart } from '../sync/failure.ts';
import { runSync, type SyncResult } from '../sync/run-sync.ts';
import type { JobDeps } from './job-deps.ts';

/**
 * Reads the due streams of one connection, one after the other: one request at a time is what an Odoo of two cores serves best, and
 * streams of one account share its budget anyway. A stream that has more to read than one slice puts the connection in the queue again.
 */
export async function syncConnection(
  deps: JobDeps,
  tenantId: string,
  connectionId: string,
  signal: AbortSignal,
): Promise<Map<string, SyncResult>> {
  const results = new Map<string, SyncResult>();
  const connection = (await listConnections(deps.db, { tenantId, id: connectionId }))[0];
  if (connection === undefined || connection.status !== 'active') return results;
  const due = new Set(await dueStreams(deps.db, tenantId, connectionId));
  for (const name of deps.streamsOf(connection.source)) {
    if (!due.has(name) || signal.aborted) continue;
    try {
      const job = await deps.jobFor(tenantId, connectionId, name, 'live', signal);
      results.set(name, await runSync(deps.sync, { ...job, request: (cursor) => ({ kind: 'incremental', cursor, from: null }) }));
    } catch (error) {
      // The other streams are tried all the same. A database that is away brings the job back by itself.
      if (describeDatabaseError(error) !== null) throw error;
      const place = { tenantId, connectionId, stream: name, lane: 'live' };
      const problem = describeStart(error);
      deps.sync.log.warn({ ...place, code: problem.code }, `${connection.source} ${name}: ${problem.message} — ${problem.advice}`);
      await noteStreamProblem(deps.db, place, connection.source, problem);
      const told = `${problem.message}. ${problem.advice}`;
      results.set(name, { outcome: 'failed', complete: false, error: told });
    }
  }
  const more = [...results.values()].some((result) => result.outcome === 'unverified' && !result.complete);
  if (more && !signal.aborted) await enqueueSync(deps.db, tenantId, connectionId);
  return results;
}
