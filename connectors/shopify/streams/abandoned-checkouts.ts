import { z } from 'zod';
import { defineStream, type Notice, type Page, type TypedRequest } from '#contract';
import { askShop, createClient, readShape, type ShopifyClient } from '../client.ts';
import { mapCheckouts } from '../mapping.ts';
import { NOTICES } from '../notices.ts';
import { ABANDONED_CHECKOUTS_PAGE } from '../queries/abandoned-checkouts-page.ts';
import { frame } from '../raw/primitives.ts';
import type { ShopifySettings } from '../settings.ts';
import { accessNotice, FULL_ACCESS, lessAccess } from './buyer-access.ts';
import { countBy } from './count-by.ts';
import { before, walkSchema, walkWindow, watermarkSchema, type Walk, type WalkSource, type Watermark } from './updated-walk.ts';

const OVERLAP_SECONDS = 600;
/** Shopify drops carts after about three months; what was there before is not known, which is not the same as nothing. */
const KEPT_DAYS = 90;

const answer = z.object({ abandonedCheckouts: frame });

/** A walk by the time of making, over the carts that changed within a window: the list cannot be had in the order of change. */
const checkoutWalk = walkSchema.extend({ changedFrom: watermarkSchema.nullable(), changedUntil: watermarkSchema.nullable() });
type CheckoutWalk = z.output<typeof checkoutWalk>;
type Request = TypedRequest<Watermark, CheckoutWalk>;

/** Carts that got as far as the checkout, recovered ones too. A cart that is no longer listed was dropped by age, not deleted. */
export const abandonedCheckouts = defineStream<ShopifySettings, Watermark, CheckoutWalk>({
  name: 'abandoned_checkouts',
  description: 'Abandoned and recovered checkouts, without contact data',
  entities: ['customer', 'abandoned_checkout'],
  cursorVersion: 1,
  overlapSeconds: OVERLAP_SECONDS,
  backfill: 'time-window',
  deletions: 'none',
  intervalSeconds: 900,
  watermark: watermarkSchema,
  walk: checkoutWalk,
  counting: {
    entity: 'abandoned_checkout',
    // Carts that Shopify has dropped stay in the warehouse, so only what is younger can be compared; `floor` says so.
    rows: { at: 'source_created_at' },
    count: (context, ranges) =>
      countBy(context, ranges, {
        field: 'abandonedCheckoutsCount',
        visibleFrom: ({ serverTime }) => (serverTime === null ? null : before(serverTime, KEPT_DAYS * 86_400)),
        notice: NOTICES.droppedByAge(KEPT_DAYS),
      }),
  },
  async *read(context, request) {
    const client = createClient(context, 'shopify abandoned checkouts');
    const start = request.walk ?? (await openWalk(client, request));
    const pages = walkWindow(checkoutSource(client, start), {
      version: 1,
      watermark: request.watermark,
      advances: false,
      start,
      covered: covered(request, start),
    });
    for await (const page of pages) yield whole(page, request, start);
  },
});

async function openWalk(client: ShopifyClient, request: Request): Promise<CheckoutWalk> {
  const { serverTime } = await askShop(client);
  const backfill = request.kind === 'backfill';
  const changedFrom = backfill || request.watermark === null ? null : before(request.watermark, OVERLAP_SECONDS);
  return {
    lo: backfill ? before(request.from, 0) : changedFrom === null && request.from !== null ? before(request.from, 0) : null,
    hi: backfill ? before(request.until, 0) : null,
    after: null,
    first: 25,
    seen: null,
    deep: 0,
    from: null,
    visibleFrom: serverTime === null ? null : before(serverTime, KEPT_DAYS * 86_400),
    changedFrom,
    changedUntil: serverTime,
  };
}

/** The end moves the watermark to the shop's clock when the walk was opened: every change up to then was in the window. */
function whole(page: Page, request: Request, start: CheckoutWalk): Page {
  const { changedFrom, changedUntil } = start;
  if (!page.end) {
    const walk = page.cursor.walk as Walk;
    return { ...page, cursor: { ...page.cursor, walk: { ...walk, changedFrom, changedUntil } } };
  }
  if (request.kind === 'backfill' || changedUntil === null) return page;
  return { ...page, cursor: { ...page.cursor, watermark: later(request.watermark, changedUntil) } };
}

function covered(request: Request, walk: CheckoutWalk): Page['covered'] {
  if (walk.changedUntil === null || walk.visibleFrom === null) return undefined;
  const from = later(walk.changedFrom ?? walk.lo, walk.visibleFrom);
  const until = request.kind === 'backfill' && request.until < walk.changedUntil ? request.until : walk.changedUntil;
  return from < until ? { from, until } : undefined;
}

function checkoutSource(client: ShopifyClient, { changedFrom, changedUntil }: CheckoutWalk): WalkSource {
  const changed = [
    ...(changedFrom === null ? [] : [`updated_at:>='${changedFrom}'`]),
    ...(changedFrom === null || changedUntil === null ? [] : [`updated_at:<='${changedUntil}'`]),
  ];
  const notices = new Map<string, Notice>();
  let access = FULL_ACCESS;
  return {
    stamp: 'createdAt',
    filter: 'created_at',
    largestPage: 100,
    async fetch({ first, after, query }) {
      const terms = [...changed, ...(query === null ? [] : [query])].join(' AND ');
      for (;;) {
        try {
          const variables = { first, after, query: terms === '' ? null : terms, ...access };
          const { data, cost } = await client.query(ABANDONED_CHECKOUTS_PAGE, variables);
          return { frame: readShape(answer, data, ABANDONED_CHECKOUTS_PAGE).abandonedCheckouts, cost };
        } catch (error) {
          const less = lessAccess(access, error);
          if (less === null) throw error;
          access = less;
          notices.set('customers', accessNotice(less));
        }
      }
    },
    map: (nodes) => Promise.resolve(mapCheckouts(nodes, access.identity)),
    notices: () => [...notices.values(), ...client.notices],
  };
}

const later = (one: string | null, other: string): string => (one !== null && one > other ? one : other);
