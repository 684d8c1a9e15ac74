import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runReconciliation, type ReconciliationRequest } from '../../src/reconcile/run-reconciliation.ts';
import { showReconciliation } from '../../src/reconcile/show-reconciliation.ts';
import type { Reconciliation } from '../../src/reconcile/reconciliation.ts';
import { Database } from '../../src/store/database.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder, type Values } from '../support/seed-rows.ts';

const AS_OF = '2025-12-05T12:00:00Z';
const EARLIER = '2025-11-28T13:00:00Z';

let database: TestDatabase;
let seeder: RowSeeder;
let db: Database;
let tenantId: string;
let number = 0;

beforeAll(async () => {
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
  db = new Database({ url: database.url('kpi_writer') });
});

afterAll(async () => {
  await db.close();
  await seeder.close();
  await database.close();
});

beforeEach(async () => {
  tenantId = await seeder.tenant();
  await connect('shopify');
  await connect('odoo');
});

/** A connection whose orders stream covers everything until the as-of instant, unless said otherwise. */
async function connect(source: string, stream: Values = {}): Promise<string> {
  const id = await seeder.insert('ops.connections', { tenant_id: tenantId, source, name: source, account_key: randomUUID() });
  await seeder.insert('ops.streams', { tenant_id: tenantId, connection_id: id, covered_until: AS_OF, ...stream });
  return id;
}

async function cover(source: string, stream: { from?: string | null; until?: string | null }): Promise<void> {
  await seeder.client.query(
    `update ops.streams s set covered_from = $3, covered_until = $4 from ops.connections c
     where s.tenant_id = $1 and c.id = s.connection_id and c.source = $2`,
    [tenantId, source, stream.from ?? null, stream.until === undefined ? AS_OF : stream.until],
  );
}

async function sale(total: number, values: Values = {}): Promise<string> {
  number += 1;
  return seeder.order(tenantId, total, { source_id: String(number), name: `#${number}`, created_at: EARLIER, ...values });
}

/** An Odoo document that cites a shop order; linked when the shop order is given. */
async function mirror(total: number, shopOrder: string | null, values: Values = {}): Promise<string> {
  number += 1;
  const id = await seeder.order(tenantId, total, {
    source: 'odoo',
    source_id: String(number),
    name: `S${number}`,
    shop_order_name: 'cited',
    created_at: EARLIER,
    ...values,
  });
  if (shopOrder !== null) await seeder.insert('public.order_links', { tenant_id: tenantId, shop_order_id: shopOrder, erp_order_id: id });
  return id;
}

const run = async (request: Partial<ReconciliationRequest> = {}) => runReconciliation(db, { tenantId, asOf: AS_OF, ...request });

const bridge = (r: Reconciliation) => ({
  shop: r.shopAmount,
  erp: r.erpAmount,
  remainder: r.remainder,
  classes: Object.fromEntries(r.classes.map((c) => [c.class, [c.findings, c.amount]])),
});

describe('the bridge from the shop to the books', () => {
  test('equal pairs leave nothing to explain, whoever speaks', async () => {
    await mirror(119_000, await sale(119_000), { speaks: false, silent_because: 'mirror' });
    await mirror(50_000, await sale(50_000));
    expect(bridge(await run())).toEqual({ shop: '169000', erp: '169000', remainder: '0', classes: {} });
  });

  test('an Odoo order without a shop reference is no web order', async () => {
    await mirror(238_000, null, { shop_order_name: null });
    expect(bridge(await run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: {} });
  });

  test('each kind of difference has its class, and the classes add up', async () => {
    await sale(10_000);
    await mirror(20_000, null);
    const twice = await sale(30_000);
    await mirror(30_000, twice);
    await mirror(30_000, twice);
    await mirror(41_000, await sale(40_000));
    await mirror(50, await sale(47_500), { currency_source: 'USD', fx_rate: 950 });
    await mirror(60_000, await sale(60_000, { status: 'cancelled' }));
    await mirror(70_000, await sale(70_000), { status: 'cancelled' });
    await sale(80_000, { created_at: '2025-12-05T11:30:00Z' });
    await mirror(90_000, null, { created_at: '2025-12-05T11:30:00Z' });
    const r = await run();
    expect(bridge(r)).toEqual({
      shop: '277500',
      erp: '318500',
      remainder: '0',
      classes: {
        duplicate_in_odoo: [1, '30000'],
        status: [2, '-10000'],
        pending: [1, '-80000'],
        pending_link: [1, '90000'],
        missing_in_shopify: [1, '20000'],
        missing_in_odoo: [1, '-10000'],
        currency: [1, '0'],
        amount: [1, '1000'],
      },
    });
    expect([r.shopOrders, r.erpOrders]).toEqual([6, 7]);
  });

  test('refunded sales and mirrors are sales', async () => {
    await mirror(119_000, await sale(119_000, { status: 'refunded' }), { status: 'open' });
    expect(bridge(await run()).classes).toEqual({});
  });
});

