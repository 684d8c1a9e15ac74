/** Fields in which connectors between Shopify and Odoo keep the shop's order id, in the order they are asked. */
export const SHOP_ORDER_ID_FIELDS = ['shopify_order_id', 'shopify_id', 'ks_shopify_order_id', 'x_shopify_order_id'];

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

/** The shop's order number from the first reference that looks like one: `#1001`, `MAIN_#1001`, `CL-#1001`. */
export function shopOrderName(references: readonly (string | null)[]): string | null {
  for (const reference of references) {
    const digits = /^(?:[A-Za-z0-9]+[_-])?#(\d+)$/.exec(reference?.trim() ?? '')?.[1];
    if (digits !== undefined) return digits;
  }
  return null;
}
