import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi } from '../support/processes.ts';
import { RowSeeder } from '../support/seed-rows.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let home: string;
let database: TestDatabase;
let seeder: RowSeeder;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-explain-'));
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
  const tenant_id = await seeder.tenant({ rut: '76042235-5' });
  const connection_id = await seeder.insert('ops.connections', {
    tenant_id,
    source: 'shopify',
    settings: { shop_domain: 'tienda-ejemplo.myshopify.com' },
  });
  const of = { connection_id, business_day: '2025-11-28', created_at: '2025-11-28T13:00:00Z' };
  const id = await seeder.order(tenant_id, 119_000, { ...of, name: '#1001', source_id: '5840001' });
  await seeder.insert('raw.records', { tenant_id, id, entity: 'order', payload: { displayFinancialStatus: 'PAID' } });
});
afterAll(async () => {
  await seeder.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  kpi(args, { home, env: { DATABASE_URL: database.adminUrl, KPI_ROLE_SECRET: database.roleSecret, KPI_LOG_LEVEL: 'silent' } });
const EXPLAIN = ['explain', 'sales_by_day', '--tenant', '76.042.235-5', '--date', '2025-11-28'];

test('kpi explain lists the records with their pages in the source, the total, and what it must agree with', async () => {
  const { code, stdout } = await run(...EXPLAIN, '--lang', 'es');
  expect(code).toBe(0);
  expect(stdout).toMatch(/order +shopify +5840001 +#1001 +119000 +https:\/\/admin\.shopify\.com\/store\/tienda-ejemplo\/orders\/5840001/);
  expect(stdout).toContain('1 registros (se muestran 1), total 119000');
  expect(stdout).toMatch(/Debe cuadrar con: Shopify, Total sales por día/);
  expect(stdout).not.toContain('displayFinancialStatus');
});

test('with --raw it shows each as it came, and --json is one document', async () => {
  const { code, stdout } = await run(...EXPLAIN, '--raw', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    kpi: 'sales_by_day',
    date: '2025-11-28',
    count: 1,
    total: '119000',
    rows: [{ entity: 'order', source_id: '5840001', contribution: '119000', raw: { displayFinancialStatus: 'PAID' } }],
  });
});

test('kpi kpis tells each definition, in Spanish or English, without a database', async () => {
  const all = JSON.parse((await run('kpis', '--json')).stdout) as { name: string; must_agree_with: string }[];
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['orders', 'sales_by_day', 'stock_now']));
  const [es, en] = [await run('kpis', 'sales_by_day', '--lang', 'es'), await run('kpis', 'sales_by_day', '--lang', 'en')];
  expect(es.stdout).toContain('Ventas por día local, sumando todos los orígenes');
  expect(en.stdout).toMatch(/Grain: one row per tenant and local day[\s\S]*migrations\/kpi\/sales_by_day\.sql/);
});