describe('which document is the pair', () => {
  test('the lowest Odoo number, by value and not by text', async () => {
    const original = await sale(10_000);
    const later = await mirror(11_000, original, { source_id: '1000000' });
    await mirror(10_000, original, { source_id: '999999' });
    const r = await run();
    expect(bridge(r).classes).toEqual({ duplicate_in_odoo: [1, '11000'] });
    expect(r.findings[0]).toMatchObject({ erpOrderId: later, shopOrderId: original, amount: '11000', erpAmount: '11000' });
  });

  test('a cancelled mirror gives way to one that stands', async () => {
    const original = await sale(10_000);
    await mirror(10_000, original, { status: 'cancelled' });
    await mirror(10_000, original);
    expect(bridge(await run()).classes).toEqual({});
  });

  test('a replacement sent for nothing is no duplicate and no pair', async () => {
    const original = await sale(10_000);
    await mirror(0, original, { excluded_because: 'zero_value' });
    await mirror(10_000, original);
    expect(bridge(await run()).classes).toEqual({});
  });

  test('a sole mirror of value zero is a different amount', async () => {
    await mirror(0, await sale(10_000), { excluded_because: 'zero_value' });
    expect(bridge(await run())).toEqual({ shop: '10000', erp: '0', remainder: '0', classes: { amount: [1, '-10000'] } });
  });

  test('neither side has test, gift-card-only or zero-value documents', async () => {
    await sale(10_000, { excluded_because: 'test' });
    await mirror(20_000, await sale(20_000, { excluded_because: 'gift_card_only' }), { excluded_because: 'gift_card_only' });
    await mirror(0, await sale(0, { excluded_because: 'zero_value' }), { excluded_because: 'zero_value' });
    expect(bridge(await run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: { out_of_scope: [3, '0'] } });
  });

  test('one Odoo order for two web orders is compared with both', async () => {
    const first = await sale(10_000);
    const both = await mirror(30_000, first);
    const second = await sale(20_000);
    await seeder.insert('public.order_links', { tenant_id: tenantId, shop_order_id: second, erp_order_id: both });
    expect(bridge(await run())).toEqual({ shop: '30000', erp: '30000', remainder: '0', classes: {} });
  });

  test('a deleted original counts as not existing', async () => {
    await mirror(10_000, await sale(10_000, { deleted_at: EARLIER, row_hash: null }));
    expect(bridge(await run()).classes).toEqual({ missing_in_shopify: [1, '10000'] });
  });
});

describe('what cannot be judged yet', () => {
  test('an order is missing from the instant its grace is over', async () => {
    await sale(10_000, { created_at: '2025-12-05T11:00:00Z' });
    await sale(20_000, { created_at: '2025-12-05T11:00:01Z' });
    expect(bridge(await run()).classes).toEqual({ pending: [1, '-20000'], missing_in_odoo: [1, '-10000'] });
  });

  test('nothing is missing where the other side does not cover it', async () => {
    await cover('odoo', { from: '2025-11-29T00:00:00Z', until: '2025-12-05T11:30:00Z' });
    await sale(10_000);
    await sale(20_000, { created_at: '2025-12-05T11:00:00Z' });
    await sale(30_000, { created_at: '2025-11-30T12:00:00Z' });
    expect(bridge(await run()).classes).toEqual({ pending: [2, '-30000'], missing_in_odoo: [1, '-30000'] });
  });

  test('a web order from before the shop can be read is pending, not missing', async () => {
    await cover('shopify', { from: '2025-12-01T00:00:00Z' });
    await mirror(10_000, null);
    expect(bridge(await run()).classes).toEqual({ pending_link: [1, '10000'] });
  });

  test('documents after the as-of instant are left out', async () => {
    await sale(10_000, { created_at: '2025-12-06T00:00:00Z' });
    expect(bridge(await run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: {} });
  });
});

describe('currencies', () => {
  test('equal totals converted at different rates are a difference of rates, not of amount', async () => {
    await mirror(10, await sale(10, { currency_source: 'CLF', fx_rate: 39_800 }), { currency_source: 'CLF', fx_rate: 39_900 });
    expect(bridge(await run())).toEqual({ shop: '398000', erp: '399000', remainder: '0', classes: { fx: [1, '1000'] } });
  });

  test('a document without a rate counts as zero on both sides of the sum and is said', async () => {
    await mirror(100, await sale(95_025), { currency_source: 'USD', fx_rate: null });
    const r = await run();
    expect(bridge(r)).toEqual({ shop: '95025', erp: '0', remainder: '0', classes: { currency: [1, '-95025'] } });
    expect(r.findings[0]).toMatchObject({ shopAmount: '95025', erpAmount: null });
    expect(r.warnings.map((w) => w.code)).toEqual(['without_rate']);
  });
});

