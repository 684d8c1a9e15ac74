import type { RefusedRecord } from '#contract';
import type { Author } from '../store/audit.ts';
import { releaseHold, settleReplay, type OpenRefusal, type ReplayOutcome } from '../store/quarantine-replay.ts';
import { runSync, type SyncDeps, type SyncJob } from './run-sync.ts';

/** The stream gives no single records: its next reading shows them all anyway, or a backfill has to. */
export class CannotReplay extends Error {
  override readonly name = 'CannotReplay';
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

export interface Replay {
  readonly outcomes: readonly ReplayOutcome[];
  /** Whether the stream was held and goes on now. */
  readonly released: boolean;
  /** Why the records could not be read; null when they were. */
  readonly error: string | null;
}

/** Records of one page of the request; a list of ids must not become a request of its own size. */
const MOST = 500;

/**
 * Reads refused records of one stream again and writes them the ordinary way: mapping, normalising, newer wins, balance, all in a run of a
 * lane of its own. One that is good now closes its refusal; one that is refused again stays, with the new reason. When none of the stream
 * is left and it was held because of them, it goes on.
 * @throws CannotReplay
 */
export async function replay(
  deps: SyncDeps,
  job: Omit<SyncJob, 'request'>,
  refusals: readonly OpenRefusal[],
  author: Author,
): Promise<Replay> {
  const { rereading } = job.stream;
  const { stream } = job.place;
  if (rereading === undefined) {
    const all = job.stream.backfill === 'none' || job.stream.backfill === 'snapshot';
    throw new CannotReplay(
      `${job.source} ${stream} gives no single records`,
      all
        ? `Each reading shows all of them: kpi sync --source ${job.source} --stream ${stream}`
        : `Read the days of the records again: kpi backfill start --source ${job.source} --stream ${stream} --from …`,
    );
  }
  const records = refusals.slice(0, MOST).map((one) => ({ ...one, record: rereading.recordOf(asRefused(one)) }));
  const ids = [...new Set(records.flatMap(({ record }) => record ?? []))];
  let error: string | null = null;
  if (ids.length > 0) {
    const picked: SyncJob['stream'] = { ...job.stream, read: (context) => rereading.read(context, ids) };
    const request: SyncJob['request'] = () => ({ kind: 'incremental', cursor: null, from: null });
    const result = await runSync(deps, { ...job, stream: picked, request, unguarded: true });
    error = result.outcome === 'busy' ? 'another replay of the stream is under way' : result.error;
  }
  const settled = await settleReplay(deps.db, { ...job.place, author, refusals: records });
  const released = settled.left === 0 && (await releaseHold(deps.db, job.place));
  return { outcomes: settled.outcomes, released, error };
}

/** The payload as a value, unless it was cut. */
function asRefused({ entity, sourceId, payload }: OpenRefusal): RefusedRecord {
  try {
    return { entity, sourceId, payload: JSON.parse(payload) as unknown };
  } catch {
    return { entity, sourceId, payload: null };
  }
}
