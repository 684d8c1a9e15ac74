import { nextNightly, nightlyKey, type NightlyWork } from '../store/nightly.ts';
import { endSweep, startSweep } from '../store/sweeps.ts';
import { endVerification, startVerification } from '../store/verifications.ts';
import type { JobDeps } from './job-deps.ts';
import { sweepStream } from './sweep-stream.ts';
import { verifyConnectionStream } from './verify-connection-stream.ts';

const ASKED_BY = 'nightly';

/**
 * Sweeps and compares what this night is due, one stream after another, until nothing is left: a list of a large account takes minutes, and
 * whatever is live must find a free hand meanwhile. What could not even be started is written down as failed, or it would be tried all night.
 */
export async function nightly(deps: JobDeps, stopping: AbortSignal): Promise<void> {
  const { nightlyStreams } = deps;
  if (nightlyStreams === undefined) return;
  const tried: string[] = [];
  while (!stopping.aborted) {
    const work = await nextNightly(deps.db, nightlyStreams, tried);
    if (work === null) return;
    tried.push(nightlyKey(work));
    await (work.kind === 'sweep' ? sweep(deps, work, stopping) : verify(deps, work, stopping));
  }
}

async function sweep(deps: JobDeps, work: NightlyWork, stopping: AbortSignal): Promise<void> {
  const place = placeOf(work);
  const report = await sweepStream(deps, place, { dryRun: false, confirm: false, askedBy: ASKED_BY }, stopping);
  if (report.id !== null || report.state !== 'failed' || stopping.aborted) return;
  const at = { ...place, lane: 'sweep' };
  const id = await startSweep(deps.db, at, { source: work.source, dryRun: false, askedBy: ASKED_BY, confirms: null, readSeq: 0n });
  await endSweep(deps.db, at, id, { state: 'failed', problem: report.problem, figures: {}, records: [] });
}

async function verify(deps: JobDeps, work: NightlyWork, stopping: AbortSignal): Promise<void> {
  const place = placeOf(work);
  const report = await verifyConnectionStream(deps, place, { firstDay: null, lastDay: null, heal: true, askedBy: ASKED_BY }, stopping);
  if ('id' in report || stopping.aborted) return;
  const id = await startVerification(deps.db, place, { source: work.source, askedBy: ASKED_BY });
  const nothing = { timeZone: null, days: [], healed: 0, ordinary: false };
  await endVerification(deps.db, place, id, { state: 'failed', problem: report.problem, ...nothing });
}

function placeOf({ tenant_id: tenantId, connection_id: connectionId, stream }: NightlyWork) {
  return { tenantId, connectionId, stream };
}
