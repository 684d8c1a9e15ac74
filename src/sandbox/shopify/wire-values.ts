import type { Instant, Minor } from '../world/model.ts';

export interface MoneyBag {
  readonly shopMoney: { readonly amount: string; readonly currencyCode: string };
  readonly presentmentMoney: { readonly amount: string; readonly currencyCode: string };
}

/** Minor units as the Admin API prints them: at least one decimal, no other trailing zero ("1990.0", "12.77"). */
export function amountText(amount: Minor, currency: 'CLP' | 'USD'): string {
  const digits = currency === 'CLP' ? 0 : 2;
  const size = String(Math.abs(amount)).padStart(digits + 1, '0');
  const whole = digits === 0 ? size : size.slice(0, -digits);
  const fraction = digits === 0 ? '' : size.slice(-digits).replace(/0+$/, '');
  return `${amount < 0 ? '-' : ''}${whole}.${fraction === '' ? '0' : fraction}`;
}

/** The same amount in both currencies: the simulated shops sell in one. */
export function moneyBag(amount: Minor, currency: 'CLP' | 'USD'): MoneyBag {
  const money = { amount: amountText(amount, currency), currencyCode: currency };
  return { shopMoney: money, presentmentMoney: money };
}

/** DateTime on the wire: UTC with whole seconds. */
export function stamp(instant: Instant): string {
  return `${instant.slice(0, 19)}Z`;
}

export function gid(type: string, id: number): string {
  return `gid://shopify/${type}/${id}`;
}

/** The number at the end of a gid of this type, or null when it is none. */
export function idOf(type: string, id: string): number | null {
  const match = /^gid:\/\/shopify\/(\w+)\/(\d+)$/.exec(id);
  return match?.[1] === type ? Number(match[2]) : null;
}
