import fc from 'fast-check';
import type { Draft } from '#contract';
import { orderDraft } from './scripted-stream.ts';

/** One version of a customer, an order or a cart; the one with the largest stamp is the last. */
export type BuyingVersion =
  | {
      readonly kind: 'customer';
      readonly source: 'shopify' | 'odoo';
      readonly id: string;
      readonly stamp: number;
      readonly rut: string | null;
      readonly email: string | null;
      readonly phone: string | null;
      readonly company: string | null;
    }
  | {
      readonly kind: 'order';
      readonly source: 'shopify' | 'odoo';
      readonly id: string;
      readonly stamp: number;
      readonly customer: string | null;
      readonly hour: number;
      readonly amount: number;
      readonly status: 'open' | 'cancelled' | 'quotation';
      readonly website: boolean;
    }
  | {
      readonly kind: 'cart';
      readonly source: 'shopify';
      readonly id: string;
      readonly stamp: number;
      readonly customer: string | null;
      readonly hour: number;
      readonly completedHour: number | null;
      readonly contact: boolean;
      readonly amount: number;
    };

export interface BuyingWorld {
  readonly versions: readonly BuyingVersion[];
  /** Versions as they arrive, batch by batch: late ones, doubles. */
  readonly arrivals: readonly (readonly BuyingVersion[])[];
}

export const RUTS = ['12.345.678-5', '76.042.235-5', '66.666.666-6'];
const EMAILS = ['ana@x.cl', 'BEA@x.cl', 'compras@y.cl', 'x1@privaterelay.appleid.com'];
const PHONES = ['+56911111111', '+56922222222'];
const CUSTOMERS = ['1', '2', '3'];
const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: null });
const source = fc.constantFrom('shopify' as const, 'odoo' as const);
const stamp = fc.integer({ min: 0, max: 1000 });

const customer: fc.Arbitrary<BuyingVersion> = fc.record({
  kind: fc.constant('customer' as const),
  source,
  id: fc.constantFrom(...CUSTOMERS),
  stamp,
  rut: fc.option(fc.constantFrom(...RUTS), { nil: null, freq: 1 }),
  email: maybe(EMAILS),
  phone: maybe(PHONES),
  company: maybe(CUSTOMERS),
});
const order: fc.Arbitrary<BuyingVersion> = fc.record({
  kind: fc.constant('order' as const),
  source,
  id: fc.constantFrom('901', '902'),
  stamp,
  customer: maybe(CUSTOMERS),
  hour: fc.integer({ min: 0, max: 400 }),
  amount: fc.integer({ min: 1, max: 9 }).map((n) => n * 1000),
  status: fc.constantFrom('open' as const, 'open' as const, 'cancelled' as const, 'quotation' as const),
  website: fc.boolean(),
});
const leftCart: fc.Arbitrary<BuyingVersion> = fc
  .record({
    kind: fc.constant('cart' as const),
    source: fc.constant('shopify' as const),
    id: fc.constantFrom('71', '72'),
    stamp,
    customer: maybe(CUSTOMERS),
    hour: fc.integer({ min: 0, max: 200 }),
    wait: maybe([0, 5, 50]),
    contact: fc.boolean(),
    amount: fc.integer({ min: 1, max: 9 }).map((n) => n * 1000),
  })
  .map(({ wait, ...rest }) => ({ ...rest, completedHour: wait === null ? null : rest.hour + wait }));

export const nameOf = (version: BuyingVersion): string => `${version.kind} ${version.source} ${version.id}`;

/** Every version arrives at least once, in any order; some come twice. Two versions of one record never share a stamp. */
export const buyingWorld: fc.Arbitrary<BuyingWorld> = fc
  .uniqueArray(fc.oneof({ weight: 3, arbitrary: customer }, { weight: 3, arbitrary: order }, { weight: 2, arbitrary: leftCart }), {
    minLength: 24,
    maxLength: 44,
    selector: (version) => `${nameOf(version)} ${version.stamp}`,
  })
  .chain((versions) =>
    fc.record({
      versions: fc.constant(versions),
      arrivals: fc
        .tuple(
          fc.shuffledSubarray(versions, { minLength: versions.length }),
          fc.subarray(versions),
          fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 40, maxLength: 40 }),
        )
        .map(([all, again, sizes]) => {
          const left = [...all, ...again];
          const batches: BuyingVersion[][] = [];
          for (const size of sizes) if (left.length > 0) batches.push(left.splice(0, size));
          if (left.length > 0) batches.push(left);
          return batches;
        }),
    }),
  );

export const START = Date.parse('2026-05-01T04:00:00Z');
const HOUR = 3_600_000;
export const at = (hour: number): string => new Date(START + hour * HOUR).toISOString().replace('.000Z', 'Z');
const changedAt = (seconds: number): string => new Date(START + seconds * 1000).toISOString().replace('.000Z', 'Z');

/** A customer as a connector would state it. */
export function customerDraft(
  sourceId: string,
  identity: { rut?: string | null; email?: string | null; phone?: string | null; company?: string | null },
  updatedAt = '2026-05-01T12:00:00Z',
): Draft {
  const { company = null, ...keys } = identity;
  return {
    entity: 'customer',
    sourceId,
    sourceCreatedAt: null,
    sourceUpdatedAt: updatedAt,
    fields: { kind: 'person', rut_display: null, rut_valid: null, comuna: null, region: null, commercial_id: company },
    identity: keys,
  };
}

/** A cart as a connector would state it. */
export function cartDraft(
  sourceId: string,
  cart: { customer: string | null; at: string; completedAt?: string | null; amount?: number; contact?: boolean; updatedAt?: string },
): Draft {
  return {
    entity: 'abandoned_checkout',
    sourceId,
    sourceCreatedAt: cart.at,
    sourceUpdatedAt: cart.updatedAt ?? cart.completedAt ?? cart.at,
    fields: {
      created_at: cart.at,
      completed_at: cart.completedAt ?? null,
      customer_id: cart.customer,
      has_contact: cart.contact ?? true,
      currency_source: 'CLP',
      amount_total_source: String(cart.amount ?? 1000),
    },
  };
}

export function draftOf(version: BuyingVersion): Draft {
  const updatedAt = changedAt(version.stamp);
  if (version.kind === 'customer') return customerDraft(version.id, version, updatedAt);
  if (version.kind === 'cart') {
    const { completedHour } = version;
    const completedAt = completedHour === null ? null : at(completedHour);
    return cartDraft(version.id, { ...version, at: at(version.hour), completedAt, updatedAt });
  }
  const odoo = version.source === 'odoo';
  const draft = orderDraft(version.id, {
    updatedAt,
    created_at: at(version.hour),
    status: version.status,
    source_status: version.status === 'quotation' ? 'draft' : 'sale',
    customer_id: version.customer,
    amount_total_source: String(version.amount),
    channel: odoo && version.website ? 'website' : odoo ? 'odoo' : 'web',
  });
  return { ...draft, sourceCreatedAt: at(version.hour - (version.website ? 3 : 0)) };
}
