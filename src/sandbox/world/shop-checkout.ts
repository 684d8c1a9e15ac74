import type { Instant, Minor } from './model.ts';

/** A cart that got as far as the checkout, as the shop knows it. */
export interface ShopCheckout {
  readonly id: number;
  readonly createdAt: Instant;
  updatedAt: Instant;
  completedAt: Instant | null;
  readonly customerId: number | null;
  /** A phone in the shipping address. */
  readonly phone: string | null;
  readonly total: Minor;
}

/** What somebody left who checked out without logging in. */
export interface ShopGuest {
  readonly email: string | null;
  readonly phone: string | null;
}
