import type { InstantRange, Notice, RecordCount } from '#contract';
import { openBackfills } from '../store/backfills.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { streamRates } from '../store/stream-rates.ts';
import { missingSlices, wholeSlices } from './backfill-slices.ts';
import { backfillTargets, type BackfillScope, type BackfillTarget, type LeftOut } from './backfill-targets.ts';
import { estimateOf, paceOf, sumOf, type Estimate, type Pace } from './estimate.ts';
import { describeStart } from './failure.ts';
import type { BackfillDeps } from './start-backfill.ts';

export interface PlanWish extends BackfillScope {
  readonly sliceDays: number;
  readonly onlyMissing: boolean;
}

export interface PlannedSlice extends InstantRange {
  /** Null where the source was not asked slice by slice, or counts none. */
  readonly records: Estimate | null;
}

export interface PlannedBackfill extends InstantRange {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly time_zone: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly slices: readonly PlannedSlice[];
  /** Null where the source counts none of them, or did not answer. */
  readonly records: Estimate | null;
  readonly rows: Estimate | null;
  readonly requests: Estimate | null;
  readonly minutes: Estimate | null;
  readonly pace: Pace;
  /** What the source cannot give of the range; for operators, so in English. */
  readonly notices: readonly Said[];
  /** Why the source could not be asked, and what to do. */
  readonly problem: string | null;
  /** A backfill of the stream that has not ended and covers part of the range: starting this one would be refused. */
  readonly overlaps: string | null;
}

type Said = Pick<Notice, 'code' | 'message'>;

export interface BackfillPlan {
  readonly backfills: readonly PlannedBackfill[];
  readonly leftOut: readonly LeftOut[];
  /** Over those that could be counted, one after the other; several run side by side. */
  readonly total: Readonly<Record<'records' | 'rows' | 'requests' | 'minutes', Estimate>>;
}

/** Up to so many slices, over all backfills of a plan, each is counted by itself; beyond, each stream's range as one. */
const COUNTED_APART = 200;
/** Connections that are asked at once. */
const AT_ONCE = 16;
/** After this long a source that does not answer is left out of the plan, with the reason, in milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * What a backfill would do, without doing anything: slices, and what the source counts and its pace make of them.
 * @throws BackfillRefused; WrongInstant
 */
export async function planBackfills(
  deps: BackfillDeps & { readonly requestsPerSecond: number },
  wish: PlanWish,
  signal: AbortSignal,
): Promise<BackfillPlan> {
  const { targets, leftOut } = await backfillTargets(deps.db, deps.connectors, wish);
  const tenantIds = [...new Set(targets.map(({ tenant }) => tenant.id))];
  const [rates, open, slices] = await Promise.all([
    streamRates(deps.db, tenantIds),
    openBackfills(deps.db, tenantIds),
    wish.onlyMissing ? null : everySlice(deps, targets, wish.sliceDays),
  ]);
  const apart = slices === null || [...slices.values()].reduce((sum, { length }) => sum + length, 0) <= COUNTED_APART;
  const planOne = async (target: BackfillTarget, asked: Asked): Promise<PlannedBackfill> => {
    const { tenant, connection, connector, stream, range } = target;
    const same = rates.filter((rate) => rate.source === connector.id && rate.stream === stream.name);
    const pace = paceOf(
      stream,
      same.find((rate) => rate.connection_id === connection.id),
      same,
    );
    const { records } = asked;
    const estimate = records === null ? { rows: null, requests: null, minutes: null } : estimateOf(records, pace, deps.requestsPerSecond);
    const first = asked.slices[0]?.from ?? range.from;
    const last = asked.slices.at(-1)?.until ?? range.until;
    const overlapping = open.find(
      (one) =>
        one.connection_id === connection.id &&
        one.stream === stream.name &&
        one.range_from < new Date(last) &&
        one.range_until > new Date(first),
    );
    return {
      tenant_id: tenant.id,
      rut: tenant.rut,
      company_name: tenant.company_name,
      time_zone: tenant.time_zone,
      connection_id: connection.id,
      source: connector.id,
      stream: stream.name,
      ...range,
      ...asked,
      ...estimate,
      pace,
      overlaps: overlapping?.id ?? null,
    };
  };
  const byConnection = [...Map.groupBy(targets, ({ connection }) => connection.id).values()];
  const planned = await atOnce(AT_ONCE, byConnection, async (those) => {
    const asked = await askConnection(deps, wish, those, slices, apart, signal);
    return Promise.all(those.map((target, i) => planOne(target, asked[i]!)));
  });
  const backfills = planned.flat();
  const total = (of: 'records' | 'rows' | 'requests' | 'minutes') => sumOf(backfills.flatMap((one) => one[of] ?? []));
  return {
    backfills,
    leftOut,
    total: { records: total('records'), rows: total('rows'), requests: total('requests'), minutes: total('minutes') },
  };
}

