import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AS_OF, ReconcileRig } from '../support/reconcile-rig.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.newTenant());

/** Lines of both sides of a pair: what is sold, then shipping. */
async function lines({ sale, mirror }: { sale: string; mirror: string }, shop: readonly number[], erp: readonly number[]): Promise<void> {
  const kinds = ['product', 'shipping'];
  for (const [i, amount] of shop.entries()) await rig.line(sale, amount, { line_kind: kinds[i] });
  for (const [i, amount] of erp.entries()) await rig.line(mirror, amount, { line_kind: kinds[i], source: 'odoo' });
}

test('a pair that agrees, invoiced and paid, is no finding', async () => {
  await rig.pair(119_000);
  expect(await rig.found()).toEqual([]);
});

describe('the money of a pair, each peso in one class', () => {
  test('shipping', async () => {
    const sale = await rig.sale(14_990, { amount_shipping_source: 3990 });
    const mirror = await rig.mirror(16_990, sale, { amount_shipping_source: 5990 });
    await lines({ sale, mirror }, [11_000, 3990], [11_000, 5990]);
    expect(await rig.found({})).toContain('shipping 2000');
  });

  test('discount: more of it in the books lowers them', async () => {
    const sale = await rig.sale(10_000);
    const mirror = await rig.mirror(8500, sale);
    await rig.line(sale, 10_000);
    await rig.line(mirror, 10_000, { source: 'odoo' });
    await rig.line(mirror, -1500, { source: 'odoo', line_kind: 'discount', amount_discount_source: 1500 });
    expect(await rig.found()).toContain('discount -1500');
  });

  test('discount that one side has in its prices is no difference, nor a reason for another one', async () => {
    const agreeing = await rig.sale(9000);
    await rig.line(agreeing, 9000, { amount_discount_source: 1000 });
    const copy = await rig.mirror(9000, agreeing);
    await rig.line(copy, 9000, { source: 'odoo' });
    const dearer = await rig.sale(9000);
    await rig.line(dearer, 9000, { amount_discount_source: 1000 });
    await rig.line(await rig.mirror(9300, dearer), 9300, { source: 'odoo' });
    expect((await rig.found()).filter((f) => !f.startsWith('not_invoiced'))).toEqual(['amount 300']);
  });

  test('tip or fee', async () => {
    const sale = await rig.sale(10_500, { amount_other_source: 500 });
    await rig.mirror(10_000, sale);
    expect(await rig.found()).toContain('fee_tip -500');
  });

  test('tax: the same without it, and the books without it', async () => {
    const sale = await rig.sale(11_900);
    const mirror = await rig.mirror(10_000, sale, { amount_untaxed_source: 10_000, amount_tax_source: 0 });
    await rig.line(sale, 11_900);
    await rig.line(mirror, 10_000, { source: 'odoo', amount_tax_source: 0 });
    expect(await rig.found()).toContain('tax -1900');
  });

  test('price and quantity are the amount', async () => {
    const sale = await rig.sale(10_000);
    const mirror = await rig.mirror(12_000, sale);
    await lines({ sale, mirror }, [10_000], [12_000]);
    expect(await rig.found()).toContain('amount 2000');
  });

  test('gift card paid with, booked as a discount', async () => {
    const sale = await rig.sale(50_000);
    const mirror = await rig.mirror(30_000, sale);
    await rig.payment(sale, 20_000, { gateway: 'gift_card' });
    await rig.payment(sale, 30_000);
    await rig.line(sale, 50_000);
    await rig.line(mirror, 50_000, { source: 'odoo' });
    await rig.line(mirror, -20_000, { source: 'odoo', line_kind: 'discount', amount_discount_source: 20_000, amount_tax_source: 0 });
    expect(await rig.found()).toContain('gift_card -20000');
  });

  test('gift card sold, booked as goods', async () => {
    const sale = await rig.sale(30_000);
    const mirror = await rig.mirror(50_000, sale);
    await rig.line(sale, 30_000);
    await rig.line(sale, 20_000, { line_kind: 'gift_card', amount_tax_source: 0 });
    await rig.line(mirror, 30_000, { source: 'odoo' });
    await rig.line(mirror, 20_000, { source: 'odoo', sku: null, amount_tax_source: 0 });
    expect(await rig.found()).toContain('gift_card 20000');
  });

  test('a basket of 50.000 paid 20.000 by gift card is 50.000 in both', async () => {
    const { sale, mirror } = await rig.pair(50_000);
    await rig.payment(sale, 20_000, { gateway: 'gift_card' });
    await rig.payment(sale, 30_000);
    await rig.line(mirror, -20_000, { source: 'odoo', line_kind: 'gift_card', amount_tax_source: 0 });
    await rig.sql(`update public.invoices set amount_total = 30000, amount_total_source = 30000 where tenant_id = $1`, [rig.tenantId]);
    await rig.sql(`update public.invoice_lines set amount_source = 30000 where tenant_id = $1`, [rig.tenantId]);
    expect(await rig.found()).toEqual([]);
  });

  test('several at once: each part in its class, and what is left is the amount', async () => {
    const sale = await rig.sale(20_000, { amount_shipping_source: 3000, amount_other_source: 1000 });
    const mirror = await rig.mirror(19_700, sale, { amount_shipping_source: 5000 });
    await rig.line(sale, 16_000);
    await rig.line(sale, 3000, { line_kind: 'shipping' });
    await rig.line(sale, 1000, { line_kind: 'tip', amount_tax_source: 0 });
    await rig.line(mirror, 15_200, { source: 'odoo' });
    await rig.line(mirror, -500, { source: 'odoo', line_kind: 'discount', amount_discount_source: 500 });
    await rig.line(mirror, 5000, { source: 'odoo', line_kind: 'shipping' });
    expect((await rig.found()).filter((f) => !f.startsWith('not_invoiced'))).toEqual([
      'shipping 2000',
      'discount -500',
      'fee_tip -1000',
      'amount -800',
    ]);
  });

  test('another currency takes the whole difference', async () => {
    const sale = await rig.sale(95_000);
    await rig.mirror(100, sale, { currency_source: 'USD', fx_rate: 951 });
    expect(await rig.found()).toContain('currency 100');
  });

  test('10 UF at 39.800 and at 39.900: fx, not amount', async () => {
    const sale = await rig.sale(10, { currency_source: 'CLF', fx_rate: 39_800 });
    await rig.mirror(10, sale, { currency_source: 'CLF', fx_rate: 39_900 });
    expect(await rig.found()).toContain('fx 1000');
  });

  test('totals within the tolerance of the tenant are rounding; one peso is none by itself', async () => {
    await rig.mirror(10_001, await rig.sale(10_000));
    expect(await rig.found()).toContain('amount 1');
    await rig.sql(`update public.tenants set reconcile_total_tolerance = '{"CLP": 1}' where id = $1`, [rig.tenantId]);
    expect(await rig.found()).toContain('rounding 1');
  });
});

