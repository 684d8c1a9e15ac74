/** Fields in which connectors between Shopify and Odoo keep the shop's order id, in the order they are asked. */
export const SHOP_ORDER_ID_FIELDS = ['shopify_order_id', 'shopify_id', 'ks_shopify_order_id', 'x_shopify_order_id'];
/** Fields in which they say of which shop an order is. */
export const SHOP_STORE_FIELDS = ['shopify_instance_id', 'ks_shopify_instance'];

/** What a reference says of the shop's orders. */
export interface ShopReference {
  /** Their numbers, in the order they are cited; several where orders were merged into one. */
  readonly names: readonly string[];
  /** What stands before them, upper case and without a separator; null when nothing does, or several things do. */
  readonly prefix: string | null;
}

/** The shop's numeric order id from the first field that holds one; `gid://shopify/Order/…` is stripped to its number. */
export function shopOrderId(values: readonly unknown[]): string | null {
  for (const value of values) {
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
    const digits = /^(?:gid:\/\/\w+\/Order\/)?(\d+)(?:\?.*)?$/.exec(text)?.[1];
    // An integer field that is empty reads 0.
    if (digits !== undefined && digits !== '0') return digits;
  }
  return null;
}

/**
 * The shop's order numbers from the first reference that is nothing but such: `#1001`, `MAIN_#1001`, `CL-#1001`, `#1001, #1002`. After one of
 * `prefixes` a number needs no `#`, or has it before: WEB1001, web-1001, #WEB1001.
 */
export function shopReference(references: readonly (string | null)[], prefixes: readonly string[] = []): ShopReference | null {
  const wording = prefixes.map((prefix) => prefix.replace(/[\s#_-]+$/, '').replaceAll(/[^\p{L}\d]/gu, '\\$&')).join('|');
  const own = wording === '' ? null : new RegExp(`^#?(${wording})[\\s_-]*#?(\\d+)$`, 'i');
  const read = (text: string) => own?.exec(text) ?? /^(?:([A-Za-z0-9]+)[_-])?#(\d+)$/.exec(text);
  for (const reference of references) {
    const text = reference?.trim() ?? '';
    const whole = read(text);
    const found = whole !== null ? [whole] : text.split(SEPARATOR).map(read);
    const numbers = found.flatMap((match) => (match?.[2] === undefined ? [] : [match[2]]));
    if (numbers.length !== found.length) continue;
    const before = new Set(found.flatMap((match) => (match?.[1] === undefined ? [] : [match[1].toUpperCase()])));
    const [prefix] = before.size === 1 ? before : [];
    return { names: [...new Set(numbers)], prefix: prefix ?? null };
  }
  return null;
}

/** Between numbers: a comma and the like, "y", or a blank before the next `#`. */
const SEPARATOR = /\s*[,;/+&]\s*|\s+y\s+|\s+(?=\S*#)/i;

/** What tells orders of several shops apart, as `kind:value` in lower case. Many2one values are ids, or pairs of id and name. */
export function shopOrderStores(order: {
  readonly team: string | null;
  readonly website: number | null;
  readonly company: number | null;
  /** Values of the fields in which the connector says of which shop it is, the first that says something counts. */
  readonly stores: readonly unknown[];
}): string[] {
  const stated = order.stores.map(idOf).find((id) => id !== null) ?? null;
  const named = { team: order.team, website: order.website, company: order.company, store: stated };
  return Object.entries(named).flatMap(([kind, value]) => (value === null ? [] : [`${kind}:${value}`.trim().toLowerCase()]));
}

function idOf(value: unknown): string | null {
  const id: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof id === 'number') return id === 0 ? null : String(id);
  return typeof id === 'string' && id.trim() !== '' ? id.trim() : null;
}
