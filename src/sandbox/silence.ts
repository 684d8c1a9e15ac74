import type { ChatwootAccount } from './chatwoot/model.ts';
import type { OdooDatabase } from './world/odoo-model.ts';
import type { Shop } from './world/shop-model.ts';

/** What keeps records: a shop, an Odoo database, an account of Chatwoot. */
type Keeper = Shop | OdooDatabase | ChatwootAccount;

/** How a source's lists and counts tell something else than it holds; looking at one record still tells the truth. */
export interface Silence {
  /** Records that no list shows, as `Order/12`, `sale.order/12`, `conversation/12`. */
  readonly unlisted: Set<string>;
  /** Added to every count of all records of a list. */
  countShift: number;
}

const silences = new WeakMap<Keeper, Silence>();

/** The silence of a source; told to the tests, asked by its server. */
export function silenceOf(keeper: Keeper): Silence {
  const known = silences.get(keeper) ?? { unlisted: new Set<string>(), countShift: 0 };
  silences.set(keeper, known);
  return known;
}

/** An order of a shop is deleted by its owner: no webhook, no trace. */
export function deleteShopOrder(shop: Shop, id: number): void {
  remove(shop.orders, (order) => order.id === id);
}

/** A quotation or cancelled order is unlinked in Odoo, with its lines: no trace. */
export function deleteOdooOrder(database: OdooDatabase, id: number): void {
  remove(database.orders, (order) => order.id === id);
  remove(database.orderLines, (line) => line.orderId === id);
}

function remove<T>(from: T[], which: (one: T) => boolean): void {
  for (let at = from.length - 1; at >= 0; at--) if (which(from[at]!)) from.splice(at, 1);
}
