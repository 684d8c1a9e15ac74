import type { z } from 'zod';
import type { Draft, DraftFor, Entity, Notice, Reject } from '#contract';
import { currencyDigits, isFractional } from './mapping/amount.ts';
import { checkoutDraft, shopperOf } from './mapping/checkout.ts';
import { inventoryLevelDraft } from './mapping/inventory-level.ts';
import { locationDraft } from './mapping/location.ts';
import { orderLedger, type OrderLedger } from './mapping/order-ledger.ts';
import { orderLineDrafts } from './mapping/order-lines.ts';
import { unknownWords } from './mapping/order-status.ts';
import { buyerOf, orderDraft } from './mapping/order.ts';
import { paymentDrafts } from './mapping/payments.ts';
import { payoutDraft, payoutTransactionDraft } from './mapping/payout.ts';
import { productDraft } from './mapping/product.ts';
import { refundDrafts } from './mapping/refunds.ts';
import { billedToOf, TAX_ID_FROM } from './mapping/tax-id.ts';
import { NOTICES } from './notices.ts';
import { rawCheckout } from './raw/checkout.ts';
import { rawOrder, type RawOrder } from './raw/order.ts';
import { rawBalanceTransaction, rawPayout } from './raw/payout.ts';
import { rawProduct, rawVariant } from './raw/product.ts';
import { rawInventoryLevel, rawLocation } from './raw/stock.ts';

/** What became of raw records. Every record is a draft or a reject; nothing throws. */
export interface Mapped {
  readonly drafts: readonly Draft[];
  readonly rejects: readonly Reject[];
  readonly notices?: readonly Notice[];
}

/**
 * A page of orders of one shop: each buyer once (the newest state), then every order with its children.
 * @param taxIdFrom where the RUT typed at the checkout is looked for
 */
export function mapOrders(nodes: readonly unknown[], shop: string, taxIdFrom: readonly string[] = TAX_ID_FROM): Mapped {
  const customers = new Map<string, DraftFor<'customer'>>();
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  const notices = new Map<string, Notice>();
  for (const node of nodes) {
    const parsed = rawOrder.safeParse(node);
    if (!parsed.success) {
      rejects.push(rejected('order', node, parsed.error));
      continue;
    }
    const order = parsed.data;
    const ledger = orderLedger(order);
    for (const notice of noticesOf(order, ledger)) notices.set(notice.code + notice.message, notice);
    const billedTo = billedToOf(order, taxIdFrom);
    for (const customer of [buyerOf(order), billedTo]) if (customer !== null) keepNewest(customers, customer);
    drafts.push(
      orderDraft(order, ledger, {
        shop,
        withPayments: hasAllPayments(order),
        billedTo: billedTo?.sourceId ?? null,
        raw: withoutBuyer(node),
      }),
      ...orderLineDrafts(order, ledger),
      ...refundDrafts(order),
      ...paymentDrafts(order),
    );
  }
  return { drafts: [...customers.values(), ...drafts], rejects, notices: [...notices.values()] };
}

/** A page of carts, each buyer once. */
export function mapCheckouts(nodes: readonly unknown[], mayReadContact: boolean): Mapped {
  const customers = new Map<string, DraftFor<'customer'>>();
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  for (const node of nodes) {
    const parsed = rawCheckout.safeParse(node);
    if (!parsed.success) {
      rejects.push(rejected('abandoned_checkout', node, parsed.error));
      continue;
    }
    const shopper = shopperOf(parsed.data);
    if (shopper !== null) keepNewest(customers, shopper);
    drafts.push(checkoutDraft(parsed.data, mayReadContact));
  }
  return { drafts: [...customers.values(), ...drafts], rejects };
}

function keepNewest(known: Map<string, DraftFor<'customer'>>, customer: DraftFor<'customer'>): void {
  const before = known.get(customer.sourceId);
  if (before === undefined || (before.sourceUpdatedAt ?? '') < (customer.sourceUpdatedAt ?? '')) known.set(customer.sourceId, customer);
}

/** A page of products: one draft per variant. A product that does not parse is one reject, a variant that does not is one too. */
export function mapProducts(nodes: readonly unknown[]): Mapped {
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  for (const node of nodes) {
    const product = rawProduct.safeParse(node);
    if (!product.success) {
      rejects.push(rejected('product', node, product.error));
      continue;
    }
    for (const child of product.data.variants.nodes) {
      const variant = rawVariant.safeParse(child);
      if (variant.success) drafts.push(productDraft(product.data, variant.data));
      else rejects.push(rejected('product', child, variant.error));
    }
  }
  return { drafts, rejects };
}

