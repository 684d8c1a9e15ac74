import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertsRig } from '../support/alerts-rig.ts';

let rig: AlertsRig;
beforeAll(async () => {
  rig = await AlertsRig.open();
});
afterAll(() => rig.close());

const put = (table: string, values: Record<string, unknown>) => rig.fixture.put(table, values);
const run = (text: string, values: unknown[] = []) => rig.fixture.seeder.client.query(text, values);

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
  const stream = async (name: string, minutes: number | null, status = 'active', more: Record<string, unknown> = {}) => {
    const id = crypto.randomUUID();
    await connected({ id }, status);
    const at = minutes === null ? null : await rig.fixture.before(`${minutes} minutes`);
    await put('kpi.freshness', { connection_id: id, stream: name, covered_until: at, last_success_at: at, interval_seconds: 300, ...more });
  };
  await stream('loading', null);
  await stream('late', 59);
  await stream('paused', 500, 'paused');
  await rig.judge();
  expect(await rig.told()).toEqual([]);
  await stream('orders', 60, 'active', {
    state: 'failing',
    problem: 'shopify orders: nobody answers. Wait',
    problem_es: 'La red no llega al origen.',
  });
  await rig.judge();
  expect(await rig.told()).toEqual(['firing: Tienda Ejemplo: Sin datos nuevos de Pedidos (Shopify) hace 60 minutos.']);
  expect((await rig.messages())[0]).toMatchObject({
    data: {
      raw_data: {
        cols: ['Origen', 'Flujo', 'Minutos sin datos', 'Estado', 'Motivo'],
        rows: [['Shopify', 'Pedidos', 60, 'Con error', 'La red no llega al origen.']],
      },
    },
    subjects: [{ title: 'Pedidos (Shopify)' }],
  });
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
