import { decimalText } from './decimal.ts';
import type { DocumentRefund } from './document.ts';
import type { LedgerEntry } from './sales-ledger.ts';

/** Sums of sales and refunds by local day and source: what `kpi.sales_daily` must hold. */
export class SalesDays {
  readonly #days = new Map<string, ReturnType<typeof emptyDay>>();

  sale({ document, day, reported }: LedgerEntry): void {
    const sums = this.#day(day, document.source);
    sums.orders += 1;
    if (document.paymentState === 'unpaid') {
      sums.unpaid += 1;
      sums.unpaidTotal += reported.amounts?.total ?? 0n;
    }
    if (document.paymentState === 'partial') sums.partlyPaid += 1;
    if (reported.amounts === null) {
      sums.withoutRate += 1;
      return;
    }
    sums.total += reported.amounts.total;
    sums.untaxed += reported.amounts.untaxed;
  }

  /** A refund belongs to the day it was given back. */
  refund(source: string, day: string, refund: DocumentRefund): void {
    const sums = this.#day(day, source);
    sums.refunds += 1;
    sums.refunded += refund.amount;
    sums.refundedUntaxed += refund.amount - refund.tax;
  }

  /** By `day|source`. */
  *rows(): Generator<[string, Record<string, string>]> {
    for (const [key, sums] of this.#days) {
      yield [
        key,
        {
          orders: String(sums.orders),
          amount_total: decimalText(sums.total),
          amount_untaxed: decimalText(sums.untaxed),
          refunds: String(sums.refunds),
          refunds_amount: decimalText(sums.refunded),
          refunds_untaxed: decimalText(sums.refundedUntaxed),
          orders_without_rate: String(sums.withoutRate),
          orders_unpaid: String(sums.unpaid),
          amount_unpaid: decimalText(sums.unpaidTotal),
          orders_partly_paid: String(sums.partlyPaid),
        },
      ];
    }
  }

  #day(day: string, source: string): ReturnType<typeof emptyDay> {
    const key = `${day}|${source}`;
    const sums = this.#days.get(key) ?? emptyDay();
    this.#days.set(key, sums);
    return sums;
  }
}

function emptyDay() {
  return {
    orders: 0,
    withoutRate: 0,
    unpaid: 0,
    unpaidTotal: 0n,
    partlyPaid: 0,
    total: 0n,
    untaxed: 0n,
    refunds: 0,
    refunded: 0n,
    refundedUntaxed: 0n,
  };
}
