import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { listDeliveries, retryDead } from '../../src/alerts/outbox.ts';
import { makeReports } from '../../src/jobs/make-reports.ts';
import { periodOf, type Period } from '../../src/reports/report-period.ts';
import type { PrintedReport } from '../../src/reports/print-report.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook/server.ts';
import { addSchedule, claimReport, enqueueReports, finishReport, listSchedules } from '../../src/store/report-schedules.ts';
import { AlertsRig } from '../support/alerts-rig.ts';
import { dailyReport, schedule } from '../support/report-schedule.ts';
import { syncDeps } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'a-secret-of-the-webhook';
const PATH = '/webhook/kpi-informes';
const NEVER = new AbortController().signal;

let rig: AlertsRig;
beforeAll(async () => {
  rig = await AlertsRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.fixture.newTenant());

function printed(period: Period, mediaType: PrintedReport['file']['mediaType'] = 'application/pdf'): PrintedReport {
  const report = { html: '<p>x</p>', title: 'Ventas', ...period, readAt: new Date('2026-12-01T10:00:00Z'), cards: 1 };
  return { report, file: { bytes: Buffer.from(`%PDF-1.7 ${period.from} ñ`), mediaType } };
}

/** What a worker needs; `print` is told of each printing. */
function deps(print: (period: Period) => Promise<PrintedReport> = async (period) => printed(period)) {
  return {
    db: rig.db,
    sync: syncDeps(rig.db),
    reports: { print: (_tenant: string, _dashboard: string, period: Period) => print(period) },
  };
}

const make = (at: string, print?: (period: Period) => Promise<PrintedReport>) =>
  makeReports(deps(print), rig.tenantId, NEVER, new Date(at));
const outbox = () => listDeliveries(rig.db, { tenantId: rig.tenantId, state: null, limit: 100 });
const bodies = () => rig.messages();

test('the period hangs on the due day: the day, the seven days, the calendar month before', () => {
  expect(periodOf('daily', '2026-03-01')).toEqual({ from: '2026-02-28', until: '2026-02-28' });
  expect(periodOf('weekly', '2026-01-05')).toEqual({ from: '2025-12-29', until: '2026-01-04' });
  expect(periodOf('monthly', '2026-01-15')).toEqual({ from: '2025-12-01', until: '2025-12-31' });
  expect(periodOf('monthly', '2028-03-31')).toEqual({ from: '2028-02-01', until: '2028-02-29' });
});

test('the first report of a new schedule is the next one that is due', async () => {
  const id = await addSchedule(rig.db, dailyReport(rig.tenantId, { localTime: '00:00' }));
  expect(await makeReports(deps(), rig.tenantId, NEVER)).toBe(0);
  const [listed] = await listSchedules(rig.db, rig.tenantId);
  expect(listed).toMatchObject({ id, waitsFor: null, sentOn: null, localTime: '00:00', timeZone: 'America/Santiago' });
  expect(await makeReports(deps(), rig.tenantId, NEVER, listed!.nextAt)).toBe(1);
  expect(await bodies()).toMatchObject([{ report: { due_on: listed!.nextDueOn, cadence: 'daily' } }]);
});

test('two workers, and six: each due day is made once', async () => {
  await schedule(rig);
  let printing = 0;
  const slow = async (period: Period) => {
    printing += 1;
    await sleep(50);
    return printed(period);
  };
  const made = await Promise.all(Array.from({ length: 6 }, () => make('2026-11-30T12:00:00Z', slow)));
  expect(made.reduce((sum, one) => sum + one, 0)).toBe(1);
  expect(printing).toBe(1);
  expect(await outbox()).toHaveLength(1);
});

test('down for ten days: one report, of the latest day; what it is about does not depend on when it is made', async () => {
  await schedule(rig, {}, '2026-11-20');
  expect(await make('2026-11-30T23:00:00Z')).toBe(1);
  expect(await bodies()).toMatchObject([{ report: { due_on: '2026-11-30', from: '2026-11-29', until: '2026-11-29' } }]);
  expect(await make('2026-12-01T09:59:00Z')).toBe(0);
  expect(await make('2026-12-01T10:00:00Z')).toBe(1);
});

test('a worker that died with a report gives way; one that only seemed dead writes nothing', async () => {
  await schedule(rig);
  const at = new Date('2026-11-30T12:00:00Z');
  const stuck = (await claimReport(rig.db, rig.tenantId, 600, at))!;
  expect(await make(at.toISOString())).toBe(0);
  await rig.db.query(`update ops.report_schedules set claimed_until = now() - interval '1 second' where tenant_id = $1`, [rig.tenantId]);
  expect(await make(at.toISOString())).toBe(1);
  const late = { deliveryId: crypto.randomUUID(), kind: 'report:ventas:gerencia', body: '{}' };
  expect(await finishReport(rig.db, rig.tenantId, stuck, late)).toBe(false);
  expect(await outbox()).toHaveLength(1);
});

test('a report that cannot be made says why where people look, and is tried again until it can', async () => {
  await schedule(rig);
  const fails = async () => {
    throw Object.assign(new Error('Chromium ended (1) without a PDF'), { advice: 'Look at it' });
  };
  expect(await make('2026-11-30T12:00:00Z', fails)).toBe(0);
  expect(await listSchedules(rig.db, rig.tenantId, new Date('2026-11-30T12:00:00Z'))).toMatchObject([
    { waitsFor: '2026-11-30', problem: 'Chromium ended (1) without a PDF. Look at it' },
  ]);
  // Not before its pause.
  expect(await make('2026-11-30T12:00:00Z')).toBe(0);
  await rig.db.query(`update ops.report_schedules set retry_at = now() where tenant_id = $1`, [rig.tenantId]);
  expect(await make('2026-11-30T12:00:00Z')).toBe(1);
  expect(await listSchedules(rig.db, rig.tenantId)).toMatchObject([{ sentOn: '2026-11-30', problem: null }]);
});

test('the company moves to another zone: its days are the new zone’s, and none comes twice', async () => {
  await schedule(rig, { localTime: '23:30' });
  expect(await make('2026-11-30T02:40:00Z')).toBe(1);
  await rig.fixture.seeder.client.query(`update public.tenants set time_zone = 'Pacific/Auckland' where id = $1`, [rig.tenantId]);
  // There 29 November ended long ago, and 30 November is not over.
  expect(await make('2026-11-30T02:50:00Z')).toBe(0);
  expect(await make('2026-11-30T10:30:00Z')).toBe(1);
  expect((await bodies()).map((body) => (body['report'] as { due_on: string }).due_on)).toEqual(['2026-11-29', '2026-11-30']);
});

test('a paused company gets none; one statement queues a job for each company with something due, and each once', async () => {
  await schedule(rig);
  const mine = async () => {
    const { rows } = await rig.fixture.seeder.client.query<{ key: string }>(
      'select key from graphile_worker._private_jobs where key = $1',
      [`reports:${rig.tenantId}`],
    );
    return rows.length;
  };
  await rig.fixture.seeder.client.query(`update public.tenants set status = 'paused' where id = $1`, [rig.tenantId]);
  await enqueueReports(rig.db);
  expect([await make('2026-11-30T12:00:00Z'), await mine()]).toEqual([0, 0]);
  await rig.fixture.seeder.client.query(`update public.tenants set status = 'active' where id = $1`, [rig.tenantId]);
  await enqueueReports(rig.db);
  await enqueueReports(rig.db);
  expect(await mine()).toBe(1);
});

test('n8n is down, then up: the report arrives once, signed and whole; afterwards its file is not kept', async () => {
  await schedule(rig);
  await make('2026-11-30T12:00:00Z');
  let receiver: WebhookReceiver = await startWebhookReceiver({ clock: () => new Date(), path: PATH, secret: SECRET });
  const { port, url } = receiver;
  await receiver.close();
  const target = () => ({ url: `${url}/webhook/alerts`, reportsUrl: `${url}${PATH}`, secret: SECRET });
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 1, dead: 0 });
  expect(await outbox()).toMatchObject([{ kind: 'report:ventas:gerencia', event: 'report', state: 'waiting', attempts: 1 }]);

  receiver = await startWebhookReceiver({ clock: () => new Date(), path: PATH, secret: SECRET, port });
  receiver.faults.next('bad-gateway-html');
  for (const done of [
    { sent: 0, failed: 1, dead: 0 },
    { sent: 1, failed: 0, dead: 0 },
    { sent: 0, failed: 0, dead: 0 },
  ]) {
    await rig.passTime();
    expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual(done);
  }
  expect(receiver.refused).toEqual([]);
  expect(receiver.received).toMatchObject([{ times: 2 }]);
  const body = JSON.parse(receiver.received[0]!.body) as { file: { content: string; sha256: string; bytes: number }; note: string | null };
  await receiver.close();
  const file = Buffer.from(body.file.content, 'base64');
  expect(file.toString()).toBe('%PDF-1.7 2026-11-29 ñ');
  expect(body.file).toMatchObject({ sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length });
  expect(body).toMatchObject({
    type: 'report',
    route: 'gerencia',
    note: null,
    subject: 'Ventas · Tienda Ejemplo · 29-11-2026',
    file: { media_type: 'application/pdf', name: expect.stringMatching(/^ventas-\d+-0-2026-11-29\.pdf$/) as string },
  });
  expect(await bodies()).toMatchObject([{ file: { sha256: body.file.sha256 } }]);
  expect(JSON.stringify(await bodies())).not.toContain(body.file.content);
});

