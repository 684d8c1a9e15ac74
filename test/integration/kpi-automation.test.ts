import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KpiFixture } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;
let workflow: string;

beforeAll(async () => {
  kpi = await KpiFixture.open();
});
afterAll(async () => kpi.close());
beforeEach(async () => {
  await kpi.newTenant();
  workflow = await kpi.put('public.workflows', { name: 'Boletas' });
});

/** What n8n lets be known: from local midnight of 1 November until the middle of the 5th. */
const covered = async (values: Values = {}) =>
  kpi.put('kpi.freshness', {
    source: 'n8n',
    stream: 'executions',
    covered_from: '2025-11-01T03:00:00Z',
    covered_until: '2025-11-05T15:00:00Z',
    ...values,
  });
const ran = async (day: string, counts: Readonly<Record<string, number>>, values: Values = {}) => {
  for (const [word, count] of Object.entries(counts)) {
    const status = word === 'crashed' ? { status: 'error', error_category: 'crash' } : { status: word };
    const row = {
      workflow_id: workflow,
      workflow_name: 'Boletas',
      business_day: day,
      created_at: `${day}T15:00:00Z`,
      ...status,
      ...values,
    };
    for (let i = 0; i < count; i += 1) await kpi.put('public.workflow_executions', row);
  }
};
const days = async (columns: string) => {
  await kpi.rollUp();
  return kpi.view('kpi.executions_by_day', `day::text, ${columns}`, 'order by day');
};
const period = async (name: string, columns: string, first: string, last: string) => {
  await kpi.rollUp();
  return kpi.view(`kpi.${name}('${first}', '${last}')`, columns);
};

describe('executions', () => {
  test('8 success, 1 error, 1 crashed, 1 running, 5 manual: 11 executions, 2 errors, 80 percent, by day and over a period', async () => {
    await covered();
    await ran('2025-11-03', { success: 8, error: 1, crashed: 1, running: 1 });
    for (let i = 0; i < 5; i += 1)
      await kpi.put('public.workflow_executions_other', { workflow_id: workflow, business_day: '2025-11-03', mode: 'manual' });
    const columns = 'executions, errors, crashed, running, success_rate';
    expect((await days(columns))[2]).toEqual(['2025-11-03', '11', '2', '1', '1', '0.8']);
    expect(await period('executions_in_period', `${columns}, coverage`, '2025-11-01', '2025-11-04')).toEqual([
      ['11', '2', '1', '1', '0.8', '1'],
    ]);
    expect(await period('workflows_in_period', `workflow_name, ${columns}`, '2025-11-03', '2025-11-03')).toEqual([
      ['Boletas', '11', '2', '1', '1', '0.8'],
    ]);
  });

  test('a covered day without runs has 0, one before the memory of n8n and today have nothing', async () => {
    await covered();
    await ran('2025-10-31', { success: 2 });
    await ran('2025-11-02', { success: 1 });
    await ran('2025-11-05', { success: 7 });
    expect(await days('executions, success_rate, coverage')).toEqual([
      ['2025-10-31', null, null, '0'],
      ['2025-11-01', '0', null, '1'],
      ['2025-11-02', '1', '1', '1'],
      ['2025-11-03', '0', null, '1'],
      ['2025-11-04', '0', null, '1'],
      ['2025-11-05', null, null, '0'],
    ]);
    const columns = 'executions, errors, success_rate, coverage';
    expect(await period('executions_in_period', columns, '2025-11-03', '2025-11-04')).toEqual([['0', '0', null, '1']]);
    expect(await period('executions_in_period', columns, '2025-11-02', '2025-11-05')).toEqual([[null, null, null, '0.75']]);
    expect(await period('executions_in_period', columns, '2025-09-01', '2025-09-30')).toEqual([[null, null, null, '0']]);
    expect(await period('executions_in_period', columns, '2025-11-04', '2025-11-03')).toEqual([[null, null, null, null]]);
  });

  test('a tenant whose executions were never read to the end knows nothing, one without n8n is not there', async () => {
    await ran('2025-11-03', { success: 1 });
    expect(await period('executions_in_period', 'executions', '2025-11-03', '2025-11-03')).toEqual([]);
    await covered({ covered_from: null, covered_until: null });
    expect(await period('executions_in_period', 'executions, coverage', '2025-11-03', '2025-11-03')).toEqual([[null, '0']]);
    expect(await days('executions')).toEqual([['2025-11-03', null]]);
  });

  test('an automation whose successes n8n does not keep has no rate and is outside of the whole rate', async () => {
    await covered({ covered_from: null });
    const silent = await kpi.put('public.workflows', { name: 'Carga', saves_successes: false });
    await ran('2025-11-03', { success: 3, error: 1 });
    await ran('2025-11-03', { error: 4 }, { workflow_id: silent, workflow_name: 'Carga' });
    expect(await days('executions, errors, success_rate, errors_without_rate')).toContainEqual(['2025-11-03', '8', '5', '0.75', '4']);
    const columns = 'workflow_name, success, errors, success_rate';
    expect(new Set(await period('workflows_in_period', columns, '2025-11-03', '2025-11-03'))).toEqual(
      new Set([
        ['Boletas', '3', '1', '0.75'],
        ['Carga', null, '4', null],
      ]),
    );
    expect(await period('executions_in_period', 'success_rate, errors_without_rate', '2025-11-01', '2025-11-04')).toEqual([['0.75', '4']]);
  });
});

