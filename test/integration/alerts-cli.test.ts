import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { enqueueAlerts } from '../../src/alerts/outbox.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook/server.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, startKpi, until } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RUT = '76042235-5';
const SECRET = 'a-secret-of-the-webhook';
let home: string;
let database: TestDatabase;
let receiver: WebhookReceiver;
let env: Record<string, string>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-alerts-'));
  database = await testDatabase();
  receiver = await startWebhookReceiver({ clock: () => new Date(), path: '/webhook/tienda-path', secret: SECRET });
  env = { DATABASE_URL: database.adminUrl, KPI_ROLE_SECRET: database.roleSecret, KPI_LOG_LEVEL: 'warn' };
  await run('tenant', 'add', '--rut', RUT, '--name', 'Tienda');
});
afterAll(async () => {
  await receiver.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const run = (...args: string[]) => kpi(args, { home, env });
const json = async (...args: string[]) => {
  const ended = await run(...args, '--json');
  return { code: ended.code, document: JSON.parse(ended.stdout) as unknown, stderr: ended.stderr };
};

test('a wrong argument ends with 2 and says what would be right', async () => {
  for (const [args, said] of [
    [['test', '--tenant', RUT], /no webhook is set: set ALERTS_WEBHOOK_URL/],
    [['rules', 'set', 'sales'], /there is no rule "sales"; there are: sales_below, /],
    [['rules', 'set', 'workflow_error_rate', '--threshold', '10'], /a share from 0 to 1/],
    [['rules', 'set', 'workflow_error_rate', '--option', 'by=day'], /--option by/],
    [['rules', 'set', 'low_stock', '--option', 'x=1'], /--option/],
    [['rules', 'set', 'sales_below', '--currency', 'USD'], /name one in USD with --threshold/],
    [['retry', 'x'], /"x" is not the id of a message/],
  ] as const) {
    const ended = await run('alerts', ...args);
    expect(ended, ended.stderr).toMatchObject({ code: 2, stderr: expect.stringMatching(said) as string });
  }
  // Half a webhook is none.
  const half = await kpi(['alerts', 'list'], { home, env: { ...env, ALERTS_WEBHOOK_URL: receiver.url } });
  expect(half).toMatchObject({ code: 2, stderr: expect.stringContaining('ALERTS_WEBHOOK_SECRET is missing') as string });
});

test('rules, target, test, run, dead letters and retry, from the command line', async () => {
  expect(await json('alerts', 'rules', 'set', 'reconciliation_difference', '--threshold', '5')).toMatchObject({ code: 0 });
  expect(await json('alerts', 'rules', 'set', 'sales_below', '--tenant', RUT, '--off')).toMatchObject({ code: 0 });
  const rules = await json('alerts', 'rules', 'list', '--tenant', RUT);
  expect(rules.document).toMatchObject([
    { kind: 'sales_below', enabled: false, from: 'tenant' },
    { from: 'built-in' },
    { from: 'built-in' },
    { from: 'built-in' },
    { from: 'built-in' },
    { kind: 'reconciliation_difference', threshold: '5', currency: 'CLP', from: 'all' },
  ]);
  expect((await json('alerts', 'rules', 'remove', 'sales_below', '--tenant', RUT)).document).toEqual({ removed: true });

  const refused = { ...env, TIENDA_ALERTS_URL: `${receiver.url}/webhook/tienda-path`, TIENDA_ALERTS_SECRET: 'the-wrong-secret-of-it' };
  env = { ...refused, TIENDA_ALERTS_SECRET: SECRET };
  expect(await run('alerts', 'target', 'set', '--tenant', RUT, '--secrets', 'env:TIENDA_ALERTS')).toMatchObject({ code: 0 });
  expect(await json('alerts', 'test', '--tenant', RUT)).toMatchObject({ code: 0, document: { state: 'sent', event: 'test' } });
  expect(receiver.received).toHaveLength(1);

  await withDirectSession(database.adminUrl, (session) =>
    session.run(`insert into ops.reconciliations (tenant_id, id, as_of, currency, shop_orders, shop_amount, erp_orders, erp_amount, remainder)
      select id, gen_random_uuid(), now(), 'CLP', 1, 10, 1, 16, 0 from public.tenants`),
  );
  const ran = await kpi(['alerts', 'run', '--json'], { home, env: refused });
  expect(ran.code, ran.stderr).toBe(1);
  expect(JSON.parse(ran.stdout)).toMatchObject([{ rut: RUT, fired: 1, delivered: { sent: 0, failed: 1, dead: 1 } }]);
  const dead = await json('alerts', 'list', '--dead');
  expect(dead.document).toMatchObject([{ state: 'dead', last_status: 401, kind: 'reconciliation_difference' }]);
  for (const secret of ['the-wrong-secret-of-it', 'tienda-path'])
    expect(JSON.stringify(dead) + ran.stderr + ran.stdout).not.toContain(secret);
  const table = await kpi(['alerts', 'list', '--lang', 'es'], { home, env });
  expect(table.stdout).toMatch(/Empresa +Regla +Qué +Estado +Valor/);
  expect(table.stdout).toMatch(/reconciliation_difference +Diferencia entre la tienda y Odoo +activa +CLP 6/);

  expect(await json('alerts', 'retry')).toMatchObject({ code: 0, document: { revived: 1, sent: 1, failed: 0 } });
  expect(receiver.received).toHaveLength(2);
  expect((await json('alerts', 'list', '--dead')).document).toEqual([]);
  expect((await json('alerts', 'target', 'list')).document).toMatchObject([{ secretRef: 'env:TIENDA_ALERTS' }]);
});

test('a worker judges what is due and delivers it by itself', async () => {
  const before = receiver.received.length;
  await withDirectSession(database.adminUrl, async (session) => {
    await session.run(`update ops.reconciliations set erp_amount = shop_amount`);
    await session.run(`update ops.alert_evaluations set next_run_at = '-infinity'`);
  });
  const db = new Database({ url: database.url('kpi_writer') });
  await enqueueAlerts(db);
  await db.close();
  const worker = startKpi(['worker'], { home, env });
  try {
    await until('the end arrives', () => receiver.received.length > before);
  } finally {
    worker.process.kill('SIGTERM');
    await worker.ended;
  }
  expect(JSON.parse(receiver.received.at(-1)!.body)).toMatchObject({ state: 'resolved', rule: { kind: 'reconciliation_difference' } });
});

test('days without business are settings of the company', async () => {
  expect(await run('tenant', 'set', RUT, 'closed_weekdays=6,7', 'closed_dates=2026-12-13', 'closed_on_holidays=false')).toMatchObject({
    code: 0,
  });
  const rows = await withDirectSession(database.adminUrl, (session) =>
    session.run(`select closed_weekdays, closed_dates::text[] as closed_dates, closed_on_holidays from public.tenants`),
  );
  expect(rows).toEqual([{ closed_weekdays: [6, 7], closed_dates: ['2026-12-13'], closed_on_holidays: false }]);
  expect(await run('tenant', 'set', RUT, 'closed_weekdays=8')).toMatchObject({ code: 2 });
  expect(await run('tenant', 'set', RUT, 'closed_dates=2026-02-30')).toMatchObject({ code: 2 });
});
