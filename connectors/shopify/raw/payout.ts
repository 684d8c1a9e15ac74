import { z } from 'zod';
import { decimal, gid, instant, text } from './primitives.ts';

const currency = z.string().regex(/^[A-Z]{3,4}$/, 'is not a currency');
const money = z.object({ amount: decimal, currencyCode: currency });
/** In the payout's own currency. */
const part = z.object({ amount: decimal }).transform(({ amount }) => amount);

export const rawPayout = z.object({
  id: gid,
  issuedAt: instant,
  status: text,
  transactionType: z.enum(['DEPOSIT', 'WITHDRAWAL']),
  externalTraceId: text.nullish(),
  net: money,
  summary: z.object({
    chargesGross: part,
    chargesFee: part,
    refundsFeeGross: part,
    refundsFee: part,
    adjustmentsGross: part,
    adjustmentsFee: part,
    reservedFundsFee: part,
    retriedPayoutsFee: part,
  }),
});
export type RawPayout = z.output<typeof rawPayout>;

/** The library's JSON reader leaves whole numbers as text or number, as Shopify sends them. */
const bigNumber = z.union([z.string().regex(/^\d{1,20}$/), z.int().positive()]).transform(String);

export const rawBalanceTransaction = z.object({
  id: gid,
  type: text,
  test: z.boolean(),
  transactionDate: instant,
  sourceOrderTransactionId: bigNumber.nullish(),
  amount: money,
  fee: part,
  net: part,
  associatedOrder: z.object({ id: gid }).nullish(),
  associatedPayout: z.object({ id: gid.nullish() }).nullish(),
});
export type RawBalanceTransaction = z.output<typeof rawBalanceTransaction>;