describe('what is no pair', () => {
  test('one order split over two: compared as one', async () => {
    const sale = await rig.sale(30_000);
    const first = await rig.mirror(20_000, sale);
    const second = await rig.mirror(9000, sale);
    await rig.issue(first, 20_000);
    await rig.issue(second, 9000);
    const { findings } = await rig.run();
    expect(findings.map((f) => [f.class, f.amount, f.erpOrderIds])).toEqual([['amount', '-1000', [first, second]]]);
    await rig.keep();
    expect(await rig.open()).toMatchObject([
      { row: { kind: 'split', shop_orders: [sale], erp_orders: [first, second], surplus: [] } },
      { row: { class: 'amount' } },
    ]);
  });

  test('a split and its duplicate', async () => {
    const sale = await rig.sale(30_000);
    for (const amount of [20_000, 10_000, 30_000]) await rig.mirror(amount, sale);
    expect((await rig.found()).filter((f) => !f.startsWith('not_invoiced'))).toEqual(['duplicate_in_odoo 30000']);
  });

  test('two orders merged into one, over the end of a month: each month adds up by itself', async () => {
    const november = await rig.sale(30_000);
    const december = await rig.sale(20_000, { created_at: '2025-12-02T13:00:00Z', business_day: '2025-12-02' });
    const both = await rig.mirror(50_500, november);
    await rig.link(december, both, 'person');
    const month = (from: string, until: string) => rig.run({ from, until });
    const first = await month('2025-11-01T03:00:00Z', '2025-12-01T03:00:00Z');
    const second = await month('2025-12-01T03:00:00Z', '2026-01-01T03:00:00Z');
    expect([first.shopAmount, first.erpAmount, first.remainder]).toEqual(['30000', '30500', '0']);
    expect([second.shopAmount, second.erpAmount, second.remainder]).toEqual(['20000', '20000', '0']);
    expect(first.findings.filter((f) => f.amount !== '0').map((f) => f.class)).toEqual(['amount']);
    await rig.keep();
    expect(await rig.open()).toContainEqual({
      row: expect.objectContaining({ kind: 'merged', rule: 'person', shop_orders: [november, december] }) as unknown,
    });
  });

  test('the books call it a sale between companies of the group', async () => {
    await rig.mirror(10_000, await rig.sale(10_000), { excluded_because: 'intercompany' });
    expect(await rig.found()).toEqual(['intercompany -10000']);
  });

  test('a name that two shops have is ambiguous, not missing', async () => {
    await rig.sale(10_000, { shop: 'a', shop_order_name: '1001' });
    await rig.sale(20_000, { shop: 'b', shop_order_name: '1001' });
    await rig.mirror(10_000, null, { shop_order_name: '1001' });
    expect(await rig.found()).toEqual(['duplicate_ref 10000', 'missing_in_odoo -20000', 'missing_in_odoo -10000']);
  });

  test('a mistyped reference is suggested and not linked; so is the same amount on the day after', async () => {
    await rig.sale(10_000, { name: '#1001', shop_order_name: '1001' });
    await rig.mirror(10_000, null, { shop_order_name: '1011' });
    await rig.sale(55_000, { name: '#1002', shop_order_name: '1002' });
    await rig.mirror(55_000, null, { name: 'S900', shop_order_name: null, business_day: '2025-11-29' });
    const { findings } = await rig.run();
    expect(findings.map((f) => [f.class, f.amount, f.suggestion?.map((s) => `${s.name} ${s.because}`)])).toEqual([
      ['missing_in_shopify', '10000', ['#1001 near_reference']],
      ['missing_in_odoo', '-55000', ['S900 amount_and_day']],
      ['missing_in_odoo', '-10000', [expect.stringMatching(/^S\d+ amount_and_day$/)]],
    ]);
  });

  test('where documents are what counts, the order is suggested and never the document: links are between orders', async () => {
    await rig.newTenant({ sales_basis: 'invoices' });
    await rig.sale(55_000, { name: '#1002', shop_order_name: '1002' });
    const silent = { shop_order_name: null, speaks: false, silent_because: 'invoiced' };
    const order = await rig.mirror(55_000, null, { name: 'S900', ...silent });
    await rig.mirror(55_000, null, { name: 'FAC 7', shop_order_name: null, invoiced_order_id: order });
    const { findings } = await rig.run();
    expect(findings.map((f) => [f.class, f.suggestion?.map((s) => s.name)])).toEqual([['missing_in_odoo', ['S900']]]);
  });

  test('nothing is missing in books that cannot be read any more, however old it is', async () => {
    await rig.sale(10_000);
    expect(await rig.found()).toEqual(['missing_in_odoo -10000']);
    await rig.sql(
      `update ops.streams s set error_kind = 'config', error_code = 'forbidden' from ops.connections c
      where s.tenant_id = $1 and c.id = s.connection_id and c.source = 'odoo'`,
      [rig.tenantId],
    );
    const { findings, warnings } = await rig.run();
    expect(findings.map((f) => [f.class, f.data])).toEqual([['pending', { reason: 'stale', shop_status: 'completed' }]]);
    expect(warnings.map((w) => w.code)).toEqual(['failing', 'failing']);
    await expect(rig.run({ strict: true })).rejects.toThrow('cannot be reconciled strictly: odoo (odoo): Sus documentos');
  });
});

