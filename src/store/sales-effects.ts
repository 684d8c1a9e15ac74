import { settleCustomers } from './customer-effects.ts';
import type { Query } from './database.ts';
import type { Effects } from './effects.ts';
import { reaggregate } from './reaggregate.ts';
import { ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

const CONVERT_ORDERS = sqlFile('convert-orders');
const CONVERT_REFUNDS = sqlFile('convert-refunds');
const LINK = sqlFile('link-orders');
const SETTLE_ORDERS = sqlFile('settle-orders');
const DOCUMENTS_TOUCHED = sqlFile('documents-touched');
const SETTLE_DOCUMENTS = sqlFile('settle-documents');
const SETTLE_REPLACED = sqlFile('settle-replaced');
const SETTLE_INVOICED = sqlFile('settle-invoiced');
const SETTLE_REFUNDS = sqlFile('settle-refunds');
const DAYS_OF_LINES = sqlFile('days-of-lines');
const DAYS_OF_LINKS = sqlFile('days-of-links');
const NOTE_TOUCHED = sqlFile('reconcile-touched');
const RATE_RANGE = `select min(rate_date)::text as first, max(rate_date)::text as last, array_agg(distinct currency) as currencies
  from public.exchange_rates where tenant_id = $1 and id = any($2::uuid[])`;

/**
 * What follows from changed orders, refunds and rates, in the same transaction and under the sales lock: conversion, links, who
 * speaks, which refunds count, and the roll-up of every local day touched (old, new, or flipped by a link).
 */
export async function settleSales(query: Query, effects: Effects): Promise<void> {
  const { tenantId, currency } = effects.tenant;
  const sold = new Set(effects.days('order'));
  const returned = new Set(effects.days('refund'));
  const orders = effects.ids('order');
  const refunds = effects.ids('refund');
  const converted = new Set<string>();
  const rates = effects.ids('exchange_rate');

  const range = rates.length === 0 ? undefined : (await query<RateRange>(RATE_RANGE, [tenantId, rates])).rows[0];
  const touchedRates = [range?.currencies ?? [], range?.first ?? null, range?.last ?? null];
  if (effects.foreign || touchedRates[1] !== null) {
    for (const { id, day } of (await query<Day & { id: string }>(CONVERT_ORDERS, [tenantId, currency, orders, ...touchedRates])).rows) {
      converted.add(id);
      sold.add(day);
    }
    for (const { day } of (await query<Day>(CONVERT_REFUNDS, [tenantId, currency, refunds, ...touchedRates])).rows) returned.add(day);
  }

  const settled = new Set(orders);
  if (orders.length > 0) {
    const linked = await query<{ id: string }>(LINK, [tenantId, orders, effects.shopIds, effects.shopNames]);
    for (const { id } of linked.rows) settled.add(id);
  }
  if (settled.size > 0 || effects.coverage !== null) {
    const flipped = await query<Day & { id: string }>(SETTLE_ORDERS, [
      tenantId,
      [...settled],
      effects.coverage?.connectionId ?? null,
      effects.coverage?.from ?? null,
      effects.coverage?.until ?? null,
      effects.coverage !== null,
    ]);
    for (const { id, day } of flipped.rows) {
      settled.add(id);
      sold.add(day);
    }
  }
  const documents = await settleDocuments(query, effects);
  for (const { id, day } of documents.statuses) {
    settled.add(id);
    sold.add(day);
  }
  for (const { order_id: id, day } of documents.replaced) {
    settled.add(id);
    returned.add(day);
  }
  // A recomputation may be what ends it that documents speak.
  if (effects.tenant.documentsMaySpeak || effects.source === null) {
    const spoken = await query<Day & { id: string }>(SETTLE_INVOICED, [tenantId, [...settled, ...documents.touched]]);
    for (const { id, day } of spoken.rows) {
      settled.add(id);
      sold.add(day);
    }
  }
  if (settled.size > 0 || refunds.length > 0) {
    for (const { day } of (await query<Day>(SETTLE_REFUNDS, [tenantId, [...settled], refunds])).rows) returned.add(day);
  }
  for (const follow of FOLLOW_UPS) await follow(query, effects, { sold, returned, orders: settled.union(converted) });
}

interface SettledDocuments {
  /** Orders whose documents changed. */
  readonly touched: readonly string[];
  /** Orders of another status. */
  readonly statuses: readonly (Day & { readonly id: string })[];
  /** Credit notes of which another part was replaced. */
  readonly replaced: readonly (Day & { readonly order_id: string })[];
}

/** Invoices and orders arrive in any order: status of the orders whose documents changed, and what of their credit notes was replaced. */
async function settleDocuments(query: Query, effects: Effects): Promise<SettledDocuments> {
  if (effects.source === 'shopify') return { touched: [], statuses: [], replaced: [] };
  const { tenantId } = effects.tenant;
  const parents = (['order_line', 'invoice_line', 'refund'] as const).flatMap((entity) => [...effects.touchedBy(entity)]);
  const named = [...new Set([...effects.ids('order'), ...parents])];
  const invoices = effects.ids('invoice');
  const lines = effects.ids('invoice_line');
  const touched =
    invoices.length + lines.length === 0
      ? named
      : (await query<{ id: string }>(DOCUMENTS_TOUCHED, [tenantId, named, invoices, lines])).rows.map(({ id }) => id);
  if (touched.length === 0) return { touched, statuses: [], replaced: [] };
  const statuses = await query<Day & { id: string }>(SETTLE_DOCUMENTS, [tenantId, touched]);
  const refunds = await query<Day & { order_id: string }>(SETTLE_REPLACED, [tenantId, touched]);
  return { touched, statuses: statuses.rows, replaced: refunds.rows };
}

/** What the batch changed in sales, when all documents are settled. */
interface TouchedSales {
  /** Local days of the orders that changed, were flipped or converted, before and after. */
  readonly sold: ReadonlySet<string>;
  /** Local days of the refunds that did: nothing of what was sold on them is made anew. */
  readonly returned: ReadonlySet<string>;
  /** Orders written, linked, flipped or converted. */
  readonly orders: ReadonlySet<string>;
}

/** What is made anew from settled documents, in this order. */
const FOLLOW_UPS: readonly ((query: Query, effects: Effects, touched: TouchedSales) => Promise<void>)[] = [
  (query, effects, touched) => reaggregate(query, effects.tenant.tenantId, ROLLUPS.sales, touched.sold.union(touched.returned)),
  followProducts,
  reaggregateShopErp,
  (query, effects, touched) => settleCustomers(query, effects, touched.orders),
];

/** A line may come, change or go without its order, and a returned line without its refund. */
async function followProducts(query: Query, effects: Effects, touched: TouchedSales): Promise<void> {
  const { tenantId } = effects.tenant;
  const sold = new Set([...touched.sold, ...effects.days('order_line')]);
  const returned = new Set([...touched.returned, ...effects.days('refund_line')]);
  const lines = effects.ids('order_line');
  const back = effects.ids('refund_line');
  if (lines.length > 0 || back.length > 0) {
    const orders = [...effects.touchedBy('order_line').difference(effects.fresh('order'))];
    const found = await query<Day & { is_return: boolean }>(DAYS_OF_LINES, [tenantId, lines, back, orders]);
    for (const { day, is_return } of found.rows) (is_return ? returned : sold).add(day);
  }
  await reaggregate(query, tenantId, ROLLUPS.productsSold, sold);
  await reaggregate(query, tenantId, ROLLUPS.productsReturned, returned);
}

/** A document counts on its shop order's day: that of every document linked with what changed is made anew. */
async function reaggregateShopErp(query: Query, effects: Effects, touched: TouchedSales): Promise<void> {
  const { tenantId } = effects.tenant;
  const days = new Set(touched.sold);
  // Of an order that was not there before the days are known, and what is linked with it has been linked now.
  const known = touched.orders.difference(effects.fresh('order'));
  if (known.size > 0) for (const { day } of (await query<Day>(DAYS_OF_LINKS, [tenantId, [...known]])).rows) days.add(day);
  await reaggregate(query, tenantId, ROLLUPS.shopErp, days);
  await noteForReconciliation(query, effects, days.union(touched.returned), touched.orders);
}

/** A batch that changed more orders is noted by its days: comparing whole days costs no more, and the notes stay small. */
const MOST_NAMED = 500;

/**
 * What the comparison of shop and books must look at again: also orders of which only a document or a payment changed. By name, unless they
 * are many or another rate changed: that changes refunds of orders that nobody names.
 */
async function noteForReconciliation(
  query: Query,
  effects: Effects,
  days: ReadonlySet<string>,
  orders: ReadonlySet<string>,
): Promise<void> {
  const parents = (['order_line', 'invoice_line', 'refund'] as const).flatMap((entity) => [...effects.touchedBy(entity)]);
  const named = [...orders.union(new Set(parents))];
  const [invoices, payments] = [effects.ids('invoice'), effects.ids('order_payment')];
  const size = named.length + invoices.length + payments.length;
  if (days.size + size === 0) return;
  const byName = size <= MOST_NAMED && effects.ids('exchange_rate').length === 0;
  await query(NOTE_TOUCHED, [effects.tenant.tenantId, [...days], named, invoices, payments, byName]);
}

interface Day {
  readonly day: string;
}
interface RateRange {
  readonly first: string | null;
  readonly last: string | null;
  readonly currencies: readonly string[] | null;
}