type Asked = Pick<PlannedBackfill, 'slices' | 'records' | 'notices' | 'problem'>;
type Slices = ReadonlyMap<BackfillTarget, readonly InstantRange[]>;

/** The slices of every target; asked once for targets that are cut alike. */
async function everySlice(deps: BackfillDeps, targets: readonly BackfillTarget[], days: number): Promise<Slices> {
  const known = new Map<string, Promise<InstantRange[]>>();
  const slices = new Map<BackfillTarget, readonly InstantRange[]>();
  for (const target of targets) {
    const { range, tenant, stream } = target;
    const key = `${stream.backfill} ${tenant.time_zone} ${range.from} ${range.until}`;
    const cut = known.get(key) ?? wholeSlices(deps.db, target, days);
    known.set(key, cut);
    slices.set(target, await cut);
  }
  return slices;
}

/** Asks one source about streams of one connection, one after the other; what it does not answer is said and not thrown. */
async function askConnection(
  deps: BackfillDeps,
  wish: PlanWish,
  targets: readonly BackfillTarget[],
  slices: Slices | null,
  apart: boolean,
  signal: AbortSignal,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  let context: ReturnType<BackfillDeps['openSource']> | null = null;
  for (const target of targets) {
    const cut = slices?.get(target) ?? [];
    try {
      context ??= deps.openSource(target.connection, patience);
      asked.push(await askStream(deps, wish, target, slices === null ? null : cut, apart, await context));
    } catch (error) {
      signal.throwIfAborted();
      if (describeDatabaseError(error) !== null) throw error;
      const { message, advice } = describeStart(error);
      const problem = patience.aborted ? `the source did not answer within ${PATIENCE_MS / 1000} s` : `${message}. ${advice}`;
      asked.push({ slices: cut.map((slice) => ({ ...slice, records: null })), records: null, notices: [], problem });
    }
  }
  return asked;
}

async function askStream(
  deps: BackfillDeps,
  wish: PlanWish,
  target: BackfillTarget,
  cut: readonly InstantRange[] | null,
  apart: boolean,
  context: Awaited<ReturnType<BackfillDeps['openSource']>>,
): Promise<Asked> {
  const missing = cut === null ? await missingSlices(deps.db, target, context, wish.sliceDays, deps.now()) : null;
  const slices = cut ?? missing!.slices;
  const uncompared: Said[] =
    missing !== null && !missing.compared
      ? [{ code: 'not_compared', message: 'the source cannot be compared day by day: only what was never covered counts as missing' }]
      : [];
  const { counting } = target.stream;
  const bare = slices.map((slice) => ({ ...slice, records: null }));
  if (counting === undefined) {
    const notice = { code: 'not_counted', message: 'the source does not count these records' };
    return { slices: bare, records: null, notices: [...uncompared, notice], problem: null };
  }
  if (slices.length === 0) return { slices: [], records: { value: 0, precision: 'exact' }, notices: uncompared, problem: null };
  const { counts, notices } = await counting.count(context, apart ? slices : [target.range]);
  const estimates = counts.map(estimateOfCount);
  return {
    slices: apart ? slices.map((slice, i) => ({ ...slice, records: estimates[i]! })) : bare,
    records: sumOf(estimates),
    notices: [...uncompared, ...notices.map(({ code, message }) => ({ code, message }))],
    problem: null,
  };
}

const estimateOfCount = ({ count, precision }: RecordCount): Estimate => ({ value: count, precision });

/** Works through a list, so many at once, in order of the answers. */
async function atOnce<T, R>(limit: number, list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < list.length) {
      const i = next++;
      results[i] = await work(list[i]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, worker));
  return results;
}