export const mapLocations = (nodes: readonly unknown[]): Mapped => mapEach(nodes, 'location', rawLocation, locationDraft);
export const mapPayouts = (nodes: readonly unknown[]): Mapped => mapEach(nodes, 'payout', rawPayout, payoutDraft);
export const mapPayoutTransactions = (nodes: readonly unknown[]): Mapped =>
  mapEach(nodes, 'payout_transaction', rawBalanceTransaction, payoutTransactionDraft);

/** Records that are one draft each. */
function mapEach<T>(nodes: readonly unknown[], entity: Entity, schema: z.ZodType<T>, draftOf: (record: T) => Draft): Mapped {
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  for (const node of nodes) {
    const parsed = schema.safeParse(node);
    if (parsed.success) drafts.push(draftOf(parsed.data));
    else rejects.push(rejected(entity, node, parsed.error));
  }
  return { drafts, rejects };
}

/**
 * All stock rows of a shop, and how many the source says there are: the sum of the places each item is stocked at, and the
 * switched-off ones, for which there is no count but their own.
 */
export function mapInventoryLevels(nodes: readonly unknown[]): Mapped & { readonly counted: number } {
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  const places = new Map<string, number>();
  let uncounted = 0;
  for (const node of nodes) {
    const parsed = rawInventoryLevel.safeParse(node);
    if (!parsed.success) {
      rejects.push(rejected('inventory_level', node, parsed.error));
      uncounted += 1;
      continue;
    }
    const { item } = parsed.data;
    if (item.locationsCount === null || !parsed.data.isActive) uncounted += 1;
    if (item.locationsCount !== null) places.set(item.id, item.locationsCount.count);
    const draft = inventoryLevelDraft(parsed.data);
    if (draft !== null) drafts.push(draft);
    else
      rejects.push({
        entity: 'inventory_level',
        sourceId: null,
        reason: 'no variant owns the item, or a quantity is missing',
        payload: node,
      });
  }
  return { drafts, rejects, counted: uncounted + [...places.values()].reduce((total, count) => total + count, 0) };
}

function hasAllPayments(order: RawOrder): boolean {
  return order.transactionsCount === null || order.transactionsCount.count <= order.transactions.length;
}

function noticesOf(order: RawOrder, ledger: OrderLedger): Notice[] {
  const fractional = isFractional(order.totalPriceSet, currencyDigits(order.currencyCode));
  return [
    ...unknownWords(order).map((word) => NOTICES.unknownStatus(word)),
    ...(hasAllPayments(order) ? [] : [NOTICES.transactionsIncomplete]),
    ...(ledger.agreed === null || ledger.agreed === ledger.total.amount ? [] : [NOTICES.ledgerDifference]),
    ...(fractional ? [NOTICES.fractionalCurrency(order.currencyCode)] : []),
  ];
}

function rejected(entity: Entity, node: unknown, error: z.ZodError): Reject {
  const [first, ...more] = error.issues;
  const where = first === undefined || first.path.length === 0 ? 'the record' : first.path.join('.');
  return {
    entity,
    sourceId: idOf(node),
    reason: `${where}: ${first?.message ?? 'does not parse'}${more.length === 0 ? '' : ` (and ${more.length} more)`}`,
    payload: withoutBuyer(node),
  };
}

function idOf(node: unknown): string | null {
  const id = typeof node === 'object' && node !== null && 'id' in node ? node.id : null;
  return typeof id === 'string' ? (/\/(\d+)(?:\?.*)?$/.exec(id)?.[1] ?? null) : null;
}

/** What a shopper types at the checkout. */
const TYPED: ReadonlySet<string> = new Set(['email', 'phone', 'shippingAddress', 'localizedFields', 'customAttributes', 'billingAddress']);

/** The white-list: queries ask for nothing personal but the buyer, of whom the id stays, and what was typed at the checkout, of which nothing does. */
function withoutBuyer(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const { customer, ...all } = node as Record<string, unknown>;
  const rest = Object.fromEntries(Object.entries(all).filter(([name]) => !TYPED.has(name)));
  if (!('customer' in node)) return rest;
  const id = typeof customer === 'object' && customer !== null && 'id' in customer ? customer.id : null;
  return { ...rest, customer: id === null ? null : { id } };
}
