import type { DraftFields, DraftFor, Reject } from '#contract';
import { z } from 'zod';
import { absolute, amountOf, roundTo, textOf, type Amount } from '../amount.ts';
import { char, datetime, flag, many2one, maybe, number, recordId } from '../raw-values.ts';
import { addsUp, type LineFacts, type MappedLine } from './order-line.ts';
import { readRecord, rejectOf, whitelisted } from './read-record.ts';
import { shopOrderId, shopOrderStores, shopReference } from './shop-reference.ts';
import type { IvaParts } from './tax.ts';

export interface OrderFacts extends LineFacts {
  /** Partners that are companies of this connection, or contacts of one. */
  readonly companyPartners: ReadonlySet<number>;
  /** Fields that may hold the shop's order id, the configured one first. */
  readonly shopOrderIdFields: readonly string[];
  /** Fields that may say of which shop an order is, the configured one first. */
  readonly shopStoreFields: readonly string[];
  /** What makes a reference one of the shop's although it has no `#`. */
  readonly shopReferencePrefixes: readonly string[];
  /** Names of sales teams by id. */
  readonly teams: ReadonlyMap<number, string>;
}

const schema = z.looseObject({
  id: recordId,
  name: char,
  state: char,
  date_order: datetime,
  partner_id: maybe(many2one),
  company_id: maybe(many2one),
  currency_id: many2one,
  amount_untaxed: number,
  amount_tax: number,
  amount_total: number,
  invoice_status: maybe(char),
  delivery_status: maybe(char),
  locked: maybe(flag),
  client_order_ref: maybe(char),
  origin: maybe(char),
  website_id: maybe(many2one),
  team_id: maybe(many2one),
  create_date: maybe(datetime),
  write_date: datetime,
});
type Row = z.output<typeof schema>;

export const ORDER_REQUIRED = ['name', 'state', 'date_order', 'currency_id', 'amount_untaxed', 'amount_tax', 'amount_total', 'write_date'];
export const ORDER_FIELDS = Object.keys(schema.shape);
/** References are free text that people type customers' names into: what is recognised in them is in the draft. */
const KEEP = ORDER_FIELDS.filter((field) => field !== 'client_order_ref' && field !== 'origin');

/**
 * An order with those of its lines that could be read. `allKnown` false: one was rejected, so a line that is missing here must
 * not be tombstoned with the order.
 */
export function mapOrder(
  raw: unknown,
  known: readonly MappedLine[],
  allKnown: boolean,
  facts: OrderFacts,
): { readonly draft: DraftFor<'order'> } | { readonly reject: Reject } {
  const read = readRecord(schema, raw, 'order', KEEP);
  if ('reject' in read) return read;
  const { row } = read;
  const refuse = (reason: string) => ({ reject: rejectOf('order', raw, reason, KEEP) });
  if (row.name === null || row.state === null || row.date_order === null) return refuse('lacks name, state or date_order');
  const currency = row.currency_id === null ? undefined : facts.currencies.get(row.currency_id);
  if (currency === undefined) return refuse(`its currency (${row.currency_id ?? 'none'}) cannot be read`);

  const rounded = (value: number) => roundTo(amountOf(value), currency.places);
  if (!addsUp(rounded(row.amount_untaxed), rounded(row.amount_tax), rounded(row.amount_total), currency.places)) {
    return refuse('amount_untaxed and amount_tax do not add up to amount_total');
  }
  const amounts = split(rounded(row.amount_total), rounded(row.amount_untaxed), known);
  const team = (row.team_id === null ? undefined : facts.teams.get(row.team_id)) ?? null;
  const parts = allKnown ? ivaOf(amounts.total - amounts.untaxed, known, currency.places) : { iva: null, exempt: null };
  const fields: DraftFields<'order'> = {
    name: row.name,
    ...statusOf(row),
    excluded_because: exclusion(row, known, amounts.total, facts),
    payment_state: null,
    source_status: [row.state, row.invoice_status, row.delivery_status].filter((word) => word !== null).join('/'),
    created_at: row.date_order,
    // Odoo keeps no date of cancellation.
    cancelled_at: null,
    currency_source: currency.code,
    amount_total_source: textOf(amounts.total),
    amount_untaxed_source: textOf(amounts.untaxed),
    amount_tax_source: textOf(amounts.total - amounts.untaxed),
    amount_products_source: textOf(amounts.products),
    amount_shipping_source: textOf(amounts.shipping),
    amount_discount_source: textOf(amounts.discount),
    amount_other_source: textOf(amounts.total - amounts.products - amounts.shipping),
    amount_iva_source: parts.iva === null ? null : textOf(parts.iva),
    amount_exempt_source: parts.exempt === null ? null : textOf(parts.exempt),
    amount_ledger_source: null,
    customer_id: row.partner_id === null ? null : String(row.partner_id),
    channel: row.website_id !== null ? 'website' : (team ?? 'odoo'),
    shop: null,
    company: row.company_id === null ? null : String(row.company_id),
    ...shopOrderOf(row, team, facts),
  };
  return {
    draft: {
      entity: 'order',
      sourceId: String(row.id),
      sourceCreatedAt: row.create_date,
      sourceUpdatedAt: row.write_date,
      fields,
      ...(allKnown ? { complete: ['order_line'] } : {}),
      raw: whitelisted(raw, KEEP),
    },
  };
}

