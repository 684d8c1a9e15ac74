import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { mapCounterOrders } from '../../connectors/odoo/streams/pos-orders.ts';
import { DocumentsRig, order } from '../support/documents-rig.ts';

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
beforeEach(() => rig.newTenant());
afterAll(() => rig.engine.close());

interface Ticket {
  readonly id: number;
  readonly state?: string;
  readonly date?: string;
  readonly lines: readonly { readonly id: number; readonly gross: number; readonly settles?: number; readonly returns?: number }[];
  /** Cash rounded to ten pesos. */
  readonly paid?: number;
}

/** Orders of the counter as the connector's own mapping makes them of what Odoo answers; line 501 is of order 50. */
function tickets(...all: Ticket[]): Draft[] {
  const stamps = { create_date: '2026-11-28 12:00:00', write_date: '2026-11-28 12:00:00' };
  const orders = all.map((ticket) => ({
    ...stamps,
    id: ticket.id,
    name: `Caja/${ticket.id}`,
    state: ticket.state ?? 'paid',
    date_order: ticket.date ?? '2026-11-29 02:30:00',
    partner_id: false,
    company_id: 1,
    amount_total: ticket.paid ?? ticket.lines.reduce((sum, { gross }) => sum + gross, 0),
  }));
  const lines = all.flatMap((ticket) =>
    ticket.lines.map((line) => ({
      ...stamps,
      id: line.id,
      order_id: ticket.id,
      product_id: 30,
      full_product_name: 'Almuerzo',
      qty: Math.sign(line.gross),
      price_unit: Math.abs(line.gross),
      discount: 0,
      tax_ids: [7],
      price_subtotal: Math.round(line.gross / 1.19),
      price_subtotal_incl: line.gross,
      sale_order_origin_id: line.settles ?? false,
      refunded_orderline_id: line.returns ?? false,
    })),
  );
  const { drafts, rejects } = mapCounterOrders(orders, lines, {
    currencies: new Map([[45, { code: 'CLP', places: 0 }]]),
    companyCurrency: new Map([[1, 45]]),
    companyPartners: new Set(),
    products: new Map([[30, { sku: 'ALM', unit: 1 }]]),
    taxes: new Map([[7, { iva: true, percent: 19, included: true, group: [] }]]),
    refundedOrders: new Map([[501, 50]]),
  });
  expect(rejects).toEqual([]);
  return [...drafts];
}

test('an order of the counter that settles S00031 of 100.000 counts once (MEANING 13)', async () => {
  await rig.write(order(31, [100_000]));
  await rig.write(tickets({ id: 50, lines: [{ id: 501, gross: 100_000, settles: 31 }] }));
  expect(await rig.days()).toEqual([{ day: '2026-11-27', orders: 1, sold: 100_000, refunds: 0, back: 0 }]);
  expect(await rig.tenant.rows('select reason from kpi.sales_left_out where tenant_id = $1', [rig.tenant.tenantId])).toEqual([
    { reason: 'settlement' },
  ]);
  expect(await rig.unsettled()).toEqual([]);
});

test('what is bought beside it is a sale, on the local day of the ticket', async () => {
  await rig.write(order(31, [100_000]));
  await rig.write(
    tickets({
      id: 50,
      lines: [
        { id: 501, gross: 100_000, settles: 31 },
        { id: 502, gross: 5_950 },
      ],
    }),
  );
  expect(await rig.days()).toEqual([
    { day: '2026-11-27', orders: 1, sold: 100_000, refunds: 0, back: 0 },
    { day: '2026-11-28', orders: 1, sold: 5_950, refunds: 0, back: 0 },
  ]);
});

test('paid, done and invoiced tickets are sales; open and cancelled ones are none; an unknown word is open', async () => {
  const states = ['draft', 'cancel', 'paid', 'done', 'invoiced', 'otra'];
  await rig.write(tickets(...states.map((state, i) => ({ id: 60 + i, state, lines: [{ id: 600 + i, gross: 1_190 }] }))));
  expect((await rig.statuses()).map((row) => row['status'])).toEqual([
    'quotation',
    'cancelled',
    'completed',
    'completed',
    'completed',
    'open',
  ]);
  expect(await rig.days()).toEqual([{ day: '2026-11-28', orders: 4, sold: 4_760, refunds: 0, back: 0 }]);
  expect(await rig.unsettled()).toEqual([]);
});

test('what is given back is a refund of its ticket, on its own day; what is bought instead is a sale', async () => {
  await rig.write(tickets({ id: 50, lines: [{ id: 501, gross: 23_800 }] }));
  const exchange = {
    id: 51,
    date: '2026-12-02 15:00:00',
    lines: [
      { id: 511, gross: -23_800, returns: 501 },
      { id: 512, gross: 11_900 },
    ],
  };
  await rig.write(tickets(exchange));
  expect(await rig.refunds()).toEqual([{ id: 'pos:51', order: 'pos:50', day: '2026-12-02', amount: 23_800, counts: true }]);
  expect(await rig.days()).toEqual([
    { day: '2026-11-28', orders: 1, sold: 23_800, refunds: 0, back: 0 },
    { day: '2026-12-02', orders: 1, sold: 11_900, refunds: 1, back: 23_800 },
  ]);
  expect(await rig.unsettled()).toEqual([]);
});

test('cash rounded to ten pesos stays in the total, and the parts add up', async () => {
  await rig.write(tickets({ id: 50, lines: [{ id: 501, gross: 1_193 }], paid: 1_190 }));
  expect(
    await rig.tenant
      .rows(`select trim_scale(amount_total)::int as total, trim_scale(amount_products)::int as products, trim_scale(amount_other)::int as other,
      amount_total = amount_untaxed + amount_tax as taxed from public.source_orders`),
  ).toEqual([{ total: 1_190, products: 1_193, other: -3, taxed: true }]);
});
