import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/store/database.ts';
import { changePlatform } from '../../src/store/platform.ts';
import { KpiFixture, plain } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;
beforeEach(async () => {
  kpi = await KpiFixture.open();
});
afterEach(async () => kpi.close());

const asAdmin = async (text: string) => kpi.seeder.client.query(text);
/** A tenant whose sales are covered from the beginning until now. */
async function tenant(values: Values = {}): Promise<string> {
  kpi.tenantId = await kpi.seeder.tenant(values);
  await kpi.put('kpi.freshness', { covered_until: await kpi.before('0') });
  return kpi.tenantId;
}

/** Day of the last complete month, from 0; negative ones lie before it. */
async function day(n: number): Promise<string> {
  const text = `select ((date_trunc('month', now() at time zone 'America/Santiago') - interval '1 month')::date + $1::int)::text as day`;
  return (await kpi.analyst.query<{ day: string }>(text, [n])).rows[0]!.day;
}

async function daysOfMonth(): Promise<number> {
  const text = `select extract(day from date_trunc('month', now() at time zone 'America/Santiago') - interval '1 day')::int as n`;
  return (await kpi.analyst.query<{ n: number }>(text)).rows[0]!.n;
}

/** Sales of a day, in the tenant's own currency. */
async function sold(n: number, amount: number, more: Values = {}): Promise<void> {
  await kpi.put('kpi.sales_daily', { day: await day(n), source: 'shopify', orders: 1, amount_total: amount, ...more });
}

const rate = async (n: number, value: number | string, currency = 'USD', base = 'CLP') =>
  kpi.put('public.exchange_rates', { source: 'odoo', currency, base_currency: base, rate_date: await day(n), rate: value });

/** Days before the tenant's today. */
const ago = async (n: number) =>
  (await kpi.analyst.query<{ day: string }>(`select ((now() at time zone 'America/Santiago')::date - $1::int)::text as day`, [n])).rows[0]!
    .day;

const DOLLARS = { currency: 'USD', currency_decimals: 2, time_zone: 'America/New_York' };
const sales = async () => (await kpi.view('kpi.executive_sales', 'amount_total, amount_platform, missing_because')).at(0);
const summary = async (columns: string) => {
  const { rows } = await kpi.analyst.query<Record<string, unknown>>(`select ${columns} from kpi.executive_summary`);
  expect(rows).toHaveLength(1);
  return Object.values(rows[0] ?? {}).map(plain);
};
const SALES = 'sales_amount, sales_tenants_without_data, sales_unconverted, sales_note';

