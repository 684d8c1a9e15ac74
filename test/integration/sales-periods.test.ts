import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KpiFixture, plain } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;

beforeAll(async () => {
  kpi = await KpiFixture.open();
});
afterAll(async () => kpi.close());
beforeEach(async () => kpi.newTenant());

const covered = async (values: Values, source = 'shopify') => kpi.put('kpi.freshness', { source, ...values });
const sale = (day: string, total = 119_000, values: Values = {}) =>
  kpi.order(total, { business_day: day, created_at: `${day}T15:00:00Z`, ...values });
const days = (columns: string, first: string, last: string) =>
  kpi.view('kpi.sales_by_day', `day::text as day, ${columns}`, `and day between '${first}' and '${last}' order by day`);
const zone = (name: string) => kpi.seeder.client.query('update public.tenants set time_zone = $2 where id = $1', [kpi.tenantId, name]);

async function between(first: string | null, last: string | null, columns: string): Promise<unknown[]> {
  const text = `select ${columns} from kpi.sales_between($2::date, $3::date) where tenant_id = $1`;
  const { rows } = await kpi.analyst.query<unknown[]>({ text, values: [kpi.tenantId, first, last], rowMode: 'array' });
  expect(rows).toHaveLength(1);
  return rows[0]!.map(plain);
}

describe('sales by day', () => {
  test('has every day from the first that is known: 0 where covered and nothing was sold, unknown where not covered', async () => {
    await covered({ covered_from: '2025-11-27T15:00:00Z', covered_until: '2025-11-30T15:00:00Z' });
    await sale('2025-11-27', 1_000);
    await sale('2025-11-29');
    await kpi.rollUp();
    expect(await days('gross_sales, orders, refunds, average_order, unpaid_sales, coverage', '2025-01-01', '2025-12-02')).toEqual([
      // 12:00 in Chile: half of the first and of the last day.
      ['2025-11-27', null, null, null, null, null, '0.5'],
      ['2025-11-28', '0', '0', '0', null, '0', '1'],
      ['2025-11-29', '119000', '1', '0', '119000', '0', '1'],
      ['2025-11-30', null, null, null, null, null, '0.5'],
      ['2025-12-01', null, null, null, null, null, '0'],
      ['2025-12-02', null, null, null, null, null, '0'],
    ]);
    const [[last]] = (await kpi.view('kpi.sales_by_day', 'max(day)::text as day')) as [[string]];
    const { rows } = await kpi.analyst.query<{ today: string }>("select (now() at time zone 'America/Santiago')::date::text as today");
    expect(last).toBe(rows[0]?.today);
  });

  test('a source that was never read to its end leaves every day unknown, however much is there', async () => {
    await covered({ covered_until: '2025-12-05T12:00:00Z' });
    await covered({ covered_until: null }, 'odoo');
    await sale('2025-11-29');
    await kpi.rollUp();
    expect(await days('gross_sales, coverage', '2025-11-29', '2025-11-29')).toEqual([['2025-11-29', null, '0']]);
  });

  test('a company without any source has one day, today, of which nothing is known', async () => {
    expect(await kpi.view('kpi.sales_by_day', 'gross_sales, coverage')).toEqual([[null, '0']]);
  });

  test('a sale dated tomorrow is on a day that is not known yet, never on a closed one', async () => {
    await covered({ covered_until: new Date() });
    const { rows } = await kpi.analyst.query<{ day: string }>("select ((now() at time zone 'America/Santiago')::date + 1)::text as day");
    await sale(rows[0]!.day);
    await kpi.rollUp();
    expect(await kpi.view('kpi.sales_by_day', 'gross_sales, coverage', 'order by day desc limit 1')).toEqual([[null, '0']]);
  });

  // Chile, 2025: 7 September has 23 hours (04:00Z to 03:00Z), 5 April has 25 (03:00Z to 04:00Z). Auckland is 13 hours ahead in December.
  test.each([
    ['America/Santiago', '2025-09-07', '2025-09-07T04:00:00Z', '2025-09-08T03:00:00Z', '0.9565'],
    ['America/Santiago', '2025-04-05', '2025-04-05T03:00:00Z', '2025-04-06T04:00:00Z', '0.96'],
    ['Pacific/Auckland', '2025-12-01', '2025-11-30T11:00:00Z', '2025-12-01T11:00:00Z', '0.9583'],
  ])('a day is known when covered to its last second: %s, %s', async (name, day, begins, ends, withoutAnHour) => {
    await zone(name);
    await sale(day, 5_000);
    await kpi.rollUp();
    const at = (instant: string, seconds: number) => new Date(Date.parse(instant) + seconds * 1000);
    const known = async (from: Date, until: Date) => {
      await kpi.seeder.client.query('delete from kpi.freshness where tenant_id = $1', [kpi.tenantId]);
      await covered({ covered_from: from, covered_until: until });
      return (await days('gross_sales, coverage', day, day))[0];
    };
    expect(await known(at(begins, 0), at(ends, 0))).toEqual([day, '5000', '1']);
    expect(await known(at(begins, 1), at(ends, 0))).toEqual([day, null, '0.9999']);
    expect(await known(at(begins, 0), at(ends, -1))).toEqual([day, null, '0.9999']);
    expect(await known(at(begins, 3600), at(ends, 0))).toEqual([day, null, withoutAnHour]);
  });
});