describe('ranges', () => {
  test('a mirror belongs to the range of its original', async () => {
    const november = { from: '2025-11-01T03:00:00Z', until: '2025-12-01T03:00:00Z' };
    await mirror(10_000, await sale(10_000, { created_at: '2025-12-01T02:59:59Z' }), { created_at: '2025-12-01T03:20:00Z' });
    await sale(20_000, { created_at: november.until });
    await sale(30_000, { created_at: november.from });
    expect(bridge(await run(november))).toEqual({
      shop: '40000',
      erp: '10000',
      remainder: '0',
      classes: { missing_in_odoo: [1, '-30000'] },
    });
  });

  test('an empty range is refused', async () => {
    await expect(run({ from: '2025-12-01T00:00:00Z', until: '2025-12-01T00:00:00Z' })).rejects.toThrow('is empty');
  });
});

describe('what is stored and said', () => {
  test('a stored comparison is shown as it was, though the rows change', async () => {
    const order = await sale(10_000);
    const made = await run();
    await seeder.client.query("update public.source_orders set status = 'cancelled' where id = $1", [order]);
    const later = await run();
    expect(await showReconciliation(db, { tenantId, id: made.id })).toEqual(made);
    expect((await showReconciliation(db, { tenantId })).id).toBe(later.id);
    expect(later.classes).toEqual([]);
  });

  test('findings are cut at the limit, the totals are not; a class can be asked for', async () => {
    await sale(10_000);
    await sale(20_000);
    await mirror(5_000, null);
    const r = await run({ limit: 1 });
    expect([r.findings.length, r.classes.map((c) => c.findings)]).toEqual([1, [1, 2]]);
    const missing = await showReconciliation(db, { tenantId, class: 'missing_in_odoo' });
    expect(missing.findings.map((f) => f.amount)).toEqual(['-20000', '-10000']);
  });

  test('a side that is stale, held, failing or read again is a warning', async () => {
    await cover('shopify', { until: '2025-12-05T10:00:00Z' });
    await seeder.client.query(
      `update ops.streams s set held_because = '7 records refused', error_kind = 'transient', error_code = 'unreachable', covered_from = '2025-11-01T00:00:00Z'
       from ops.connections c where s.tenant_id = $1 and c.id = s.connection_id and c.source = 'odoo'`,
      [tenantId],
    );
    const odoo = (
      await seeder.client.query<{ id: string }>("select id from ops.connections where tenant_id = $1 and source = 'odoo'", [tenantId])
    ).rows[0];
    await seeder.insert('ops.backfills', { tenant_id: tenantId, connection_id: odoo?.id, source: 'odoo', stream: 'orders' });
    const { warnings } = await run();
    expect(warnings.map((w) => [w.source, w.code])).toEqual([
      ['odoo', 'backfilling'],
      ['odoo', 'failing'],
      ['odoo', 'held'],
      ['odoo', 'starts_later'],
      ['shopify', 'stale'],
    ]);
  });

  test('a first reading that has not ended makes everything pending', async () => {
    await cover('odoo', { until: null });
    await sale(10_000);
    const r = await run();
    expect(bridge(r).classes).toEqual({ pending: [1, '-10000'] });
    expect(r.warnings.map((w) => w.code)).toEqual(['loading']);
  });

  test('a tenant with one source, and no tenant at all, are refused with a way out', async () => {
    const alone = await seeder.tenant();
    await expect(runReconciliation(db, { tenantId: alone, asOf: AS_OF })).rejects.toThrow('kpi connect shopify');
    await expect(runReconciliation(db, { tenantId: randomUUID(), asOf: AS_OF })).rejects.toThrow('there is no tenant');
    await expect(showReconciliation(db, { tenantId })).rejects.toThrow('kpi reconcile run');
  });

  test('orders of another tenant are never compared', async () => {
    const other = await seeder.tenant();
    await seeder.order(other, 99_000, { created_at: EARLIER });
    expect(bridge(await run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: {} });
  });
});

test('large sides, never analysed, are compared set by set', async () => {
  await seeder.client.query(
    `insert into public.source_orders (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, name, status,
       source_status, created_at, business_day, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source,
       amount_products_source, amount_shipping_source, amount_discount_source, amount_other_source, fx_rate, amount_total, shop_order_id)
     select $1::uuid, md5($1::text || s.source || g)::uuid, $1::uuid, s.source, g::text, now(), 0, 1, '#' || g, 'completed', 'x', $2::timestamptz, '2025-11-28', 'CLP',
       a.amount, a.amount, 0, a.amount, 0, 0, 0, 1, a.amount, g::text
     from generate_series(1, 20000) g, (values ('shopify'), ('odoo')) s(source),
       lateral (select case when s.source = 'odoo' and g % 100 = 0 then g + 1 else g end as amount) a
     where s.source = 'shopify' or g % 1000 <> 0`,
    [tenantId, EARLIER],
  );
  await seeder.client.query(
    `insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
     select $1::uuid, md5($1::text || 'shopify' || g)::uuid, md5($1::text || 'odoo' || g)::uuid, 'id' from generate_series(1, 20000) g where g % 1000 <> 0`,
    [tenantId],
  );
  expect(bridge(await run())).toMatchObject({
    remainder: '0',
    classes: { missing_in_odoo: [20, '-210000'], amount: [180, '180'] },
  });
});
