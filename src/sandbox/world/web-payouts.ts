import type { Calendar } from './calendar.ts';
import type { IdSequence } from './id-sequence.ts';
import { instantOf, timeOf } from './instants.ts';
import type { ShopOrder } from './shop-model.ts';
import type { Random } from './random.ts';
import type { ShopBalanceMovement, ShopPaymentsAccount, ShopPayout } from './shop-payouts.ts';

export interface PayoutPlan {
  readonly orders: readonly ShopOrder[];
  readonly calendar: Calendar;
  readonly ids: { readonly movement: IdSequence; readonly payout: IdSequence };
  readonly random: Random;
}

const DAY = 86_400_000;
/** A charge waits this long for its payout, weekends not counted. */
const SETTLES_AFTER_DAYS = 2;

/**
 * The card payments of a shop: each charge with 2.9 % and 30 cents, refunds without their fee back, now and then a dispute with 15 dollars of
 * its own; what settled by a working day's morning is paid out then. The youngest movements have no payout yet, the youngest payout is under way.
 */
export function webPayouts({ orders, calendar, ids, random }: PayoutPlan): ShopPaymentsAccount {
  const movements: ShopBalanceMovement[] = [];
  for (const order of orders) {
    if (order.test) continue;
    for (const { id, kind, status, gateway, amount, processedAt } of order.transactions) {
      if (gateway !== 'shopify_payments' || status !== 'SUCCESS' || kind === 'AUTHORIZATION' || kind === 'VOID') continue;
      const back = kind === 'REFUND';
      const fee = back ? 0 : Math.round(amount * 0.029) + 30;
      const movement = { orderId: order.id, payoutId: null, at: processedAt, transactionId: id };
      movements.push({ ...movement, id: ids.movement.next(), type: back ? 'REFUND' : 'CHARGE', amount: back ? -amount : amount, fee });
      if (back || !random.chance(0.012)) continue;
      const at = timeOf(processedAt) + random.int(5, 20) * DAY;
      if (at >= calendar.latest) continue;
      const dispute = { type: 'DISPUTE_WITHDRAWAL' as const, at: instantOf(at), transactionId: null, amount: -amount, fee: 1500 };
      movements.push({ ...movement, id: ids.movement.next(), ...dispute });
    }
  }
  movements.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id - b.id));
  const byIssue = Map.groupBy(movements, ({ at }) => issueOf(timeOf(at)));
  const payouts = [...byIssue]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([issued, own]) => {
      if (issued > calendar.latest) return [];
      const payout = payoutOf(ids.payout.next(), issued, own, calendar);
      for (const movement of own) movement.payoutId = payout.id;
      return [payout];
    });
  return { country: 'US', payouts, movements };
}

/** Six in the morning, UTC, of the first working day after it settled. */
function issueOf(at: number): number {
  let day = Math.floor(at / DAY) + SETTLES_AFTER_DAYS;
  // 1 January 1970 was a Thursday.
  while ((day + 4) % 7 === 0 || (day + 4) % 7 === 6) day += 1;
  return day * DAY + 6 * 3_600_000;
}

function payoutOf(id: number, issued: number, own: readonly ShopBalanceMovement[], calendar: Calendar): ShopPayout {
  const sum = (type: ShopBalanceMovement['type'], of: 'amount' | 'fee') =>
    own.filter((movement) => movement.type === type).reduce((all, movement) => all + movement[of], 0);
  const arrived = calendar.anchor - issued > DAY;
  return {
    id,
    issuedAt: instantOf(issued),
    status: arrived ? 'PAID' : 'IN_TRANSIT',
    externalTraceId: arrived ? String(id).slice(-9).padStart(15, '0') : null,
    charges: sum('CHARGE', 'amount'),
    chargesFee: sum('CHARGE', 'fee'),
    refunds: sum('REFUND', 'amount'),
    adjustments: sum('DISPUTE_WITHDRAWAL', 'amount'),
    adjustmentsFee: sum('DISPUTE_WITHDRAWAL', 'fee'),
  };
}