describe('sales of a period', () => {
  /** The company of the definitions. */
  const exampleShop = async () => {
    const a = await sale('2025-11-28');
    const d = await sale('2025-11-29', 59_500, { status: 'refunded' });
    await sale('2025-11-30', 238_000, { source: 'odoo', payment_state: null });
    await kpi.refund(a, 23_800, { business_day: '2025-12-02' });
    await kpi.refund(d, 59_500, { business_day: '2025-12-03' });
    await kpi.rollUp();
  };
  const words = 'gross_sales, refunds, sales_after_refunds, net_sales_untaxed, orders, average_order, coverage';

  test('November and December of the example, in the four words', async () => {
    await exampleShop();
    for (const source of ['shopify', 'odoo']) await covered({ covered_until: '2026-01-01T12:00:00Z' }, source);
    expect(await between('2025-11-01', '2025-11-30', words)).toEqual(['416500', '0', '416500', '350000', '3', '138833', '1']);
    expect(await between('2025-12-01', '2025-12-31', words)).toEqual(['0', '83300', '-83300', '-70000', '0', null, '1']);
    expect(await between('2025-11-01', '2025-12-31', words)).toEqual(['416500', '83300', '333200', '280000', '3', '138833', '1']);
  });

  test('one day that is not wholly covered makes the whole period unknown, and the share says how much is', async () => {
    await exampleShop();
    await covered({ covered_from: '2025-11-01T03:00:01Z', covered_until: '2025-12-01T03:00:00Z' });
    expect(await between('2025-11-01', '2025-11-30', words)).toEqual([null, null, null, null, null, null, '0.9666']);
    expect((await between('2025-11-02', '2025-11-30', words)).at(-1)).toBe('1');
    expect((await between('2025-11-02', '2025-12-01', words)).slice(-2)).toEqual([null, '0.9666']);
    expect((await between('2025-12-02', '2025-12-03', words)).slice(-2)).toEqual([null, '0']);
  });

  test('a period without a day, or without an end, has no number and no share', async () => {
    await covered({ covered_until: '2026-01-01T12:00:00Z' });
    for (const [first, last] of [
      ['2025-11-30', '2025-11-29'],
      [null, '2025-11-29'],
      ['2025-11-30', null],
    ] as const)
      expect(await between(first, last, words)).toEqual([null, null, null, null, null, null, null]);
  });

  test('a shop that shows sixty days only: sales of ninety days ago are unknown, not 0', async () => {
    await covered({ covered_from: await kpi.before('60 days'), covered_until: new Date() });
    const [[ago90, ago30]] = (
      await kpi.analyst.query<[string, string]>({
        text: `select (d - 90)::text, (d - 30)::text from (select (now() at time zone 'America/Santiago')::date as d) t`,
        rowMode: 'array',
      })
    ).rows as [[string, string]];
    expect(await between(ago90, ago90, 'gross_sales, orders, coverage')).toEqual([null, null, '0']);
    expect(await between(ago30, ago30, 'gross_sales, orders, coverage')).toEqual(['0', '0', '1']);
  });

  test('what is still to be paid is said beside it: nothing received, and received in part', async () => {
    await covered({ covered_until: '2026-01-01T12:00:00Z' });
    await sale('2025-11-28', 119_000, { payment_state: 'paid' });
    await sale('2025-11-28', 50_000, { payment_state: 'unpaid' });
    await sale('2025-11-29', 30_000, { payment_state: 'unpaid' });
    await sale('2025-11-29', 20_000, { payment_state: 'partial' });
    await sale('2025-11-29', 10_000, { payment_state: 'unpaid', status: 'cancelled' });
    await sale('2025-11-29', 7_000, { payment_state: null, source: 'odoo' });
    await sale('2025-11-29', 5, { payment_state: 'unpaid', currency_source: 'USD', fx_rate: null });
    await kpi.rollUp();
    expect(await between('2025-11-01', '2025-11-30', 'gross_sales, unpaid_sales, unpaid_orders, partly_paid_orders')).toEqual([
      '226000',
      '80000',
      '3',
      '1',
    ]);
  });
});

