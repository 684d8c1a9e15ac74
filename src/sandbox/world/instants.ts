import type { Instant } from './model.ts';
import type { OdooStamp } from './odoo-model.ts';

/** Shopify's way: UTC to the second, `2026-11-23T21:22:00Z`. */
export function instantOf(time: number): Instant {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Odoo's `date_order`: naive UTC to the second. */
export function naiveOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Odoo's `create_date` and `write_date` as the database keeps them: naive UTC with microseconds, which the API cuts off. */
export function stampOf(time: number, microseconds: number): OdooStamp {
  return `${naiveOf(time)}.${String(microseconds % 1_000_000).padStart(6, '0')}`;
}

/** Back to epoch milliseconds from any of the three forms above; microseconds are dropped. */
export function timeOf(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
}
