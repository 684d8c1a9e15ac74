import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { closeMonth } from '../../src/reconcile/close-month.ts';
import { kpi, startKpi, until } from '../support/processes.ts';
import { readCsv, SPANISH } from '../support/read-csv.ts';
import { readWorkbook } from '../support/read-workbook.ts';
import { ReconcileRig } from '../support/reconcile-rig.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let home: string;
let folder: string;
let rig: ReconcileRig;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-export-'));
  folder = await mkdtemp(join(tmpdir(), 'kpi-exported-'));
  rig = await ReconcileRig.open();
  await rig.newTenant({ rut: '76042235-5' });
  await rig.sql('update ops.streams set covered_until = now() where tenant_id = $1', [rig.tenantId]);
  await rig.pair(119_000);
  await rig.sale(23_800);
});
afterAll(async () => {
  await rig.close();
  for (const path of [home, folder]) await rm(path, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  kpi(['reconcile', 'export', '--tenant', '76.042.235-5', '--month', '2025-11', ...args], { home, env: rig.environment() });

test('without a place it is written to standard output, for Excel in Spanish unless said otherwise', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  const rows = readCsv(stdout.slice(1), SPANISH);
  expect(rows).toContainEqual(['Falta en Odoo', 'missing_in_odoo', '1', '-23800', 'CLP']);
  const plain = await run('--format', 'csv', '--part', 'orders-bridge', '--out', '-');
  expect(plain.stdout).toMatch(/^Línea,Código,Casos,Monto,Moneda\r\n/);
});

test('a file is named by its ending or by its folder, is whole, and is not written over unless that is meant', async () => {
  const file = join(folder, 'noviembre.xlsx');
  const made = await run('--out', file, '--json');
  expect(made.code).toBe(0);
  const told = JSON.parse(made.stdout) as { sheets: { name: string; rows: number }[] };
  expect(told).toMatchObject({ file, format: 'xlsx', month: '2025-11', rut: '76042235-5', state: 'live' });
  const sheets = readWorkbook(await readFile(file));
  expect(told.sheets).toEqual(sheets.map(({ name, rows }) => ({ name, rows: rows.length - 1 })));

  await writeFile(file, 'somebody wrote here');
  const refused = await run('--out', file);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/noviembre\.xlsx is there already; .*--force/)]);
  expect(await readFile(file, 'utf8')).toBe('somebody wrote here');
  expect((await run('--out', file, '--force')).code).toBe(0);
  expect(readWorkbook(await readFile(file)).length).toBe(sheets.length);

  const named = await run('--out', folder);
  expect(named.stdout).toContain('conciliacion-76042235-5-2025-11-vivo.csv');
  expect((await readdir(folder)).toSorted()).toEqual(['conciliacion-76042235-5-2025-11-vivo.csv', 'noviembre.xlsx']);
});

test('what makes it less than certain is said on stderr, or reason enough for none', async () => {
  await rig.sql(`update ops.streams set covered_until = now() - interval '1 day' where tenant_id = $1`, [rig.tenantId]);
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([0, expect.stringMatching(/!! shopify: its data are behind/)]);
  const file = join(folder, 'estricto.csv');
  const strict = await run('--strict', '--out', file);
  expect([strict.code, strict.stderr]).toEqual([1, expect.stringMatching(/cannot be reconciled strictly/)]);
  expect((await readdir(folder)).filter((name) => name.startsWith('estricto'))).toEqual([]);
  await rig.sql('update ops.streams set covered_until = now() where tenant_id = $1', [rig.tenantId]);
});

test.each([
  ['month', ['--month', '2025-13'], /the month is "2025-13"/],
  ['format', ['--format', 'pdf'], /--format is "pdf"; there are: xlsx, csv-es, csv/],
  ['part', ['--part', 'all'], /--part is "all"; there are: summary, /],
  ['folder', ['--out', '/nowhere/at/all.csv'], /there is no folder \/nowhere\/at/],
  ['place for what --json says', ['--json'], /--json says what was written/],
])('a wrong %s is named with what would be right', async (_, args, message) => {
  const { code, stderr, stdout } = await run(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});

test('a reader that takes its time holds no transaction open', async () => {
  const who = { who: 'marta', reason: 'F29 presented' };
  const { reconciliationId } = await closeMonth(rig.db, { tenantId: rig.tenantId, month: '2025-11', force: true }, who);
  await rig.sql(
    `insert into ops.findings (tenant_id, reconciliation_id, finding, key, class, amount, business_day)
     select $1, $2, 1000 + n, 'amount:' || n, 'amount', n, '2025-11-28' from generate_series(1, 9000) n`,
    [rig.tenantId, reconciliationId],
  );
  const args = ['reconcile', 'export', '--tenant', '76042235-5', '--month', '2025-11', '--part', 'findings'];
  const running = startKpi(args, { home, env: rig.environment() });
  const stdout = running.process.stdout!;
  stdout.pause();
  await until('it writes', () => stdout.readableLength > 0);
  await until(
    'its transaction is over',
    async () => {
      const { rows } = await rig.seeder.client.query<{ open: number }>(
        `select count(*)::int as open from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`,
      );
      return rows[0]!.open === 0;
    },
    5000,
  );
  stdout.resume();
  const { code, stdout: text } = await running.ended;
  expect([code, readCsv(text.slice(1), SPANISH).length]).toEqual([0, 1 + 1 + 9000]);
});