test('latency: mean, and the shortest durations that half and 95 of 100 runs do not exceed', async () => {
  await covered();
  for (const [day, ms] of [
    ['2025-11-02', 100],
    ['2025-11-02', 200],
    ['2025-11-02', 600],
    ['2025-11-03', 1000],
  ] as const)
    await ran(day, { success: 1 }, { duration_ms: ms });
  await ran('2025-11-02', { running: 1, crashed: 1 });
  const columns = 'runs, avg_ms, p50_ms, p95_ms';
  await kpi.rollUp();
  expect(await kpi.view('kpi.latency_by_day', `day::text, ${columns}`, 'order by day')).toEqual([
    ['2025-11-01', '0', null, null, null],
    ['2025-11-02', '3', '300', '200', '600'],
    ['2025-11-03', '1', '1000', '1000', '1000'],
    ['2025-11-04', '0', null, null, null],
  ]);
  expect(await period('latency_in_period', columns, '2025-11-01', '2025-11-04')).toEqual([['4', '475', '200', '1000']]);
  expect(await period('latency_in_period', columns, '2025-11-04', '2025-11-04')).toEqual([['0', null, null, null]]);
  expect(await period('latency_in_period', columns, '2025-11-01', '2025-11-05')).toEqual([[null, null, null, null]]);
});

test('errors by category are by day and automation, a category that could not be read is unknown', async () => {
  await covered();
  await ran('2025-11-03', { error: 2 }, { error_category: 'auth' });
  await ran('2025-11-03', { error: 1 }, { error_category: 'auth', resolved_by_retry: true });
  await ran('2025-11-03', { error: 1, success: 1 });
  await ran('2025-11-04', { crashed: 1 });
  await ran('2025-11-05', { error: 1 }, { error_category: 'timeout' });
  expect(
    await kpi.view('kpi.errors_by_category', 'day::text, workflow_name, category, errors, resolved, coverage', 'order by 1, 3'),
  ).toEqual([
    ['2025-11-03', 'Boletas', 'auth', '3', '1', '1'],
    ['2025-11-03', 'Boletas', 'unknown', '1', '0', '1'],
    ['2025-11-04', 'Boletas', 'crash', '1', '0', '1'],
    ['2025-11-05', 'Boletas', 'timeout', null, null, '0'],
  ]);
});

test('active automations are switched on and not archived; beside them those that ran in 30 days; unread is unknown', async () => {
  const columns = 'active, ran_30_days, active_idle, total';
  expect(await kpi.view('kpi.automations_active', columns)).toEqual([]);
  const state = { source: 'n8n', stream: 'workflows', covered_until: await kpi.before('1 minute') };
  await kpi.put('kpi.freshness', state);
  await kpi.put('public.workflows', { name: 'Archivada', archived: true });
  const off = await kpi.put('public.workflows', { name: 'Apagada', active: false });
  await kpi.put('public.workflows', { name: 'Borrada', deleted_at: new Date(), row_hash: null });
  await kpi.put('public.workflow_executions', { workflow_id: off, created_at: await kpi.before('29 days 23 hours') });
  await kpi.put('public.workflow_executions', { workflow_id: workflow, created_at: await kpi.before('30 days 1 second') });
  expect(await kpi.view('kpi.automations_active', columns)).toEqual([['1', '1', '1', '3']]);
});

describe('OCR runs', () => {
  const ocr = async () => {
    await kpi.rollUp();
    return (await kpi.view('kpi.ocr_runs', 'day::text, runs, errors, documents, automations', 'order by day')).find(
      ([day]) => day === '2025-11-03',
    );
  };
  const other = async (name: string, success: number, values: Values = {}) => {
    const id = await kpi.put('public.workflows', { name, ...values });
    await ran('2025-11-03', { success }, { workflow_id: id, workflow_name: name });
    return id;
  };
  beforeEach(async () => covered());

  test('are of the automations whose name says so, in any case, while none has the tag', async () => {
    await ran('2025-11-03', { success: 9 });
    await other('Lectura OCR facturas', 3);
    expect(await ocr()).toEqual(['2025-11-03', '3', '0', null, 1]);
    await other('Lectura de boletas', 5, { tags: ['tenant:acme', 'ocr'] });
    expect(await ocr()).toEqual(['2025-11-03', '5', '0', null, 1]);
  });

  test('are documents only where the rule says how many each run reads', async () => {
    await other('OCR', 3);
    await kpi.seeder.client.query('update public.tenants set ocr_documents_per_run = 2 where id = $1', [kpi.tenantId]);
    expect(await ocr()).toEqual(['2025-11-03', '3', '0', '6', 1]);
  });

  test('are unknown without such an automation, and where n8n keeps no successes', async () => {
    await ran('2025-11-03', { success: 9 });
    expect(await ocr()).toEqual(['2025-11-03', null, null, null, 0]);
    const id = await other('ocr', 0, { saves_successes: false });
    await ran('2025-11-03', { error: 2 }, { workflow_id: id });
    expect(await ocr()).toEqual(['2025-11-03', null, '2', null, 1]);
  });
});

test('an automation that has not arrived, and one that is gone, keep what is known of them', async () => {
  await covered();
  await ran('2025-11-03', { error: 1 }, { workflow_id: randomUUID(), workflow_name: null });
  const gone = { deleted_at: new Date(), row_hash: null, saves_successes: false };
  const deleted = await kpi.put('public.workflows', { name: 'Borrada', ...gone });
  await ran('2025-11-03', { error: 1 }, { workflow_id: deleted, workflow_name: 'Borrada' });
  expect(await period('workflows_in_period', 'workflow_name, success_rate', '2025-11-03', '2025-11-03')).toEqual(
    expect.arrayContaining([
      [null, '0'],
      ['Borrada', null],
    ]),
  );
});
