import { randomUUID } from 'node:crypto';
import type { Cursor, Draft, ErrorKind, Http, Log, Page, ReadRequest, Refused, Row, Stream } from '#contract';
import type { Batch } from '../store/batch.ts';
import type { Client, Database } from '../store/database.ts';
import type { RequestEvent } from '../outbound/http-stats.ts';
import { takeLease, type LanePlace } from '../store/lease.ts';
import { endLostRuns, endRun, startRun, type RunOutcome } from '../store/runs.ts';
import { writeBatch } from '../store/write-batch.ts';
import { assembleBatch } from './assemble-batch.ts';
import { checkSnapshot } from './check-snapshot.ts';
import { drawReadSeq } from './draw-read-seq.ts';
import { dueAfter } from './due-after.ts';
import { describeFailure } from './failure.ts';
import { keepLease, type LeaseTimings } from './keep-lease.ts';
import { unwatched, type Observer, type RunWatch } from './observer.ts';
import { BUFFER_LIMITS, PageBuffer, type BufferLimits } from './page-buffer.ts';
import { readAhead, type NumberedPage } from './read-pages.ts';
import { logWith, runFields } from './run-log.ts';
import { RefusalWindow } from './refusal-window.ts';

/** Requests sent so far by the Http of a run. */
export interface HttpStats {
  readonly requests: number;
  readonly retries: number;
  readonly throttledMs: number;
}

export interface SyncDeps {
  readonly db: Database;
  readonly log: Log;
  /** Names this process in leases and runs. */
  readonly worker: string;
  /** Version of this software: a stream held by one release is tried again by the next. */
  readonly release: string;
  readonly timings: LeaseTimings;
  readonly now: () => Date;
  readonly random: () => number;
  readonly buffer?: BufferLimits;
  /** Told what each run does; for metrics and traces. */
  readonly observe?: Observer;
}

/** One lane of one stream to be read now, with everything its connector needs. */
export interface SyncJob {
  readonly place: LanePlace;
  readonly source: string;
  readonly stream: Stream<unknown>;
  readonly settings: unknown;
  readonly http: Http;
  readonly stats: () => HttpStats;
  /** Tells its requests which run they belong to: for their log, and for `told`, which hears of every attempt. */
  readonly attach?: (runId: string, told: (event: RequestEvent) => void) => void;
  readonly normalize: (draft: Draft, readSeq: bigint) => Row | Refused;
  readonly request: (cursor: Cursor | null) => ReadRequest;
  /** After this long the run ends at its next commit and says that there is more. Null: no limit. */
  readonly sliceSeconds: number | null;
  /** A person asked for records that were refused: that they are again is no reason to stop. */
  readonly unguarded?: boolean;
  readonly signal: AbortSignal;
}

export interface SyncResult {
  readonly outcome: RunOutcome | 'busy';
  /** Whether the walk reached its end; otherwise it goes on from the committed cursor. */
  readonly complete: boolean;
  readonly error: string | null;
  /** What may be done about the error. */
  readonly kind: ErrorKind | null;
}

/**
 * Reads one stream from its cursor to the end of the walk: page by page, gathered to batches, each batch committed with the cursor
 * behind it. Start reading the project here.
 *
 * Never throws for what a source does: the outcome, the error and when to try again are written down and returned.
 */
export async function runSync(deps: SyncDeps, job: SyncJob): Promise<SyncResult> {
  const client = await deps.db.pool.connect();
  // A backend that the stream still names, or that a successor is about to end, must not serve another run.
  let reusable = false;
  try {
    const lease = await takeLease(deps.db, client, job.place, deps.worker, deps.timings.ttlSeconds);
    if (lease === null) {
      reusable = true;
      return { outcome: 'busy', complete: false, error: null, kind: null };
    }
    const run = { id: randomUUID(), source: job.source, epoch: lease.epoch, worker: deps.worker };
    if (lease.takenOver) await endLostRuns(deps.db, job.place);
    await startRun(deps.db, job.place, run);
    const watch = deps.observe?.({ ...job.place, id: run.id, source: job.source, takenOver: lease.takenOver }) ?? unwatched;
    job.attach?.(run.id, (event) => watch.request(event));
    const log = logWith(deps.log, () => ({ run_id: run.id, ...runFields(job.place, job.source) }));
    const tally = { changed: 0 };
    const held = lease.heldBecause !== null && lease.heldRelease === deps.release;
    const accepted = lease.heldRelease === 'accepted';
    const attempt = held
      ? { outcome: 'held' as const, complete: false, failure: null }
      : await readAndWrite({ ...deps, log }, job, { ...run, client, watch, cursor: lease.cursor, accepted, tally });
    const error = attempt.failure === null ? null : describeFailure(attempt.failure, job);
    await endRun(deps.db, job.place, run, {
      outcome: attempt.outcome,
      complete: attempt.complete,
      error,
      stats: job.stats(),
      dueInSeconds: dueAfter(attempt, { ...lease, changed: tally.changed }, deps.random),
    });
    watch.ended(attempt.outcome);
    reusable = attempt.outcome !== 'fenced';
    const fields = { outcome: attempt.outcome, complete: attempt.complete, code: error?.code, ...job.stats() };
    if (error === null) log.info(fields, `${job.source} ${job.place.stream}: ${attempt.outcome}`);
    else log.warn(fields, `${error.message} — ${error.advice}`);
    const told = error === null ? null : `${error.message}. ${error.advice}`;
    return { outcome: attempt.outcome, complete: attempt.complete, error: told, kind: error?.kind ?? null };
  } finally {
    client.release(!reusable);
  }
}

