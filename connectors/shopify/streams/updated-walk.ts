import { z } from 'zod';
import { SourceError, type Cursor, type Notice, type Page } from '#contract';
import type { Mapped } from '../mapping.ts';
import { RECOVERABLE } from '../graphql-errors.ts';
import type { Frame } from '../raw/primitives.ts';
import type { QueryCost } from '../throttle.ts';

const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);

/** The youngest stamp seen in the data, by the shop's clock. */
export const watermarkSchema = instant;
export type Watermark = z.output<typeof watermarkSchema>;

/** A walk over a window of stamps, so that a crash goes on with the next page. `lo` and `hi` are both within the window. */
export const walkSchema = z.object({
  lo: instant.nullable(),
  hi: instant.nullable(),
  after: z.string().nullable(),
  /** Page size, between 1 and 250. */
  first: z.number().int().min(1).max(250),
  seen: instant.nullable(),
  /** Records read since `lo` was set: Shopify serves at most 25,000 from one window. */
  deep: z.number().int().min(0),
  /** Where the whole walk began; null when it has no beginning. */
  from: instant.nullable(),
  /** From when on the app may see records at all; null when nothing is hidden. */
  visibleFrom: instant.nullable(),
});
export type Walk = z.output<typeof walkSchema>;

const DEEPEST = 25_000;
/** Growing stops where a page of the next size could cost more than the 1,000 points a query may. */
const COMFORTABLE_COST = 600;

type StampName = 'updatedAt' | 'createdAt' | 'issuedAt' | 'transactionDate';

/** One root connection to walk, sorted by the stamp the window is about. */
export interface WalkSource {
  /** The field of a record that holds the stamp. */
  readonly stamp: StampName;
  /** Words of the filter, e.g. `updated_at`. */
  readonly filter: 'updated_at' | 'created_at' | 'issued_at' | 'processed_at';
  readonly largestPage: number;
  fetch(variables: { first: number; after: string | null; query: string | null }): Promise<{ frame: Frame; cost: QueryCost | null }>;
  map(nodes: readonly unknown[]): Promise<Mapped & Pick<Page, 'excluded'>>;
  notices(): readonly Notice[];
}

export interface WalkOptions {
  readonly version: number;
  readonly watermark: Watermark | null;
  /** True: the end moves the watermark to the youngest stamp seen. A backfill leaves it. */
  readonly advances: boolean;
  readonly start: Walk;
  /** What the walk proves, told on its last page. */
  readonly covered: Page['covered'];
}

/**
 * Reads a window page by page. Records share stamps by the thousand and change while being read, so the place is Shopify's own
 * cursor; only where a window gets deeper than Shopify serves does it start again at the last stamp seen, and records of
 * that second come twice. A page that Shopify cannot make (too costly, an inner failure) is asked for at half the size.
 */
export async function* walkWindow(source: WalkSource, options: WalkOptions): AsyncGenerator<Page, void, void> {
  let walk = options.start;
  let largest = source.largestPage;
  for (;;) {
    const page = await fetchSmaller(source, walk);
    if (page.first < walk.first) largest = page.first;
    const nodes = page.frame.nodes;
    const mapped = await source.map(nodes);
    const seen = latest([walk.seen, ...nodes.map((node) => stampOf(node, source.stamp))]);
    const notices = [...source.notices(), ...(mapped.notices ?? [])];
    const contents = {
      drafts: mapped.drafts,
      rejects: mapped.rejects,
      ...(mapped.excluded === undefined ? {} : { excluded: mapped.excluded }),
      ...(notices.length === 0 ? {} : { notices }),
    };
    if (!page.frame.pageInfo.hasNextPage) {
      const watermark = options.advances ? latest([options.watermark, seen]) : options.watermark;
      yield {
        ...contents,
        cursor: cursor(options, watermark, null),
        end: true,
        ...(options.covered === undefined ? {} : { covered: options.covered }),
      };
      return;
    }
    const grown = (page.cost?.requested ?? 0) <= COMFORTABLE_COST ? page.first * 2 : page.first;
    walk = next({ ...page.walk, seen, deep: page.walk.deep + nodes.length, first: Math.min(largest, grown) }, page.frame);
    yield { ...contents, cursor: cursor(options, options.watermark, walk), end: false };
  }
}

function cursor(options: WalkOptions, watermark: Watermark | null, walk: Walk | null): Cursor {
  return { v: options.version, watermark, walk };
}

function next(walk: Walk, frame: Frame): Walk {
  const { endCursor } = frame.pageInfo;
  const canRestart = walk.seen !== null && walk.seen !== walk.lo;
  if (canRestart && (walk.deep + walk.first > DEEPEST || endCursor === null || endCursor === undefined)) {
    return { ...walk, lo: walk.seen, after: null, deep: 0 };
  }
  if (endCursor === null || endCursor === undefined) {
    throw new SourceError({
      kind: 'transient',
      code: 'no_cursor',
      message: 'Shopify says that there is a next page but not where it begins',
      advice: 'Nothing to do: it is tried again.',
    });
  }
  return { ...walk, after: endCursor };
}

async function fetchSmaller(source: WalkSource, start: Walk) {
  let walk = start;
  let failures = 0;
  for (;;) {
    const { first, after } = walk;
    try {
      return { ...(await source.fetch({ first, after, query: windowFilter(source.filter, walk) })), first, walk };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (error.code === RECOVERABLE.badCursor && after !== null) {
        // A stored place can outlive the version or the sort it was made for.
        walk = { ...walk, lo: walk.seen ?? walk.lo, after: null, deep: 0 };
        continue;
      }
      const tooMuch = error.code === RECOVERABLE.tooCostly;
      const failed = error.kind === 'transient' && (error.code === 'server_error' || (error.status ?? 0) >= 500);
      failures += failed ? 1 : 0;
      if (first === 1 || (!tooMuch && !failed) || failures > 2) throw error;
      walk = { ...walk, first: Math.floor(first / 2) };
    }
  }
}

/** Shopify wants quotes around stamps, and reads `<` as `<=`: bounds are stated as what they are. */
function windowFilter(word: WalkSource['filter'], walk: Walk): string | null {
  const terms = [...(walk.lo === null ? [] : [`${word}:>='${walk.lo}'`]), ...(walk.hi === null ? [] : [`${word}:<='${walk.hi}'`])];
  return terms.length === 0 ? null : terms.join(' AND ');
}

/** The stamp of a raw record, if it has one: a record that does not parse must not hold the walk. */
export function stampOf(node: unknown, field: StampName): string | null {
  const value = typeof node === 'object' && node !== null ? (node as Partial<Record<typeof field, unknown>>)[field] : null;
  return typeof value === 'string' && instant.safeParse(value).success ? value : null;
}

function latest(stamps: readonly (string | null)[]): string | null {
  return stamps.reduce((late, stamp) => (stamp !== null && (late === null || stamp > late) ? stamp : late), null);
}

/** `seconds` before a stamp, as Shopify writes stamps (whole seconds). */
export function before(stamp: string, seconds: number): string {
  return `${new Date(Date.parse(stamp) - seconds * 1000).toISOString().slice(0, 19)}Z`;
}
