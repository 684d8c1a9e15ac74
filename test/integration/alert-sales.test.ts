import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertsRig } from '../support/alerts-rig.ts';

let rig: AlertsRig;
beforeAll(async () => {
  rig = await AlertsRig.open();
});
afterAll(() => rig.close());

const put = (table: string, values: Record<string, unknown>) => rig.fixture.put(table, values);
const run = (text: string, values: unknown[] = []) => rig.fixture.seeder.client.query(text, values);

/** Orders covered from the first to the last instant, read a moment ago. */
async function sales(covered: { from: string; until: string }, source = 'shopify', more: Record<string, unknown> = {}): Promise<string> {
  return put('kpi.freshness', {
    source,
    stream: 'orders',
    covered_from: covered.from,
    covered_until: covered.until,
    last_success_at: await rig.fixture.before('1 minute'),
    interval_seconds: 300,
    ...more,
  });
}

/** Covered for long, and until now. */
const fresh = async () => ({ from: '2020-01-01T00:00:00Z', until: await rig.fixture.before('1 minute') });

async function soldOn(day: string, total: number, values: Record<string, unknown> = {}): Promise<void> {
  await rig.fixture.order(total, { created_at: `${day}T12:00:00-03:00`, business_day: day, ...values });
  await rig.fixture.rollUp();
}

// 2025-11-26 is a Wednesday; at this instant it is the last closed day in Santiago.
const THURSDAY = '2025-11-27T15:00:00Z';

test('sales: one peso below the limit fires, at the limit not; a day without a sale that is covered is 0 and fires', async () => {
  for (const [total, told] of [
    [9_999, ['firing: Tienda Ejemplo: Venta bruta del 26-11-2025: CLP 9.999, bajo el mínimo de CLP 10.000.']],
    [10_000, []],
    [0, ['firing: Tienda Ejemplo: Venta bruta del 26-11-2025: CLP 0, bajo el mínimo de CLP 10.000.']],
  ] as const) {
    await rig.tenantFor('sales_below');
    await sales(await fresh());
    if (total > 0) await soldOn('2025-11-26', total);
    await rig.judge(THURSDAY);
    expect(await rig.told()).toEqual(told);
  }
});

test('sales: a source that is behind, or a day not wholly covered, is unknown and not low', async () => {
  await rig.tenantFor('sales_below');
  await sales(await fresh());
  await sales(await fresh(), 'odoo', { last_success_at: await rig.fixture.before('1 day') });
  expect((await rig.judge(THURSDAY)).unknown).toEqual({ sales_below: 'las ventas no están al día: odoo' });

  // Fresh, but the books were read only until noon of that day.
  await run(`update kpi.freshness set last_success_at = now(), covered_until = now() where tenant_id = $1`, [rig.tenantId]);
  await run(`update kpi.freshness set covered_from = '2025-11-26T15:00:00Z' where tenant_id = $1 and source = 'odoo'`, [rig.tenantId]);
  expect((await rig.judge(THURSDAY)).unknown).toEqual({ sales_below: 'el día 26-11-2025 no está cubierto por completo' });
  expect(await rig.told()).toEqual([]);
});

test('sales: invoices and the counter count where they are used', async () => {
  await rig.tenantFor('sales_below');
  await sales(await fresh(), 'odoo');
  const late = { last_success_at: await rig.fixture.before('1 day') };
  await sales({ from: '2020-01-01T00:00:00Z', until: await rig.fixture.before('1 day') }, 'odoo', { ...late, stream: 'invoices' });
  expect((await rig.judge(THURSDAY)).unknown).toEqual({ sales_below: 'las ventas no están al día: odoo' });
  // Read to its end and nothing covered: the application is not installed.
  await run(`update kpi.freshness set covered_until = null, covered_from = null where tenant_id = $1 and stream = 'invoices'`, [
    rig.tenantId,
  ]);
  expect(await rig.judge(THURSDAY)).toMatchObject({ fired: 1, unknown: {} });
});

test('sales: a sale without an exchange rate makes a low day unknown, not low', async () => {
  await rig.tenantFor('sales_below');
  await sales(await fresh());
  await soldOn('2025-11-26', 100, { currency_source: 'USD', fx_rate: null });
  expect((await rig.judge(THURSDAY)).unknown).toEqual({ sales_below: 'hay ventas sin tipo de cambio el 26-11-2025' });
});

