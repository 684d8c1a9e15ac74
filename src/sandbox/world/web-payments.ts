import type { Calendar } from './calendar.ts';
import type { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { Minor } from './model.ts';
import type { ShopTransaction } from './shop-model.ts';
import type { Random } from './random.ts';
import type { WebScenario } from './web-scenarios.ts';

interface Payment {
  readonly scenario: WebScenario;
  readonly currency: 'CLP' | 'USD';
  /** What the basket costs; of an edited order, after the edit. */
  readonly due: Minor;
  /** What was owed before an edit added to it; else the same as `due`. */
  readonly dueFirst: Minor;
  readonly paidAt: number;
  readonly editedAt: number;
  readonly calendar: Calendar;
  readonly ids: IdSequence;
  readonly random: Random;
}

/** The attempts to pay one order, in the order they happened. Nothing is paid for a free order. */
export function payments(payment: Payment): ShopTransaction[] {
  const { scenario, currency, due, dueFirst, paidAt, editedAt, calendar, ids, random } = payment;
  const gateway = random.pick(currency === 'CLP' ? ['webpay', 'mercado_pago', 'flow'] : ['shopify_payments', 'paypal']);
  const half = Math.max(1, Math.floor(due * (0.2 + random.next() * 0.5)));
  if (due === 0) return [];
  const make = (
    kind: ShopTransaction['kind'],
    status: ShopTransaction['status'],
    amount: Minor,
    at: number,
    over: Partial<ShopTransaction> = {},
  ) => ({
    id: ids.next(),
    kind,
    status,
    gateway,
    amount,
    createdAt: instantOf(at),
    processedAt: instantOf(at),
    parentId: null,
    ...over,
  });
  switch (scenario.payment) {
    case 'captured': {
      const authorization = make('AUTHORIZATION', 'SUCCESS', due, paidAt);
      return [authorization, make('CAPTURE', 'SUCCESS', due, calendar.after(paidAt, 5), { parentId: authorization.id })];
    }
    case 'retried':
      return [make('SALE', random.pick(['FAILURE', 'ERROR']), due, paidAt), make('SALE', 'SUCCESS', due, calendar.after(paidAt, 1))];
    case 'pending':
      return [make('SALE', 'PENDING', due, paidAt, { gateway: 'bank_deposit' })];
    case 'authorized':
    case 'expired':
      return [make('AUTHORIZATION', 'SUCCESS', due, paidAt)];
    case 'voided': {
      const authorization = make('AUTHORIZATION', 'SUCCESS', due, paidAt);
      return [authorization, make('VOID', 'SUCCESS', due, calendar.after(paidAt, 50), { parentId: authorization.id })];
    }
    case 'part':
      return [make('SALE', 'SUCCESS', half, paidAt, { gateway: 'bank_deposit' })];
    case 'part-by-gift-card':
      return [make('SALE', 'SUCCESS', half, paidAt, { gateway: 'gift_card' }), make('SALE', 'SUCCESS', due - half, paidAt)];
    case 'too-much':
      return [make('SALE', 'SUCCESS', due + random.int(1, 9) * 100, paidAt)];
    case 'twice':
      return [make('SALE', 'SUCCESS', due, paidAt), make('SALE', 'SUCCESS', due, calendar.after(paidAt, 3))];
    default: {
      const first = make('SALE', 'SUCCESS', dueFirst, paidAt);
      return due > dueFirst ? [first, make('SALE', 'SUCCESS', due - dueFirst, editedAt)] : [first];
    }
  }
}