describe('out of scope', () => {
  test('tests, free orders and gift cards alone are told, without money', async () => {
    for (const because of ['test', 'zero_value', 'gift_card_only']) await rig.sale(10_000, { excluded_because: because });
    const { findings } = await rig.run();
    expect(findings.map((f) => [f.class, f.amount, f.data['reason']].join(' ')).toSorted()).toEqual([
      'out_of_scope 0 gift_card_only',
      'out_of_scope 0 test',
      'out_of_scope 0 zero_value',
    ]);
  });

  test('before the start, and the point of sale where it is not expected', async () => {
    await rig.sale(10_000, { created_at: '2025-10-31T13:00:00Z', business_day: '2025-10-31' });
    await rig.mirror(23_000, await rig.sale(20_000, { channel: 'pos' }));
    expect((await rig.found()).filter((f) => !f.startsWith('not_invoiced'))).toEqual(['missing_in_odoo -10000', 'amount 3000']);
    await rig.sql(`update public.tenants set reconcile_from = '2025-11-01', reconcile_pos = false where id = $1`, [rig.tenantId]);
    const { findings } = await rig.run();
    expect(findings.map((f) => [f.class, f.amount, f.data['reason']])).toEqual([
      ['out_of_scope', '-10000', 'before_start'],
      ['out_of_scope', '3000', 'pos'],
    ]);
  });
});

test('a finding has the same key in every comparison', async () => {
  const { sale } = await rig.pair(50_000);
  await rig.refund(sale, 5000);
  await rig.sale(10_000);
  const keys = async (asOf: string) => (await rig.run({ asOf })).findings.map((f) => f.key);
  const first = await keys(AS_OF);
  expect(first).toHaveLength(2);
  expect(await keys('2025-12-05T12:30:00Z')).toEqual(first);
});
