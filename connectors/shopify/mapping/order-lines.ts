import type { DraftFields, DraftFor } from '#contract';
import type { RawOrder } from '../raw/order.ts';
import { decimalText, type Amount } from './amount.ts';
import { untaxed, type LineAmounts } from './line-amounts.ts';
import type { OrderLedger } from './order-ledger.ts';

type Fields = DraftFields<'order_line'>;

/**
 * The lines of an order: its items, then shipping (`shipping-<id>`), the tip (`tip-<order>`) and whatever else the total
 * holds (`other-<order>`). All but gift cards add up to the order's total. Lines have no clock of their own: they are as new
 * as their order.
 */
export function orderLineDrafts(order: RawOrder, ledger: OrderLedger): DraftFor<'order_line'>[] {
  const extra = { product_id: null, sku: null, quantity: '1', units: null } as const;
  const items = ledger.items.map((item) =>
    draft(order, item.line.id, item, {
      product_id: item.line.variant?.id ?? null,
      line_kind: item.kind,
      sku: item.line.sku === '' ? null : item.line.sku,
      name: item.line.name,
      quantity: String(item.units),
      // Shopify knows no other unit than the piece.
      units: item.kind === 'product' ? String(item.units) : null,
      unit_price_source: decimalText(item.line.originalUnitPriceSet),
    }),
  );
  const shipping = ledger.shipping.map((part) =>
    draft(order, part.sourceId, part, {
      ...extra,
      line_kind: 'shipping',
      name: part.line.title,
      quantity: part.line.isRemoved ? '0' : '1',
      unit_price_source: decimalText(part.line.originalPriceSet),
    }),
  );
  return [
    ...items,
    ...shipping,
    ...single(order, 'tip', 'Tip', untaxed(ledger.tip)),
    ...single(order, 'other', 'Duties, fees and rounding', ledger.rest),
  ];
}

function single(order: RawOrder, kind: 'tip' | 'other', name: string, amounts: LineAmounts): DraftFor<'order_line'>[] {
  if (amounts.amount === 0n && amounts.tax === 0n) return [];
  const unitPrice: Amount = amounts.amount;
  return [
    draft(order, `${kind}-${order.id}`, amounts, {
      product_id: null,
      sku: null,
      quantity: '1',
      units: null,
      line_kind: kind,
      name,
      unit_price_source: decimalText(unitPrice),
    }),
  ];
}

function draft(
  order: RawOrder,
  sourceId: string,
  amounts: LineAmounts,
  fields: Pick<Fields, 'product_id' | 'line_kind' | 'sku' | 'name' | 'quantity' | 'units' | 'unit_price_source'>,
): DraftFor<'order_line'> {
  return {
    entity: 'order_line',
    sourceId,
    sourceCreatedAt: order.createdAt,
    sourceUpdatedAt: order.updatedAt,
    fields: {
      order_id: order.id,
      ...fields,
      units_unknown_because: null,
      amount_source: decimalText(amounts.amount),
      amount_untaxed_source: decimalText(amounts.amount - amounts.tax),
      amount_tax_source: decimalText(amounts.tax),
      amount_iva_source: amounts.iva === null ? null : decimalText(amounts.iva),
      amount_discount_source: decimalText(amounts.discount),
      currency_source: order.currencyCode,
    },
  };
}
