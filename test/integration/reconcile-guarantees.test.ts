import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listFindings } from '../../src/reconcile/tracked-findings.ts';
import { decideFinding } from '../../src/reconcile/decide-finding.ts';
import { AS_OF, ReconcileRig } from '../support/reconcile-rig.ts';
import type { Values } from '../support/seed-rows.ts';

/* What a comparison promises beside its classes; each of these was once broken on purpose without another test that saw it. */

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.newTenant());

const BEFORE = { created_at: '2025-10-31T13:00:00Z', business_day: '2025-10-31' };
/** Younger than the grace at the as-of instant. */
const YOUNG = { created_at: '2025-12-05T11:20:00Z', business_day: '2025-12-05' };
const tenant = (column: string, value: unknown) => rig.sql(`update public.tenants set ${column} = $2 where id = $1`, [rig.tenantId, value]);
const streams = (source: string, column: string, value: unknown) =>
  rig.sql(
    `update ops.streams s set ${column} = $3 from ops.connections c where c.tenant_id = s.tenant_id and c.id = s.connection_id and s.tenant_id = $1
       and c.source = $2`,
    [rig.tenantId, source, value],
  );
const status = (source: string, word: string) =>
  rig.sql('update ops.connections set status = $3 where tenant_id = $1 and source = $2', [rig.tenantId, source, word]);
const reasonOf = ({ data }: { readonly data: Readonly<Record<string, unknown>> }) =>
  typeof data['reason'] === 'string' ? ` ${data['reason']}` : '';
const reasons = async () => (await rig.run()).findings.map((f) => `${f.class} ${f.amount}${reasonOf(f)}`).toSorted();
const states = async () =>
  (await listFindings(rig.db, { tenantId: rig.tenantId }))
    .map((f) => `${f.class} ${f.amount} ${f.state}${f.isThere ? '' : ' gone'}`)
    .toSorted();
const change = (order: string, total: number) =>
  rig.sql('update public.source_orders set amount_total_source = $2, amount_total = $2, amount_products_source = $2 where id = $1', [
    order,
    total,
  ]);
/** Another shop of the company, with what it is covered until. */
const secondShop = async (until: string) => {
  const id = await rig.put('ops.connections', { source: 'shopify', name: 'otra', account_key: rig.tenantId });
  await rig.put('ops.streams', { connection_id: id, stream: 'orders', covered_until: until });
};

describe('nothing is missing on a side that cannot be judged, however old it is', () => {
  const UNSURE: [string, (source: string) => Promise<unknown>][] = [
    ['stale', (source) => streams(source, 'covered_until', '2025-12-04T00:00:00Z')],
    ['held', (source) => streams(source, 'held_because', 'half of it is gone')],
    ['paused', (source) => status(source, 'paused')],
    ['refused', (source) => streams(source, 'error_kind', 'config')],
    ['never read', (source) => streams(source, 'covered_until', null)],
  ];
  test.each(UNSURE)('%s', async (_, spoil) => {
    await rig.sale(10_000);
    await rig.mirror(20_000, null, { shop_order_name: '404' });
    expect(await reasons()).toEqual(['missing_in_odoo -10000', 'missing_in_shopify 20000']);
    await spoil('odoo');
    expect(await reasons()).toEqual(['missing_in_shopify 20000', 'pending -10000 stale']);
    await spoil('shopify');
    expect(await reasons()).toEqual(['pending -10000 stale', 'pending_link 20000 stale']);
  });

  test('each by how far its own side is read, not by the instant of the comparison', async () => {
    const times = { created_at: '2025-12-05T10:45:00Z', business_day: '2025-12-05' };
    await rig.sale(10_000, times);
    await rig.mirror(20_000, null, { shop_order_name: '404', ...times });
    expect(await reasons()).toEqual(['missing_in_odoo -10000', 'missing_in_shopify 20000']);
    await streams('shopify', 'covered_until', '2025-12-05T11:30:00Z');
    expect(await reasons()).toEqual(['missing_in_odoo -10000', 'pending_link 20000 young']);
    await streams('odoo', 'covered_until', '2025-12-05T11:30:00Z');
    expect(await reasons()).toEqual(['pending -10000 young', 'pending_link 20000 young']);
  });

  test('of several shops by the one that is furthest behind', async () => {
    await rig.mirror(20_000, null, { shop_order_name: '404', created_at: '2025-12-05T10:45:00Z', business_day: '2025-12-05' });
    await secondShop('2025-12-05T11:30:00Z');
    expect(await reasons()).toEqual(['pending_link 20000 young']);
    await rig.newTenant();
    await rig.mirror(20_000, null, { shop_order_name: '404' });
    await secondShop('2025-12-01T00:00:00Z');
    expect(await reasons()).toEqual(['pending_link 20000 stale']);
  });
});

