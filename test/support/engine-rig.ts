import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Draft, Page } from '#contract';
import type { Batch } from '../../src/store/batch.ts';
import { Database } from '../../src/store/database.ts';
import { takeLease } from '../../src/store/lease.ts';
import { startRun } from '../../src/store/runs.ts';
import { assembleBatch } from '../../src/sync/assemble-batch.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { jobOf, pageOf, scripted, tenantWith } from './scripted-stream.ts';

type Rows = Record<string, unknown>[];

export interface Place {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly source: string;
}

/** What a statement's text says, whichever form it was sent in; streams (COPY) carry theirs inside. */
function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  const text = (query as { text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : 'copy';
}

/** A client that shows each statement to `watch` before it is sent; what `watch` throws is what the statement does. */
export function watched(client: pg.PoolClient, watch: (text: string) => void | Promise<void>): pg.PoolClient {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'query') return value.bind(target) as unknown;
      return (...args: unknown[]): unknown => {
        const send = () => Reflect.apply(value, target, args) as unknown;
        const seen = watch(textOf(args[0]));
        return seen === undefined ? send() : seen.then(send);
      };
    },
  });
}

/** A real database with what the tests of the engine's guarantees share. */
export class EngineRig {
  readonly instance: TestDatabase;
  readonly db: Database;
  readonly #others: Database[] = [];

  private constructor(instance: TestDatabase) {
    this.instance = instance;
    this.db = new Database({ url: instance.url('kpi_writer') });
  }

  static async open(): Promise<EngineRig> {
    return new EngineRig(await testDatabase());
  }

  async close(): Promise<void> {
    for (const db of [this.db, ...this.#others]) await db.close();
    await this.instance.close();
  }

  /** The database as another process sees it: connections of its own, each statement of its runs shown to `watch`. */
  another(watch?: (text: string) => void | Promise<void>): Database {
    const db = new Database({ url: this.instance.url('kpi_writer') });
    this.#others.push(db);
    if (watch === undefined) return db;
    const connect = db.pool.connect.bind(db.pool) as () => Promise<pg.PoolClient>;
    const pool = new Proxy(db.pool, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === 'connect') return async () => watched(await connect(), watch);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    Object.defineProperty(db, 'pool', { value: pool });
    return db;
  }

  /** A new tenant with its two shops' connections. */
  async tenant() {
    const { tenantId, connections } = await tenantWith(this.db, ['shopify', 'odoo']);
    return {
      tenantId,
      shop: { tenantId, connectionId: connections['shopify']!, source: 'shopify' },
      odoo: { tenantId, connectionId: connections['odoo']!, source: 'odoo' },
      rows: <R extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
        this.db.transaction(tenantId, async ({ query }) => (await query<R>(text, values)).rows),
    };
  }

  /** Everything a batch may touch, without the times of day at which it did. */
  async everything(tenantId: string): Promise<Record<string, Rows>> {
    const tables = [
      'public.source_orders',
      'public.source_order_lines',
      'raw.records',
      'kpi.sales_daily',
      'kpi.product_days',
      'kpi.freshness',
      'ops.quarantine',
      'ops.run_counts',
      'ops.tenant_write',
    ];
    return this.db.transaction(tenantId, async ({ query }) => {
      const all: Record<string, Rows> = {};
      for (const table of tables)
        all[table] = (
          await query(`select to_jsonb(t) as row from ${table} t where tenant_id = $1 order by to_jsonb(t)::text`, [tenantId])
        ).rows;
      all['ops.streams'] = (
        await query('select lane, stream, cursor, covered_until, held_because from ops.streams where tenant_id = $1 order by 1, 2', [
          tenantId,
        ])
      ).rows;
      all['ops.runs'] = (await query('select id, pages, batches from ops.runs where tenant_id = $1 order by 1', [tenantId])).rows;
      return all;
    });
  }

  /** A batch of one page read as number `readSeq`, under a lease of its own lane. */
  async batch(
    place: Place,
    readSeq: number,
    drafts: readonly Draft[],
    more: Partial<Page> & { lane?: string; stream?: string } = {},
  ): Promise<Batch> {
    const { lane = `backfill:${readSeq}`, stream = 'orders', ...page } = more;
    const job = jobOf({ ...place, lane }, scripted([], stream));
    const client = await this.db.pool.connect();
    const lease = await takeLease(this.db, client, job.place, 'rig', 60).finally(() => client.release());
    if (lease === null) throw new Error('the lane is taken');
    const runId = randomUUID();
    await startRun(this.db, job.place, { id: runId, source: place.source, worker: 'rig' });
    return assembleBatch(
      {
        place: { ...job.place, source: place.source, epoch: lease.epoch, runId },
        normalize: job.normalize,
        window: null,
        release: 'rig',
        countedAs: 'order',
      },
      [{ page: pageOf(drafts, page), readSeq: BigInt(readSeq) }],
    );
  }
}

/** A line of an order, as plain as `orderDraft`. */
export function lineDraft(orderId: string, sourceId: string, changes: { updatedAt?: string; name?: string; amount?: string } = {}): Draft {
  const { updatedAt = '2026-11-01T12:00:00Z', name = 'x', amount = '1' } = changes;
  return {
    entity: 'order_line',
    sourceId,
    sourceCreatedAt: null,
    sourceUpdatedAt: updatedAt,
    fields: {
      order_id: orderId,
      product_id: null,
      line_kind: 'product',
      sku: null,
      name,
      quantity: '1',
      units: '1',
      units_unknown_because: null,
      unit_price_source: '1',
      amount_source: amount,
      amount_untaxed_source: '1',
      amount_tax_source: '0',
      amount_iva_source: '0',
      amount_discount_source: '0',
      currency_source: 'CLP',
    },
  };
}

/** The stock of one product in one place. */
export function stockDraft(sourceId: string, onHand: string): Draft {
  return {
    entity: 'inventory_level',
    sourceId,
    sourceCreatedAt: null,
    sourceUpdatedAt: null,
    fields: {
      product_id: sourceId,
      location_id: '1',
      quantity_on_hand: onHand,
      quantity_reserved: '0',
      quantity_available: onHand,
      foreign_owner: false,
    },
  };
}
