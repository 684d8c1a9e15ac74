import { decimal } from './decimal.ts';
import { total, type DocumentRefund, type SalesDocument } from './document.ts';
import { timeOf } from './instants.ts';
import type { OdooDatabase } from './odoo-model.ts';

const STATUS = { draft: 'quotation', cancel: 'cancelled', paid: 'completed', done: 'completed', invoiced: 'completed' } as const;

type Sale = Omit<SalesDocument, 'refunds'>;

/** Sales at the counter of some companies. What settles a sale order is counted with that order; what is given back is no part of the sale. */
export function* counterSales(database: OdooDatabase, companyIds: readonly number[]): Generator<Sale> {
  const linesOf = Map.groupBy(database.posLines, (line) => line.orderId);
  const skus = new Map(database.products.map((product) => [product.id, product.defaultCode]));
  for (const order of database.posOrders.filter(({ companyId }) => companyIds.includes(companyId))) {
    const all = linesOf.get(order.id) ?? [];
    const sold = all.filter((line) => line.saleOrderId === null && line.refundedLineId === null);
    const settles = all.some((line) => line.saleOrderId !== null);
    const lines = sold.map((line) => ({
      id: `pos-line:${line.id}`,
      kind: 'product' as const,
      productId: String(line.productId),
      sku: skus.get(line.productId) ?? null,
      name: line.name,
      quantity: decimal(String(line.quantity)),
      unitPrice: decimal(line.priceUnit),
      amount: decimal(line.priceSubtotalIncl),
      tax: decimal(line.priceSubtotalIncl) - decimal(line.priceSubtotal),
      units: decimal(String(line.quantity)),
      unitsUnknown: null,
      iva: decimal(line.priceSubtotalIncl) - decimal(line.priceSubtotal),
      exempt: 0n,
      discount: 0n,
    }));
    const amount = total(lines, (line) => line.amount);
    const status = STATUS[order.state];
    yield {
      source: 'odoo',
      id: `pos:${order.id}`,
      name: order.name,
      status,
      excludedBecause: sold.length === 0 && settles ? 'settlement' : amount === 0n ? 'zero_value' : null,
      paymentState: status === 'completed' ? 'paid' : null,
      sourceStatus: database.version === '19.0' && order.state === 'invoiced' ? 'done' : order.state,
      time: timeOf(order.dateOrder),
      cancelled: null,
      currency: 'CLP',
      total: amount,
      tax: total(lines, (line) => line.tax),
      products: amount,
      shipping: 0n,
      discount: 0n,
      iva: total(lines, (line) => line.tax),
      exempt: 0n,
      ledger: null,
      customerId: order.partnerId === null ? null : String(order.partnerId),
      channel: 'pos',
      company: String(order.companyId),
      shop: null,
      shopOrderId: null,
      shopOrderName: null,
      lines,
      payments: [],
    };
  }
}

/** What was given back at the counter, by the sale it is of (`pos:12`). */
export function counterRefunds(database: OdooDatabase): ReadonlyMap<string, readonly DocumentRefund[]> {
  const byId = new Map(database.posLines.map((line) => [line.id, line]));
  const orders = new Map(database.posOrders.map((order) => [order.id, order]));
  const refunds = database.posLines
    .filter((line) => line.refundedLineId !== null && ['paid', 'done', 'invoiced'].includes(orders.get(line.orderId)!.state))
    .map((line) => {
      const amount = -decimal(line.priceSubtotalIncl);
      const tax = amount + decimal(line.priceSubtotal);
      const refund: DocumentRefund = {
        id: `pos:${line.orderId}`,
        time: timeOf(orders.get(line.orderId)!.dateOrder),
        amount,
        tax,
        paidBack: amount,
        lines: [
          { id: `pos-line:${line.id}`, lineId: `pos-line:${line.refundedLineId}`, quantity: -decimal(String(line.quantity)), amount, tax },
        ],
      };
      return { of: `pos:${byId.get(line.refundedLineId!)!.orderId}`, refund };
    });
  return new Map([...Map.groupBy(refunds, ({ of }) => of)].map(([of, all]) => [of, all.map(({ refund }) => refund)]));
}