describe('the grace', () => {
  const TWO_HOURS = { created_at: '2025-12-05T10:00:00Z', business_day: '2025-12-05' };

  test('is the company’s own, unless one is asked for', async () => {
    await rig.sale(10_000, TWO_HOURS);
    expect(await rig.found()).toEqual(['missing_in_odoo -10000']);
    expect(await rig.found({ graceMinutes: 180 })).toEqual(['pending -10000']);
    await tenant('reconcile_grace_minutes', 180);
    expect(await rig.found()).toEqual(['pending -10000']);
    expect(await rig.found({ graceMinutes: 60 })).toEqual(['missing_in_odoo -10000']);
  });

  test('ends by itself: the next comparison, of whatever changed, says missing', async () => {
    await rig.sale(10_000, YOUNG);
    await rig.keep();
    expect(await states()).toEqual([]);
    await rig.sql("update ops.streams set covered_until = '2025-12-05T12:30:00Z' where tenant_id = $1", [rig.tenantId]);
    expect(await rig.keep({ orderIds: [] }, '2025-12-05T12:30:00Z')).toMatchObject({ whole: false });
    expect(await states()).toEqual(['missing_in_odoo -10000 open']);
  });
});

describe('tolerances', () => {
  test('that of taxes is none of totals', async () => {
    await tenant('reconcile_tax_tolerance', { CLP: 5 });
    const { mirror } = await rig.pair(10_000);
    await change(mirror, 10_001);
    expect((await rig.found()).filter((found) => found.startsWith('rounding'))).toEqual([]);
  });

  test('that of taxes is the company’s own', async () => {
    const { sale, mirror } = await rig.pair(10_000, {}, { amount_untaxed_source: 8406, amount_tax_source: 1594 });
    await rig.line(sale, 10_000);
    await rig.line(mirror, 10_000, { source: 'odoo' });
    expect(await rig.found()).toEqual(['tax 0 -3']);
    await tenant('reconcile_tax_tolerance', { CLP: 3 });
    expect(await rig.found()).toEqual([]);
    expect((await rig.run()).classes).toEqual([{ class: 'rounding', findings: 1, flags: 1, amount: '0', value: '-3' }]);
  });

  test('what differs in its total is no rounding of taxes beside', async () => {
    const { mirror } = await rig.pair(10_000);
    await rig.sql(
      'update public.source_orders set amount_total_source = 12000, amount_total = 12000, amount_tax_source = amount_tax_source + 1 where id = $1',
      [mirror],
    );
    expect((await rig.run()).classes.map(({ class: name }) => name)).not.toContain('rounding');
  });

  test('a setting that changed is a reason to compare everything', async () => {
    const { mirror } = await rig.pair(10_000);
    await change(mirror, 10_001);
    await rig.keep();
    expect(await states()).toContain('amount 1 open');
    await tenant('reconcile_total_tolerance', { CLP: 1 });
    expect(await rig.keep({ orderIds: [] })).toMatchObject({ whole: true });
    expect(await states()).toContain('amount 1 resolved gone');
  });
});