describe('consolidated sales of the last complete month', () => {
  test('416.500 CLP and USD 1.000 at 950 are 1.366.500', async () => {
    await tenant();
    await sold(1, 119_000);
    await sold(3, 59_500);
    await sold(3, 238_000, { source: 'odoo' });
    expect(await sales()).toEqual(['416500', '416500', null]);
    await tenant(DOLLARS);
    await sold(10, 1000);
    await rate(10, 950);
    expect(await sales()).toEqual(['1000', '950000', null]);
    expect(await summary(SALES)).toEqual(['1366500', '0', {}, '']);
  });

  test('each local day is taken at its own rate, the last one up to seven days before', async () => {
    await tenant(DOLLARS);
    await rate(3, 900);
    await rate(20, 1000);
    await sold(3, 400);
    await sold(10, 0.1);
    await sold(19, 0);
    await sold(20, 600);
    // 400 x 900 + 0,10 x 900 + 600 x 1.000
    expect(await sales()).toEqual(['1000.1', '960090', null]);
    await sold(11, 5);
    expect(await sales()).toEqual(['1005.1', null, 'no_rate']);
    expect(await summary(SALES)).toEqual([null, '0', { USD: 1005.1 }, 'USD 1.005,1 sin convertir']);
  });

  test('a rate that says it the other way round is as good, and the later of two wins', async () => {
    await tenant(DOLLARS);
    await sold(10, 1000);
    await rate(8, '0.00105263157894736842', 'CLP', 'USD');
    expect(await sales()).toEqual(['1000', '950000', null]);
    await rate(9, 940);
    expect(await sales()).toEqual(['1000', '940000', null]);
  });

  test('the platform may have another currency, and every view follows at once', async () => {
    await tenant();
    await sold(1, 416_500);
    await rate(1, 950);
    const db = new Database({ url: kpi.url('kpi_writer') });
    await changePlatform(db, { currency: 'USD', currencyDecimals: 2 });
    await db.close();
    expect(await sales()).toEqual(['416500', '438.42', null]);
    expect(await summary('platform_currency, sales_amount')).toEqual(['USD', '438.42']);
  });

  test.each([
    ['upside down', '0.00105'],
    ['a hundred times too high', '95000'],
  ])('a rate %s is not used', async (_, value) => {
    await tenant(DOLLARS);
    await sold(10, 1000);
    await rate(10, value);
    expect(await sales()).toEqual(['1000', null, 'implausible_rate']);
  });

  test("another company's rates are not used, nor deleted ones", async () => {
    await tenant();
    await rate(10, 950);
    await tenant(DOLLARS);
    await sold(10, 1000);
    await kpi.put('public.exchange_rates', {
      currency: 'USD',
      base_currency: 'CLP',
      rate_date: await day(10),
      rate: 950,
      deleted_at: new Date(),
      row_hash: null,
    });
    expect(await sales()).toEqual(['1000', null, 'no_rate']);
  });

  test('unknown is not zero: a month not wholly covered has no amount and is told beside the sum', async () => {
    await tenant();
    await sold(1, 119_000);
    await tenant();
    expect(await sales()).toEqual(['0', '0', null]);
    await asAdmin(`update kpi.freshness set covered_from = '${await day(15)} 12:00Z' where tenant_id = '${kpi.tenantId}'`);
    await sold(20, 7000);
    expect(await sales()).toEqual([null, null, 'not_covered']);
    const days = await daysOfMonth();
    const [[coverage]] = (await kpi.view('kpi.executive_sales', 'coverage')) as [[string]];
    expect(Number(coverage)).toBeCloseTo((days - 16) / days, 4);
    await kpi.newTenant();
    expect(await sales()).toEqual([null, null, 'no_source']);
    await tenant({ status: 'erased' });
    expect(await sales()).toBeUndefined();
    expect(await summary(SALES)).toEqual(['119000', '2', {}, '2 tenants sin dato']);
  });

  test('with no company at all there is no number', async () => {
    expect(await summary(`${SALES}, tenants_active, tenants_total, tickets_open, workflows_executed`)).toEqual([
      null,
      '0',
      {},
      '',
      '0',
      '0',
      null,
      null,
    ]);
  });

  test('the month is whole: its first and last day, and none beside', async () => {
    await tenant();
    const days = await daysOfMonth();
    await sold(-1, 1);
    await sold(0, 10);
    await sold(days - 1, 100);
    await sold(days, 1000);
    expect(await sales()).toEqual(['110', '110', null]);
    // The company's own card of the month says the same.
    expect(await kpi.view('kpi.sales_last_month', 'gross_sales, orders')).toEqual([['110', '2']]);
  });
});

describe('active companies', () => {
  test('had a sale, a conversation or a production run in 30 days, and are neither paused nor erased', async () => {
    await tenant();
    await kpi.put('kpi.sales_daily', { day: await ago(29), source: 'odoo', orders: 1 });
    await tenant();
    await kpi.put('kpi.conversations_daily', { day: await ago(0), channel: 'Web', opened: 1 });
    await tenant();
    await kpi.put('kpi.executions_daily', { day: await ago(3), executions: 1 });
    await tenant();
    await kpi.put('kpi.sales_daily', { day: await ago(30), source: 'odoo', orders: 1 });
    await tenant();
    // A day with nothing but a refund is no sale.
    await kpi.put('kpi.sales_daily', { day: await ago(1), source: 'odoo', refunds: 1 });
    for (const status of ['paused', 'erased']) {
      await tenant({ status });
      await kpi.put('kpi.sales_daily', { day: await ago(1), source: 'odoo', orders: 1 });
    }
    expect(await summary('tenants_active, tenants_total')).toEqual(['3', '6']);
  });
});

