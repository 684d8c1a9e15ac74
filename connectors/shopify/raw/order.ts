import { z } from 'zod';
import { gid, instant, money, text, whole } from './primitives.ts';

const taxLines = z.array(z.object({ title: text, priceSet: money }).transform((line) => ({ title: line.title, amount: line.priceSet })));

export const rawLineItem = z.object({
  id: gid,
  name: text,
  sku: text.nullable(),
  /** Ordered, with what was removed or returned since. */
  quantity: z.number().int().min(0),
  currentQuantity: z.number().int().min(0),
  isGiftCard: z.boolean(),
  variant: z.object({ id: gid }).nullable(),
  originalUnitPriceSet: money,
  discountAllocations: z.array(z.object({ allocatedAmountSet: money }).transform((allocation) => allocation.allocatedAmountSet)),
  taxLines,
});

export const rawShippingLine = z.object({
  id: gid.nullable(),
  title: text,
  isRemoved: z.boolean(),
  originalPriceSet: money,
  discountedPriceSet: money,
  taxLines,
});

export const rawTransaction = z.object({
  id: gid,
  kind: text,
  status: text,
  gateway: text.nullable(),
  test: z.boolean(),
  createdAt: instant.nullable(),
  processedAt: instant.nullable(),
  amountSet: money,
});

export const rawRefund = z.object({
  id: gid,
  createdAt: instant.nullable(),
  processedAt: instant.nullable(),
  refundLineItems: whole(
    z.object({
      id: gid.nullable(),
      quantity: z.number().int().min(0),
      lineItem: z.object({ id: gid }),
      subtotalSet: money,
      totalTaxSet: money,
    }),
  ),
  refundShippingLines: whole(z.object({ id: gid, subtotalAmountSet: money, taxAmountSet: money })),
  orderAdjustments: whole(z.object({ id: gid, reason: text.nullable(), amountSet: money, taxAmountSet: money })),
  transactions: whole(z.object({ id: gid, kind: text, status: text, amountSet: money })),
});

export const rawCustomer = z.object({
  id: gid,
  createdAt: instant,
  updatedAt: instant,
  defaultEmailAddress: z.object({ emailAddress: text }).nullish(),
  defaultPhoneNumber: z.object({ phoneNumber: text }).nullish(),
  defaultAddress: z.object({ city: text.nullish(), province: text.nullish() }).nullish(),
});

/** What was agreed about an order, one after the other: placed, edited, returned. Null when not all of it was read. */
const rawAgreements = z
  .object({
    pageInfo: z.object({ hasNextPage: z.boolean() }),
    nodes: z.array(
      z.object({
        reason: text,
        sales: z.object({
          pageInfo: z.object({ hasNextPage: z.boolean() }),
          nodes: z.array(z.object({ lineType: text, totalAmount: money })),
        }),
      }),
    ),
  })
  .nullish()
  .transform((list) => {
    if (list === null || list === undefined) return null;
    const cut = list.pageInfo.hasNextPage || list.nodes.some(({ sales }) => sales.pageInfo.hasNextPage);
    return cut ? null : list.nodes.map(({ reason, sales }) => ({ reason, sales: sales.nodes }));
  });

/** One order as the query asks for it, children read to their end. Words (statuses, kinds) stay text: Shopify adds new ones. */
export const rawOrder = z.object({
  id: gid,
  name: text,
  createdAt: instant,
  processedAt: instant,
  updatedAt: instant,
  cancelledAt: instant.nullable(),
  test: z.boolean(),
  edited: z.boolean(),
  displayFinancialStatus: text.nullable(),
  displayFulfillmentStatus: text,
  sourceName: text.nullable(),
  app: z.object({ name: text }).nullish(),
  taxesIncluded: z.boolean(),
  currencyCode: z.string().regex(/^[A-Z]{3,4}$/, 'is not a currency'),
  customer: rawCustomer.nullish(),
  /** What a guest left; not asked for where the app may not read it. */
  email: text.nullish(),
  phone: text.nullish(),
  /** Where the RUT typed at the checkout may be; not asked for where it is not looked for. */
  localizedFields: z.object({ nodes: z.array(z.object({ key: text, value: text.nullish() })) }).nullish(),
  customAttributes: z.array(z.object({ key: text, value: text.nullish() })).nullish(),
  billingAddress: z.object({ company: text.nullish(), address2: text.nullish() }).nullish(),
  totalPriceSet: money,
  currentTotalPriceSet: money,
  totalTaxSet: money.nullable(),
  totalTipReceivedSet: money,
  totalReceivedSet: money,
  totalRefundedSet: money,
  lineItems: whole(rawLineItem),
  shippingLines: whole(rawShippingLine),
  transactions: z.array(rawTransaction),
  transactionsCount: z.object({ count: z.number().int() }).nullable(),
  refunds: z.array(rawRefund),
  agreements: rawAgreements,
});

export type RawOrder = z.output<typeof rawOrder>;
export type RawTaxLine = z.output<typeof rawLineItem>['taxLines'][number];
export type RawLineItem = z.output<typeof rawLineItem>;
export type RawRefund = z.output<typeof rawRefund>;
export type RawCustomer = z.output<typeof rawCustomer>;
