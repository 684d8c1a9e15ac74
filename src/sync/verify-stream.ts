import type { ReadContext, Stream, TotalledRows } from '#contract';
import type { LanePlace } from '../store/lease.ts';
import {
  comparableDays,
  endVerification,
  startVerification,
  type VerificationEnd,
  type VerificationState,
  type VerifiedDay,
} from '../store/verifications.ts';
import { compareDays, type ComparedDay, type ComparedDays } from './compare-days.ts';
import { explainDay } from './explain-day.ts';
import { describeFailure } from './failure.ts';
import { readUpToDate, rereadDays, type JobForLane } from './reread-days.ts';
import type { SyncDeps } from './run-sync.ts';
import { totalledRows, type AskedDays } from './their-totals.ts';

/** Days that an ordinary verification compares. */
const ORDINARY_DAYS = 45;
/** Differing days that are read again, or explained, in one go: more mean something else than lost records. */
const MOST_DAYS_AT_ONCE = 31;

/** A stream may read weeks again because records change without a new time; new ones arrive within a day all the same. */
const MOST_OVERLAP_SECONDS = 86_400;

export interface VerifyWish {
  /** Local days, both included; null: the last 45 that are over and covered. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** Reads differing days again and compares once more. */
  readonly heal: boolean;
  readonly askedBy: string;
}

export interface VerifyReport extends Omit<VerificationEnd, 'ordinary'> {
  readonly id: string;
  /** Days that were asked for and that the source cannot tell of (pruned, hidden). */
  readonly untold: number;
}

interface Compared {
  readonly place: LanePlace;
  readonly stream: Stream<unknown>;
  readonly rows: TotalledRows;
  readonly context: ReadContext<unknown>;
}

/**
 * Compares a stream with its source's own counts and sums, day by day. Days that are not over, or younger than the overlap, are left out; what
 * changes while they are compared is no difference: a differing day is looked at again after the stream has been read up to now, and only
 * what differs twice is named. Never throws for what a source does: it is written down and returned.
 */
export async function verifyStream(deps: SyncDeps, timeZone: string, jobFor: JobForLane, wish: VerifyWish): Promise<VerifyReport> {
  const job = await jobFor('verify');
  const { place, stream, source } = job;
  const id = await startVerification(deps.db, place, { source, askedBy: wish.askedBy });
  let end: VerificationEnd & { readonly untold: number };
  try {
    const context = { settings: job.settings, http: job.http, now: deps.now, log: deps.log, signal: job.signal };
    end = await verify(deps, { place, stream, context }, timeZone, jobFor, wish);
  } catch (error) {
    const { message, advice } = describeFailure(error, job);
    end = { state: 'failed', timeZone: null, days: [], healed: 0, untold: 0, problem: `${message}. ${advice}`, ordinary: false };
  }
  await endVerification(deps.db, place, id, end);
  const { ordinary: _, ...told } = end;
  const fields = { ...place, verification: id, state: end.state, days: end.days.length, healed: end.healed };
  if (end.state === 'verified') deps.log.info(fields, `${source} ${stream.name}: verified`);
  else deps.log.warn(fields, `${source} ${stream.name}: ${end.problem ?? end.state}`);
  return { id, ...told };
}

async function verify(
  deps: SyncDeps,
  of: Omit<Compared, 'rows'>,
  timeZone: string,
  jobFor: JobForLane,
  wish: VerifyWish,
): Promise<VerificationEnd & { readonly untold: number }> {
  const rows = totalledRows(of.stream);
  if (rows === null) return untold(`the source adds up nothing of ${of.stream.name}`);
  const compared = { ...of, rows };
  const mayArrive = Math.min(of.stream.overlapSeconds, MOST_OVERLAP_SECONDS);
  const bounds = await comparableDays(deps.db, of.place, timeZone, mayArrive);
  if (bounds === null) return untold(`${of.stream.name} has not been read to its end yet; see: kpi status`);
  const { settledUntil, coveredFrom } = bounds;
  const last = wish.lastDay !== null && wish.lastDay < bounds.lastDay ? wish.lastDay : bounds.lastDay;
  const ordinaryFirst = laterOf(coveredFrom, daysBefore(bounds.lastDay, ORDINARY_DAYS - 1));
  const asked: AskedDays = {
    first: wish.firstDay ?? laterOf(coveredFrom, daysBefore(last, ORDINARY_DAYS - 1)),
    last,
    timeZone,
    settledUntil,
  };
  const first = await compareDays(deps.db, of.place, compared, asked);
  if (first.days.length === 0)
    return { ...untold('none of these days is over, covered and still to be told by the source'), untold: first.untold };
  const { days, healed } = await settle(deps, compared, asked, first, jobFor, wish.heal);
  const differing = days.filter(({ reason }) => reason !== null).length;
  const state: VerificationState = differing === 0 ? 'verified' : 'differs';
  const ordinary = asked.first <= ordinaryFirst && last === bounds.lastDay;
  const problem = differing === 0 ? null : `${differing} of ${days.length} days differ from the source`;
  return { state, timeZone: first.timeZone, days, healed, untold: first.untold, problem, ordinary };
}

/** Second look, reading again, and reasons: for the days that differ, as often as they do. */
async function settle(
  deps: SyncDeps,
  of: Compared,
  asked: AskedDays,
  first: ComparedDays,
  jobFor: JobForLane,
  heal: boolean,
): Promise<{ readonly days: VerifiedDay[]; readonly healed: number }> {
  let differing = first.days.filter(({ agrees }) => !agrees);
  const last = new Map(first.days.map((day) => [day.day, day]));
  const again = async (): Promise<ComparedDay[]> => {
    const span = { ...asked, first: differing[0]!.day, last: differing.at(-1)!.day };
    const { days } = await compareDays(deps.db, of.place, of, span);
    const named = new Set(differing.map(({ day }) => day));
    const looked = days.filter(({ day }) => named.has(day));
    for (const day of looked) last.set(day.day, day);
    return looked.filter(({ agrees }) => !agrees);
  };
  if (differing.length > 0) {
    await readUpToDate(deps, jobFor);
    differing = await again();
  }
  const differed = differing.length;
  if (differing.length > 0 && heal) {
    await rereadDays(
      deps,
      jobFor,
      differing.slice(0, MOST_DAYS_AT_ONCE).map(({ bounds }) => bounds),
    );
    differing = await again();
  }
  const why = new Map<string, Pick<VerifiedDay, 'reason' | 'missing' | 'extra'>>();
  for (const [i, day] of differing.entries()) {
    const told = i < MOST_DAYS_AT_ONCE;
    const explain = () => explainDay(deps.db, of.place, { ...of, listing: of.stream.listing }, day, first.timeZone);
    why.set(day.day, told ? await explain() : { reason: 'unknown', missing: [], extra: [] });
  }
  const days = [...last.values()].map(({ bounds: _bounds, agrees: _agrees, ...day }): VerifiedDay => ({
    ...day,
    ...(why.get(day.day) ?? { reason: null, missing: [], extra: [] }),
  }));
  return { days, healed: differed - differing.length };
}

function untold(problem: string): VerificationEnd & { readonly untold: number } {
  return { state: 'untold', timeZone: null, days: [], healed: 0, untold: 0, problem, ordinary: false };
}

const daysBefore = (day: string, days: number) => new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
const laterOf = (one: string | null, other: string) => (one !== null && one > other ? one : other);
