import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findChromium } from '../../src/reports/find-chromium.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, type Ended } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RUT = '76042235-5';
const chromium = await findChromium(process.env['KPI_CHROMIUM'] ?? null).catch(() => null);
let home: string;
let database: TestDatabase;
let env: Record<string, string>;
const run = (...args: string[]): Promise<Ended> => kpi(args, { home, env });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-report-command-'));
  database = await testDatabase();
  env = { DATABASE_URL: database.adminUrl, KPI_ROLE_SECRET: database.roleSecret, KPI_LOG_LEVEL: 'silent' };
  expect((await run('tenant', 'add', '--rut', RUT, '--name', 'Té & Café <Ltda.>')).code).toBe(0);
});
afterAll(async () => {
  await withDirectSession(database.adminUrl, async (admin) => {
    for (const { role } of await admin.run<{ role: string }>('select reader_role as role from public.tenants'))
      await dropReader(admin, role);
  });
  await database.close();
  await rm(home, { recursive: true, force: true });
});

test('a company without data gets its page, for its eyes only, with nothing said to be zero', async () => {
  const out = join(home, 'ventas.html');
  const made = await run(
    'report',
    'ventas',
    '--tenant',
    '76.042.235-5',
    '--out',
    out,
    '--from',
    '2026-10-01',
    '--until',
    '2026-10-31',
    '--json',
  );
  expect(made.code, made.stderr).toBe(0);
  expect(JSON.parse(made.stdout)).toMatchObject({ dashboard: 'ventas', rendered_by: 'kpi', from: '2026-10-01', until: '2026-10-31' });
  const page = await readFile(out, 'utf8');
  expect(page).toContain('Té &#38; Café &#60;Ltda.&#62;');
  expect(page).toContain('01-10-2026 a 31-10-2026');
  expect(page).toContain('sin dato');
  expect(page).not.toContain('>$0<');
  expect((await stat(out)).mode & 0o777).toBe(0o600);
});

test.each([
  [['ventas', '--out', 'x.html'], 'name it with --tenant'],
  [['ventas', '--tenant', RUT, '--out', 'x.docx'], 'ends in .html or .pdf'],
  [['nada', '--tenant', RUT, '--out', 'x.html'], 'there are: ejecutiva, tenant, ventas'],
  [['ejecutiva', '--tenant', RUT, '--out', 'x.html'], 'leave out --tenant'],
  [['ejecutiva', '--out', 'x.html', '--from', '2026-10-01'], 'has no period'],
  [['ventas', '--tenant', RUT, '--out', 'x.html', '--from', '2026-02-30'], 'write a day like'],
  [['ventas', '--tenant', RUT, '--out', 'x.html', '--from', '2026-10-01'], 'go together'],
  [['ventas', '--tenant', RUT, '--out', 'x.html', '--from', '2026-10-02', '--until', '2026-10-01'], 'is after'],
])('%j is wrong usage', async (args, said) => {
  expect(await run('report', ...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
});

test('a PDF without Chromium says what to install, before anything is read', async () => {
  const place = { home, env: { ...env, KPI_CHROMIUM: '/none/chromium' } };
  const ended = await kpi(['report', 'ventas', '--tenant', RUT, '--out', join(home, 'x.pdf')], place);
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('apt-get install chromium') });
});

test.skipIf(chromium === null)('the executive report as PDF (skipped without Chromium: apt-get install chromium)', async () => {
  const out = join(home, 'ejecutiva.pdf');
  const made = await kpi(['report', 'ejecutiva', '--out', out], { home, env: { ...env, KPI_CHROMIUM: chromium! } });
  expect(made.code, made.stderr).toBe(0);
  expect((await readFile(out)).subarray(0, 5).toString()).toBe('%PDF-');
});