describe('out of scope', () => {
  beforeEach(() => tenant('reconcile_from', '2025-11-01'));

  test('a duplicate, and what stands in the books alone, from before the start', async () => {
    const sale = await rig.sale(10_000, BEFORE);
    await rig.mirror(10_000, sale, BEFORE);
    await rig.mirror(10_000, sale, BEFORE);
    await rig.mirror(5_000, null, { shop_order_name: '404', ...BEFORE });
    expect(await reasons()).toEqual(['out_of_scope 10000 before_start', 'out_of_scope 5000 before_start']);
  });

  test('nothing beside is told of what is from before the start: parts, papers, payments, refunds', async () => {
    const wrong = async (when: Values) => {
      const { sale, boleta } = await rig.pair(119_000, when, { amount_shipping_source: 5_000, ...when });
      await rig.sql("update public.invoices set sii_state = 'rejected' where id = $1", [boleta]);
      await rig.payment(sale, 130_000);
      await rig.refund(sale, 5_000);
    };
    await wrong({});
    expect(new Set((await rig.found()).map((found) => found.split(' ')[0]))).toEqual(
      new Set(['dte_rejected', 'overpaid', 'refund_missing', 'shipping']),
    );
    await rig.newTenant({ reconcile_from: '2025-11-01' });
    await wrong(BEFORE);
    expect(await rig.found()).toEqual([]);
  });

  test('a web order merged with one of the point of sale stays in scope', async () => {
    await tenant('reconcile_pos', false);
    const [web, counter] = [await rig.sale(10_000), await rig.sale(5_000, { channel: 'pos' })];
    const merged = await rig.mirror(14_000, web);
    await rig.link(counter, merged);
    expect((await rig.found()).filter((found) => !found.startsWith('not_invoiced'))).toEqual(['amount -1000']);
  });
});

describe('what became of a finding', () => {
  const MARTA = { who: 'marta', reason: 'asked the shop' };
  const LATER = '2027-12-05T12:00:00Z';

  test.each(['shopify', 'odoo'])('is not settled while %s is not current', async (source) => {
    const { mirror } = await rig.pair(10_000);
    await change(mirror, 9_000);
    await rig.keep();
    await streams(source, 'covered_until', '2025-12-01T00:00:00Z');
    await change(mirror, 10_000);
    await rig.keep();
    expect(await states()).toContain('amount -1000 open');
    await streams(source, 'covered_until', AS_OF);
    await rig.keep();
    expect(await states()).toContain('amount -1000 resolved gone');
  });

  test('of documents is not settled while only they are not current', async () => {
    const { boleta } = await rig.pair(119_000);
    await rig.sql("update public.invoices set sii_state = 'rejected' where id = $1", [boleta]);
    await rig.keep();
    await rig.sql("update ops.streams set covered_until = '2025-12-01T00:00:00Z' where tenant_id = $1 and stream = 'invoices'", [
      rig.tenantId,
    ]);
    await rig.sql("update public.invoices set sii_state = 'accepted' where id = $1", [boleta]);
    await rig.keep();
    expect(await states()).toEqual(['dte_rejected 0 open']);
    await streams('odoo', 'covered_until', AS_OF);
    await rig.keep();
    expect(await states()).toEqual(['dte_rejected 0 resolved gone']);
  });

  test('is not settled while its other half is awaited again', async () => {
    const sale = await rig.sale(10_000, YOUNG);
    const mirror = await rig.mirror(9_000, sale, YOUNG);
    await rig.keep();
    expect(await states()).toEqual(['amount -1000 open']);
    await rig.sql('update public.source_orders set deleted_at = now() where id = $1', [mirror]);
    await rig.sql('delete from public.order_links where tenant_id = $1', [rig.tenantId]);
    await rig.keep();
    expect(await states()).toEqual(['amount -1000 open']);
  });

  test.each(['shopify', 'odoo'])('that a person settled does not reappear after %s alone was read', async (source) => {
    const { mirror } = await rig.pair(10_000);
    await change(mirror, 9_000);
    await rig.keep();
    const [found] = (await listFindings(rig.db, { tenantId: rig.tenantId })).filter((f) => f.class === 'amount');
    await decideFinding(rig.db, { tenantId: rig.tenantId, number: found!.number, state: 'resolved', note: null }, MARTA);
    await streams(source, 'covered_until', LATER);
    await rig.keep(undefined, LATER);
    expect(await states()).toContain('amount -1000 resolved');
    await rig.sql('update ops.streams set covered_until = $2 where tenant_id = $1', [rig.tenantId, LATER]);
    await rig.keep(undefined, LATER);
    expect(await states()).toContain('amount -1000 reappeared');
  });
});