describe('support and automation over all companies', () => {
  test('open tickets are summed; a Chatwoot that was never read to its end is told', async () => {
    await tenant();
    await kpi.put('kpi.freshness', { source: 'chatwoot', stream: 'conversations', covered_until: await kpi.before('0') });
    await kpi.put('kpi.conversations_daily', { day: '2024-01-01', channel: 'Web', opened: 9, open: 2, snoozed: 3 });
    await kpi.put('kpi.conversations_daily', { day: await day(1), channel: 'Email', opened: 9, open: 5 });
    await tenant();
    await kpi.put('kpi.freshness', { source: 'chatwoot', stream: 'conversations', covered_until: null });
    await kpi.put('kpi.conversations_daily', { day: await day(1), channel: 'Web', opened: 9, open: 7 });
    expect(await summary('tickets_open, tickets_tenants_without_data')).toEqual(['7', '1']);
  });

  test('production runs are those of 30 whole days up to yesterday, of companies that cover them', async () => {
    const runs = async (n: number, executions: number) => kpi.put('kpi.executions_daily', { day: await ago(n), executions });
    await tenant();
    await kpi.put('kpi.freshness', { source: 'n8n', stream: 'executions', covered_until: await kpi.before('0') });
    for (const [n, executions] of [
      [0, 1],
      [1, 10],
      [30, 100],
      [31, 1000],
    ] as const)
      await runs(n, executions);
    const late = await tenant();
    await kpi.put('kpi.freshness', {
      source: 'n8n',
      stream: 'executions',
      covered_from: `${await ago(29)} 12:00Z`,
      covered_until: await kpi.before('0'),
    });
    await runs(5, 7);
    expect(await summary('workflows_executed, workflows_tenants_without_data')).toEqual(['110', '1']);
    // One that has not been read since yesterday is not told as if it were.
    await asAdmin(`update kpi.freshness set covered_from = null where tenant_id = '${late}'`);
    expect(await summary('workflows_executed, workflows_tenants_without_data')).toEqual(['117', '0']);
    await asAdmin(`update kpi.freshness set covered_until = now() - interval '3 days' where tenant_id = '${late}'`);
    expect(await summary('workflows_executed, workflows_tenants_without_data')).toEqual(['110', '1']);
  });
});

describe('registered users', () => {
  const member = async (user: string) => kpi.put('public.user_tenants', { user_id: user });

  test('are distinct, neither banned nor deleted: one of two companies counts once in each and once in the total', async () => {
    for (const [id, values] of Object.entries({
      both: {},
      locked: { locked: true },
      banned: { banned: true },
      gone: { deleted_at: new Date() },
      nobodys: {},
    }))
      await kpi.seeder.insert('public.users', { id, ...values });
    const first = await tenant();
    for (const id of ['both', 'locked', 'banned', 'gone']) await member(id);
    await tenant();
    await member('both');
    const registered = async () => kpi.view('kpi.registered_users', 'registered, banned');
    // Before the list was read once, nobody knows.
    expect(await registered()).toEqual([[null, null]]);
    expect(await summary('users_registered')).toEqual([null]);
    await asAdmin('update kpi.platform set users_as_of = now()');
    expect(await registered()).toEqual([['1', '0']]);
    kpi.tenantId = first;
    expect(await registered()).toEqual([['2', '1']]);
    expect(await summary('users_registered')).toEqual(['3']);
  });
});

test("the brief's first query has the tenants that sold, its card every active one", async () => {
  await tenant();
  await kpi.order(416_500, { created_at: await kpi.before('1 day') });
  await tenant();
  const query = `SELECT t.rut, t.company_name, SUM(o.amount_total) as total_sales, COUNT(o.id) as total_orders
FROM tenants t LEFT JOIN orders o ON o.tenant_id = t.id
WHERE o.created_at >= NOW() - INTERVAL '30 days'
GROUP BY t.rut, t.company_name ORDER BY total_sales DESC`;
  expect((await kpi.analyst.query(query)).rows).toMatchObject([{ total_sales: '416500', total_orders: '1' }]);
  const card = await kpi.analyst.query('select total_sales, total_orders from kpi.revenue_by_tenant order by total_sales desc nulls last');
  expect(card.rows).toEqual([
    { total_sales: '416500', total_orders: '1' },
    { total_sales: '0', total_orders: '0' },
  ]);
});
