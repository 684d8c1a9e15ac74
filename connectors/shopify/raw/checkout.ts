import { z } from 'zod';
import { rawCustomer } from './order.ts';
import { decimal, gid, instant, text } from './primitives.ts';

const moneyInCurrency = z.object({
  shopMoney: z.object({ amount: decimal, currencyCode: z.string().regex(/^[A-Z]{3,4}$/, 'is not a currency') }),
});

/** A cart that got as far as the checkout. Neither its link nor its lines are asked for. */
export const rawCheckout = z.object({
  id: gid,
  createdAt: instant,
  updatedAt: instant,
  completedAt: instant.nullable(),
  customer: rawCustomer.nullish(),
  shippingAddress: z.object({ phone: text.nullish() }).nullish(),
  totalPriceSet: moneyInCurrency,
});
export type RawCheckout = z.output<typeof rawCheckout>;
