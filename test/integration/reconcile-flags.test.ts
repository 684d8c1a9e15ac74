import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EARLIER, ReconcileRig } from '../support/reconcile-rig.ts';

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

describe('parts that differ although the totals agree', () => {
  test('a peso of tax for each taxed line is rounding, counted and summed, without a finding each', async () => {
    const { sale, mirror } = await rig.pair(10_000, {}, { amount_untaxed_source: 8405, amount_tax_source: 1595 });
    await lines({ sale, mirror }, [7000, 3000], [7000, 3000]);
    const { classes, findings } = await rig.run();
    expect(classes).toEqual([{ class: 'rounding', findings: 1, flags: 1, amount: '0', value: '-2' }]);
    expect(findings).toEqual([]);
  });

  test('more than that is tax', async () => {
    const { sale, mirror } = await rig.pair(10_000, {}, { amount_untaxed_source: 8406, amount_tax_source: 1594 });
    await lines({ sale, mirror }, [7000, 3000], [7000, 3000]);
    expect(await rig.found()).toEqual(['tax 0 -3']);
  });

  test('exempt on one side only', async () => {
    await rig.pair(
      10_000,
      { amount_exempt_source: 0 },
      { amount_exempt_source: 10_000, amount_untaxed_source: 10_000, amount_tax_source: 0 },
    );
    expect(await rig.found()).toEqual(['exempt 0 10000']);
  });

  test('shipping booked as goods', async () => {
    await rig.pair(10_000, { amount_shipping_source: 3990 });
    expect(await rig.found()).toEqual(['shipping 0 -3990']);
  });

  test('other products or quantities for the same total', async () => {
    const { sale, mirror } = await rig.pair(10_000);
    await rig.line(sale, 10_000, { sku: 'A', quantity: 2, units: 2 });
    await rig.line(mirror, 10_000, { sku: 'B', quantity: 2, units: 2, source: 'odoo' });
    const more = await rig.pair(10_000);
    await rig.line(more.sale, 10_000, { sku: 'A', quantity: 2, units: 2 });
    await rig.line(more.mirror, 10_000, { sku: 'A', quantity: 1, units: 1, source: 'odoo' });
    // A dozen is twelve pieces.
    const dozen = await rig.pair(10_000);
    await rig.line(dozen.sale, 10_000, { quantity: 12, units: 12 });
    await rig.line(dozen.mirror, 10_000, { quantity: 1, units: 12, source: 'odoo' });
    expect(await rig.found()).toEqual(['lines 0', 'lines 0']);
  });

  test('two currencies of equal worth', async () => {
    const sale = await rig.sale(95_000);
    await rig.issue(await rig.mirror(100, sale, { currency_source: 'USD', fx_rate: 950 }), 100, {
      currency_source: 'USD',
      amount_total: 95_000,
    });
    expect(await rig.found()).toEqual(['currency 0']);
  });
});

describe('payments', () => {
  test('overpaid, and paid twice from twice the amount on', async () => {
    const { sale } = await rig.pair(10_000);
    await rig.payment(sale, 10_000);
    await rig.payment(sale, 1500);
    const twice = await rig.pair(20_000);
    await rig.payment(twice.sale, 20_000);
    await rig.payment(twice.sale, 20_000);
    expect(await rig.found()).toEqual(['overpaid 0 1500', 'paid_twice 0 20000']);
  });

  test('what failed, what was for a gift card, and what an edit gave back is not too much', async () => {
    const { sale } = await rig.pair(10_000);
    await rig.payment(sale, 10_000, { status: 'FAILURE' });
    await rig.payment(sale, 35_000);
    await rig.line(sale, 20_000, { line_kind: 'gift_card', amount_tax_source: 0 });
    await rig.payment(sale, 5000, { kind: 'REFUND' });
    expect(await rig.found()).toEqual([]);
  });

  test('cancelled, and the money kept', async () => {
    const { sale } = await rig.pair(10_000, { cancelled_at: EARLIER });
    await rig.payment(sale, 10_000);
    expect(await rig.found()).toEqual(['cancelled_not_refunded 0 10000']);
    await rig.payment(sale, 10_000, { kind: 'REFUND' });
    expect(await rig.found()).toEqual([]);
  });

  test('paid in the shop and not in the books after its days, and the reverse', async () => {
    const { boleta } = await rig.pair(10_000);
    await rig.sql(`update public.invoices set payment_state = 'not_paid' where id = $1`, [boleta]);
    await rig.pair(20_000, { payment_state: 'unpaid', status: 'open' });
    expect(await rig.found()).toEqual(['payment 0 20000', 'payment 0 10000']);
    await rig.sql(`update public.tenants set reconcile_days = 8 where id = $1`, [rig.tenantId]);
    expect(await rig.found()).toEqual([]);
  });
});

