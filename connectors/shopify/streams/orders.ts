import { z } from 'zod';
import { defineStream, type Notice, type Page, type TypedRequest } from '#contract';
import { askShop, createClient, readShape, type ShopifyClient } from '../client.ts';
import { mapOrders } from '../mapping.ts';
import { NOTICES } from '../notices.ts';
import { CHILDREN_PER_ORDER, ORDERS_PAGE } from '../queries/orders-page.ts';
import { frame } from '../raw/primitives.ts';
import type { ShopifySettings } from '../settings.ts';
import { accessNotice, buyerParts, FULL_ACCESS, lessAccess, type BuyerAccess } from './buyer-access.ts';
import { countBy } from './count-by.ts';
import { orderListing } from './listing.ts';
import { completeOrder, readOrder } from './order-children.ts';
import { before, stampOf, walkSchema, walkWindow, watermarkSchema, type Walk, type WalkSource, type Watermark } from './updated-walk.ts';

const OVERLAP_SECONDS = 600;
const FIRST_PAGE = 15;
const LARGEST_PAGE = 100;
/** Without the scope read_all_orders Shopify shows orders of the last 60 days and does not say that it hides the others. */
const VISIBLE_DAYS = 60;

const hidesOlder = NOTICES.olderHidden(VISIBLE_DAYS);

type Request = TypedRequest<Watermark, Walk>;

const answer = z.object({ orders: frame });

/** Orders with everything that belongs to them, in the order they changed; a backfill reads them by the day they were made. */
export const orders = defineStream<ShopifySettings, Watermark, Walk>({
  name: 'orders',
  description: 'Orders with lines, refunds, payments and buyers',
  entities: ['customer', 'order', 'order_line', 'refund', 'refund_line', 'order_payment'],
  cursorVersion: 1,
  overlapSeconds: OVERLAP_SECONDS,
  backfill: 'time-window',
  deletions: 'sweep',
  intervalSeconds: 300,
  listing: orderListing,
  watermark: watermarkSchema,
  walk: walkSchema,
  counting: {
    entity: 'order',
    rows: { at: 'source_created_at' },
    count: (context, ranges) =>
      countBy(context, ranges, {
        field: 'ordersCount',
        visibleFrom: ({ scopes, serverTime }) => shownFrom(scopes, serverTime),
        notice: hidesOlder,
      }),
  },
  rereading: {
    recordOf: ({ entity, sourceId }) => (entity === 'order' ? sourceId : null),
    async *read(context, ids) {
      const client = createClient(context, 'shopify orders');
      const found: unknown[] = [];
      let access = FULL_ACCESS;
      for (const id of ids) {
        const order = await withLess(access, async (granted) => {
          access = granted;
          return readOrder(client, `gid://shopify/Order/${id}`, buyerParts(granted, context.settings.tax_id_from));
        });
        if (order !== null) found.push(order);
      }
      const mapped = mapOrders(found, shopOf(context.settings), context.settings.tax_id_from);
      yield { drafts: mapped.drafts, rejects: mapped.rejects, cursor: { v: 1, watermark: null, walk: null }, end: true };
    },
  },
  async *read(context, request) {
    const client = createClient(context, 'shopify orders');
    const start = request.walk ?? (await openWalk(client, request));
    const shop = shopOf(context.settings);
    const source = orderSource(client, request, { shop, taxIdFrom: context.settings.tax_id_from, visibleFrom: start.visibleFrom });
    const advances = request.kind === 'incremental';
    yield* walkWindow(source, { version: 1, watermark: request.watermark, advances, start, covered: covered(request, start) });
  },
});

const shopOf = ({ shop_domain: domain }: ShopifySettings) => domain.replace('.myshopify.com', '');

/** Asks with these rights to see buyers, and with fewer for as long as the shop refuses. */
async function withLess<T>(granted: BuyerAccess, ask: (access: BuyerAccess) => Promise<T>): Promise<T> {
  for (let access = granted; ;) {
    try {
      return await ask(access);
    } catch (error) {
      const less = lessAccess(access, error);
      if (less === null) throw error;
      access = less;
    }
  }
}