test('without a webhook for reports a report waits for a person, and alerts are not held up', async () => {
  await schedule(rig);
  await make('2026-11-30T12:00:00Z');
  const receiver = await startWebhookReceiver({ clock: () => new Date(), path: PATH, secret: SECRET });
  try {
    const target = { url: `${receiver.url}${PATH}`, secret: SECRET };
    expect(await rig.deliver(rig.deliveryDeps(target))).toEqual({ sent: 0, failed: 1, dead: 1 });
    expect(await outbox()).toMatchObject([{ state: 'dead', last_error: expect.stringContaining('REPORTS_WEBHOOK_URL') as string }]);
    await retryDead(rig.db, { tenantId: rig.tenantId, ids: null });
    expect(await rig.deliver(rig.deliveryDeps({ ...target, reportsUrl: target.url }))).toEqual({ sent: 1, failed: 0, dead: 0 });
  } finally {
    await receiver.close();
  }
});

test('without Chromium the page itself is sent, and the message says so', async () => {
  await schedule(rig);
  await make('2026-11-30T12:00:00Z', async (period) => printed(period, 'text/html'));
  expect(await bodies()).toMatchObject([
    {
      note: expect.stringContaining('no tiene Chromium') as string,
      text: expect.stringContaining('no tiene Chromium') as string,
      file: { media_type: 'text/html', name: expect.stringMatching(/\.html$/) as string },
    },
  ]);
});
