import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { KpiFixture } from '../support/kpi-fixture.ts';

let kpi: KpiFixture;
beforeAll(async () => {
  kpi = await KpiFixture.open();
});
beforeEach(() => kpi.newTenant());
afterAll(() => kpi.close());

const DONE = { last_success_at: '2026-11-29T12:00:00Z', covered_until: '2026-11-29T12:00:00Z' };
const stream = (name: string, values: Record<string, unknown>) => kpi.put('kpi.freshness', { source: 'odoo', stream: name, ...values });
const lastDays = () => kpi.view('kpi.coverage', 'subject, last_day::text', 'order by subject');

test('while invoices are read for the first time, sales are unknown: their refunds may still come', async () => {
  await stream('orders', DONE);
  await stream('invoices', { last_success_at: null, covered_until: null });
  expect(await lastDays()).toEqual([
    ['carts', '2026-11-28'],
    ['customers', '2026-11-28'],
    ['documents', null],
    ['sales', null],
  ]);
});

test('an app that is not installed makes no sale unknown for ever; documents stay unknown', async () => {
  await stream('orders', DONE);
  await stream('invoices', { ...DONE, covered_until: null });
  await stream('pos_orders', { ...DONE, covered_until: null });
  expect(await lastDays()).toEqual([
    ['carts', '2026-11-28'],
    ['customers', '2026-11-28'],
    ['documents', null],
    ['sales', '2026-11-28'],
  ]);
});

test('sales are covered as far as orders, invoices and the counter are', async () => {
  await stream('orders', DONE);
  await stream('invoices', DONE);
  await stream('pos_orders', { ...DONE, covered_until: '2026-11-28T12:00:00Z' });
  expect(await lastDays()).toEqual([
    ['carts', '2026-11-28'],
    ['customers', '2026-11-28'],
    ['documents', '2026-11-28'],
    ['sales', '2026-11-27'],
  ]);
});

test('a stream that began today covers no whole day: there is no first one, no last one, and no share of a period', async () => {
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  await stream('orders', { last_success_at: at(1), covered_from: at(30), covered_until: at(1) });
  expect(await kpi.view('kpi.coverage', 'subject, first_day, last_day, covered_until is not null', "and subject = 'sales'")).toEqual([
    ['sales', null, null, true],
  ]);
  expect(await kpi.view('kpi.sales_periods', 'distinct coverage, gross_sales', "and period in ('yesterday', 'last_30_days')")).toEqual([
    ['0', null],
  ]);
  expect(await kpi.view("kpi.sales_between(date '2026-11-01', date '2026-11-30')", 'coverage, gross_sales')).toEqual([['0', null]]);
});

test('a company without any source knows nothing of a period', async () => {
  expect(await kpi.view("kpi.sales_between(date '2026-11-01', date '2026-11-30')", 'coverage, gross_sales')).toEqual([['0', null]]);
  expect(await kpi.view('kpi.sales_periods', 'distinct coverage', "and period <> 'month_to_yesterday'")).toEqual([['0']]);
});
