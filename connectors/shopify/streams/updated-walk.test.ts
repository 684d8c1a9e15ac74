import { describe, expect, test } from 'vitest';
import type { Page } from '#contract';
import { SourceError } from '#contract';
import { walkWindow, type Walk, type WalkSource } from './updated-walk.ts';

interface Asked {
  readonly first: number;
  readonly after: string | null;
  readonly query: string | null;
}

const START: Walk = { lo: null, hi: '2026-11-23T12:00:00Z', after: null, first: 100, seen: null, deep: 0, from: null, visibleFrom: null };
const stampAt = (second: number) => `2026-11-20T${new Date(second * 1000).toISOString().slice(11, 19)}Z`;

/** `count` records, `perSecond` of them in each second, served like Shopify does it: by cursor, within `lo`. */
function source(count: number, perSecond: number) {
  const records = Array.from({ length: count }, (_, id) => ({ id, updatedAt: stampAt(Math.floor(id / perSecond)) }));
  const asked: Asked[] = [];
  const seen: number[] = [];
  const walkSource: WalkSource = {
    stamp: 'updatedAt',
    filter: 'updated_at',
    largestPage: 250,
    fetch: (variables) => {
      asked.push(variables);
      const lo = /updated_at:>='([^']+)'/.exec(variables.query ?? '')?.[1] ?? '';
      const window = records.filter(({ updatedAt }) => updatedAt >= lo);
      const from = variables.after === null ? 0 : Number(variables.after);
      const nodes = window.slice(from, from + variables.first);
      const end = from + nodes.length;
      return Promise.resolve({ frame: { nodes, pageInfo: { hasNextPage: end < window.length, endCursor: String(end) } }, cost: null });
    },
    map: (nodes) => {
      seen.push(...nodes.map((node) => (node as { id: number }).id));
      return Promise.resolve({ drafts: [], rejects: [] });
    },
    notices: () => [],
  };
  return { walkSource, asked, seen };
}

async function walk(walkSource: WalkSource, start: Walk = START, advances = true): Promise<Page[]> {
  const pages: Page[] = [];
  const options = { version: 1, watermark: '2026-11-20T00:00:00Z', advances, start, covered: undefined };
  for await (const page of walkWindow(walkSource, options)) pages.push(page);
  return pages;
}

describe('a window deeper than Shopify serves', () => {
  test('starts again at the last stamp seen; nothing is missed and only records of that second come twice', async () => {
    const { walkSource, asked, seen } = source(60_000, 7);
    await walk(walkSource);
    expect(new Set(seen).size).toBe(60_000);
    expect(seen.length - 60_000).toBeLessThan(2 * 7);
    const restarts = asked.filter(({ after, query }) => after === null && query?.includes('>='));
    expect(restarts.length).toBe(2);
  });

  test('goes on by cursor when all of it lies in one second', async () => {
    const { walkSource, seen } = source(26_000, 26_000);
    await walk(walkSource, { ...START, lo: stampAt(0) });
    expect(seen).toHaveLength(26_000);
  });
});

describe('the place', () => {
  test('only the last page moves the watermark, to the youngest stamp seen', async () => {
    const pages = await walk(source(900, 1).walkSource);
    const watermarks = pages.map(({ cursor }) => cursor.watermark);
    expect(watermarks.slice(0, -1).every((mark) => mark === '2026-11-20T00:00:00Z')).toBe(true);
    expect(watermarks.at(-1)).toBe(stampAt(899));
    expect(pages.map(({ end }) => end)).toEqual(pages.map((_, index) => index === pages.length - 1));
  });

  test('a backfill leaves the watermark', async () => {
    const pages = await walk(source(300, 1).walkSource, START, false);
    expect(pages.at(-1)?.cursor).toEqual({ v: 1, watermark: '2026-11-20T00:00:00Z', walk: null });
  });

  test('records without a stamp do not hold it', async () => {
    const { walkSource } = source(3, 1);
    const bare: WalkSource = {
      ...walkSource,
      fetch: () =>
        Promise.resolve({ frame: { nodes: [{}, { updatedAt: 'soon' }, { updatedAt: 7 }], pageInfo: { hasNextPage: false } }, cost: null }),
    };
    expect((await walk(bare)).at(-1)?.cursor.watermark).toBe('2026-11-20T00:00:00Z');
  });

  test('a next page without a cursor is an error, not an end', async () => {
    const { walkSource } = source(3, 1);
    const lost: WalkSource = {
      ...walkSource,
      fetch: () => Promise.resolve({ frame: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } }, cost: null }),
    };
    await expect(walk(lost)).rejects.toBeInstanceOf(SourceError);
  });
});

describe('page sizes', () => {
  test('grow while queries are cheap and stay where they are dear', async () => {
    const { walkSource, asked } = source(1200, 1);
    await walk(walkSource, { ...START, first: 15 });
    expect(asked.slice(0, 6).map(({ first }) => first)).toEqual([15, 30, 60, 120, 240, 250]);
    const dear = source(200, 1);
    const cost = { requested: 900, maximum: 2000, available: 2000, restoreRate: 100 };
    const { fetch } = dear.walkSource;
    await walk({ ...dear.walkSource, fetch: async (variables) => ({ ...(await fetch(variables)), cost }) }, { ...START, first: 50 });
    expect(dear.asked.map(({ first }) => first)).toEqual([50, 50, 50, 50]);
  });
});