describe('the periods that cards name', () => {
  /** Today in a zone, and days before it. */
  const calendar = (name: string) => {
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short' }).format(new Date());
    const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
    const at = (utc: number) => new Date(utc).toISOString().slice(0, 10);
    return {
      today,
      ago: (n: number) => at(Date.parse(today) - n * 86_400_000),
      monthStart: (n: number) => at(Date.UTC(year, month + n, 1)),
    };
  };

  test.each(['America/Santiago', 'Pacific/Auckland', 'Pacific/Honolulu'])(
    'are whole days of the company, up to yesterday: %s',
    async (name) => {
      await zone(name);
      const { today, ago, monthStart } = calendar(name);
      const dayBefore = (day: string) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
      const expected: Record<string, [string, string]> = {
        yesterday: [ago(1), ago(1)],
        last_7_days: [ago(7), ago(1)],
        last_30_days: [ago(30), ago(1)],
        month_to_yesterday: [monthStart(0), ago(1)],
        last_month: [monthStart(-1), dayBefore(monthStart(0))],
        month_before_last: [monthStart(-2), dayBefore(monthStart(-1))],
        last_12_months: [monthStart(-12), dayBefore(monthStart(0))],
      };
      await covered({ covered_until: new Date(Date.now() + 1000) });
      const edges = [...new Set([today, ...Object.values(expected).flat(), ...Object.values(expected).map(([first]) => dayBefore(first))])];
      const amounts = new Map(edges.map((day, at) => [day, 2 ** at]));
      for (const [day, amount] of amounts) await sale(day, amount);
      await kpi.rollUp();
      const rows = await kpi.view('kpi.sales_periods', 'period, first_day::text, last_day::text, gross_sales, orders');
      const found = Object.fromEntries(rows.map(([period, ...rest]) => [String(period), rest]));
      expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted());
      for (const [period, [first, last]] of Object.entries(expected)) {
        const inside = [...amounts].filter(([day]) => day >= first && day <= last);
        const known = last >= first;
        expect([period, ...found[period]!]).toEqual([
          period,
          first,
          last,
          known ? String(inside.reduce((sum, [, amount]) => sum + amount, 0)) : null,
          known ? String(inside.length) : null,
        ]);
      }
      expect(await kpi.view('kpi.sales_last_month', 'first_day::text, gross_sales')).toEqual([
        [expected['last_month']![0], found['last_month']![2]],
      ]);
    },
  );

  test('today stands apart, as of the instant to which it is read', async () => {
    const { today } = calendar('America/Santiago');
    const { rows } = await kpi.analyst.query<{ begins: Date }>("select $1::date::timestamp at time zone 'America/Santiago' as begins", [
      today,
    ]);
    const begins = rows[0]!.begins.getTime();
    await sale(today, 7_000);
    await kpi.rollUp();
    const shown = () =>
      kpi.view('kpi.sales_today', 'day::text as day, label, gross_sales, orders, as_of::text is not null as known, day_share');
    expect(await shown()).toEqual([[today, 'hoy, parcial', null, null, false, '0']]);
    await covered({ covered_until: new Date(begins) });
    expect(await shown()).toEqual([[today, 'hoy, parcial', null, null, false, '0']]);
    const until = async (at: number) =>
      kpi.seeder.client.query('update kpi.freshness set covered_until = $2 where tenant_id = $1', [kpi.tenantId, new Date(at)]);
    await until(begins + 1_000);
    expect(await shown()).toEqual([[today, 'hoy, parcial', '7000', '1', true, '0']]);
    // The first hours are not covered: what is there is not today's.
    await kpi.seeder.client.query('update kpi.freshness set covered_from = $2 where tenant_id = $1', [kpi.tenantId, new Date(begins + 1)]);
    expect(await shown()).toEqual([[today, 'hoy, parcial', null, null, false, '0']]);
  });
});
