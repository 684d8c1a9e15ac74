import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { exampleCompany, type Delivery } from '../support/example-company.ts';
import { plain } from '../support/kpi-fixture.ts';
import { jobOf, pageOf, scripted, syncDeps, tenantWith } from '../support/scripted-stream.ts';

/** Zones of the company, each with the instant at which its 1 November begins. In New York that day has 25 hours. */
const ZONES = {
  'America/Santiago': '2026-11-01T03:00:00Z',
  'America/New_York': '2026-11-01T04:00:00Z',
  'Pacific/Auckland': '2026-10-31T11:00:00Z',
} as const;
type Zone = keyof typeof ZONES;

interface Row {
  readonly kpi: string;
  /** Select list over the KPI. */
  readonly columns: string;
  /** Behind `from <kpi>`: arguments of a function, conditions, order. $1 is the tenant. */
  readonly rest: string;
  /** Where a zone is not named, what Santiago has. */
  readonly expected: { readonly 'America/Santiago': unknown[][] } & Partial<Record<Zone, unknown[][]>>;
}

const words = 'gross_sales, refunds, sales_after_refunds, net_sales_untaxed, orders, average_order';
const ofTenant = 'where tenant_id = $1';
const same = (rows: unknown[][]) => ({ 'America/Santiago': rows });

/**
 * Every KPI of the example, computed by hand. A is sold at 10:00 of 28 November in Chile, E at 23:30 of 30 November: at 15:30 of
 * 1 December in Auckland, where A is of the 29th and the refunds of the 3rd and 4th.
 */
const KPIS: readonly Row[] = [
  {
    kpi: 'public.orders',
    columns: 'source_ref, status, amount_total, amount_untaxed',
    rest: `${ofTenant} order by created_at`,
    expected: same([
      ['#1001 · tienda-ejemplo.myshopify.com', 'completed', '119000', '100000'],
      ['#1003 · tienda-ejemplo.myshopify.com', 'refunded', '59500', '50000'],
      ['S00023', 'open', '238000', '200000'],
    ]),
  },
  {
    kpi: 'public.order_lines',
    columns: 'source, line_kind, sum(quantity), sum(amount), sum(amount_untaxed)',
    rest: `${ofTenant} group by 1, 2 order by 1, 2`,
    expected: same([
      ['odoo', 'product', '2', '238000', '200000'],
      ['shopify', 'product', '4', '173740', '146000'],
      ['shopify', 'shipping', '1', '4760', '4000'],
    ]),
  },
  {
    kpi: 'kpi.sales_between',
    columns: `${words}, coverage`,
    rest: `('2026-11-01', '2026-11-30') ${ofTenant}`,
    expected: {
      'America/Santiago': [['416500', '0', '416500', '350000', '3', '138833', '1']],
      'Pacific/Auckland': [['178500', '0', '178500', '150000', '2', '89250', '1']],
    },
  },
  {
    kpi: 'kpi.sales_between',
    columns: `${words}, coverage`,
    rest: `('2026-12-01', '2026-12-04') ${ofTenant}`,
    expected: {
      'America/Santiago': [['0', '83300', '-83300', '-70000', '0', null, '1']],
      'Pacific/Auckland': [['238000', '83300', '154700', '130000', '1', '238000', '1']],
    },
  },
  {
    kpi: 'kpi.sales_between',
    columns: `${words}, coverage`,
    rest: `('2026-11-01', '2026-12-04') ${ofTenant}`,
    expected: same([['416500', '83300', '333200', '280000', '3', '138833', '1']]),
  },
  {
    // The day before is not covered: one day of thirty-one is unknown, and with it the sum.
    kpi: 'kpi.sales_between',
    columns: `${words}, coverage`,
    rest: `('2026-10-31', '2026-11-30') ${ofTenant}`,
    expected: same([[null, null, null, null, null, null, '0.9677']]),
  },
  {
    kpi: 'kpi.sales_by_day',
    columns: 'day::text, gross_sales, refunds, orders',
    rest: `${ofTenant} and (gross_sales <> 0 or refunds <> 0) order by day`,
    expected: {
      'America/Santiago': [
        ['2026-11-28', '119000', '0', '1'],
        ['2026-11-29', '59500', '0', '1'],
        ['2026-11-30', '238000', '0', '1'],
        ['2026-12-02', '0', '23800', '0'],
        ['2026-12-03', '0', '59500', '0'],
      ],
      'Pacific/Auckland': [
        ['2026-11-29', '119000', '0', '1'],
        ['2026-11-30', '59500', '0', '1'],
        ['2026-12-01', '238000', '0', '1'],
        ['2026-12-03', '0', '23800', '0'],
        ['2026-12-04', '0', '59500', '0'],
      ],
    },
  },
  {
    kpi: 'kpi.sales_by_day',
    columns: 'day::text, gross_sales, orders, coverage',
    rest: `${ofTenant} and day between '2026-11-01' and '2026-11-02' order by day`,
    expected: same([
      ['2026-11-01', '0', '0', '1'],
      ['2026-11-02', '0', '0', '1'],
    ]),
  },
  {
    kpi: 'kpi.coverage',
    columns: 'first_day::text, last_day::text',
    rest: `${ofTenant} and subject = 'sales'`,
    expected: { 'America/Santiago': [['2026-11-01', '2026-12-04']], 'Pacific/Auckland': [['2026-11-01', '2026-12-05']] },
  },
  { kpi: 'public.orders', columns: 'count(*)', rest: `${ofTenant} and status = 'completed'`, expected: same([['1']]) },
  {
    kpi: 'public.refunds',
    columns: 'amount_total, amount_paid_back, counts',
    rest: `${ofTenant} order by created_at`,
    expected: same([
      ['23800', '23800', true],
      ['59500', '59500', true],
    ]),
  },
  {
    kpi: 'kpi.sales_left_out',
    columns: 'source_ref, reason, amount_total_source',
    rest: `${ofTenant} order by source_ref`,
    // The gift card alone leaves nothing of its order.
    expected: same([
      ['#1002 · tienda-ejemplo.myshopify.com', 'cancelled', '50000'],
      ['#1004 · tienda-ejemplo.myshopify.com', 'gift_card_only', '0'],
      ['#1005 · tienda-ejemplo.myshopify.com', 'test', '10000'],
    ]),
  },
  {
    kpi: 'kpi.product_sales_daily',
    columns: 'sku, sum(units), sum(amount), sum(units_sold), sum(units_returned)',
    rest: `${ofTenant} group by sku order by sku`,
    // Shirts: 2 of A, 1 of D, 2 of E; one of A and that of D came back.
    expected: same([
      ['MOC-AND', '1', '71400', '1', '0'],
      ['POL-AUS-M', '3', '261800', '5', '2'],
    ]),
  },
  {
    kpi: 'kpi.stock_now',
    columns: 'stock_source, sku, on_hand, reserved, available, available_other, below_threshold',
    rest: `${ofTenant} order by sku`,
    expected: same([
      ['odoo', 'MOC-AND', '0', '0', '0', null, true],
      ['odoo', 'POL-AUS-M', '12', '3', '9', '9', false],
    ]),
  },
  {
    kpi: 'kpi.tickets_by_channel',
    columns: 'channel, status, last_7_days, total',
    rest: `${ofTenant} order by status`,
    expected: same([
      ['WhatsApp', 'open', '2', '2'],
      ['WhatsApp', 'pending', '1', '1'],
      ['WhatsApp', 'resolved', '1', '1'],
    ]),
  },
  {
    kpi: 'kpi.executions_by_workflow',
    columns: 'workflow_name, executions, errors, crashed, success, success_rate, avg_duration_ms',
    rest: ofTenant,
    // Eight of a second and one of ten.
    expected: same([['Boletas', '11', '2', '1', '8', '0.8', '2000']]),
  },
  {
    kpi: 'public.workflow_executions_other',
    columns: 'mode, count(*)',
    rest: `${ofTenant} group by mode`,
    expected: same([['manual', '5']]),
  },
];

