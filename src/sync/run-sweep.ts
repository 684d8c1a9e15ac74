import { randomUUID } from 'node:crypto';
import type { Listing, Look, ReadContext } from '#contract';
import type { Client } from '../store/database.ts';
import { takeLease } from '../store/lease.ts';
import { endRun, startRun } from '../store/runs.ts';
import { endSweep, heldSweep, startSweep, type SweepFigures, type SweepState, type SweptRecord } from '../store/sweeps.ts';
import { compareList, type MissingRecord } from './compare-list.ts';
import { drawReadSeq } from './draw-read-seq.ts';
import { describeFailure, type Failure } from './failure.ts';
import { keepLease } from './keep-lease.ts';
import type { SyncDeps, SyncJob } from './run-sync.ts';
import { tombstoneRecords } from './tombstone-records.ts';

/** Absence may be a lost right or a fault of the list: more than this share, or this many, needs a person's word. */
const GUARD_SHARE = 0.02;
const GUARD_RECORDS = 50;
/** Beyond so many missing records they are not even looked at one by one: a right was lost, or another account connected. */
const MOST_LOOKED_AT = 5000;
const LOOKED_AT_ONCE = 200;

export interface SweepWish {
  /** Looks and changes nothing. */
  readonly dryRun: boolean;
  /** A person's word: records that the held sweep of this stream names may go, however many. */
  readonly confirm: boolean;
  readonly askedBy: string;
}

/** How a sweep ended. `busy`: another process sweeps this stream. */
export interface SweepReport {
  readonly id: string | null;
  readonly state: SweepState | 'busy';
  readonly figures: SweepFigures;
  readonly records: readonly SweptRecord[];
  readonly problem: string | null;
}

interface Found {
  readonly state: SweepState;
  readonly figures: SweepFigures;
  readonly records: readonly SweptRecord[];
  readonly problem: string | null;
}

/**
 * Looks for records that the source has deleted without telling, and tombstones them. Absence is not deletion: only rows read before the
 * sweep began are candidates, only a list that agrees with the source's own count says anything, each record it lacks is looked at by
 * itself, and beyond the guard a person decides. Whatever fails changes nothing. Never throws for what a source does.
 */
export async function runSweep(
  deps: SyncDeps,
  job: Omit<SyncJob, 'request'>,
  listing: Listing<unknown>,
  wish: SweepWish,
): Promise<SweepReport> {
  const client = await deps.db.pool.connect();
  let reusable = false;
  try {
    const lease = await takeLease(deps.db, client, job.place, deps.worker, deps.timings.ttlSeconds);
    if (lease === null) {
      reusable = true;
      return { id: null, state: 'busy', figures: {}, records: [], problem: null };
    }
    const run = { id: randomUUID(), source: job.source, epoch: lease.epoch, worker: deps.worker };
    await startRun(deps.db, job.place, run);
    const held = wish.confirm ? await heldSweep(deps.db, job.place) : null;
    const readSeq = await drawReadSeq(deps.db);
    const { dryRun, askedBy } = wish;
    const id = await startSweep(deps.db, job.place, { source: job.source, dryRun, askedBy, confirms: held?.id ?? null, readSeq });
    const kept = keepLease(deps.db, job.place, run.epoch, deps.timings);
    let failure: Failure | null = null;
    let found: Found;
    try {
      const signal = AbortSignal.any([job.signal, kept.lost]);
      const context = { settings: job.settings, http: job.http, now: deps.now, log: deps.log, signal };
      found = await sweep(deps, job, listing, { ...run, client, context, readSeq, dryRun, confirmed: held?.sourceIds ?? new Set() });
    } catch (error) {
      failure = describeFailure(error, job);
      found = { state: 'failed', figures: {}, records: [], problem: `${failure.message}. ${failure.advice}` };
    } finally {
      kept.stop();
    }
    await endSweep(deps.db, job.place, id, found);
    const outcome = failure === null ? 'verified' : kept.lost.aborted ? 'fenced' : job.signal.aborted ? 'stopped' : 'failed';
    await endRun(deps.db, job.place, run, { outcome, complete: failure === null, error: failure, stats: job.stats(), dueInSeconds: null });
    reusable = outcome !== 'fenced';
    const fields = { run: run.id, sweep: id, ...job.place, ...found.figures };
    if (found.problem === null) deps.log.info(fields, `${job.source} ${job.place.stream}: sweep ${found.state}`);
    else deps.log.warn(fields, found.problem);
    return { id, ...found };
  } finally {
    client.release(!reusable);
  }
}

