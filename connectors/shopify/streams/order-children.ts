import { z } from 'zod';
import { SourceError } from '#contract';
import { readShape, type ShopifyClient } from '../client.ts';
import { CHILDREN_ALONE, ORDER_BY_ID } from '../queries/order-by-id.ts';
import { ORDER_LINES_PAGE } from '../queries/order-lines-page.ts';
import { CHILDREN_PER_ORDER } from '../queries/orders-page.ts';
import { REFUND_LINES_PAGE } from '../queries/refund-lines-page.ts';
import { frame } from '../raw/primitives.ts';
import type { BuyerParts } from './buyer-access.ts';

const more = z.object({ hasNextPage: z.boolean() });
const shape = z.looseObject({
  id: z.string(),
  updatedAt: z.string(),
  lineItems: frame,
  shippingLines: z.looseObject({ pageInfo: more }),
  transactions: z.array(z.unknown()),
  agreements: z.looseObject({ pageInfo: more, nodes: z.array(z.looseObject({ sales: z.looseObject({ pageInfo: more }) })) }),
  transactionsCount: z.object({ count: z.number() }).nullable(),
  refunds: z.array(
    z.looseObject({
      id: z.string(),
      refundLineItems: frame,
      refundShippingLines: z.looseObject({ pageInfo: more }),
      orderAdjustments: z.looseObject({ pageInfo: more }),
      transactions: z.looseObject({ pageInfo: more }),
    }),
  ),
});
type Shape = z.output<typeof shape>;

const linesAnswer = z.object({ order: z.object({ updatedAt: z.string(), lineItems: frame }).nullable() });
const refundAnswer = z.object({ refund: z.object({ refundLineItems: frame }).nullable() });
const orderAnswer = z.object({ order: z.unknown() });

/** An order that changes as fast as it is read is left to a later run after this many tries. */
const TRIES = 3;

/**
 * The order with all its children. Most come whole with their page. One that changes between two requests is read anew, so
 * that its parts belong together. A record without the expected shape is returned as it came: the mapping says what is
 * wrong with it. Null when the order was deleted meanwhile.
 * @throws SourceError
 */
export async function completeOrder(client: ShopifyClient, node: unknown, parts: BuyerParts): Promise<unknown> {
  const parsed = shape.safeParse(node);
  if (!parsed.success || !overflows(parsed.data, CHILDREN_PER_ORDER.refunds)) return node;
  return readOrder(client, parsed.data.id, parts);
}

/** One order with all its children, by its global id; null when there is none. @throws SourceError */
export async function readOrder(client: ShopifyClient, id: string, parts: BuyerParts): Promise<unknown> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { data } = await client.query(ORDER_BY_ID, { id, ...parts, ...CHILDREN_ALONE });
    const { order } = readShape(orderAnswer, data, ORDER_BY_ID);
    if (order === null) return null;
    const whole = shape.safeParse(order);
    if (!whole.success) return order;
    const drained = await drain(client, whole.data);
    if (drained !== null) return drained;
  }
  throw new SourceError({
    kind: 'transient',
    code: 'changing_order',
    message: `order ${id} changed ${TRIES} times while its lines were read`,
    advice: 'Nothing to do: it is tried again.',
  });
}

/** Plain lists are full when something may be missing behind them: only their length tells. */
function overflows(order: Shape, refundsAsked: number): boolean {
  return (
    order.lineItems.pageInfo.hasNextPage ||
    order.shippingLines.pageInfo.hasNextPage ||
    order.transactions.length < (order.transactionsCount?.count ?? 0) ||
    order.refunds.length >= refundsAsked ||
    order.agreements.pageInfo.hasNextPage ||
    order.agreements.nodes.some(({ sales }) => sales.pageInfo.hasNextPage) ||
    order.refunds.some((refund) =>
      [refund.refundLineItems, refund.refundShippingLines, refund.orderAdjustments, refund.transactions].some(
        (list) => list.pageInfo.hasNextPage,
      ),
    )
  );
}

/** Null when the order changed on the way. */
async function drain(client: ShopifyClient, order: Shape): Promise<unknown> {
  let { nodes, pageInfo } = order.lineItems;
  while (pageInfo.hasNextPage) {
    const { data } = await client.query(ORDER_LINES_PAGE, { id: order.id, after: pageInfo.endCursor ?? null });
    const answer = readShape(linesAnswer, data, ORDER_LINES_PAGE).order;
    if (answer === null || answer.updatedAt !== order.updatedAt) return null;
    nodes = [...nodes, ...answer.lineItems.nodes];
    pageInfo = answer.lineItems.pageInfo;
  }
  const refunds: unknown[] = [];
  for (const refund of order.refunds) {
    const lines = await drainRefund(client, refund);
    if (lines === null) return null;
    refunds.push({ ...refund, refundLineItems: lines });
  }
  return { ...order, lineItems: { nodes, pageInfo }, refunds };
}

async function drainRefund(client: ShopifyClient, refund: Shape['refunds'][number]) {
  let { nodes, pageInfo } = refund.refundLineItems;
  while (pageInfo.hasNextPage) {
    const { data } = await client.query(REFUND_LINES_PAGE, { id: refund.id, after: pageInfo.endCursor ?? null });
    const answer = readShape(refundAnswer, data, REFUND_LINES_PAGE).refund;
    if (answer === null) return null;
    nodes = [...nodes, ...answer.refundLineItems.nodes];
    pageInfo = answer.refundLineItems.pageInfo;
  }
  return { nodes, pageInfo };
}
