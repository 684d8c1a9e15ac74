import { defineStream, type InstantRange, type Page, type RecordCount, type TypedRequest } from '#contract';
import { z } from 'zod';
import { openAccount, type OpenAccount } from '../account.ts';
import { assemble } from '../assemble.ts';
import { conversationListing } from '../conversation-listing.ts';
import { offersEvents } from '../events.ts';
import type { ChatwootClient } from '../client.ts';
import { filterByDay, numberIn } from '../conversation-list.ts';
import { addDays, toSeconds } from '../instants.ts';
import type { ChatwootSettings } from '../settings.ts';
import { walkActivity } from '../walks/activity.ts';
import { walkAll } from '../walks/all.ts';
import { chooseWalk, detourAfter } from '../walks/choose.ts';
import { walkDays } from '../walks/days.ts';
import { walkRecent } from '../walks/recent.ts';
import { conversationWalk, type Batch, type ConversationWalk } from '../walks/walk.ts';

/** `updated_at` is stamped before its transaction commits, and activity jobs land later still. */
const OVERLAP_SECONDS = 600;
const CURSOR_VERSION = 1;

type Request = TypedRequest<string, ConversationWalk>;

/**
 * Conversations, each with its messages and events: a page holds all, so that none waits for a walk of its own. The
 * watermark is the server's clock at the walk's start rather than the newest `updated_at`: a walk of hours meets early rows
 * that change behind it, and a quiet night does not widen the next window.
 */
export const conversations = defineStream<ChatwootSettings, string, ConversationWalk>({
  name: 'conversations',
  description: 'Conversations in every status, and the messages (without their text) and reporting events of those that changed',
  entities: ['conversation', 'message', 'conversation_event'],
  cursorVersion: CURSOR_VERSION,
  overlapSeconds: OVERLAP_SECONDS,
  backfill: 'time-window',
  deletions: 'sweep',
  intervalSeconds: 300,
  listing: conversationListing,
  watermark: z.string(),
  walk: conversationWalk,
  counting: {
    entity: 'conversation',
    rows: { at: 'created_at' },
    async count(context, ranges) {
      const { client } = await openAccount(context);
      const counts: RecordCount[] = [];
      for (const range of ranges) counts.push(await countDays(client, range));
      return { counts, notices: [] };
    },
  },
  async *read(context, request) {
    const account = await openAccount(context);
    const events = await offersEvents(account.client);
    let walk: ConversationWalk = chooseWalk(request, account.at);
    for (;;) {
      try {
        yield* pagesOf({ client: account.client, settings: context.settings, events }, account, request, walk);
        return;
      } catch (error) {
        const detour = detourAfter(walk, error, account.at);
        if (detour === null) throw error;
        context.log.warn({ from: walk.mode, to: detour.mode }, 'Chatwoot did not answer one way of listing, reading another way');
        walk = detour;
      }
    }
  },
});

/** A page beyond all others: its counts are those of the filter, and no row of it has to be made. */
const BEYOND = 1_000_000;

/** Chatwoot's count of the UTC days that a range touches: its filter knows days only. */
async function countDays(client: ChatwootClient, range: InstantRange): Promise<RecordCount> {
  const first = range.from.slice(0, 10);
  const next = addDays(new Date(Date.parse(range.until) - 1).toISOString().slice(0, 10), 1);
  const { allCount: count } = await filterByDay(client, addDays(first, -1), next, BEYOND);
  const of = { from: `${first}T00:00:00.000Z`, until: `${next}T00:00:00.000Z` };
  const whole = Date.parse(of.from) === Date.parse(range.from) && Date.parse(of.until) === Date.parse(range.until);
  return whole ? { count, precision: 'exact' } : { count, precision: 'about', of };
}

async function* pagesOf(
  reader: Parameters<typeof assemble>[0],
  account: OpenAccount,
  request: Request,
  walk: ConversationWalk,
): AsyncGenerator<Page> {
  for await (const batch of batchesOf(account, request, walk)) {
    const rows = batch.rows.filter((row) => isWanted(row, request));
    const { drafts, rejects } = await assemble(reader, rows);
    const { startedAt } = batch.walk;
    const watermark = batch.end && request.kind === 'incremental' ? startedAt : request.watermark;
    yield {
      drafts,
      rejects: [...(batch.rejects ?? []), ...rejects],
      cursor: { v: CURSOR_VERSION, watermark, walk: batch.end ? null : batch.walk },
      end: batch.end,
      ...(batch.end && batch.complete === true ? { covered: coveredBy(request, startedAt) } : {}),
      ...(batch.notices === undefined || batch.notices.length === 0 ? {} : { notices: batch.notices }),
    };
  }
}

function batchesOf({ client, at }: OpenAccount, request: Request, walk: ConversationWalk): AsyncGenerator<Batch> {
  switch (walk.mode) {
    case 'all':
      return walkAll(client, walk);
    case 'recent':
      return walkRecent(client, walk, { now: at, since: floorOf(request) });
    case 'activity':
      return walkActivity(client, walk, floorOf(request));
    default:
      return walkDays(client, walk, lastDayOf(request, at));
  }
}

/** Where an incremental walk begins, in Unix seconds: the watermark less the overlap. */
function floorOf(request: Request): number {
  return request.watermark === null ? 0 : toSeconds(request.watermark) - OVERLAP_SECONDS;
}

/** The walk over everything, taken as a detour, meets far more than was asked for. */
function isWanted(row: unknown, request: Request): boolean {
  const createdAt = numberIn(row, 'created_at');
  // A record without a readable time goes on, to be rejected with its reason.
  if (createdAt === 0) return true;
  if (request.kind === 'backfill') return createdAt >= toSeconds(request.from) && createdAt < toSeconds(request.until);
  if (request.watermark === null) return request.from === null || createdAt >= toSeconds(request.from);
  return (numberIn(row, 'updated_at') || numberIn(row, 'last_activity_at')) >= floorOf(request);
}

function lastDayOf(request: Request, now: string): string {
  const last = request.kind === 'backfill' ? new Date(Date.parse(request.until) - 1).toISOString() : now;
  return (last < now ? last : now).slice(0, 10);
}

function coveredBy(request: Request, startedAt: string): { from: string | null; until: string } {
  if (request.kind === 'incremental') return { from: request.watermark ?? request.from, until: startedAt };
  return { from: request.from, until: Date.parse(request.until) < Date.parse(startedAt) ? request.until : startedAt };
}
