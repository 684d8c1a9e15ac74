import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook/server.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dropReader } from '../../src/store/reader-role.ts';
import { enqueueReports } from '../../src/store/report-schedules.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, startKpi, until } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RUT = '76042235-5';
const SECRET = 'a-secret-of-the-webhook';
let home: string;
let database: TestDatabase;
let receiver: WebhookReceiver;
let env: Record<string, string>;
const run = (...args: string[]) => kpi(args, { home, env });
const add = (...args: string[]) => run('report', 'schedule', 'add', 'ventas', '--tenant', RUT, ...args);

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-report-schedule-'));
  database = await testDatabase();
  receiver = await startWebhookReceiver({ clock: () => new Date(), path: '/webhook/kpi-informes', secret: SECRET });
  env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_LOG_LEVEL: 'silent',
    KPI_CHROMIUM: '/none/chromium',
    ALERTS_WEBHOOK_URL: `${receiver.url}/webhook/kpi-alertas`,
    ALERTS_WEBHOOK_SECRET: SECRET,
    REPORTS_WEBHOOK_URL: `${receiver.url}/webhook/kpi-informes`,
  };
  expect((await run('tenant', 'add', '--rut', RUT, '--name', 'Té & Café <Ltda.>')).code).toBe(0);
});
afterAll(async () => {
  await receiver.close();
  await withDirectSession(database.adminUrl, async (admin) => {
    for (const { role } of await admin.run<{ role: string }>('select reader_role as role from public.tenants'))
      await dropReader(admin, role);
  });
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const message = z.object({
  route: z.string(),
  report: z.object({ cadence: z.string(), due_on: z.string() }),
  note: z.string().nullable(),
  file: z.object({ name: z.string(), content: z.string() }),
});
const received = () => receiver.received.map(({ body }) => message.parse(JSON.parse(body)));

test.each([
  [['--every', 'daily', '--route', 'ana@tienda.cl'], 'addresses stay in n8n'],
  [['--every', 'hourly', '--route', 'x'], 'daily, weekly, monthly'],
  [['--every', 'daily', '--on', 'monday', '--route', 'x'], 'leave it out'],
  [['--every', 'weekly', '--on', '8', '--route', 'x'], 'monday to sunday'],
  [['--every', 'monthly', '--on', '32', '--route', 'x'], '1 to 31'],
  [['--every', 'daily', '--at', '24:00', '--route', 'x'], 'a time like 07:00'],
  [['--every', 'daily'], '--route'],
])('%j is wrong usage', async (args, said) => {
  expect(await add(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(said) as string });
});

test('a report of all companies goes to none, and a report without a place to write to says so', async () => {
  const executive = await run('report', 'schedule', 'add', 'ejecutiva', '--tenant', RUT, '--every', 'daily', '--route', 'x');
  expect(executive).toMatchObject({ code: 2, stderr: expect.stringContaining('there are: tenant, ventas') as string });
  expect(await run('report', 'ventas', '--tenant', RUT)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--out <file>') as string,
  });
});

test('added, listed, tried, made by the worker when it is due, removed', async () => {
  const added = await add('--every', 'monthly', '--on', '31', '--at', '08:30', '--route', 'gerencia', '--json');
  expect(added.code, added.stderr).toBe(0);
  const { id } = z.object({ id: z.uuid() }).parse(JSON.parse(added.stdout));
  expect((await run('report', 'schedule', 'list')).stdout).toMatch(/Té & Café <Ltda\.> +ventas +month, day 31, 08:30 +gerencia/);

  const tried = await run('report', 'schedule', 'run', id);
  expect(tried.code, tried.stderr + tried.stdout).toBe(0);
  expect(receiver.refused).toEqual([]);
  const [manual] = received();
  expect(manual).toMatchObject({ route: 'gerencia', report: { cadence: 'manual' }, note: expect.stringContaining('Chromium') as string });
  expect(Buffer.from(manual!.file.content, 'base64').toString()).toContain('Té &#38; Café &#60;Ltda.&#62;');

  await withDirectSession(database.adminUrl, (session) => session.run(`update ops.report_schedules set last_due_on = '2026-01-01'`));
  const db = new Database({ url: database.url('kpi_writer') });
  await enqueueReports(db);
  await db.close();
  const worker = startKpi(['worker'], { home, env });
  try {
    await until('the report arrives', () => receiver.received.length === 2);
  } finally {
    worker.process.kill('SIGTERM');
    await worker.ended;
  }
  expect(received()[1]).toMatchObject({ report: { cadence: 'monthly' } });
  const [listed] = z
    .array(z.object({ sentOn: z.string(), problem: z.null() }))
    .parse(JSON.parse((await run('report', 'schedule', 'list', '--json')).stdout));
  expect(listed!.sentOn).toBe(received()[1]!.report.due_on);

  expect(await run('report', 'schedule', 'remove', id)).toMatchObject({ code: 0 });
  expect(await run('report', 'schedule', 'remove', id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no schedule') as string,
  });
});

test('n8n is away: what was tried waits in the outbox, and the command says so', async () => {
  const added = await add('--every', 'daily', '--route', 'gerencia', '--json');
  const { id } = z.object({ id: z.uuid() }).parse(JSON.parse(added.stdout));
  receiver.faults.next('server-error');
  expect(await run('report', 'schedule', 'run', id)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('kpi alerts list --deliveries') as string,
  });
  expect((await run('alerts', 'list', '--deliveries')).stdout).toMatch(/report:ventas:gerencia report +waiting/);
});
