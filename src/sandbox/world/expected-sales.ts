import { decimalText, type Decimal } from './decimal.ts';
import type { DocumentPayment, DocumentRefund } from './document.ts';
import { localDays } from './local-day.ts';
import type { ExpectedRow } from './model.ts';
import { ProductDays } from './product-days.ts';
import { SalesDays } from './sales-days.ts';
import { salesLedger, type LedgerEntry, type TenantSources } from './sales-ledger.ts';

type Values = Record<string, string | null>;

/** Rows of orders, lines, refunds, payments, the `orders` view and the daily sales of one tenant. */
export function* expectedSales(sources: TenantSources): Generator<ExpectedRow> {
  const { tenant } = sources;
  const row = (table: string, sourceId: string, values: Values): ExpectedRow => ({ rut: tenant.rut, table, sourceId, values });
  const dayOf = localDays(tenant.timeZone);
  const days = new SalesDays();
  const products = new ProductDays(tenant.currency);
  for (const entry of salesLedger(sources)) {
    const { document, reported } = entry;
    yield row('public.source_orders', document.id, orderValues(entry));
    yield* lineRows(entry, row);
    if (entry.isSale) {
      days.sale(entry);
      products.sale(entry);
      yield row('public.orders', document.id, {
        status: document.status,
        amount_total: textOrNull(reported.amounts?.total),
        currency: tenant.currency,
        created_at: stamp(document.time),
      });
    }
    const counts = entry.voice.silentBecause === null && document.excludedBecause === null && document.status !== 'cancelled';
    for (const refund of document.refunds) {
      const day = dayOf(refund.time);
      if (counts) {
        days.refund(document.source, day, refund);
        products.refund(entry, day, refund);
      }
      yield row('public.refunds', refund.id, refundValues(entry, refund, day, counts));
      yield* refundLineRows(entry, refund, row);
    }
    for (const payment of document.payments) {
      yield row('public.order_payments', payment.id, paymentValues(entry, payment, dayOf(payment.time)));
    }
  }
  for (const [key, values] of days.rows()) yield row('kpi.sales_daily', key, values);
  for (const [key, values] of products.rows()) yield row('kpi.product_days', key, values);
}

function orderValues({ document, day, reported, voice, isSale }: LedgerEntry): Values {
  const { amounts } = reported;
  return {
    name: document.name,
    status: document.status,
    excluded_because: document.excludedBecause,
    payment_state: document.paymentState,
    source_status: document.sourceStatus,
    created_at: stamp(document.time),
    cancelled_at: document.cancelled === null ? null : stamp(document.cancelled),
    currency_source: document.currency,
    amount_total_source: decimalText(document.total),
    amount_untaxed_source: decimalText(document.total - document.tax),
    amount_tax_source: decimalText(document.tax),
    amount_products_source: decimalText(document.products),
    amount_shipping_source: decimalText(document.shipping),
    amount_discount_source: decimalText(document.discount),
    amount_other_source: decimalText(document.total - document.products - document.shipping),
    amount_iva_source: decimalText(document.iva),
    amount_exempt_source: decimalText(document.exempt),
    amount_ledger_source: textOrNull(document.ledger),
    customer_id: document.customerId,
    channel: document.channel,
    shop: document.shop,
    company: document.company,
    shop_order_id: document.shopOrderId,
    shop_order_name: document.shopOrderName,
    business_day: day,
    fx_rate: textOrNull(reported.rate),
    fx_date: reported.rateDay,
    amount_total: textOrNull(amounts?.total),
    amount_untaxed: textOrNull(amounts?.untaxed),
    amount_tax: textOrNull(amounts?.tax),
    amount_products: textOrNull(amounts?.products),
    amount_shipping: textOrNull(amounts?.shipping),
    amount_discount: textOrNull(amounts?.discount),
    amount_other: textOrNull(amounts?.other),
    amount_iva: textOrNull(amounts?.iva),
    amount_exempt: textOrNull(amounts?.exempt),
    amount_ledger: textOrNull(amounts?.ledger),
    speaks: String(voice.silentBecause === null),
    silent_because: voice.silentBecause,
    is_sale: String(isSale),
  };
}

type MakeRow = (table: string, sourceId: string, values: Values) => ExpectedRow;

function* lineRows({ document }: LedgerEntry, row: MakeRow): Generator<ExpectedRow> {
  for (const line of document.lines) {
    yield row('public.source_order_lines', line.id, {
      order_id: document.id,
      product_id: line.productId,
      line_kind: line.kind,
      sku: line.sku,
      name: line.name,
      quantity: decimalText(line.quantity),
      units: textOrNull(line.units),
      units_unknown_because: line.unitsUnknown,
      unit_price_source: decimalText(line.unitPrice),
      amount_source: decimalText(line.amount),
      amount_untaxed_source: decimalText(line.amount - line.tax),
      amount_tax_source: decimalText(line.tax),
      amount_iva_source: decimalText(line.iva),
      amount_discount_source: decimalText(line.discount),
      currency_source: document.currency,
    });
  }
}

/** Only shops have refunds here, and a shop's currency is its tenant's: nothing is converted. */
function refundValues({ document }: LedgerEntry, refund: DocumentRefund, day: string, counts: boolean): Values {
  const untaxed = decimalText(refund.amount - refund.tax);
  return {
    order_id: document.id,
    created_at: stamp(refund.time),
    currency_source: document.currency,
    amount_total_source: decimalText(refund.amount),
    amount_untaxed_source: untaxed,
    amount_tax_source: decimalText(refund.tax),
    amount_paid_back_source: decimalText(refund.paidBack),
    business_day: day,
    amount_total: decimalText(refund.amount),
    amount_untaxed: untaxed,
    amount_paid_back: decimalText(refund.paidBack),
    counts: String(counts),
  };
}

function* refundLineRows({ document }: LedgerEntry, refund: DocumentRefund, row: MakeRow): Generator<ExpectedRow> {
  for (const line of refund.lines) {
    yield row('public.refund_lines', line.id, {
      refund_id: refund.id,
      order_line_id: line.lineId,
      quantity: decimalText(line.quantity),
      amount_source: decimalText(line.amount),
      amount_tax_source: decimalText(line.tax),
      currency_source: document.currency,
    });
  }
}

function paymentValues({ document }: LedgerEntry, payment: DocumentPayment, day: string): Values {
  return {
    order_id: document.id,
    created_at: stamp(payment.time),
    business_day: day,
    kind: payment.kind,
    status: payment.status,
    gateway: payment.gateway,
    is_test: String(payment.isTest),
    currency_source: document.currency,
    amount_source: decimalText(payment.amount),
  };
}

function stamp(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '.000000Z');
}

function textOrNull(value: Decimal | null | undefined): string | null {
  return value === null || value === undefined ? null : decimalText(value);
}
