import { defineStream, type Page, type RecordCount } from '#contract';
import { z } from 'zod';
import { openAccount } from '../account.ts';
import { unexpectedAnswer, type ChatwootClient } from '../client.ts';
import { numberIn } from '../conversation-list.ts';
import { toSeconds } from '../instants.ts';
import { csatDraft } from '../mapping.ts';
import { parseRecord, rawId } from '../parse-record.ts';
import { rawCsatResponse } from '../records.ts';
import type { ChatwootSettings } from '../settings.ts';

/** A customer may change the rating for 14 days, and the row then shows no new time: a month is read again on every walk. */
const OVERLAP_SECONDS = 30 * 86_400;
const CURSOR_VERSION = 1;
/** The far end of the window: both ends must be given, one alone is silently ignored. */
const FAR_FUTURE = 4_102_444_800;

const walk = z.object({
  startedAt: z.string(),
  /** Unix second of the last row read; the next page asks from it on, so that a deletion can shift nothing. */
  since: z.number().int().min(0),
  /** Ids already met in that second. */
  met: z.array(z.number().int()),
});

const metrics = z.object({ total_count: z.int().min(0) });

/** Answers to the satisfaction survey, without their comment. Community edition has them too. */
export const csatResponses = defineStream<ChatwootSettings, string, z.output<typeof walk>>({
  name: 'csat_responses',
  description: 'Answers to the satisfaction survey: rating, conversation, agent (comments are not read)',
  entities: ['csat_response'],
  cursorVersion: CURSOR_VERSION,
  overlapSeconds: OVERLAP_SECONDS,
  backfill: 'time-window',
  deletions: 'none',
  intervalSeconds: 3600,
  watermark: z.string(),
  walk,
  counting: {
    entity: 'csat_response',
    rows: { at: 'created_at' },
    async count(context, ranges) {
      const { client } = await openAccount(context);
      const counts: RecordCount[] = [];
      for (const { from, until } of ranges) {
        const params = { since: Math.ceil(toSeconds(from)), until: Math.ceil(toSeconds(until)) };
        const said = metrics.safeParse((await client.get('/csat_survey_responses/metrics', params)).json);
        if (!said.success) throw unexpectedAnswer('GET /csat_survey_responses/metrics');
        counts.push({ count: said.data.total_count, precision: 'exact' });
      }
      return { counts, notices: [] };
    },
  },
  async *read(context, request) {
    const { client, at } = await openAccount(context);
    const backfill = request.kind === 'backfill';
    const until = backfill ? Math.ceil(toSeconds(request.until)) : FAR_FUTURE;
    const low = request.kind === 'incremental' && request.watermark !== null ? before(request.watermark) : request.from;
    const startedAt = request.walk?.startedAt ?? at;
    let since = request.walk?.since ?? Math.floor(low === null ? 0 : toSeconds(low));
    let met = new Set(request.walk?.met);
    for (let page = 1; ;) {
      const rows = await list(client, { since, until, page });
      const fresh = rows.filter((row) => !met.has(rawId(row) ?? -1));
      const inside = fresh.filter((row) => !backfill || isInside(numberIn(row, 'created_at'), request.from, request.until));
      const last = numberIn(rows.at(-1), 'created_at');
      const end = rows.length === 0;
      // Onwards to the second of the last row; a whole page within one second is paged through.
      page = last > since ? 1 : page + 1;
      if (last > since) met = new Set();
      since = Math.max(since, last);
      for (const row of rows) if (numberIn(row, 'created_at') === since) met.add(rawId(row) ?? -1);
      const place = { startedAt, since, met: [...met] };
      yield {
        ...recordsOf(inside),
        cursor: { v: CURSOR_VERSION, watermark: end && !backfill ? startedAt : request.watermark, walk: end ? null : place },
        end,
        ...(end
          ? { covered: { from: low, until: backfill && toSeconds(request.until) < toSeconds(startedAt) ? request.until : startedAt } }
          : {}),
      };
      if (end) return;
    }
  },
});

function before(watermark: string): string {
  return new Date(Date.parse(watermark) - OVERLAP_SECONDS * 1000).toISOString();
}

function isInside(createdAt: number, from: string, until: string): boolean {
  return createdAt === 0 || (createdAt >= toSeconds(from) && createdAt < toSeconds(until));
}

/** A bare array, without counts, in no order unless asked for one. */
async function list(client: ChatwootClient, params: { since: number; until: number; page: number }): Promise<readonly unknown[]> {
  const { json } = await client.get('/csat_survey_responses', { sort: 'created_at', ...params });
  if (!Array.isArray(json)) throw unexpectedAnswer('GET /csat_survey_responses');
  return json;
}

function recordsOf(rows: readonly unknown[]): Pick<Page, 'drafts' | 'rejects'> {
  const parsed = rows.map((row) => parseRecord('csat_response', rawCsatResponse, row));
  return {
    drafts: parsed.flatMap((one) => ('record' in one ? [csatDraft(one.record)] : [])),
    rejects: parsed.flatMap((one) => ('reject' in one ? [one.reject] : [])),
  };
}