describe('documents', () => {
  const bare = async (total: number, shop = {}, erp = {}) => {
    const sale = await rig.sale(total, shop);
    return rig.mirror(total, sale, { invoiced: false, ...erp });
  };

  test('not invoiced after its days, where a boleta or factura is expected', async () => {
    await bare(10_000);
    await bare(20_000, { channel: 'pos' });
    await bare(30_000, { status: 'open' });
    await bare(40_000, { created_at: '2025-12-02T12:00:00Z', business_day: '2025-12-02' }, { business_day: '2025-12-02' });
    expect(await rig.found()).toEqual(['not_invoiced 0 20000', 'not_invoiced 0 10000']);
    await rig.sql(`update public.tenants set document_expected = '{"pos": "voucher"}' where id = $1`, [rig.tenantId]);
    expect(await rig.found()).toEqual(['not_invoiced 0 10000']);
    await rig.sql(`update public.tenants set invoices_elsewhere = true where id = $1`, [rig.tenantId]);
    expect(await rig.found()).toEqual([]);
  });

  test('nothing is said of documents that are not read', async () => {
    await bare(10_000);
    await rig.sql(`update ops.streams set covered_until = null where tenant_id = $1 and stream = 'invoices'`, [rig.tenantId]);
    expect(await rig.found()).toEqual([]);
  });

  test('only a draft', async () => {
    await rig.issue(await bare(10_000), 10_000, { state: 'draft', payment_state: 'not_paid', invoice_date: null });
    expect(await rig.found()).toEqual(['invoice_draft 0 10000']);
  });

  test('invoiced in part, and for another amount than the order has now', async () => {
    await rig.issue(await bare(10_000), 6000);
    await rig.issue(await bare(20_000, {}, { invoiced: true }), 21_000);
    expect(await rig.found()).toEqual(['partial_invoice 0 4000', 'edited_after_invoice 0 -1000']);
  });

  test('a boleta voided for a factura: replaced, no refund, and the sale once', async () => {
    const { mirror, boleta } = await rig.pair(119_000);
    await rig.credit(mirror, 119_000, boleta, { reference_reason: '1' });
    await rig.sql(`update public.refunds set amount_replaced_source = 119000, amount_total = 0 where tenant_id = $1`, [rig.tenantId]);
    await rig.issue(mirror, 119_000, { document_type: '33', buyer_rut: '76042235-5' });
    expect(await rig.found()).toEqual(['document_replaced 0 119000']);
  });

  test('a boleta to a company, and a factura to somebody without a RUT', async () => {
    const { boleta } = await rig.pair(10_000);
    await rig.sql(`update public.invoices set buyer_rut = '76042235-5' where id = $1`, [boleta]);
    const nobody = await rig.put('public.customers', { source: 'odoo', kind: 'person', rut_display: null });
    const other = await rig.pair(20_000);
    await rig.sql(`update public.invoices set document_type = '33', customer_id = $2 where id = $1`, [other.boleta, nobody]);
    // The RUT of nobody in particular is no company's.
    const generic = await rig.pair(30_000);
    await rig.sql(`update public.invoices set buyer_rut = '66666666-6' where id = $1`, [generic.boleta]);
    expect(await rig.found()).toEqual(['document_type 0 20000', 'document_type 0 10000']);
  });

  test('from 135 UF on a boleta bears the RUT of its buyer: 5.373.000 at 39.800', async () => {
    await rig.put('public.exchange_rates', {
      source: 'odoo',
      currency: 'CLF',
      base_currency: 'CLP',
      rate_date: '2025-11-27',
      rate: 39_800,
    });
    const known = await rig.put('public.customers', { source: 'odoo', kind: 'person', rut_display: '*****678-5', rut_generic: false });
    await rig.pair(5_373_000);
    await rig.pair(5_372_999);
    const { boleta } = await rig.pair(6_000_000);
    await rig.sql(`update public.invoices set customer_id = $2 where id = $1`, [boleta, known]);
    expect(await rig.found()).toEqual(['buyer_rut_required 0 5373000']);
    // Without the UF of its days it cannot be known.
    await rig.sql(`update public.exchange_rates set rate_date = '2025-11-20' where tenant_id = $1`, [rig.tenantId]);
    expect(await rig.found()).toEqual([]);
  });

  test('refused by the SII, and not sent after a day', async () => {
    for (const state of ['rejected', 'not_sent']) {
      const { boleta } = await rig.pair(10_000);
      await rig.sql(`update public.invoices set sii_state = $2 where id = $1`, [boleta, state]);
    }
    const today = await rig.pair(20_000);
    await rig.sql(`update public.invoices set sii_state = 'not_sent', invoice_date = '2025-12-05' where id = $1`, [today.boleta]);
    expect((await rig.found()).filter((f) => f.startsWith('dte'))).toEqual(['dte_rejected 0 10000', 'dte_rejected 0 10000']);
  });

  test('the same folio twice in one type and company; in two types it is normal', async () => {
    for (const [type, company] of [
      ['39', '1'],
      ['39', '1'],
      ['39', '2'],
      ['33', '1'],
    ]) {
      const { boleta } = await rig.pair(10_000);
      const buyer = type === '33' ? '76042235-5' : null;
      await rig.sql(`update public.invoices set folio = '7', document_type = $2, company = $3, buyer_rut = $4 where id = $1`, [
        boleta,
        type,
        company,
        buyer,
      ]);
    }
    expect(await rig.found()).toEqual(['folio_duplicate 0 10000', 'folio_duplicate 0 10000']);
  });

  test('cancelled in the books, its document stands', async () => {
    await rig.pair(10_000, {}, { cancelled_but_invoiced: true, status: 'open' });
    expect(await rig.found()).toEqual(['cancelled_but_invoiced 0 10000']);
  });

  test('sold on the last of the month, documented on the first', async () => {
    const { boleta } = await rig.pair(
      10_000,
      { business_day: '2025-11-30', created_at: '2025-12-01T02:30:00Z' },
      { business_day: '2025-11-30' },
    );
    await rig.sql(`update public.invoices set invoice_date = '2025-12-01' where id = $1`, [boleta]);
    const { findings } = await rig.run();
    expect(findings.map((f) => [f.class, f.amount, f.data])).toEqual([
      ['date_cutoff', '0', { sold_on: '2025-11-30', ordered_on: '2025-11-30', invoiced_on: '2025-12-01' }],
    ]);
  });
});

