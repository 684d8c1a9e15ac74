import { decimalText, type Decimal } from './decimal.ts';
import type { DocumentPayment, DocumentRefund } from './document.ts';
import { localDays } from './local-day.ts';
import type { ExpectedRow } from './model.ts';
import { ProductDays } from './product-days.ts';
import { SalesDays } from './sales-days.ts';
import { issuedDocuments, standings } from './odoo-documents-issued.ts';
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
      const given = counts && refund.replaced !== true;
      if (given) {
        days.refund(document.source, day, refund);
        products.refund(entry, day, refund);
      }
      yield row('public.refunds', refund.id, refundValues(document.currency, document.id, refund, day, given));
      yield* refundLineRows(document.currency, refund, row);
    }
    for (const payment of document.payments) {
      yield row('public.order_payments', payment.id, paymentValues(entry, payment, dayOf(payment.time)));
    }
  }
  const issued = sources.database === null ? [] : issuedDocuments(sources.database, tenant);
  for (const refund of standings(issued, tenant.timeZone)(null).refunds) {
    const day = dayOf(refund.time);
    days.refund('odoo', day, refund);
    yield row('public.refunds', refund.id, refundValues(tenant.currency, null, refund, day, true));
  }
  for (const [key, values] of days.rows()) yield row('kpi.sales_daily', key, values);
  for (const [key, values] of products.rows()) yield row('kpi.product_days', key, values);
}

function orderValues({ document, day, reported, voice, isSale }: LedgerEntry): Values {
  const { amounts } = reported;
  return {
    name: document.name,
    status: document.status,
    stated_status: document.statedStatus ?? document.status,
    amount_invoiced: textOrNull(document.invoiced),
    cancelled_but_invoiced: String(document.cancelledButInvoiced ?? false),
    created_on: document.createdOn ?? null,
    invoice_id: document.invoiceId ?? null,
    invoiced_order_id: document.invoicedOrderId ?? null,
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
    billed_to_id: document.billedToId ?? null,
    channel: document.channel,
    shop: document.shop,
    company: document.company,
    shop_order_id: document.shopOrderId,
    shop_order_name: document.shopOrderName,
    shop_order_names: listOrNull(document.shopOrderNames),
    shop_order_prefix: document.shopOrderPrefix ?? null,
    shop_order_stores: listOrNull(document.shopOrderStores),
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

const listOrNull = (list: readonly string[] | null | undefined): string | null =>
  list === null || list === undefined ? null : JSON.stringify(list);

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

/** What is given back here is in the tenant's currency: nothing is converted. */
function refundValues(currency: string, order: string | null, refund: DocumentRefund, day: string, counts: boolean): Values {
  const untaxed = decimalText(refund.amount - refund.tax);
  const replaced = refund.replaced === true;
  return {
    order_id: order,
    created_at: stamp(refund.time),
    created_on: refund.on ?? null,
    invoice_id: refund.invoiceId ?? null,
    amount_replaced_source: replaced ? decimalText(refund.amount) : '0',
    currency_source: currency,
    amount_total_source: decimalText(refund.amount),
    amount_untaxed_source: untaxed,
    amount_tax_source: decimalText(refund.tax),
    amount_paid_back_source: textOrNull(refund.paidBack),
    business_day: day,
    amount_total: replaced ? '0' : decimalText(refund.amount),
    amount_untaxed: replaced ? '0' : untaxed,
    amount_paid_back: textOrNull(refund.paidBack),
    counts: String(counts),
  };
}

function* refundLineRows(currency: string, refund: DocumentRefund, row: MakeRow): Generator<ExpectedRow> {
  for (const line of refund.lines) {
    yield row('public.refund_lines', line.id, {
      refund_id: refund.id,
      order_line_id: line.lineId,
      quantity: decimalText(line.quantity),
      amount_source: decimalText(line.amount),
      amount_tax_source: decimalText(line.tax),
      currency_source: currency,
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
