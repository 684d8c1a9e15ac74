import { SourceError, type TypedRequest } from '#contract';
import { z } from 'zod';
import type { Domain, OdooClient } from './client.ts';

/** Instants in whole seconds, UTC. */
const second = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

/** End of the last finished walk, by the server's own clock. */
export const watermarkSchema = second;
/** A walk under way: the window it reads, fixed at its start, and the last id of the page before. `lo` null: from the beginning. */
export const walkSchema = z.object({ lo: second.nullable(), hi: second, lastId: z.int().min(0) });

export type Walk = z.output<typeof walkSchema>;
export type WindowRequest = TypedRequest<string, Walk>;

/** How far below the watermark a window begins, in seconds: `write_date` is a transaction's start, and long ones commit late. */
export const OVERLAP_SECONDS = 900;
/** A window ends this many seconds before the server's clock. */
const HEADROOM_SECONDS = 5;

/**
 * The window of this read, or null when there is none: right after another walk, or when the server's clock was set back.
 * Incremental reads go by `write_date`; a backfill goes by `[from, until)` of the business date.
 */
export function windowOf(request: WindowRequest, serverDate: string): Walk | null {
  if (request.kind === 'backfill') {
    return { lo: floorSecond(request.from), hi: ceilSecond(request.until), lastId: request.walk?.lastId ?? 0 };
  }
  if (request.walk !== null) return request.walk;
  const hi = shifted(serverDate, -HEADROOM_SECONDS);
  const lo = request.watermark === null ? null : shifted(request.watermark, -OVERLAP_SECONDS);
  return lo !== null && hi <= lo ? null : { lo, hi, lastId: 0 };
}

/**
 * Half-open, whole seconds, space, no zone: only so does a condition mean the same on Odoo 16 and 19. From the beginning, rows
 * written by SQL without a `write_date` are taken too (modules' own data are such). `also`: the other path by which a row may be in the window.
 */
export function windowDomain(field: string, walk: Walk, also?: string): Domain {
  const below = [field, '<', naive(walk.hi)] as const;
  if (walk.lo === null) return ['|', below, [field, '=', false], ['id', '>', walk.lastId]];
  const lo = naive(walk.lo);
  const inside: Domain =
    also === undefined
      ? [[field, '>=', lo], below]
      : ['|', '&', [field, '>=', lo], below, '&', [also, '>=', lo], [also, '<', naive(walk.hi)]];
  return [...inside, ['id', '>', walk.lastId]];
}

/** A window of a field that is a date without time: every day that the window touches, so that no zone can cut one off. */
export function dayDomain(field: string, walk: Walk): Domain {
  const inside: Domain = walk.lo === null ? [] : [[field, '>=', walk.lo.slice(0, 10)]];
  return [...inside, [field, '<=', walk.hi.slice(0, 10)], ['id', '>', walk.lastId]];
}

/** Odoo's own notation of an instant in whole seconds: naive UTC. */
export function naive(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}

/** The later of two instants, either of which may be missing. */
export function later(a: string | null, b: string): string {
  return a !== null && a > b ? a : b;
}

export function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

export function floorSecond(instant: string): string {
  return isoSecond(Math.floor(Date.parse(instant) / 1000) * 1000);
}

export function ceilSecond(instant: string): string {
  return isoSecond(Math.ceil(Date.parse(instant) / 1000) * 1000);
}

function shifted(instant: string, seconds: number): string {
  return isoSecond(Date.parse(instant) + seconds * 1000);
}

function isoSecond(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const withId = z.object({ id: z.int().positive() });

/** The greatest id of a page. Ordered by id, so a page that does not lead on is no answer of Odoo. @throws SourceError */
export function lastIdOf(model: string, rows: readonly unknown[], before: number): number {
  let last = before;
  for (const row of rows) {
    const parsed = withId.safeParse(row);
    if (parsed.success && parsed.data.id > last) last = parsed.data.id;
  }
  if (last > before || rows.length === 0) return last;
  throw new SourceError({
    kind: 'bug',
    code: 'no_progress',
    message: `odoo ${model}: a page of ${rows.length} records holds no id above ${before}`,
    advice: 'Report this with the version of Odoo that kpi check shows.',
  });
}

/** Every record of a condition, by id, a page at a time. @throws SourceError */
export async function* allById(
  client: OdooClient,
  model: string,
  search: { readonly domain: Domain; readonly fields: readonly string[]; readonly limit: number },
): AsyncGenerator<readonly unknown[], void, void> {
  for (let lastId = 0; ;) {
    const domain: Domain = [...search.domain, ['id', '>', lastId]];
    const rows = await client.searchRead(model, { domain, fields: search.fields, order: 'id', limit: search.limit });
    if (rows.length > 0) yield rows;
    if (rows.length < search.limit) return;
    lastId = lastIdOf(model, rows, lastId);
  }
}
