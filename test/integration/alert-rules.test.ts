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

async function waiting(hours: number, values: Record<string, unknown> = {}): Promise<void> {
  const inbox = await put('public.inboxes', { source: 'chatwoot', ...values });
  const conversation = await put('public.conversations', { inbox_id: inbox });
  await put('kpi.waits', {
    conversation_id: conversation,
    ordinal: 1,
    channel: 'WhatsApp',
    started_at: await rig.fixture.before(`${hours * 60} minutes`),
    is_first: true,
  });
}

test('unanswered: business hours decide, wall clock where the inbox has none; the count is at least the limit', async () => {
  await rig.tenantFor('tickets_unanswered', { threshold: '2' });
  await put('kpi.freshness', {
    source: 'chatwoot',
    stream: 'conversations',
    covered_until: await rig.fixture.before('1 minute'),
    last_success_at: await rig.fixture.before('1 minute'),
  });
  await waiting(2.1);
  // Open never: no business second has passed, whatever the clock says.
  await waiting(30, { opening: '{}', opening_zone: 'America/Santiago' });
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  await waiting(1.9);
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  await waiting(2.1);
  await rig.judge();
  expect(await rig.told()).toEqual(['firing: Tienda Ejemplo: 2 conversaciones esperan respuesta hace más de 2 horas hábiles.']);
  // A Chatwoot that is behind knows nothing of answers: the alert stays as it is.
  await run(`update kpi.freshness set last_success_at = now() - interval '1 day' where tenant_id = $1`, [rig.tenantId]);
  expect((await rig.judge()).unknown).toEqual({ tickets_unanswered: 'las conversaciones no están al día' });
  expect(await rig.told()).toHaveLength(1);
});

async function executions(status: string, times: number, values: Record<string, unknown> = {}): Promise<void> {
  for (let i = 0; i < times; i++)
    await put('public.workflow_executions', {
      status,
      workflow_name: 'Boletas',
      created_at: await rig.fixture.before('1 hour'),
      ...values,
    });
}

async function n8nRead(): Promise<void> {
  await put('kpi.freshness', {
    source: 'n8n',
    stream: 'executions',
    covered_until: await rig.fixture.before('1 minute'),
    last_success_at: await rig.fixture.before('1 minute'),
  });
}

test('error rate: over 10 % and not at it, of runs that ended, and only with the sample', async () => {
  await rig.tenantFor('workflow_error_rate');
  await n8nRead();
  const id = '00000000-0000-4000-8000-000000000001';
  await executions('success', 17, { workflow_id: id });
  await executions('error', 2, { workflow_id: id });
  await executions('running', 5, { workflow_id: id });
  await executions('error', 9, { workflow_id: id, created_at: await rig.fixture.before('25 hours') });
  // 2 of 19: over 10 %, but fewer than 20.
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  // 2 of 20: 10 %, which is not more than 10 %.
  await executions('success', 1, { workflow_id: id });
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  // 3 of 21.
  await executions('error', 1, { workflow_id: id });
  await rig.judge();
  expect(await rig.told()).toEqual([
    'firing: Tienda Ejemplo: Tasa de error de todas las automatizaciones: 14,29 %, sobre el máximo de 10 %.',
  ]);
  expect((await rig.messages())[0]).toMatchObject({ value: '0.1429', data: { raw_data: { rows: [['Boletas', 3, 21, 0.1429]] } } });
  // n8n throws its successes away: there is no rate to judge.
  await put('kpi.executions_daily', { workflow_id: id, day: (await rig.fixture.moment('1 hour')).business_day, keeps_successes: false });
  await rig.judge();
  expect((await rig.told())[1]).toMatch(/^resolved: /);
});

test('error rate by automation: each for itself, told in one message', async () => {
  await rig.tenantFor('workflow_error_rate', { options: { by: 'workflow', min_sample: 2, window_hours: 24 } });
  await n8nRead();
  for (const [name, errors] of [
    ['Boletas', 1],
    ['Correos', 2],
    ['Stock', 0],
  ] as const) {
    const id = `00000000-0000-4000-8000-00000000000${errors}`;
    await executions('error', errors, { workflow_id: id, workflow_name: name });
    await executions('success', 2, { workflow_id: id, workflow_name: name });
  }
  expect(await rig.judge()).toMatchObject({ fired: 2 });
  expect(await rig.told()).toHaveLength(1);
  expect((await rig.told())[0]).toMatch(/2 automatizaciones con tasa de error sobre 10 %: (Boletas, Correos|Correos, Boletas)\.$/);
});