interface SweepRun {
  readonly id: string;
  readonly epoch: bigint;
  readonly client: Client;
  readonly context: ReadContext<unknown>;
  readonly readSeq: bigint;
  readonly dryRun: boolean;
  /** Ids that a person has confirmed. */
  readonly confirmed: ReadonlySet<string>;
}

async function sweep(deps: SyncDeps, job: Omit<SyncJob, 'request'>, listing: Listing<unknown>, run: SweepRun): Promise<Found> {
  const { counted, candidates, missing } = await compareList(deps.db, job.place, listing, run.context, run.readSeq);
  const guard = Math.min(GUARD_RECORDS, Math.floor(candidates * GUARD_SHARE));
  const figures: SweepFigures = { counted, candidates, missing: missing.length, guard, tombstoned: 0 };
  const place = `${job.source} ${job.place.stream}`;
  if (missing.length > MOST_LOOKED_AT) {
    const problem = `${place}: the source's list lacks ${missing.length} records, too many to look at one by one. Check the rights of the account: kpi check`;
    return { state: 'held', figures, records: [], problem };
  }
  const looks = await lookAtAll(deps, listing, run.context, missing);
  const of = (look: Look) => looks.filter((one) => one.look === look);
  const [gone, hidden] = [of('gone'), of('hidden')];
  const told = { ...figures, gone: gone.length, hidden: hidden.length, still_there: of('there').length };
  const records = looks.map(({ record, look }): SweptRecord => ({ source_id: record.sourceId, day: record.day, look }));
  if (run.dryRun) return { state: 'shown', figures: told, records, problem: null };
  const confirmed = gone.filter(({ record }) => run.confirmed.has(record.sourceId));
  const others = gone.filter(({ record }) => !run.confirmed.has(record.sourceId));
  // Hidden records mean that rights have changed: then nothing goes without a person.
  const hold = others.length > guard || (hidden.length > 0 && others.length > 0);
  const going = hold ? confirmed : gone;
  const tombstoned = await tombstoneRecords(deps, job, listing, run, going);
  const end = { figures: { ...told, tombstoned }, records };
  if (!hold) return { ...end, state: gone.length === 0 ? 'clean' : 'tombstoned', problem: null };
  const why =
    others.length > guard
      ? `${others.length} records are gone in the source, more than the ${guard} that may go without a person's word`
      : `${others.length} records are gone in the source and ${hidden.length} are hidden from our user: its rights may have changed`;
  const command = `kpi sweep --tenant ${job.place.tenantId} --source ${job.source} --stream ${job.place.stream}`;
  return { ...end, state: 'held', problem: `${place}: ${why}. See them: ${command} --dry-run; let them go: ${command} --confirm` };
}

/** A record missing from the list, what a look at it said, and the number drawn before that look. */
export interface Looked {
  readonly record: MissingRecord;
  readonly look: Look;
  readonly readSeq: bigint;
}

async function lookAtAll(
  deps: SyncDeps,
  listing: Listing<unknown>,
  context: ReadContext<unknown>,
  missing: readonly MissingRecord[],
): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (let start = 0; start < missing.length; start += LOOKED_AT_ONCE) {
    context.signal.throwIfAborted();
    const some = missing.slice(start, start + LOOKED_AT_ONCE);
    const readSeq = await drawReadSeq(deps.db);
    const looks = await listing.look(
      context,
      some.map(({ sourceId }) => sourceId),
    );
    if (looks.length !== some.length) throw new Error(`${some.length} records were to be looked at, ${looks.length} were`);
    for (const [i, record] of some.entries()) looked.push({ record, look: looks[i]!, readSeq });
  }
  return looked;
}
