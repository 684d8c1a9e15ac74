import type { Minor } from '../world/model.ts';
import type { Shop, ShopLine, ShopOrder, ShopRefund } from '../world/shop-model.ts';
import { childConnection, type PageArgs } from './connection.ts';
import { gid, moneyBag, stamp } from './wire-values.ts';

interface Sold {
  readonly id: number;
  readonly type: 'ProductSale' | 'GiftCardSale' | 'ShippingLineSale' | 'TipSale' | 'AdjustmentSale';
  readonly amount: Minor;
  readonly tax: Minor;
}

interface Agreement {
  readonly id: number;
  readonly type: 'OrderAgreement' | 'OrderEditAgreement' | 'RefundAgreement';
  readonly at: string;
  readonly sales: readonly Sold[];
}

const REASON = { OrderAgreement: 'ORDER', OrderEditAgreement: 'ORDER_EDIT', RefundAgreement: 'REFUND' } as const;
const LINE_TYPE = {
  ProductSale: 'PRODUCT',
  GiftCardSale: 'GIFT_CARD',
  ShippingLineSale: 'SHIPPING',
  TipSale: 'TIP',
  AdjustmentSale: 'ADJUSTMENT',
} as const;

/** What was agreed about an order as Shopify's ledger tells it: as placed, what an edit changed, what was taken back. */
export function agreementViews(order: ShopOrder, shop: Shop, args: PageArgs) {
  const bag = (amount: Minor) => moneyBag(amount, shop.currency);
  return childConnection(agreementsOf(order, shop.taxesIncluded), args, (agreement) => ({
    __typename: agreement.type,
    id: gid(agreement.type, agreement.id),
    happenedAt: stamp(agreement.at),
    reason: REASON[agreement.type],
    sales: (paging: PageArgs) =>
      childConnection(agreement.sales, paging, (sale) => ({
        __typename: sale.type,
        id: gid(sale.type, sale.id),
        lineType: LINE_TYPE[sale.type],
        totalAmount: bag(sale.amount),
        totalTaxAmount: bag(sale.tax),
      })),
  }));
}

function agreementsOf(order: ShopOrder, taxesIncluded: boolean): Agreement[] {
  const { edit } = order;
  const placed = (line: ShopLine): number => (edit?.lineId === line.id && edit.units > 0 ? line.quantity - edit.units : line.quantity);
  const lines = order.lines.map((line) => lineSale(line, placed(line), taxesIncluded));
  const shipping = order.shippingLines.map((line): Sold => {
    const net = line.price - line.discount;
    return { id: line.id, type: 'ShippingLineSale', amount: taxesIncluded ? net : net + line.tax, tax: line.tax };
  });
  const tip: Sold[] = order.tip === 0 ? [] : [{ id: order.id, type: 'TipSale', amount: order.tip, tax: 0 }];
  const sales = [...lines.filter(({ amount }) => amount !== 0), ...shipping, ...tip];
  const edited = order.lines.filter((line) => line.id === edit?.lineId).map((line) => editSale(line, edit?.units ?? 0, taxesIncluded));
  return [
    { id: order.id, type: 'OrderAgreement', at: order.createdAt, sales },
    ...(edited.length === 0 ? [] : [{ id: order.id + 1, type: 'OrderEditAgreement', at: order.updatedAt, sales: edited } as const]),
    ...order.refunds.map((refund) => refundAgreement(refund, taxesIncluded)),
  ];
}

function lineSale(line: ShopLine, units: number, taxesIncluded: boolean): Sold {
  const part = (amount: Minor): Minor => Math.round((amount * units) / line.quantity);
  const tax = part(line.tax);
  const net = units * line.unitPrice - part(line.discount);
  return { id: line.id, type: line.isGiftCard ? 'GiftCardSale' : 'ProductSale', amount: taxesIncluded ? net : net + tax, tax };
}

/** What an edit changed: the line as it is then, less the line as it was. */
function editSale(line: ShopLine, units: number, taxesIncluded: boolean): Sold {
  const before = lineSale(line, units > 0 ? line.quantity - units : line.quantity, taxesIncluded);
  const after = lineSale(line, units > 0 ? line.quantity : line.quantity + units, taxesIncluded);
  return { ...after, amount: after.amount - before.amount, tax: after.tax - before.tax };
}

function refundAgreement(refund: ShopRefund, taxesIncluded: boolean): Agreement {
  const back = (id: number, type: Sold['type'], { subtotal, tax }: { readonly subtotal: Minor; readonly tax: Minor }): Sold => ({
    id,
    type,
    amount: -(taxesIncluded ? subtotal : subtotal + tax),
    tax: -tax,
  });
  return {
    id: refund.id,
    type: 'RefundAgreement',
    at: refund.processedAt,
    sales: [
      ...refund.lines.map((line) => back(line.id, 'ProductSale', line)),
      ...refund.shipping.map((line) => back(line.id, 'ShippingLineSale', line)),
      ...refund.adjustments.map((item): Sold => ({ id: item.id, type: 'AdjustmentSale', amount: item.amount, tax: item.tax })),
    ],
  };
}
