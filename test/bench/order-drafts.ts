import type { Draft } from '#contract';

const PER_DAY = 400;
const FIRST_DAY = Date.parse('2026-01-01T11:00:00Z');
const STATUS = ['completed', 'completed', 'completed', 'open', 'refunded', 'cancelled'] as const;
const CHANNEL = ['web', 'web', 'pos', 'Instagram'] as const;
const COMUNA = ['Providencia', 'Ñuñoa', 'Maipú', 'Viña del Mar', 'Concepción'] as const;

const pick = <T>(list: readonly [T, ...T[]], n: number): T => list[n % list.length] ?? list[0];
const after = (instant: number, minutes: number) => new Date(instant + minutes * 60_000).toISOString();

/**
 * Shop orders as a mapping would give them: all columns in use, 400 a local day in the order they were made, and a payload
 * of about 1 KB. `version` 2 is the same order changed an hour later: paid, and with another total.
 */
export function orderDrafts(count: number, version: (index: number) => 1 | 2): Draft[] {
  return Array.from({ length: count }, (_, index) => orderDraft(index, version(index)));
}

function orderDraft(index: number, version: 1 | 2): Draft {
  // Stirs the index, so that neighbours differ and every run has the same rows.
  const n = Math.imul(index + 1, 2_654_435_761) >>> 7;
  const id = String(6_100_000_000_000 + index * 37);
  const made = FIRST_DAY + Math.floor(index / PER_DAY) * 86_400_000 + (index % PER_DAY) * 90_000;
  const createdAt = after(made, 0);
  const updatedAt = after(made, version === 1 ? 5 + (n % 40) : 100);
  const shipping = 2990 + (n % 4) * 500;
  const discount = n % 5 === 0 ? 1500 : 0;
  const products = 4990 + (n % 97) * 1000 - discount + (version === 2 ? 10 : 0);
  const total = products + shipping;
  const untaxed = Math.round(total / 1.19);
  const name = `#${10_001 + index}`;
  const customer = String(7_200_000_000 + (n % 5003));
  const status = pick(STATUS, n);
  return {
    entity: 'order',
    sourceId: id,
    sourceCreatedAt: createdAt,
    sourceUpdatedAt: updatedAt,
    fields: {
      name,
      status,
      excluded_because: n % 200 === 0 ? 'test' : null,
      payment_state: version === 2 ? 'paid' : 'unpaid',
      source_status: version === 2 ? 'PAID' : 'PENDING',
      created_at: createdAt,
      cancelled_at: status === 'cancelled' ? updatedAt : null,
      currency_source: 'CLP',
      amount_total_source: `${total}.0`,
      amount_untaxed_source: `${untaxed}.0`,
      amount_tax_source: `${total - untaxed}.0`,
      amount_products_source: `${products}.0`,
      amount_shipping_source: `${shipping}.0`,
      amount_discount_source: `${discount}.0`,
      amount_other_source: '0',
      amount_iva_source: `${total - untaxed}.0`,
      amount_exempt_source: '0',
      amount_ledger_source: `${total}.0`,
      customer_id: n % 11 === 0 ? null : customer,
      channel: pick(CHANNEL, n >>> 3),
      shop: 'bench',
      company: null,
      shop_order_id: id,
      shop_order_name: name.slice(1),
    },
    raw: payload({ id, name, createdAt, updatedAt, total, untaxed, shipping, products, customer, n }),
  };
}

interface Seen {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly total: number;
  readonly untaxed: number;
  readonly shipping: number;
  readonly products: number;
  readonly customer: string;
  readonly n: number;
}

/** What a white-list lets through of a shop's order. */
function payload(o: Seen): unknown {
  const money = (amount: number) => ({ shopMoney: { amount: `${amount}.0`, currencyCode: 'CLP' } });
  return {
    id: `gid://shopify/Order/${o.id}`,
    legacyResourceId: o.id,
    name: o.name,
    createdAt: o.createdAt,
    processedAt: o.createdAt,
    updatedAt: o.updatedAt,
    test: false,
    taxesIncluded: true,
    displayFinancialStatus: 'PAID',
    displayFulfillmentStatus: 'UNFULFILLED',
    currencyCode: 'CLP',
    presentmentCurrencyCode: 'CLP',
    sourceName: 'web',
    tags: ['despacho a domicilio', `campaña ${o.n % 12}`],
    customer: { id: `gid://shopify/Customer/${o.customer}` },
    shippingAddress: { city: pick(COMUNA, o.n), province: 'Región Metropolitana', countryCodeV2: 'CL' },
    totalPriceSet: money(o.total),
    currentTotalPriceSet: money(o.total),
    subtotalPriceSet: money(o.products),
    totalShippingPriceSet: money(o.shipping),
    totalTaxSet: money(o.total - o.untaxed),
    shippingLine: { title: 'Despacho estándar', code: 'STD' },
  };
}