describe('refunds one by one against credit notes', () => {
  test('equal ones belong together whatever their order', async () => {
    const { sale, mirror, boleta } = await rig.pair(50_000);
    for (const amount of [5000, 7000, 5000]) await rig.refund(sale, amount);
    for (const amount of [7000, 5000, 5000]) await rig.credit(mirror, amount, boleta);
    expect(await rig.found()).toEqual([]);
  });

  test('without a credit note after its days', async () => {
    const { sale } = await rig.pair(50_000);
    await rig.refund(sale, 5000);
    await rig.refund(sale, 6000, { business_day: '2025-12-01' });
    expect(await rig.found()).toEqual(['refund_missing 0 5000']);
  });

  test('nothing can be credited where nothing was invoiced', async () => {
    const sale = await rig.sale(50_000, { status: 'refunded' });
    await rig.mirror(50_000, sale, { invoiced: false });
    await rig.refund(sale, 50_000);
    expect(await rig.found()).toEqual([]);
  });

  test('a credit note without a refund', async () => {
    const { mirror, boleta } = await rig.pair(50_000);
    await rig.credit(mirror, 5000, boleta);
    expect(await rig.found()).toEqual(['refund_missing_in_shopify 0 5000']);
  });

  test('a credit note of another amount', async () => {
    const { sale, mirror, boleta } = await rig.pair(50_000);
    await rig.refund(sale, 5000);
    await rig.credit(mirror, 4900, boleta);
    expect(await rig.found()).toEqual(['refund_amount 0 -100']);
  });

  test('more refunded than the order was worth', async () => {
    const { sale, mirror, boleta } = await rig.pair(50_000);
    for (const amount of [50_000, 2000]) {
      await rig.refund(sale, amount);
      await rig.credit(mirror, amount, boleta);
    }
    expect(await rig.found()).toEqual(['refund_amount 0 2000']);
  });

  test('23.800 given back, 20.000 paid: 3.800 not paid', async () => {
    const { sale, mirror, boleta } = await rig.pair(119_000);
    await rig.refund(sale, 23_800, { amount_paid_back: 20_000, amount_paid_back_source: 20_000 });
    await rig.credit(mirror, 23_800, boleta);
    expect(await rig.found()).toEqual(['refund_not_paid 0 3800']);
  });

  test('more than six months after the document', async () => {
    const { sale, mirror, boleta } = await rig.pair(50_000);
    await rig.sql(`update public.invoices set invoice_date = '2025-05-28' where id = $1`, [boleta]);
    await rig.refund(sale, 5000);
    await rig.credit(mirror, 5000, boleta);
    expect((await rig.found()).filter((f) => f.startsWith('refund'))).toEqual([]);
    await rig.sql(`update public.invoices set invoice_date = '2025-05-27' where id = $1`, [boleta]);
    const { findings } = await rig.run();
    const late = findings.find((f) => f.class === 'refund_after_6_months');
    expect(late).toMatchObject({ value: '5000', data: { days_since_document: 185 } });
  });

  test('refund and credit note in two months', async () => {
    const { sale, mirror, boleta } = await rig.pair(50_000);
    await rig.refund(sale, 5000, { business_day: '2025-11-30' });
    await rig.credit(mirror, 5000, boleta, { invoice_date: '2025-12-01' });
    expect(await rig.found()).toEqual(['date_cutoff 0 5000']);
  });
});
