import type { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { Minor } from './model.ts';
import type { ShopLine, ShopRefund, ShopShippingLine, ShopTransaction } from './shop-model.ts';
import type { Random } from './random.ts';
import type { WebScenario } from './web-scenarios.ts';

interface RefundPlan {
  readonly kind: WebScenario['refund'];
  readonly taxesIncluded: boolean;
  readonly lines: readonly ShopLine[];
  readonly shippingLines: readonly ShopShippingLine[];
  /** The payments so far; money goes back to the last one that arrived. */
  readonly transactions: readonly ShopTransaction[];
  /** When the first refund is made, and the second if there is one. */
  readonly times: readonly [number, number];
  readonly ids: { readonly refund: IdSequence; readonly refundLine: IdSequence; readonly transaction: IdSequence };
  readonly random: Random;
}

export interface Refunds {
  readonly refunds: ShopRefund[];
  readonly transactions: ShopTransaction[];
  /** Pieces returned, by line id. */
  readonly returned: ReadonlyMap<number, number>;
}

/** What was taken back and what was paid back. Gift cards bought are not returned. */
export function refundsOf(plan: RefundPlan): Refunds {
  const returned = new Map<number, number>();
  const refunds: ShopRefund[] = [];
  const transactions: ShopTransaction[] = [];
  const goods = plan.lines.filter((line) => !line.isGiftCard && line.quantity * line.unitPrice > line.discount);
  const one = Math.floor(plan.random.next() * Math.max(1, goods.length));
  const goodwill = plan.random.int(2, 15) * 50;

  const add = (lines: readonly { line: ShopLine; quantity: number }[], options: AddOptions = {}): void => {
    const at = plan.times[refunds.length]!;
    const refund = makeRefund(plan, lines, options, at);
    const value = refundValue(refund, plan.taxesIncluded);
    const paid = options.payBack === undefined ? value : options.payBack(value);
    for (const { line, quantity } of lines) returned.set(line.id, (returned.get(line.id) ?? 0) + quantity);
    const parent = plan.transactions.findLast(({ status, kind }) => status === 'SUCCESS' && (kind === 'SALE' || kind === 'CAPTURE'));
    const transaction: ShopTransaction = {
      id: plan.ids.transaction.next(),
      kind: 'REFUND',
      status: options.failed === true ? 'FAILURE' : 'SUCCESS',
      gateway: parent?.gateway ?? 'manual',
      amount: paid,
      createdAt: instantOf(at),
      processedAt: instantOf(at),
      parentId: parent?.id ?? null,
    };
    transactions.push(transaction);
    refunds.push({ ...refund, transactionIds: [transaction.id] });
  };
  const first = goods[one];
  const all = goods.map((line) => ({ line, quantity: line.quantity }));
  if (plan.kind === 'none' || first === undefined) return { refunds, transactions, returned };
  switch (plan.kind) {
    case 'full':
      add(all, { shipping: true });
      break;
    case 'one-line':
      add([{ line: first, quantity: 1 }]);
      break;
    case 'two-refunds':
      add([{ line: first, quantity: 1 }]);
      add([], { adjustment: goodwill });
      break;
    case 'goodwill':
      add([], { adjustment: goodwill });
      break;
    case 'not-all-paid-back':
      add([{ line: first, quantity: 1 }], { payBack: (value) => Math.max(1, Math.floor((value * 4) / 5)) });
      break;
    case 'failed':
      add([{ line: first, quantity: 1 }], { failed: true });
      break;
  }
  return { refunds, transactions, returned };
}

interface AddOptions {
  readonly shipping?: true;
  readonly adjustment?: Minor;
  readonly failed?: true;
  readonly payBack?: (value: Minor) => Minor;
}

function makeRefund(
  plan: RefundPlan,
  lines: readonly { line: ShopLine; quantity: number }[],
  options: AddOptions,
  at: number,
): Omit<ShopRefund, 'transactionIds'> {
  const { ids } = plan;
  const part = (amount: Minor, { line, quantity }: { line: ShopLine; quantity: number }): Minor =>
    Math.round((amount * quantity) / line.quantity);
  return {
    id: ids.refund.next(),
    createdAt: instantOf(at),
    processedAt: instantOf(at),
    lines: lines.map((item) => ({
      id: ids.refundLine.next(),
      lineId: item.line.id,
      quantity: item.quantity,
      subtotal: part(item.line.quantity * item.line.unitPrice - item.line.discount, item),
      tax: part(item.line.tax, item),
    })),
    shipping:
      options.shipping === true
        ? plan.shippingLines.map((line) => ({
            id: ids.refundLine.next(),
            shippingLineId: line.id,
            subtotal: line.price - line.discount,
            tax: line.tax,
          }))
        : [],
    adjustments:
      options.adjustment === undefined
        ? []
        : [{ id: ids.refundLine.next(), reason: 'REFUND_DISCREPANCY', amount: -options.adjustment, tax: 0 }],
  };
}

/** Value taken back, with tax. */
export function refundValue(refund: Omit<ShopRefund, 'transactionIds'>, taxesIncluded: boolean): Minor {
  const sum = (parts: readonly { subtotal: Minor; tax: Minor }[]): Minor =>
    parts.reduce((total, { subtotal, tax }) => total + subtotal + (taxesIncluded ? 0 : tax), 0);
  return sum(refund.lines) + sum(refund.shipping) - refund.adjustments.reduce((total, { amount }) => total + amount, 0);
}
