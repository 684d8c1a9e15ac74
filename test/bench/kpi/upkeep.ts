import type pg from 'pg';
import type { Draft } from '#contract';
import { Database } from '../../../src/store/database.ts';
import { tenantWith } from '../../support/scripted-stream.ts';
import { orderDrafts } from '../order-drafts.ts';
import { checkCounts, pagesOf, syncPages } from '../sync-path.ts';
import { spread, type Spread } from '../measure.ts';

/** A statement that keeps a roll-up; freshness is state, written whether or not there are roll-ups. */
const UPKEEP = /^\s*(delete from|insert into) kpi\.(?!freshness)/;

/** Orders and as many lines: what a shop's page is made of. */
const ROWS = 10_000;

/**
 * The share that roll-ups add to a write of 10,000 rows: time in their statements against the time of everything else of the same run.
 * Each repetition is a tenant of its own.
 */
export async function upkeepShare(writerUrl: string, repeat: number): Promise<Spread> {
  const orders = orderDrafts(ROWS / 2, () => 1);
  const pages = pagesOf(orders.flatMap((order) => [order, lineOf(order)]));
  const shares: number[] = [];
  for (let i = -1; i < repeat; i += 1) {
    const meter = new Meter(writerUrl);
    try {
      const { tenantId, connections } = await tenantWith(meter.db, ['shopify']);
      const place = { tenantId, connectionId: connections['shopify']! };
      meter.spent = 0;
      const started = performance.now();
      await syncPages(meter.db, place, ROWS, pages);
      const whole = performance.now() - started;
      await checkCounts(meter.db, place, { inserted: ROWS / 2, updated: 0, unchanged: 0 });
      if (i >= 0) shares.push(meter.spent / (whole - meter.spent));
    } finally {
      await meter.db.close();
    }
  }
  return spread(shares);
}

/** A database whose connections add up the time that their roll-up statements take. */
class Meter {
  readonly db: Database;
  spent = 0;

  constructor(url: string) {
    this.db = new Database({ url });
    const connect = this.db.pool.connect.bind(this.db.pool) as () => Promise<pg.PoolClient>;
    // The pool's own methods call connect as well, with a callback: only what is asked of it from outside is wrapped.
    const pool = new Proxy(this.db.pool, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name === 'connect') return async () => this.#timed(await connect());
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    Object.defineProperty(this.db, 'pool', { value: pool });
  }

  #timed(client: pg.PoolClient): pg.PoolClient {
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'query') return value.bind(target) as unknown;
        return (...args: unknown[]): unknown => {
          const sent = Reflect.apply(value, target, args) as unknown;
          if (typeof args[0] !== 'string' || !UPKEEP.test(args[0]) || !(sent instanceof Promise)) return sent;
          const started = performance.now();
          return sent.finally(() => (this.spent += performance.now() - started));
        };
      },
    });
  }
}

function lineOf(order: Draft): Draft {
  if (order.entity !== 'order') throw new Error('not an order');
  const { amount_products_source: amount, currency_source } = order.fields;
  return {
    entity: 'order_line',
    sourceId: `line-${order.sourceId}`,
    sourceCreatedAt: order.sourceCreatedAt,
    sourceUpdatedAt: order.sourceUpdatedAt,
    fields: {
      order_id: order.sourceId,
      product_id: `product-${Number(order.sourceId) % 301}`,
      line_kind: 'product',
      sku: null,
      name: 'Producto',
      quantity: '2',
      units: '2',
      units_unknown_because: null,
      unit_price_source: '1',
      amount_source: amount,
      amount_untaxed_source: amount,
      amount_tax_source: '0',
      amount_iva_source: '0',
      amount_discount_source: '0',
      currency_source,
    },
  };
}
