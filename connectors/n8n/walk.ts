import { SourceError } from '#contract';
import { z } from 'zod';

const id = z.string().regex(/^\d{1,19}$/);
const ids = z.array(id);
const time = z.string().nullable();

/** What is kept between walks. All of it was seen in the data; n8n has no clock for changes. */
export const watermark = z.object({
  /** Highest id that was visible when the last walk began, and when that run started. */
  maxId: id,
  maxStartedAt: time,
  /** The source's clock when the last walk began, up to which it covered; absent in watermarks of earlier releases. */
  asOf: time.optional(),
  /** Runs of this connection that had not ended. */
  open: ids,
  /** Workflows of the tag or project at the last walk; null when the connection takes the whole instance. */
  workflows: z.array(z.string()).nullable(),
});
export type Watermark = z.output<typeof watermark>;

/** One list to be read, newest first, down to an id. The main list has neither status nor workflow. */
const list = z.object({ status: z.enum(['new', 'waiting', 'running']).nullable(), workflow: z.string().nullable(), floor: id });
export type ListStep = z.output<typeof list>;

/** The place within a walk. It carries all that a resumed walk needs, so that it reads the same records. */
export const walk = z.object({
  lists: z.array(list),
  /** Index of the list in work; beyond the last one, the runs of `pending` are read by id. */
  at: z.int().nonnegative(),
  cursor: z.string().nullable(),
  errors: z.object({ cursor: z.string().nullable(), end: z.boolean() }),
  /** The source's clock when the walk began. */
  asOf: time,
  newest: z.object({ id, startedAt: time }).nullable(),
  workflows: z.array(z.string()).nullable(),
  /** Bounds on `startedAt`, half-open. */
  from: time,
  until: time,
  /** Whether the instance itself filters by these bounds (releases since 2.36); null until it was tried. */
  filtersTime: z.boolean().nullable(),
  /** Not ended, as far as this walk saw. */
  open: ids,
  /** Not ended at the last walk and not met in this one yet. */
  pending: ids,
  /** Lowest id met in the main list, the earliest start of an ended run in it, and whether its bottom was reached. */
  lowest: id.nullable(),
  oldest: time,
  bottom: z.boolean(),
  /** Whether a run that ended was met below `from`: then nothing of the range was pruned. */
  belowRange: z.boolean(),
});
export type Walk = z.output<typeof walk>;

/** Ids below the oldest open one (or the watermark) that every walk reads again: late writes of runs that were in transition. */
const OVERLAP = 1000n;
/**
 * A run that waits for days must not make every walk read days of history: below this many ids only the open runs
 * themselves are read again, by id.
 */
const DEEPEST = 10_000n;

/** Lowest id a walk after this watermark reads in the main list. */
export function floorAfter(mark: Watermark): string {
  const max = BigInt(mark.maxId);
  const oldestOpen = mark.open.reduce((low, one) => (BigInt(one) < low ? BigInt(one) : low), max);
  const floor = oldestOpen - OVERLAP;
  const bounded = floor < max - DEEPEST ? max - DEEPEST : floor;
  return (bounded < 0n ? 0n : bounded).toString();
}

export interface WalkStart {
  readonly mark: Watermark | null;
  readonly newest: { readonly id: string; readonly startedAt: string | null } | null;
  readonly asOf: string | null;
  readonly workflows: readonly string[] | null;
  readonly from: string | null;
}

/**
 * A walk over everything since the watermark. The order of the lists is what makes it complete: a run moves from new over
 * running and waiting to its end, the default list hides running ones (and waiting ones before mid-2026), so the open ones
 * are listed first and the default list last: what ends in between is met there.
 */
export function followWalk(start: WalkStart): Walk {
  const { mark, workflows } = start;
  // When the connection took a part and now takes all, the rest of the history was never read.
  const widened = workflows === null && mark !== null && mark.workflows !== null;
  const known = mark?.workflows ?? null;
  const joined = workflows === null || known === null ? [] : workflows.filter((workflow) => !known.includes(workflow));
  const whole = { workflow: null, floor: '0' };
  return {
    ...emptyWalk(start),
    lists: [
      { ...whole, status: 'new' },
      { ...whole, status: 'waiting' },
      { ...whole, status: 'running' },
      { ...whole, status: null, floor: mark === null || widened ? '0' : floorAfter(mark) },
      // Workflows that were made or tagged since: their history may lie anywhere below.
      ...joined.map((workflow) => ({ status: null, workflow, floor: '0' })),
    ],
    from: mark === null ? start.from : null,
    pending: mark?.open ?? [],
  };
}

/** A walk over one range of time. n8n lists by id only, so it goes down from the newest and keeps what started in the range. */
export function backfillWalk(asOf: string | null, workflows: readonly string[] | null, from: string, until: string): Walk {
  const base = emptyWalk({ mark: null, newest: null, asOf, workflows, from });
  return { ...base, lists: [{ status: null, workflow: null, floor: '0' }], until };
}

/** A walk over single runs by their ids. */
export function rereadWalk(wanted: readonly string[]): Walk {
  return { ...emptyWalk({ mark: null, newest: null, asOf: null, workflows: null, from: null }), pending: [...wanted] };
}

function emptyWalk(start: WalkStart): Walk {
  return {
    lists: [],
    at: 0,
    cursor: null,
    errors: { cursor: null, end: false },
    asOf: start.asOf,
    newest: start.newest,
    workflows: start.workflows === null ? null : [...start.workflows],
    from: start.from,
    until: null,
    filtersTime: null,
    open: [],
    pending: [],
    lowest: null,
    oldest: null,
    bottom: false,
    belowRange: false,
  };
}

/** The watermark after a whole walk. Ids never go back: the newest runs may have been deleted since. */
export function watermarkAfter(mark: Watermark | null, done: Walk): Watermark | null {
  const { newest } = done;
  const ahead = newest !== null && (mark === null || BigInt(newest.id) >= BigInt(mark.maxId));
  if (!ahead && mark === null && done.open.length === 0) return null;
  return {
    maxId: ahead ? newest.id : (mark?.maxId ?? '0'),
    maxStartedAt: ahead ? newest.startedAt : (mark?.maxStartedAt ?? null),
    asOf: done.asOf,
    open: done.open,
    workflows: done.workflows,
  };
}

/**
 * Refuses an instance that gives out ids a second time (restored from a backup, or made anew under the same address): its runs
 * would silently replace others in the warehouse. Seen when the newest run has a lower id than the last walk's and began later.
 * @throws SourceError
 */
export function assertSameInstance(mark: Watermark | null, newest: WalkStart['newest']): void {
  if (mark === null || newest === null || mark.maxStartedAt === null || newest.startedAt === null) return;
  if (BigInt(newest.id) >= BigInt(mark.maxId) || newest.startedAt <= mark.maxStartedAt) return;
  throw new SourceError({
    kind: 'config',
    code: 'instance_replaced',
    message: `n8n executions: the newest execution has id ${newest.id}, but ids up to ${mark.maxId} were read before and began earlier: the instance was restored or made anew`,
    advice: 'Connect it as a new account; if only executions were deleted, go on with: kpi sync --stream executions --reset-cursor',
  });
}
