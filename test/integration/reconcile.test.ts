import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runReconciliation } from '../../src/reconcile/run-reconciliation.ts';
import { showReconciliation } from '../../src/reconcile/show-reconciliation.ts';
import { AS_OF, bridgeOf, EARLIER, ReconcileRig } from '../support/reconcile-rig.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());
// Orders alone: what documents say of them is looked at elsewhere.
beforeEach(() => rig.newTenant({}, ['orders']));

/** What was read of the orders of a source. */
const cover = (source: string, { from = null, until = AS_OF }: { from?: string | null; until?: string | null }) =>
  rig.sql(
    `update ops.streams s set covered_from = $3, covered_until = $4 from ops.connections c
     where s.tenant_id = $1 and c.id = s.connection_id and c.source = $2`,
    [rig.tenantId, source, from, until],
  );

describe('the bridge from the shop to the books', () => {
  test('equal pairs leave nothing to explain, whoever speaks', async () => {
    await rig.mirror(119_000, await rig.sale(119_000), { speaks: false, silent_because: 'mirror' });
    await rig.mirror(50_000, await rig.sale(50_000));
    expect(bridgeOf(await rig.run())).toEqual({ shop: '169000', erp: '169000', remainder: '0', classes: {} });
  });

  test('an Odoo order without a shop reference is no web order', async () => {
    await rig.mirror(238_000, null, { shop_order_name: null });
    expect(bridgeOf(await rig.run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: {} });
  });

  test('each kind of difference has its class, and the classes add up', async () => {
    await rig.sale(10_000);
    await rig.mirror(20_000, null);
    const twice = await rig.sale(30_000);
    await rig.mirror(30_000, twice);
    await rig.mirror(30_000, twice);
    await rig.mirror(41_000, await rig.sale(40_000));
    await rig.mirror(50, await rig.sale(47_500), { currency_source: 'USD', fx_rate: 950 });
    await rig.mirror(60_000, await rig.sale(60_000, { status: 'cancelled' }));
    await rig.mirror(70_000, await rig.sale(70_000), { status: 'cancelled' });
    await rig.sale(80_000, { created_at: '2025-12-05T11:30:00Z' });
    await rig.mirror(90_000, null, { created_at: '2025-12-05T11:30:00Z' });
    const r = await rig.run();
    expect(bridgeOf(r)).toEqual({
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
    await rig.mirror(119_000, await rig.sale(119_000, { status: 'refunded' }), { status: 'open' });
    expect(bridgeOf(await rig.run()).classes).toEqual({});
  });
});

describe('what cannot be judged yet', () => {
  test('an order is missing from the instant its grace is over', async () => {
    await rig.sale(10_000, { created_at: '2025-12-05T11:00:00Z' });
    await rig.sale(20_000, { created_at: '2025-12-05T11:00:01Z' });
    expect(bridgeOf(await rig.run()).classes).toEqual({ pending: [1, '-20000'], missing_in_odoo: [1, '-10000'] });
  });

  test('nothing is missing where the other side does not cover it', async () => {
    await cover('odoo', { from: '2025-11-29T00:00:00Z', until: '2025-12-05T11:30:00Z' });
    await rig.sale(10_000);
    await rig.sale(20_000, { created_at: '2025-12-05T11:00:00Z' });
    await rig.sale(30_000, { created_at: '2025-11-30T12:00:00Z' });
    expect(bridgeOf(await rig.run()).classes).toEqual({ pending: [2, '-30000'], missing_in_odoo: [1, '-30000'] });
  });

  test('a web order from before the shop can be read is pending, not missing', async () => {
    await cover('shopify', { from: '2025-12-01T00:00:00Z' });
    await rig.mirror(10_000, null);
    expect(bridgeOf(await rig.run()).classes).toEqual({ pending_link: [1, '10000'] });
  });

  test('documents after the as-of instant are left out', async () => {
    await rig.sale(10_000, { created_at: '2025-12-06T00:00:00Z' });
    expect(bridgeOf(await rig.run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: {} });
  });
});

describe('ranges', () => {
  test('a mirror belongs to the range of its original', async () => {
    const november = { from: '2025-11-01T03:00:00Z', until: '2025-12-01T03:00:00Z' };
    await rig.mirror(10_000, await rig.sale(10_000, { created_at: '2025-12-01T02:59:59Z' }), { created_at: '2025-12-01T03:20:00Z' });
    await rig.sale(20_000, { created_at: november.until });
    await rig.sale(30_000, { created_at: november.from });
    expect(bridgeOf(await rig.run(november))).toEqual({
      shop: '40000',
      erp: '10000',
      remainder: '0',
      classes: { missing_in_odoo: [1, '-30000'] },
    });
  });

  test('an empty range is refused', async () => {
    await expect(rig.run({ from: '2025-12-01T00:00:00Z', until: '2025-12-01T00:00:00Z' })).rejects.toThrow('is empty');
  });
});

describe('what is stored and said', () => {
  test('a stored comparison is shown as it was, though the rows change', async () => {
    const order = await rig.sale(10_000);
    const made = await rig.run();
    await rig.sql("update public.source_orders set status = 'cancelled' where id = $1", [order]);
    const later = await rig.run();
    expect(await showReconciliation(rig.db, { tenantId: rig.tenantId, id: made.id })).toEqual(made);
    expect((await showReconciliation(rig.db, { tenantId: rig.tenantId })).id).toBe(later.id);
    expect(later.classes).toEqual([]);
  });

  test('findings are cut at the limit, the totals are not; a class can be asked for', async () => {
    await rig.sale(10_000);
    await rig.sale(20_000);
    await rig.mirror(5_000, null);
    const r = await rig.run({ limit: 1 });
    expect([r.findings.length, r.classes.map((c) => c.findings)]).toEqual([1, [1, 2]]);
    const missing = await showReconciliation(rig.db, { tenantId: rig.tenantId, class: 'missing_in_odoo' });
    expect(missing.findings.map((f) => f.amount)).toEqual(['-20000', '-10000']);
  });

  test('a side that is stale, held, failing or read again is a warning', async () => {
    await cover('shopify', { until: '2025-12-05T10:00:00Z' });
    await rig.sql(
      `update ops.streams s set held_because = '7 records refused', error_kind = 'transient', error_code = 'unreachable', covered_from = '2025-11-01T00:00:00Z'
       from ops.connections c where s.tenant_id = $1 and c.id = s.connection_id and c.source = 'odoo'`,
      [rig.tenantId],
    );
    const odoo = (
      await rig.seeder.client.query<{ id: string }>("select id from ops.connections where tenant_id = $1 and source = 'odoo'", [
        rig.tenantId,
      ])
    ).rows[0];
    await rig.put('ops.backfills', { connection_id: odoo?.id, source: 'odoo', stream: 'orders' });
    const problem = { problem: 'odoo orders: nobody answers. Wait', problem_es: 'La red no llega al origen.' };
    await rig.put('kpi.freshness', { connection_id: odoo?.id, source: 'odoo', stream: 'orders', ...problem });
    const { warnings } = await rig.run();
    expect(warnings.map((w) => [w.source, w.code])).toEqual([
      ['odoo', 'backfilling'],
      ['odoo', 'failing'],
      ['odoo', 'held'],
      ['odoo', 'starts_later'],
      ['shopify', 'stale'],
    ]);
    expect(warnings.filter(({ code }) => code === 'failing' || code === 'held').map(({ message }) => message)).toEqual([
      'Sus pedidos: la última lectura falló. La red no llega al origen.',
      'Sus pedidos: la lectura espera a una persona, porque se rechazaron demasiados registros',
    ]);
  });

  test('a first reading that has not ended makes everything pending', async () => {
    await cover('odoo', { until: null });
    await rig.sale(10_000);
    const r = await rig.run();
    expect(bridgeOf(r).classes).toEqual({ pending: [1, '-10000'] });
    expect(r.warnings.map((w) => w.code)).toEqual(['loading']);
  });

  test('a tenant with one source, and no tenant at all, are refused with a way out', async () => {
    const alone = await rig.seeder.tenant();
    await expect(runReconciliation(rig.db, { tenantId: alone, asOf: AS_OF })).rejects.toThrow('kpi connect shopify');
    await expect(runReconciliation(rig.db, { tenantId: randomUUID(), asOf: AS_OF })).rejects.toThrow('there is no tenant');
    await expect(showReconciliation(rig.db, { tenantId: rig.tenantId })).rejects.toThrow('kpi reconcile run');
  });

  test('orders of another tenant are never compared', async () => {
    const other = await rig.seeder.tenant();
    await rig.seeder.order(other, 99_000, { created_at: EARLIER });
    expect(bridgeOf(await rig.run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: {} });
  });
});

test('large sides, never analysed, are compared set by set', async () => {
  await rig.sql(
    `insert into public.source_orders (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, name, status,
       source_status, created_at, business_day, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source,
       amount_products_source, amount_shipping_source, amount_discount_source, amount_other_source, fx_rate, amount_total, shop_order_id)
     select $1::uuid, md5($1::text || s.source || g)::uuid, $1::uuid, s.source, g::text, now(), 0, 1, '#' || g, 'completed', 'x', $2::timestamptz, '2025-11-28', 'CLP',
       a.amount, a.amount, 0, a.amount, 0, 0, 0, 1, a.amount, g::text
     from generate_series(1, 20000) g, (values ('shopify'), ('odoo')) s(source),
       lateral (select case when s.source = 'odoo' and g % 100 = 0 then g + 1 else g end as amount) a
     where s.source = 'shopify' or g % 1000 <> 0`,
    [rig.tenantId, EARLIER],
  );
  await rig.sql(
    `insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
     select $1::uuid, md5($1::text || 'shopify' || g)::uuid, md5($1::text || 'odoo' || g)::uuid, 'id' from generate_series(1, 20000) g where g % 1000 <> 0`,
    [rig.tenantId],
  );
  expect(bridgeOf(await rig.run())).toMatchObject({
    remainder: '0',
    classes: { missing_in_odoo: [20, '-210000'], amount: [180, '180'] },
  });
});
