import type { Draft } from '#contract';

/** Midday of a day in Chile. */
export const at = (day: string) => `${day}T15:00:00Z`;
export const stamps = { sourceCreatedAt: null, sourceUpdatedAt: '2026-11-28T12:00:00Z' };

/** Transactions of web orders, numbered as they come. */
export function transactions(
  ...all: readonly (readonly [number: number, amount: number, day: string, more?: { gateway?: string; kind?: string; status?: string }])[]
): Draft[] {
  return all.map(([number, amount, day, { gateway = 'webpay', kind = 'SALE', status = 'SUCCESS' } = {}], i) => ({
    entity: 'order_payment',
    sourceId: String(i + 1),
    ...stamps,
    fields: {
      order_id: String(number + 4000),
      created_at: at(day),
      kind,
      status,
      gateway,
      is_test: false,
      currency_source: 'CLP',
      amount_source: String(amount),
    },
  }));
}

/** A payment of the books. */
export interface Booked {
  readonly id: number;
  readonly amount: number;
  readonly day: string;
  readonly journal?: string;
  readonly back?: boolean;
  readonly state?: 'draft' | 'posted' | 'cancelled';
  /** Numbers that its memo cites. */
  readonly reference?: string;
  /** Documents it pays: amount each. */
  readonly pays?: Readonly<Record<number, number>>;
}

export function payments(...all: readonly Booked[]): Draft[] {
  return all.flatMap(({ id, amount, day, journal = 'Webpay', back = false, state = 'posted', reference = null, pays = {} }): Draft[] => [
    {
      entity: 'payment',
      sourceId: String(id),
      ...stamps,
      fields: {
        name: `P/${id}`,
        direction: back ? 'outbound' : 'inbound',
        state,
        source_status: state,
        payment_date: day,
        currency_source: 'CLP',
        amount_source: String(amount),
        amount_company: String(amount),
        currency_company: 'CLP',
        journal,
        reference,
        matched: null,
        customer_id: null,
        company: '1',
      },
    },
    ...Object.entries(pays).map(([invoice, part], i): Draft => ({
      entity: 'payment_allocation',
      sourceId: `${id}0${i}`,
      ...stamps,
      fields: { payment_id: String(id), invoice_id: invoice, allocated_on: day, amount_company: String(part), currency_company: 'CLP' },
    })),
  ]);
}
