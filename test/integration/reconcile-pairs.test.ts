import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bridgeOf, EARLIER, ReconcileRig } from '../support/reconcile-rig.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());
// Orders alone: what documents say of them is looked at elsewhere.
beforeEach(() => rig.newTenant({}, ['orders']));

describe('which document is the pair', () => {
  test('the lowest Odoo number, by value and not by text', async () => {
    const original = await rig.sale(10_000);
    const later = await rig.mirror(11_000, original, { source_id: '1000000' });
    await rig.mirror(10_000, original, { source_id: '999999' });
    const r = await rig.run();
    expect(bridgeOf(r).classes).toEqual({ duplicate_in_odoo: [1, '11000'] });
    expect(r.findings[0]).toMatchObject({ erpOrderId: later, shopOrderId: original, amount: '11000', erpAmount: '11000' });
  });

  test('a cancelled mirror gives way to one that stands', async () => {
    const original = await rig.sale(10_000);
    await rig.mirror(10_000, original, { status: 'cancelled' });
    await rig.mirror(10_000, original);
    expect(bridgeOf(await rig.run()).classes).toEqual({});
  });

  test('a replacement sent for nothing is no duplicate and no pair', async () => {
    const original = await rig.sale(10_000);
    await rig.mirror(0, original, { excluded_because: 'zero_value' });
    await rig.mirror(10_000, original);
    expect(bridgeOf(await rig.run()).classes).toEqual({});
  });

  test('a sole mirror of value zero is a different amount', async () => {
    await rig.mirror(0, await rig.sale(10_000), { excluded_because: 'zero_value' });
    expect(bridgeOf(await rig.run())).toEqual({ shop: '10000', erp: '0', remainder: '0', classes: { amount: [1, '-10000'] } });
  });

  test('neither side has test, gift-card-only or zero-value documents', async () => {
    await rig.sale(10_000, { excluded_because: 'test' });
    await rig.mirror(20_000, await rig.sale(20_000, { excluded_because: 'gift_card_only' }), { excluded_because: 'gift_card_only' });
    await rig.mirror(0, await rig.sale(0, { excluded_because: 'zero_value' }), { excluded_because: 'zero_value' });
    expect(bridgeOf(await rig.run())).toEqual({ shop: '0', erp: '0', remainder: '0', classes: { out_of_scope: [3, '0'] } });
  });

  test('one Odoo order for two web orders is compared with both', async () => {
    const first = await rig.sale(10_000);
    const both = await rig.mirror(30_000, first);
    const second = await rig.sale(20_000);
    await rig.link(second, both);
    expect(bridgeOf(await rig.run())).toEqual({ shop: '30000', erp: '30000', remainder: '0', classes: {} });
  });

  test('a deleted original counts as not existing', async () => {
    await rig.mirror(10_000, await rig.sale(10_000, { deleted_at: EARLIER, row_hash: null }));
    expect(bridgeOf(await rig.run()).classes).toEqual({ missing_in_shopify: [1, '10000'] });
  });
});

describe('currencies', () => {
  test('equal totals converted at different rates are a difference of rates, not of amount', async () => {
    await rig.mirror(10, await rig.sale(10, { currency_source: 'CLF', fx_rate: 39_800 }), { currency_source: 'CLF', fx_rate: 39_900 });
    expect(bridgeOf(await rig.run())).toEqual({ shop: '398000', erp: '399000', remainder: '0', classes: { fx: [1, '1000'] } });
  });

  test('a document without a rate counts as zero on both sides of the sum and is said', async () => {
    await rig.mirror(100, await rig.sale(95_025), { currency_source: 'USD', fx_rate: null });
    const r = await rig.run();
    expect(bridgeOf(r)).toEqual({ shop: '95025', erp: '0', remainder: '0', classes: { currency: [1, '-95025'] } });
    expect(r.findings[0]).toMatchObject({ shopAmount: '95025', erpAmount: null });
    expect(r.warnings.map((w) => w.code)).toEqual(['without_rate']);
  });
});
