import { listConnections } from '../store/connections.ts';
import { dueStreams, enqueueSync } from '../store/streams.ts';
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
      // The settings could not be read (a secret is missing) or the database is away: the other streams are tried all the same.
      deps.sync.log.warn({ tenant: tenantId, connection: connectionId, stream: name, err: error }, 'a stream could not be started');
    }
  }
  const more = [...results.values()].some((result) => result.outcome === 'unverified' && !result.complete);
  if (more && !signal.aborted) await enqueueSync(deps.db, tenantId, connectionId);
  return results;
}
