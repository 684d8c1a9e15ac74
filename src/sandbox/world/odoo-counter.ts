import type { Calendar } from './calendar.ts';
import { naiveOf, stampOf } from './instants.ts';
import type { OdooDatabase, OdooOrder, OdooProduct } from './odoo-model.ts';
import type { OdooPosLine, OdooPosOrder } from './odoo-account-model.ts';
import { ODOO_CURRENCIES } from './odoo-book.ts';
import type { OdooGoods } from './odoo-catalogue.ts';
import type { OdooPartners } from './odoo-partners.ts';
import { Random } from './random.ts';

export interface CounterPlan {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly goods: OdooGoods;
  readonly partners: OdooPartners;
  readonly orders: readonly OdooOrder[];
  /** Companies with a counter, and how many sales each makes there. */
  readonly sales: ReadonlyMap<number, number>;
}

/** Sales at the counter: most are plain; some settle a sale order, some give back what was bought before, one is open still, one cancelled. */
export function odooCounter(plan: CounterPlan): Pick<OdooDatabase, 'posOrders' | 'posLines'> {
  const posOrders: OdooPosOrder[] = [];
  const posLines: OdooPosLine[] = [];
  for (const [companyId, count] of plan.sales) {
    const random = new Random(plan.seed, `counter of ${companyId}`);
    const goods = plan.goods.byCompany.get(companyId)!;
    const settled = plan.orders.filter((order) => order.companyId === companyId && order.state === 'sale' && order.shopifyOrderId === null);
    let before: OdooPosLine | null = null;
    for (let index = 0; index < count; index++) {
      const time = plan.calendar.at(1 + Math.floor(((count - index) / (count + 1)) * 90), random.int(11 * 60, 23 * 60 + 50));
      const id = 500 + posOrders.length;
      const stamps = { createDate: stampOf(time, 17), writeDate: stampOf(time + 60_000, random.int(0, 900_000)) };
      const lines: OdooPosLine[] = [];
      const add = (product: OdooProduct, quantity: number, price: number, more: Partial<OdooPosLine> = {}) => {
        const gross = quantity * price;
        const untaxed = Math.round(gross / 1.19);
        lines.push({
          id: 5000 + posLines.length + lines.length,
          orderId: id,
          companyId,
          productId: product.id,
          name: product.name,
          quantity,
          priceUnit: String(price),
          discount: '0',
          priceSubtotal: String(untaxed),
          priceSubtotalIncl: String(gross),
          saleOrderId: null,
          refundedLineId: null,
          ...stamps,
          ...more,
        });
      };
      const story = index % 12;
      if (story === 3 && before !== null) {
        const { productId, priceUnit, id: refundedLineId } = before;
        add(
          goods.find((product) => product.id === productId)!,
          -1,
          Number(priceUnit),
          { refundedLineId },
        );
      }
      const order = story === 5 ? random.pick(settled) : undefined;
      if (order !== undefined) add(random.pick(goods), 1, 100_000, { saleOrderId: order.id });
      // Every other of these buys something besides.
      if ((story !== 3 && story !== 5) || index % 24 > 11) {
        for (let n = random.int(1, 3); n > 0; n--) add(random.pick(goods), random.int(1, 4), random.int(10, 300) * 100);
      }
      if (lines.length === 0) continue;
      const total = lines.reduce((sum, line) => sum + Number(line.priceSubtotalIncl), 0);
      const untaxed = lines.reduce((sum, line) => sum + Number(line.priceSubtotal), 0);
      posOrders.push({
        id,
        name: `Caja/${String(index + 1).padStart(4, '0')}`,
        state: story === 7 ? 'draft' : story === 8 ? 'cancel' : story === 9 ? 'invoiced' : story < 4 ? 'paid' : 'done',
        dateOrder: naiveOf(time),
        partnerId: story === 9 ? random.pick(plan.partners.customersOf.get(companyId)!).id : null,
        companyId,
        currencyId: ODOO_CURRENCIES.CLP.id,
        amountTotal: String(total),
        amountTax: String(total - untaxed),
        ...stamps,
      });
      posLines.push(...lines);
      before = story === 2 ? lines.at(-1)! : before;
    }
  }
  return { posOrders, posLines };
}
