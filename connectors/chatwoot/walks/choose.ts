import { SourceError, type TypedRequest } from '#contract';
import { isServerFault } from '../conversation-list.ts';
import { startAllWalk } from './all.ts';
import type { ConversationWalk } from './walk.ts';

/** Beyond this `updated_within` would have to answer too much at once: it has no pages, and the database ends it after 14 s. */
const LONGEST_WINDOW_MS = 6 * 3_600_000;

/**
 * How a request is walked. `now` is the server's clock. A walk under way goes on, but for a list of changes whose window has
 * grown too long meanwhile.
 */
export function chooseWalk(request: TypedRequest<string, ConversationWalk>, now: string): ConversationWalk {
  const { walk } = request;
  if (request.kind === 'backfill') return walk ?? daysFrom(request.from, now);
  const tooLong = request.watermark !== null && Date.parse(now) - Date.parse(request.watermark) > LONGEST_WINDOW_MS;
  if (walk !== null && !(walk.mode === 'recent' && tooLong)) return walk;
  if (request.watermark !== null) return tooLong ? activityFrom(now) : { mode: 'recent', startedAt: now, after: 0 };
  return request.from === null ? startAllWalk(now) : daysFrom(request.from, now);
}

/**
 * The way round a list that the server does not give: changes → activity → everything. Null where there is none or where it
 * would not help (no connection, no right, the limit of requests).
 */
export function detourAfter(walk: ConversationWalk, error: unknown, now: string): ConversationWalk | null {
  if (walk.mode === 'recent') return isTooMuch(error) ? activityFrom(now) : null;
  // Beginning anew with the clock of this run: what the walk before has claimed for itself is claimed by no page yet.
  return walk.mode !== 'all' && isServerFault(error) ? startAllWalk(now) : null;
}

function isTooMuch(error: unknown): boolean {
  if (!(error instanceof SourceError)) return false;
  if (error.code === 'updated_within_ignored') return true;
  return error.kind === 'transient' && (error.status === undefined ? /time_?out/.test(error.code) : error.status >= 500);
}

function activityFrom(startedAt: string): ConversationWalk {
  return { mode: 'activity', startedAt, page: 0, allCount: 0 };
}

function daysFrom(from: string, startedAt: string): ConversationWalk {
  return { mode: 'days', startedAt, day: from.slice(0, 10), afterId: 0 };
}