let rig: EngineRig;

beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

/** A fixed shuffle for each number: 0 is the order as written, 1 its reverse. */
function shuffled(deliveries: readonly Delivery[], number: number): Delivery[] {
  if (number === 0) return [...deliveries];
  if (number === 1) return deliveries.toReversed();
  let state = number;
  const draw = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  return deliveries
    .map((delivery) => ({ delivery, at: draw() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ delivery }) => delivery);
}

async function company(zone: Zone, order: number): Promise<string> {
  const { tenantId, connections } = await tenantWith(rig.db, ['shopify', 'odoo', 'chatwoot', 'n8n'], { timeZone: zone });
  const deliveries = exampleCompany({ firstDayBegins: ZONES[zone], now: new Date() });
  for (const { source, stream, drafts, covered } of shuffled(deliveries, order)) {
    const page = pageOf(drafts, covered === undefined ? {} : { covered });
    const place = { tenantId, connectionId: connections[source]!, source };
    expect((await runSync(syncDeps(rig.db), jobOf(place, scripted([page], stream)))).error).toBeNull();
  }
  return tenantId;
}

async function shown(tenantId: string, { kpi, columns, rest }: Row): Promise<unknown[][]> {
  const text = `select ${columns} from ${kpi}${rest.startsWith('(') ? '' : ' '}${rest}`;
  return rig.db.transaction(tenantId, async ({ client }) => {
    const { rows } = await client.query<unknown[]>({ text, values: [tenantId], rowMode: 'array' });
    return rows.map((row) => row.map(plain));
  });
}

const zones = Object.keys(ZONES) as Zone[];

describe.each(zones)('the example company in %s', (zone) => {
  test.each([0, 1, 2, 3, 4])('has the numbers written down, in whatever order its records arrive (%i)', async (order) => {
    const tenantId = await company(zone, order);
    for (const row of KPIS) {
      const expected = row.expected[zone] ?? row.expected['America/Santiago'];
      expect({ [`${row.kpi} ${row.rest}`]: await shown(tenantId, row) }).toEqual({ [`${row.kpi} ${row.rest}`]: expected });
    }
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  });
});