async function openWalk(client: ShopifyClient, request: Request): Promise<Walk> {
  const { scopes, serverTime } = await askShop(client);
  const lo =
    request.kind === 'backfill' ? request.from : request.watermark === null ? request.from : before(request.watermark, OVERLAP_SECONDS);
  const hi = request.kind === 'backfill' ? earlier(request.until, serverTime) : serverTime;
  return {
    lo: wholeSecond(lo),
    hi: hi === null ? null : wholeSecond(hi),
    after: null,
    first: FIRST_PAGE,
    seen: null,
    deep: 0,
    from: lo,
    visibleFrom: shownFrom(scopes, serverTime),
  };
}

function shownFrom(scopes: ReadonlySet<string>, serverTime: string | null): string | null {
  return scopes.has('read_all_orders') || serverTime === null ? null : before(serverTime, VISIBLE_DAYS * 86_400);
}

function covered(request: Request, walk: Walk): Page['covered'] {
  if (walk.hi === null) return undefined;
  const from = walk.visibleFrom !== null && (walk.from === null || walk.from < walk.visibleFrom) ? walk.visibleFrom : walk.from;
  return { from, until: request.kind === 'backfill' ? earlier(request.until, walk.hi) : walk.hi };
}

function orderSource(
  client: ShopifyClient,
  request: Request,
  { shop, taxIdFrom, visibleFrom }: { readonly shop: string; readonly taxIdFrom: readonly string[]; readonly visibleFrom: string | null },
): WalkSource {
  const notices = new Map<string, Notice>();
  if (visibleFrom !== null) notices.set(hidesOlder.code, hidesOlder);
  let access = FULL_ACCESS;
  const backfill = request.kind === 'backfill';
  const sortKey = backfill ? 'CREATED_AT' : 'UPDATED_AT';

  return {
    stamp: backfill ? 'createdAt' : 'updatedAt',
    filter: backfill ? 'created_at' : 'updated_at',
    largestPage: LARGEST_PAGE,
    async fetch(variables) {
      for (;;) {
        try {
          const { data, cost } = await client.query(ORDERS_PAGE, {
            ...variables,
            sortKey,
            ...buyerParts(access, taxIdFrom),
            ...CHILDREN_PER_ORDER,
          });
          return { frame: readShape(answer, data, ORDERS_PAGE).orders, cost };
        } catch (error) {
          const less = lessAccess(access, error);
          if (less === null) throw error;
          access = less;
          notices.set('customers', accessNotice(less));
        }
      }
    },
    async map(nodes) {
      const inWindow = request.kind === 'backfill' ? nodes.filter((node) => within(node, request)) : nodes;
      const whole: unknown[] = [];
      for (const node of inWindow) {
        const order = await completeOrder(client, node, buyerParts(access, taxIdFrom));
        if (order !== null) whole.push(order);
      }
      const outside = nodes.length - inWindow.length;
      return { ...mapOrders(whole, shop, taxIdFrom), ...(outside === 0 ? {} : { excluded: { outside_window: outside } }) };
    },
    notices: () => [...notices.values(), ...client.notices],
  };
}

/** Shopify's window includes its end; ours does not. A record without a stamp stays, to be rejected with a reason. */
function within(node: unknown, request: { readonly from: string; readonly until: string }): boolean {
  const stamp = stampOf(node, 'createdAt');
  if (stamp === null) return true;
  const at = Date.parse(stamp);
  return at >= Date.parse(request.from) && at < Date.parse(request.until);
}

function earlier(one: string, other: string | null): string {
  return other !== null && Date.parse(other) < Date.parse(one) ? other : one;
}

const wholeSecond = <T extends string | null>(stamp: T): T => (stamp === null ? stamp : (before(stamp, 0) as T));
