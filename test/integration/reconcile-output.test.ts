import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kpi } from '../support/processes.ts';
import { ReconcileRig } from '../support/reconcile-rig.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let home: string;
let rig: ReconcileRig;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-output-'));
  rig = await ReconcileRig.open();
  await rig.newTenant({
    rut: '76042235-5',
    company_name: 'Tienda Ejemplo SpA',
    currency: 'USD',
    currency_decimals: 2,
    time_zone: 'Asia/Tokyo',
  });
  await rig.sql(`update ops.streams set covered_until = '2025-12-05T15:30:00Z' where tenant_id = $1`, [rig.tenantId]);
  await rig.sale(1234.5, { currency_source: 'USD', amount_total: 1234.5 });
  await rig.sale(99, { currency_source: 'USD', amount_total: 99 });
});
afterAll(async () => {
  await rig.close();
  await rm(home, { recursive: true, force: true });
});

const run = (...args: string[]) => kpi(['reconcile', ...args, '--tenant', '76042235-5'], { home, env: rig.environment() });
const DAYS = ['--from', '2025-11-28', '--until', '2025-11-29', '--as-of', '2025-12-05T15:30:00Z'];

test('a comparison says whose it is, of which days of theirs, and how much of it is not shown', async () => {
  const { code, stdout, stderr } = await run('run', ...DAYS, '--limit', '1');
  expect(code).toBe(3);
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('  Tienda Ejemplo SpA (76042235-5), 2025-11-28 – 2025-11-28, USD');
  // Half past three in the afternoon of Greenwich is half past midnight in Tokyo.
  expect(lines[1]).toMatch(/As of 2025-12-06 00:30, USD; shop read until 2025-12-06 00:30/);
  expect(stdout).toMatch(/^  Sales of the shop \(2\) +1\.333,50$/m);
  expect(stdout).toMatch(/^  Missing in Odoo +2025-11-28 +#1 +— +-1\.234,50 /m);
  expect(stdout).toContain('  1 of 2 are shown; all of them: --limit 2\n');
  // What to type next is for whoever sits there, and not for the mail.
  expect(stdout).not.toContain('kpi reconcile');
  expect(stderr).toMatch(/Next:\n  kpi reconcile findings --tenant 76042235-5 +what there is to do/);
});

test('what amounts to do says how to look closer, in the language that was asked for', async () => {
  await rig.keep();
  const { stdout, stderr } = await run('findings', '--limit', '1', '--lang', 'es');
  expect(stdout).toContain('Solo los primeros 1; más: --limit');
  expect(stdout).not.toContain('Nota');
  const [, number] = /kpi reconcile explain (\d+) --tenant 76042235-5 +sus documentos/.exec(stderr) ?? [];
  const explained = await run('explain', number!);
  expect(explained.stdout).toMatch(/First seen 2025-12-05 21:00, last seen 2025-12-05 21:00/);
  expect((await run('findings', '--limit', '0')).code).toBe(3);
});

test('in English a warning is in English', async () => {
  const later = ['--from', '2025-11-28', '--until', '2025-11-29', '--as-of', '2025-12-08T12:00:00Z'];
  const [en, es] = [await run('run', ...later), await run('run', ...later, '--lang', 'es')];
  expect(en.stdout).toMatch(/!! shopify: its data are behind/);
  expect(es.stdout).toMatch(/!! Shopify: Sus pedidos están al día solo hasta/);
});
