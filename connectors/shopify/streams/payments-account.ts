import { z } from 'zod';
import { defineStream, SourceError, type Entity, type Notice, type Page, type Stream, type StreamName, type TypedRequest } from '#contract';
import { askShop, createClient, readShape, type ShopifyClient } from '../client.ts';
import type { Mapped } from '../mapping.ts';
import { NOTICES } from '../notices.ts';
import type { Operation } from '../queries/operation.ts';
import { frame, type Frame } from '../raw/primitives.ts';
import type { ShopifySettings } from '../settings.ts';
import { before, walkSchema, walkWindow, watermarkSchema, type Walk, type WalkSource, type Watermark } from './updated-walk.ts';

/**
 * How far back every read begins, in days. There is no filter by change: a payout is scheduled, on its way, then paid or failed, and a
 * movement waits some days for its payout. What changes later than this is found by a backfill.
 */
const SETTLING_DAYS = 30;

const paymentsWalk = walkSchema.extend({ openedAt: watermarkSchema.nullable() });
type PaymentsWalk = z.output<typeof paymentsWalk>;
type Request = TypedRequest<Watermark, PaymentsWalk>;

interface PaymentsSpec {
  readonly name: StreamName;
  readonly description: string;
  readonly entity: Entity;
  readonly operation: Operation;
  /** The list's name in the account. */
  readonly list: 'payouts' | 'balanceTransactions';
  readonly stamp: WalkSource['stamp'];
  readonly filter: WalkSource['filter'];
  map(nodes: readonly unknown[]): Mapped;
}

/** A list of the Shopify Payments account. Many shops have none (Chile is not among its countries): then the stream is empty and says so. */
export function paymentsStream(spec: PaymentsSpec): Stream<ShopifySettings> {
  return defineStream<ShopifySettings, Watermark, PaymentsWalk>({
    name: spec.name,
    description: spec.description,
    entities: [spec.entity],
    cursorVersion: 1,
    overlapSeconds: SETTLING_DAYS * 86_400,
    backfill: 'time-window',
    deletions: 'none',
    intervalSeconds: 3600,
    watermark: watermarkSchema,
    walk: paymentsWalk,
    async *read(context, request) {
      const client = createClient(context, `shopify ${spec.name.replace('_', ' ')}`);
      const start = request.walk ?? (await openWalk(client, request));
      const pages = walkWindow(sourceOf(client, spec), {
        version: 1,
        watermark: request.watermark,
        advances: false,
        start,
        covered: covered(request, start),
      });
      for await (const page of pages) yield whole(page, request, start);
    },
  });
}

async function openWalk(client: ShopifyClient, request: Request): Promise<PaymentsWalk> {
  const { serverTime } = await askShop(client);
  const backfill = request.kind === 'backfill';
  const since = request.watermark === null ? null : before(request.watermark, SETTLING_DAYS * 86_400);
  const first = !backfill && request.from !== null ? before(request.from, 0) : null;
  return {
    lo: backfill ? before(request.from, 0) : (since ?? first),
    hi: backfill ? before(request.until, 0) : null,
    after: null,
    first: 100,
    seen: null,
    deep: 0,
    from: null,
    visibleFrom: null,
    openedAt: serverTime,
  };
}

function whole(page: Page, request: Request, start: PaymentsWalk): Page {
  // What may not be read is not covered either.
  if (page.notices?.some(({ code }) => code === DENIED) === true) {
    const { covered: _, ...rest } = page;
    return rest;
  }
  if (!page.end) return { ...page, cursor: { ...page.cursor, walk: { ...(page.cursor.walk as Walk), openedAt: start.openedAt } } };
  if (request.kind === 'backfill' || start.openedAt === null) return page;
  return { ...page, cursor: { ...page.cursor, watermark: later(request.watermark, start.openedAt) } };
}

function covered(request: Request, { lo, openedAt }: PaymentsWalk): Page['covered'] {
  if (openedAt === null) return undefined;
  if (request.kind !== 'backfill') return { from: lo, until: openedAt };
  return { from: request.from, until: request.until < openedAt ? request.until : openedAt };
}

const DENIED = 'access_denied';
const NONE: Frame = { nodes: [], pageInfo: { hasNextPage: false } };

function sourceOf(client: ShopifyClient, spec: PaymentsSpec): WalkSource {
  const answer = z.object({ shopifyPaymentsAccount: z.object({ [spec.list]: frame }).nullable() });
  const notices = new Map<string, Notice>();
  return {
    stamp: spec.stamp,
    filter: spec.filter,
    largestPage: 250,
    async fetch(variables) {
      try {
        const { data, cost } = await client.query(spec.operation, variables);
        const account = readShape(answer, data, spec.operation).shopifyPaymentsAccount;
        if (account === null) notices.set('none', NOTICES.noShopifyPayments);
        return { frame: account?.[spec.list] ?? NONE, cost };
      } catch (error) {
        if (!(error instanceof SourceError) || error.code !== DENIED) throw error;
        notices.set('denied', NOTICES.payoutsDenied(error.message));
        return { frame: NONE, cost: null };
      }
    },
    map: (nodes) => Promise.resolve(spec.map(nodes)),
    notices: () => [...notices.values(), ...client.notices],
  };
}

const later = (one: string | null, other: string): string => (one !== null && one > other ? one : other);