/** Which orders of the shop it says it stands for, and what tells its shop from others. */
function shopOrderOf(row: Row, team: string | null, facts: OrderFacts) {
  const id = shopOrderId(facts.shopOrderIdFields.map((field) => row[field]));
  const cited = shopReference([row.client_order_ref, row.origin, row.name], facts.shopReferencePrefixes);
  if (cited === null) return { shop_order_id: id, shop_order_name: null };
  const stores = facts.shopStoreFields.map((field) => row[field]);
  return {
    shop_order_id: id,
    shop_order_name: cited.names[0] ?? null,
    shop_order_names: cited.names.length > 1 ? [...cited.names] : null,
    shop_order_prefix: cited.prefix,
    shop_order_stores: shopOrderStores({ team, website: row.website_id, company: row.company_id, stores }),
  };
}

/**
 * The sale as it would be without gift cards: those paid with are negative lines and are added back, those sold are taken out.
 * What lines and total differ by (rounding per line or per document, down payments) is neither product nor shipping, nor is a tip.
 */
function split(stated: Amount, statedUntaxed: Amount, lines: readonly MappedLine[]) {
  const sum = (pick: (line: MappedLine) => boolean, of: (line: MappedLine) => Amount) =>
    lines.reduce((total, line) => (pick(line) ? total + of(line) : total), 0n);
  const giftCard = (line: MappedLine) => line.kind === 'gift_card';
  return {
    total: stated - sum(giftCard, (line) => line.amount),
    untaxed: statedUntaxed - sum(giftCard, (line) => line.untaxed),
    products: sum(
      (line) => !giftCard(line) && !line.shipping && line.kind !== 'down_payment' && line.kind !== 'tip',
      (line) => line.amount,
    ),
    shipping: sum(
      (line) => line.shipping,
      (line) => line.amount,
    ),
    discount: sum(
      () => true,
      (line) => line.discount,
    ),
  };
}

/**
 * The IVA of an order: its taxes less what its lines say is another tax, so that what rounding per document adds or takes belongs to
 * it. Unknown when one line's is, or when lines and order differ by more than rounding.
 */
function ivaOf(tax: Amount, all: readonly MappedLine[], places: number): IvaParts {
  const lines = all.filter((line) => line.kind !== 'gift_card' && line.kind !== 'section');
  const ofLines = lines.reduce<Amount | null>((sum, { iva }) => (sum === null || iva === null ? null : sum + iva), 0n);
  const exempt = lines.reduce<Amount | null>((sum, line) => (sum === null || line.exempt === null ? null : sum + line.exempt), 0n);
  if (ofLines === null || !lines.some(({ iva }) => iva !== 0n)) return { iva: ofLines, exempt };
  const iva = tax - lines.reduce((sum, line) => sum + line.tax - (line.iva ?? 0n), 0n);
  const rounding = 10n ** BigInt(12 - places) * BigInt(lines.length);
  return { iva: absolute(iva - ofLines) <= rounding ? iva : null, exempt };
}

const STATES: ReadonlySet<string | null> = new Set(['draft', 'sent', 'sale', 'done', 'cancel']);

/** The word of a state that this release does not know; such an order is open. */
export function unknownState(raw: unknown): string | null {
  const parsed = schema.safeParse(raw);
  return parsed.success && parsed.data.state !== null && !STATES.has(parsed.data.state) ? parsed.data.state : null;
}

/**
 * What the order says by itself, and the parts of it that the tenant's settings may read otherwise. `locked` and `done` decide nothing here:
 * an order is locked at confirmation in the ordinary setting (read in 16's and 19's source).
 */
function statusOf(row: Row): Pick<DraftFields<'order'>, 'status' | 'delivered' | 'invoiced' | 'locked'> {
  const { state, invoice_status: invoicing, delivery_status: delivery } = row;
  if (state === 'draft' || state === 'sent') return { status: 'quotation' };
  if (state === 'cancel') return { status: 'cancelled' };
  if (state !== 'sale' && state !== 'done') return { status: 'open' };
  const delivered = delivery === null || delivery === 'full';
  const invoiced = invoicing === 'invoiced' || invoicing === 'upselling';
  return { status: delivered && invoiced ? 'completed' : 'open', delivered, invoiced, locked: state === 'done' || row.locked === true };
}

function exclusion(row: Row, lines: readonly MappedLine[], total: Amount, facts: OrderFacts): DraftFields<'order'>['excluded_because'] {
  if (row.partner_id !== null && facts.companyPartners.has(row.partner_id)) return 'intercompany';
  const things = lines.filter((line) => line.kind !== 'section');
  if (things.some((line) => line.giftCardSold) && things.every((line) => line.kind === 'gift_card')) return 'gift_card_only';
  return total === 0n ? 'zero_value' : null;
}
