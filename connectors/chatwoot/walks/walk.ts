import { z } from 'zod';
import type { Notice, Reject } from '#contract';

/** The server's clock when the walk began: what the walk may claim to cover, and the next watermark. */
const startedAt = z.string();

/** Every conversation, oldest first: the first load, and the way out where another walk meets a page that answers 500. */
const allWalk = z.object({
  mode: z.literal('all'),
  startedAt,
  /** Last page read; 0 before the first. */
  page: z.number().int().min(0),
  lastId: z.number().int().nullable(),
  pageSize: z.number().int().min(1),
  allCount: z.number().int(),
  seen: z.array(z.tuple([z.number().int(), z.number().int()])),
  round: z.number().int().min(1),
});
export type AllWalk = z.output<typeof allWalk>;

/** What changed since the watermark, in one answer; conversations changed before `after` (Unix seconds) are done. */
const recentWalk = z.object({ mode: z.literal('recent'), startedAt, after: z.number() });
export type RecentWalk = z.output<typeof recentWalk>;

/** Latest activity first, down to the watermark. */
const activityWalk = z.object({
  mode: z.literal('activity'),
  startedAt,
  page: z.number().int().min(0),
  allCount: z.number().int(),
});
export type ActivityWalk = z.output<typeof activityWalk>;

/** Conversations created on one UTC day after another; ids up to `afterId` of that day are done. */
const daysWalk = z.object({ mode: z.literal('days'), startedAt, day: z.string(), afterId: z.number().int().min(0) });
export type DaysWalk = z.output<typeof daysWalk>;

export const conversationWalk = z.discriminatedUnion('mode', [allWalk, recentWalk, activityWalk, daysWalk]);
export type ConversationWalk = z.output<typeof conversationWalk>;

/** Some conversations of a walk and the place after them. */
export interface Batch<W extends ConversationWalk = ConversationWalk> {
  readonly rows: readonly unknown[];
  readonly rejects?: readonly Reject[];
  readonly walk: W;
  readonly end: boolean;
  /** On the last batch: false when the source's own count says that something may be missing. */
  readonly complete?: boolean;
  readonly notices?: readonly Notice[];
}

/** Conversations per page handed to the engine: with their messages about 250 records. */
export const BATCH_SIZE = 25;
