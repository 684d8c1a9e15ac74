import type { Draft } from '#contract';
import { lineDraft } from './engine-rig.ts';
import { LOCAL_DAY, newest, type OrderWorld, type RateVersion, type Version } from './order-world.ts';
import { orderDraft } from './scripted-stream.ts';

/** What the warehouse must say of a document once everything has arrived. */
export interface Truth {
  readonly document: Version;
  readonly day: string;
  readonly silent: 'mirror' | 'waiting' | 'duplicate' | 'not_invoiced' | null;
  readonly sale: boolean;
  /** In pesos; null without a rate. */
  readonly amount: number | null;
}

const GRACE = 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;

/** What persons have set and said. */
export interface Told {
  readonly timeZone: 'America/Santiago' | 'UTC';
  /** In USD nothing here has a rate. */
  readonly currency: 'CLP' | 'USD';
  readonly speaks: 'shopify' | 'odoo';
  /** By documents no order here is a sale: none has any. */
  readonly basis: 'orders' | 'invoices';
  /** By `<odoo id>|<shop id>`. */
  readonly links: ReadonlyMap<string, 'link' | 'unlink'>;
}

export const NOTHING_TOLD: Told = { timeZone: 'America/Santiago', currency: 'CLP', speaks: 'shopify', basis: 'orders', links: new Map() };

/** Meaning of sales, written from its rules and not from the engine's statements. */
export function truthOf(world: OrderWorld, told: Told = NOTHING_TOLD): Truth[] {
  const { documents, rates, covered } = newest(world);
  const shops = documents.filter((d) => d.source === 'shopify');
  const linked = new Map(
    documents.filter((d) => d.source === 'odoo').map((document) => [document, shopsOf(document, shops, told.links)] as const),
  );
  const silence = told.speaks === 'odoo' ? odooSpeaks(linked, told.basis) : shopSpeaks(linked, covered);
  return documents.map((document) => {
    const day = told.timeZone === 'UTC' ? document.at.slice(0, 10) : LOCAL_DAY[document.at]!;
    const silent = silence.get(document) ?? (document.source === 'odoo' && told.basis === 'invoices' ? 'not_invoiced' : null);
    const sale = silent === null && (document.status === 'open' || document.status === 'completed');
    return { document, day, silent, sale, amount: told.currency === 'USD' ? null : amountOf(document, day, rates) };
  });
}

type Linked = ReadonlyMap<Version, readonly Version[]>;

/** The shop orders that an Odoo document belongs to. */
function shopsOf(document: Version, shops: readonly Version[], links: Told['links']): readonly Version[] {
  const said = (shop: Version) => links.get(`${document.sourceId}|${shop.sourceId}`);
  const told = shops.filter((shop) => said(shop) === 'link');
  if (told.length > 0) return told;
  const byId = shops.filter((shop) => shop.sourceId === document.shopId);
  const byName = shops.filter((shop) => shop.shopName === document.shopName);
  const found = byId.length > 0 ? byId : byName.length === 1 ? byName : [];
  return found.filter((shop) => said(shop) !== 'unlink');
}

function shopSpeaks(linked: Linked, covered: string): Map<Version, Truth['silent']> {
  const silence = new Map<Version, Truth['silent']>();
  for (const [document, shops] of linked) {
    const cites = document.shopId !== null || document.shopName !== null;
    if (shops.length > 0) silence.set(document, 'mirror');
    else if (cites && Date.parse(document.at) + GRACE > Date.parse(covered)) silence.set(document, 'waiting');
  }
  return silence;
}

function odooSpeaks(linked: Linked, basis: Told['basis']): Map<Version, Truth['silent']> {
  const silence = new Map<Version, Truth['silent']>();
  const answers = (document: Version, shop: Version) =>
    document.status !== 'quotation' &&
    !(document.status === 'cancelled' && isPaid(shop)) &&
    (basis === 'orders' || document.status === 'cancelled');
  const first = new Map<Version, Version>();
  for (const shop of new Set([...linked.values()].flat())) {
    const all = [...linked].flatMap(([document, shops]) => (shops.includes(shop) && answers(document, shop) ? [document] : []));
    const rank = (document: Version) => (document.status === 'cancelled' ? 1000 : 0) + Number(document.sourceId);
    const [speaker] = all.sort((a, b) => rank(a) - rank(b));
    if (speaker === undefined) continue;
    silence.set(shop, 'mirror');
    first.set(shop, speaker);
  }
  for (const [document, shops] of linked) {
    if (shops.length === 0 || shops.some((shop) => first.get(shop) === document)) continue;
    silence.set(document, shops.some((shop) => answers(document, shop)) ? 'duplicate' : 'mirror');
  }
  return silence;
}