test('low stock: below the limit, also without any row; a second product is told alone, the first one’s end too', async () => {
  await rig.tenantFor('low_stock');
  await put('kpi.freshness', {
    source: 'shopify',
    stream: 'inventory_levels',
    covered_until: await rig.fixture.before('1 minute'),
    last_success_at: await rig.fixture.before('1 minute'),
  });
  const place = await put('public.locations', { name: 'Tienda' });
  const product = (sku: string, values: Record<string, unknown> = {}) =>
    put('public.products', { sku, name: `Producto ${sku}`, ...values });
  const stock = (productId: string, units: number) =>
    put('public.inventory_levels', { product_id: productId, location_id: place, quantity_on_hand: units, quantity_available: units });
  await stock(await product('A'), 5);
  const b = await stock(await product('B'), 4);
  await product('C');
  await product('S', { kind: 'service' });
  await product('T', { tracked: false });
  await rig.judge();
  expect(await rig.told()).toEqual(['firing: Tienda Ejemplo: 2 productos con inventario bajo: Producto B (4), Producto C (0).']);
  await stock(await product('D'), -2);
  await run('update public.inventory_levels set quantity_available = 50 where id = $1', [b]);
  await rig.judge();
  expect((await rig.told()).slice(1)).toEqual([
    'firing: Tienda Ejemplo: 1 producto con inventario bajo: Producto D (-2).',
    'resolved: Tienda Ejemplo: Resuelto: inventario bajo (Producto B).',
  ]);
  // Archived: nobody restocks it.
  await run(`update public.products set active = false where tenant_id = $1 and sku = 'C'`, [rig.tenantId]);
  await rig.judge();
  expect((await rig.told()).slice(3)).toEqual(['resolved: Tienda Ejemplo: Resuelto: inventario bajo (Producto C).']);
  await run(`update kpi.freshness set last_success_at = now() - interval '1 day' where tenant_id = $1`, [rig.tenantId]);
  expect((await rig.judge()).unknown).toEqual({ low_stock: 'el inventario no está al día' });
  expect(await rig.told()).toHaveLength(4);
});

test('stale stream: from the limit on; not while it loads for the first time, nor when the connection is paused', async () => {
  await rig.tenantFor('stream_stale');
  const connected = (values: Record<string, unknown>, status = 'active') =>
    put('ops.connections', { id: undefined, status, account_key: Math.random().toString(), ...values });
  const stream = async (name: string, minutes: number | null, status = 'active') => {
    const id = crypto.randomUUID();
    await connected({ id }, status);
    const at = minutes === null ? null : await rig.fixture.before(`${minutes} minutes`);
    await put('kpi.freshness', { connection_id: id, stream: name, covered_until: at, last_success_at: at, interval_seconds: 300 });
  };
  await stream('loading', null);
  await stream('late', 59);
  await stream('paused', 500, 'paused');
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  await stream('orders', 60);
  await rig.judge();
  expect(await rig.told()).toEqual(['firing: Tienda Ejemplo: Sin datos nuevos de shopify orders hace 60 minutos.']);
});

test('reconciliation: the last one decides, by its absolute difference without what is pending', async () => {
  await rig.tenantFor('reconciliation_difference');
  const compared = async (difference: number, pending: number, before: string) => {
    const id = crypto.randomUUID();
    const created = await rig.fixture.before(before);
    await put('ops.reconciliations', {
      id,
      currency: 'CLP',
      shop_amount: 100_000,
      erp_amount: 100_000 + difference + pending,
      remainder: 0,
      created_at: created,
    });
    const finding = (number: number, kind: string, amount: number) =>
      put('ops.findings', { reconciliation_id: id, finding: number, class: kind, amount });
    await finding(1, 'missing_in_odoo', difference);
    await finding(2, 'pending', pending);
  };
  await compared(-1_000, -50_000, '3 hours');
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  await compared(-1_001, 0, '2 hours');
  await rig.judge();
  expect(await rig.told()).toEqual(['firing: Tienda Ejemplo: La última conciliación difiere en CLP 1.001, sobre el máximo de CLP 1.000.']);
  await compared(0, 0, '1 hour');
  await rig.judge();
  expect((await rig.told())[1]).toMatch(/^resolved/);
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