export interface Attempt {
  readonly outcome: RunOutcome;
  readonly complete: boolean;
  readonly failure: unknown;
}

interface RunState {
  readonly id: string;
  readonly epoch: bigint;
  readonly client: Client;
  readonly watch: RunWatch;
  readonly cursor: Cursor | null;
  /** A person accepted that many records are refused. */
  readonly accepted: boolean;
  /** Rows that changed so far. */
  readonly tally: { changed: number };
}

async function readAndWrite(deps: SyncDeps, job: SyncJob, run: RunState): Promise<Attempt> {
  const lease = keepLease(deps.db, job.place, run.epoch, deps.timings);
  const signal = AbortSignal.any([job.signal, lease.lost]);
  const context = { settings: job.settings, http: job.http, now: deps.now, log: deps.log, signal };
  const buffer = new PageBuffer(deps.buffer ?? BUFFER_LIMITS, () => deps.now().getTime());
  const window = run.accepted || job.unguarded === true ? null : new RefusalWindow();
  const started = deps.now().getTime();
  let complete = false;
  let heldNow = false;
  let whole = false;
  let writeFailed = false;

  const assemble = (gathered: NumberedPage[]): Batch =>
    assembleBatch(
      {
        place: { ...job.place, source: job.source, epoch: run.epoch, runId: run.id },
        normalize: job.normalize,
        window,
        release: deps.release,
        countedAs: job.stream.entities[0]!,
      },
      gathered,
    );
  const write = async (batch: Batch, last: Page): Promise<void> => {
    try {
      await checkSnapshot(deps.db, job.place, last);
      const began = Date.now();
      let merge: { began: number; ended: number } | null = null;
      const balance = await writeBatch(deps.db, batch, run.client, { merged: (from, until) => (merge = { began: from, ended: until }) });
      run.tally.changed += balance.changed;
      run.watch.committed({ balance, pages: batch.pages, began, ended: Date.now(), merge });
    } catch (error) {
      writeFailed = true;
      throw error;
    }
    complete = batch.end;
    heldNow = batch.held !== null;
    // A complete state agrees with the source's own count, or it would not have been written.
    whole = batch.end && batch.snapshot !== null;
  };

  const writeRest = async (): Promise<void> => {
    const gathered = buffer.take();
    await write(assemble(gathered), gathered.at(-1)!.page);
  };

  let writing: Promise<void> = Promise.resolve();
  try {
    // Inside the try: a stream refuses a cursor it cannot read before it yields anything.
    const pages = job.stream.read(context, job.request(run.cursor));
    for await (const page of readAhead(pages, () => drawReadSeq(deps.db), run.watch)) {
      if (!buffer.add(page)) continue;
      // Normalised while the batch before is still being written; both cores have work.
      const batch = assemble(buffer.take());
      await writing;
      if (heldNow) return { outcome: 'held', complete: false, failure: null };
      writing = write(batch, page.page);
      // Met at the next await; a page is read meanwhile.
      writing.catch(() => undefined);
      const late = job.sliceSeconds !== null && deps.now().getTime() - started > job.sliceSeconds * 1000;
      if (late || signal.aborted) break;
    }
    await writing;
    if (!buffer.empty && !heldNow && !signal.aborted) await writeRest();
    if (heldNow) return { outcome: 'held', complete: false, failure: null };
    if (lease.lost.aborted) return { outcome: 'fenced', complete: false, failure: null };
    if (job.signal.aborted && !complete) return { outcome: 'stopped', complete: false, failure: null };
    return { outcome: whole ? 'verified' : 'unverified', complete, failure: null };
  } catch (failure) {
    await writing.catch(() => undefined);
    if (lease.lost.aborted || isFenced(failure)) return { outcome: 'fenced', complete: false, failure: null };
    if (job.signal.aborted) return { outcome: 'stopped', complete: false, failure: null };
    // What was read before a source failed is good and is kept: the next run goes on behind it. Never after a failed write: the
    // cursor would move over pages that were not stored.
    if (!buffer.empty && !writeFailed && !heldNow)
      await writeRest().catch((lost: unknown) => deps.log.warn({}, `could not keep the pages read before the failure: ${String(lost)}`));
    return { outcome: 'failed', complete: false, failure };
  } finally {
    lease.stop();
  }
}

function isFenced(failure: unknown): boolean {
  return failure instanceof Error && failure.name === 'Fenced';
}