/** Half of the shop's orders have received money. */
const isPaid = (shop: Version) => shop.source === 'shopify' && shop.refunds.includes(1);

function amountOf(document: Version, day: string, rates: readonly RateVersion[]): number | null {
  if (document.currency === 'CLP') return document.amount;
  const valid = rates.filter((rate) => rate.day <= day && Date.parse(day) - Date.parse(rate.day) <= 7 * DAY);
  const rate = valid.sort((a, b) => (a.day < b.day ? 1 : -1))[0];
  // Half a peso and more is a peso, in whole numbers throughout.
  return rate === undefined ? null : Math.floor((document.amount * rate.hundredths + 50) / 100);
}

/** `kpi.sales_daily` as it must be: `day source orders without-rate amount refunds amount`. */
export function salesDaily(truth: readonly Truth[], currency: Told['currency'] = 'CLP'): string[] {
  const rows = new Map<string, { orders: number; unrated: number; amount: number; refunds: number; back: number }>();
  const of = (key: string) => {
    const row = rows.get(key) ?? { orders: 0, unrated: 0, amount: 0, refunds: 0, back: 0 };
    rows.set(key, row);
    return row;
  };
  for (const { document, day, silent, sale, amount } of truth) {
    if (sale) {
      const row = of(`${day} ${document.source}`);
      row.orders += 1;
      if (amount === null) row.unrated += 1;
      row.amount += amount ?? 0;
    }
    if (silent !== null || document.status === 'cancelled') continue;
    for (const refund of document.refunds) {
      const row = of(`${refundDay(refund)} ${document.source}`);
      row.refunds += 1;
      // Refunds are in pesos.
      row.back += currency === 'CLP' ? refundAmount(document) : 0;
    }
  }
  return [...rows].map(([key, r]) => `${key} ${r.orders} ${r.unrated} ${r.amount} ${r.refunds} ${r.back}`).sort();
}

const refundDay = (refund: number) => `2026-11-0${refund + 1}`;
const refundAmount = (document: Version) => 10 + (document.tick % 3);

const instantOf = (stamp: number) => `2026-11-01T12:00:${String(stamp).padStart(2, '0')}Z`;

/** A document, its lines and refunds as drafts; the document carries all of them. */
export function documentDrafts(version: Version): Draft[] {
  const updatedAt = instantOf(version.stamp);
  const { source, sourceId } = version;
  const order = orderDraft(sourceId, {
    updatedAt,
    name: source === 'shopify' ? `#${version.shopName}` : `S${sourceId}`,
    status: version.status,
    created_at: version.at,
    currency_source: version.currency,
    amount_total_source: String(version.amount),
    shop_order_id: version.shopId,
    shop_order_name: version.shopName,
    payment_state: isPaid(version) ? 'paid' : null,
  });
  const back = String(refundAmount(version));
  const refunds = version.refunds.map((refund): Draft => ({
    entity: 'refund',
    sourceId: `${sourceId}-r${refund}`,
    sourceCreatedAt: null,
    sourceUpdatedAt: updatedAt,
    fields: {
      order_id: sourceId,
      created_at: `${refundDay(refund)}T12:00:00Z`,
      currency_source: 'CLP',
      amount_total_source: back,
      amount_untaxed_source: back,
      amount_tax_source: '0',
      amount_paid_back_source: back,
    },
  }));
  const lines = version.lines.map((line) => lineDraft(sourceId, `${sourceId}-${line}`, { updatedAt, name: `v${version.tick % 3}` }));
  return [{ ...order, complete: ['order_line', 'refund'] }, ...lines, ...refunds];
}

export function rateDraft(rate: RateVersion): Draft {
  return {
    entity: 'exchange_rate',
    sourceId: rate.day,
    sourceCreatedAt: null,
    sourceUpdatedAt: instantOf(rate.stamp),
    fields: { currency: 'CLF', base_currency: 'CLP', rate_date: rate.day, rate: String(rate.hundredths / 100), company: null },
  };
}