test('sales: the closed day is the one of the tenant’s own zone', async () => {
  // 02:00 UTC on the 28th: still the 27th in Santiago (last closed day: 26), already the 28th in Madrid (last closed day: 27).
  for (const [zone, day] of [
    ['America/Santiago', '26-11-2025'],
    ['Europe/Madrid', '27-11-2025'],
  ]) {
    await rig.tenantFor('sales_below');
    await run('update public.tenants set time_zone = $2 where id = $1', [rig.tenantId, zone]);
    await sales(await fresh());
    await rig.judge('2025-11-28T02:00:00Z');
    expect((await rig.told())[0]).toContain(`Venta bruta del ${day}`);
  }
});

test.each<[string, string, string, string, string]>([
  ['a Sunday is no business day: on Monday the Saturday is judged', '2025-11-24T15:00:00Z', '{7}', '{}', '22-11-2025'],
  ['18 and 19 September are obligatory holidays: on the 20th the 17th is judged', '2025-09-20T15:00:00Z', '{}', '{}', '17-09-2025'],
  ['1 January too: on the 2nd the last day of the year is judged', '2025-01-02T15:00:00Z', '{7}', '{}', '31-12-2024'],
  ['a date of its own (an election), and a Sunday before', '2025-11-25T15:00:00Z', '{7}', '{2025-11-24}', '22-11-2025'],
])('closed days: %s', async (_, at, weekdays, dates, judged) => {
  await rig.tenantFor('sales_below');
  await run('update public.tenants set closed_weekdays = $2, closed_on_holidays = true, closed_dates = $3 where id = $1', [
    rig.tenantId,
    weekdays,
    dates,
  ]);
  await sales(await fresh());
  await rig.judge(at);
  expect((await rig.told())[0]).toContain(`Venta bruta del ${judged}`);
});

test('sales: the next low day is told although this one still fires; a day of rest changes nothing', async () => {
  await rig.tenantFor('sales_below', { cooldownMinutes: 720 });
  await run(`update public.tenants set closed_weekdays = '{7}' where id = $1`, [rig.tenantId]);
  await sales(await fresh());
  await soldOn('2025-11-20', 20_000);
  for (const at of ['2025-11-22T10:00:00Z', '2025-11-23T10:00:00Z', '2025-11-24T10:00:00Z', '2025-11-25T10:00:00Z']) await rig.judge(at);
  // Friday on Saturday; Saturday on Sunday and no more on Monday; Monday on Tuesday.
  expect((await rig.told()).map((text) => /\d\d-11/.exec(text)?.[0])).toEqual(['21-11', '22-11', '24-11']);
});

test('a limit in pesos judges no company that reports in dollars', async () => {
  await rig.tenantFor('sales_below');
  await run(`update public.tenants set currency = 'USD', currency_decimals = 2 where id = $1`, [rig.tenantId]);
  await sales(await fresh());
  await rig.judge(THURSDAY);
  expect(await rig.told()).toEqual([]);
  await rig.rule('sales_below', { currency: 'USD', threshold: '10.50' });
  await rig.judge(THURSDAY);
  expect(await rig.told()).toEqual(['firing: Tienda Ejemplo: Venta bruta del 26-11-2025: USD 0, bajo el mínimo de USD 10,5.']);
});

test('a rule that is switched off ends what it said', async () => {
  await rig.tenantFor('sales_below');
  await sales(await fresh());
  await rig.judge(THURSDAY);
  await rig.rule('sales_below', { enabled: false });
  await rig.judge(THURSDAY);
  await rig.judge(THURSDAY);
  expect((await rig.told()).map((text) => text.split(':')[0])).toEqual(['firing', 'resolved']);
});

test('a rule sees the facts of its tenant alone, and names no person', async () => {
  await rig.tenantFor('sales_below');
  await sales(await fresh());
  await soldOn('2025-11-26', 500_000);
  const other = rig.tenantId;
  await rig.tenantFor('sales_below');
  await sales(await fresh());
  await soldOn('2025-11-26', 1_234);
  await rig.judge(THURSDAY);
  const [message] = await rig.messages();
  expect(message).toMatchObject({
    value: '1234',
    tenant: { id: rig.tenantId },
    data: { raw_data: { rows: [['2025-11-26', '1234', 'CLP', 1, '0']] } },
  });
  expect(JSON.stringify(message)).not.toContain(other);
  const { rows } = await rig.db.query('select * from ops.alert_events where tenant_id = $1', [rig.tenantId]);
  expect(rows).toMatchObject([{ kind: 'sales_below', event: 'firing', occasion: '2025-11-26', value: '1234', threshold: '10000' }]);
});
