import { z } from 'zod';
import { parseAmount, type Amount } from '../mapping/amount.ts';

/** Text Postgres can hold: a NUL or half a surrogate pair sends the record to quarantine instead of ending the batch. */
export const text = z
  .string()
  .refine((s) => !s.includes('\u0000'), 'holds a NUL character')
  .refine((s) => s.isWellFormed(), 'holds a lone surrogate (broken Unicode)');

/** `gid://shopify/Order/5843276169342?…` → `5843276169342`, the id REST, webhooks and other systems use. */
export const gid = z
  .string()
  .regex(/^gid:\/\/shopify\/\w+\/\d+(\?.*)?$/, 'is not a Shopify id')
  .transform((id) => /\/(\d+)(?:\?.*)?$/.exec(id)?.[1] ?? id);

/** UTC instant; Shopify states whole seconds with Z. Another offset is converted. */
export const instant = z
  .string()
  .refine((s) => /^\d{4}-\d\d-\d\dT/.test(s) && !Number.isNaN(Date.parse(s)), 'is not an instant')
  .transform((s) => (s.endsWith('Z') ? s : new Date(s).toISOString()));

/** A `Decimal` or `Money` scalar: always text, trimmed ("1990.0"), so no float ever touches it. */
export const decimal = z
  .string()
  .regex(/^-?\d{1,18}(\.\d{1,12})?$/, 'is not a decimal amount')
  .transform((s): Amount => parseAmount(s));

/** A `MoneyBag`, of which only the shop's currency is read. */
export const money = z.object({ shopMoney: z.object({ amount: decimal }) }).transform((bag) => bag.shopMoney.amount);

/** A list of children that must be whole by the time it is mapped: what is missing would be taken for deleted. */
export const whole = <T extends z.ZodType>(node: T) =>
  z
    .object({ nodes: z.array(node), pageInfo: z.object({ hasNextPage: z.literal(false, 'has children that were not read') }) })
    .transform((connection) => connection.nodes);

/** The frame around one page of records. */
export const frame = z.object({
  nodes: z.array(z.unknown()),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
});
export type Frame = z.output<typeof frame>;
