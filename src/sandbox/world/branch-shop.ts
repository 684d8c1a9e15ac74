import { Calendar } from './calendar.ts';
import { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import { Random } from './random.ts';
import { hex } from './shop.ts';
import type { Shop, ShopOrder } from './shop-model.ts';
import type { WebSale } from './web-orders.ts';

/** What stands before its order numbers in the ERP. */
export const BRANCH_CLAIMS = { prefixes: ['EXP'], stores: ['team:exportaciones'] } as const;

/** What becomes of an order of the second shop in the ERP. */
export type Role = 'honest' | 'at another rate' | 'in pesos' | 'cited by a stranger';
const ROLES: readonly Role[] = ['honest', 'at another rate', 'in pesos', 'cited by a stranger'];

export interface BranchShop {
  readonly shop: Shop;
  readonly sales: readonly WebSale[];
}

/** How many orders the second shop has, and how many documents cite one of them so that nobody knows which shop is meant. */
export function branchCounts(webOrders: number): { readonly orders: number; readonly strangers: number } {
  const orders = Math.max(4, Math.round(webOrders * 0.01));
  return { orders, strangers: Array.from({ length: orders }, (_, i) => roleOf(i, orders)).filter((role) => role === ROLES[3]).length };
}

// The last one is of the last days: nothing is put into it.
export const roleOf = (index: number, count: number): Role => (index === count - 1 && index % 4 === 1 ? 'honest' : ROLES[index % 4]!);

/**
 * A company's second shop: it sells abroad in dollars, some orders from #1001 on, numbers that the first shop has too. One article, no tax, no
 * accounts of shoppers, no stock to speak of.
 */
export function growBranchShop(plan: {
  readonly seed: number;
  readonly anchor: string;
  readonly domain: string;
  readonly name: string;
  readonly timeZone: string;
  readonly orders: number;
  readonly scopes: readonly string[];
}): BranchShop {
  const { seed, domain, orders: count } = plan;
  const calendar = new Calendar(plan.timeZone, plan.anchor, 140);
  const random = new Random(seed, `${domain}:branch`);
  const ids = (what: string, start: number): IdSequence => new IdSequence(new Random(seed, `${domain}:${what} ids`), start, 40_000);
  const of = {
    order: ids('order', 6_120_000_000_000),
    line: ids('line', 15_670_000_000_000),
    transaction: ids('transaction', 7_900_000_000_000),
  };
  const created = instantOf(calendar.anchor - 400 * 86_400_000);
  const stamps = { createdAt: created, updatedAt: created };
  const [product, variant, item, location] = [8_770_000_000_001, 45_910_000_000_001, 47_930_000_000_001, 88_400_000_001];
  const sales = Array.from({ length: count }, (_, index): WebSale => {
    const ago = Math.round(90 - (index * 87) / (count - 1));
    const time = calendar.at(ago, random.int(9 * 60, 17 * 60)) + random.int(0, 59) * 1000;
    const at = instantOf(time);
    const done = instantOf(calendar.after(time, 600));
    const price = random.int(20, 300) * 100 + random.int(0, 99);
    const order: ShopOrder = {
      id: of.order.next(),
      number: 1001 + index,
      name: `#${1001 + index}`,
      createdAt: at,
      processedAt: at,
      updatedAt: done,
      cancelledAt: null,
      cancelReason: null,
      closedAt: done,
      test: false,
      edited: false,
      edit: null,
      financialStatus: 'PAID',
      fulfillmentStatus: 'FULFILLED',
      sourceName: 'web',
      appName: null,
      customerId: null,
      guest: null,
      taxId: null,
      taxIdIn: 'attribute',
      lines: [
        {
          id: of.line.next(),
          productId: product,
          variantId: variant,
          sku: null,
          title: 'Alfombra de lana',
          quantity: 1,
          currentQuantity: 1,
          unitPrice: price,
          discount: 0,
          isGiftCard: false,
          tax: 0,
          otherTax: 0,
          taxRate: '0',
        },
      ],
      shippingLines: [],
      tip: 0,
      transactions: [
        {
          id: of.transaction.next(),
          kind: 'SALE',
          status: 'SUCCESS',
          gateway: 'paypal',
          amount: price,
          createdAt: at,
          processedAt: at,
          parentId: null,
        },
      ],
      refunds: [],
    };
    return { order, scenario: 'completed', recent: false, created: time, processed: time };
  });
  return {
    sales,
    shop: {
      domain,
      name: plan.name,
      accessToken: `shpat_${hex(new Random(seed, `${domain}:token`), 32)}`,
      currency: 'USD',
      timeZone: plan.timeZone,
      taxesIncluded: true,
      scopes: [...plan.scopes],
      createdAt: created,
      locations: [{ id: location, name: 'Taller', isActive: true, ...stamps }],
      products: [
        {
          id: product,
          title: 'Alfombra de lana',
          handle: 'alfombra-de-lana',
          vendor: plan.name,
          productType: 'Tejidos',
          status: 'ACTIVE',
          isGiftCard: false,
          ...stamps,
          variants: [
            {
              id: variant,
              sku: null,
              barcode: null,
              title: 'Default Title',
              price: 12_000,
              inventoryItemId: item,
              tracked: true,
              ...stamps,
            },
          ],
        },
      ],
      inventory: [
        {
          id: 990_000_000_001,
          inventoryItemId: item,
          locationId: location,
          isActive: true,
          available: 7,
          onHand: 7,
          committed: 0,
          reserved: 0,
          updatedAt: created,
        },
      ],
      customers: [],
      orders: sales.map(({ order }) => order),
      checkouts: [],
      payments: null,
    },
  };
}
