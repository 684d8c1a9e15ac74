import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KpiFixture, plain } from '../support/kpi-fixture.ts';
import type { Values } from '../support/seed-rows.ts';

let kpi: KpiFixture;

beforeAll(async () => {
  kpi = await KpiFixture.open();
});
afterAll(async () => kpi.close());
beforeEach(async () => kpi.newTenant());

describe('support and automation', () => {
  test('tickets by channel hold the rolling week of the brief and all beside it', async () => {
    const talk = async (age: string, values: Values = {}) =>
      kpi.put('public.conversations', { created_at: await kpi.before(age), ...values });
    await talk('6 days 23 hours');
    await talk('7 days 1 second');
    await talk('1 hour', { channel: 'Email', status: 'resolved' });
    await talk('1 hour', { deleted_at: new Date(), row_hash: null });
    expect(await kpi.view('kpi.tickets_by_channel', 'channel, status, last_7_days, total', 'order by channel')).toEqual([
      ['Email', 'resolved', '1', '1'],
      ['WhatsApp', 'open', '1', '2'],
    ]);
  });

  const ran = async (workflow: string, counts: Readonly<Record<string, number>>, values: Values = {}) => {
    for (const [status, count] of Object.entries(counts)) {
      const crash = status === 'crashed' ? { status: 'error', error_category: 'crash' } : { status };
      const created_at = await kpi.before('1 day');
      const row = {
        workflow_id: workflow,
        workflow_name: 'Boletas',
        created_at,
        business_day: created_at.slice(0, 10),
        ...crash,
        ...values,
      };
      for (let i = 0; i < count; i += 1) await kpi.put('public.workflow_executions', row);
    }
  };
  const executions = async () => {
    await kpi.rollUp();
    return kpi.view('kpi.executions_by_workflow', 'workflow_name, executions, errors, success, success_rate');
  };

  test('eight good, one bad, one crashed, one running: eleven executions, two errors, 80 percent', async () => {
    const workflow = await kpi.put('public.workflows', { name: 'Boletas' });
    await ran(workflow, { success: 8, error: 1, crashed: 1, running: 1 });
    await ran(workflow, { success: 1 }, { created_at: await kpi.before('30 days 1 second') });
    await kpi.put('public.workflow_executions_other', {
      workflow_id: workflow,
      source: 'n8n',
      workflow_name: 'Boletas',
      created_at: await kpi.before('1 day'),
    });
    expect(await executions()).toEqual([['Boletas', '11', '2', '8', '0.8']]);
  });

  test('the mean of known durations is the one of the brief', async () => {
    const workflow = await kpi.put('public.workflows', { name: 'Boletas' });
    await ran(workflow, { success: 1 }, { duration_ms: 100 });
    await ran(workflow, { success: 1 }, { duration_ms: 201 });
    await ran(workflow, { running: 1 });
    const { rows } = await kpi.analyst.query<{ avg_duration: string }>(
      `SELECT workflow_name, COUNT(*) as executions, AVG(duration_ms) as avg_duration,
              SUM(CASE WHEN status = 'error' THEN 1 ELSE 0 END) as errors
       FROM workflow_executions
       WHERE tenant_id = $1 AND created_at >= NOW() - INTERVAL '30 days'
       GROUP BY workflow_name ORDER BY executions DESC LIMIT 10`,
      [kpi.tenantId],
    );
    expect(await kpi.view('kpi.executions_by_workflow', 'avg_duration_ms')).toEqual([[plain(rows[0]?.avg_duration)]]);
    expect(plain(rows[0]?.avg_duration)).toBe('150.5');
  });

  test('the success rate is unknown when nothing ended or n8n keeps no successes', async () => {
    await ran(randomUUID(), { running: 2 });
    expect((await executions()).at(0)?.[4]).toBeNull();
    await ran(await kpi.put('public.workflows', { name: 'Boletas', saves_successes: false }), { error: 3 });
    expect(await executions()).toEqual([['Boletas', '5', '3', '0', null]]);
  });

  test('a stream is stale after an hour and before its first reading has ended', async () => {
    await kpi.put('kpi.freshness', { stream: 'a', covered_until: await kpi.before('-5 minutes') });
    await kpi.put('kpi.freshness', { stream: 'b', covered_until: await kpi.before('61 minutes') });
    await kpi.put('kpi.freshness', { stream: 'c', state: 'new' });
    expect(await kpi.view('kpi.freshness_now', 'stream, is_stale, lag_seconds >= 3660, lag_seconds = 0', 'order by stream')).toEqual([
      ['a', false, false, true],
      ['b', true, true, false],
      ['c', true, null, null],
    ]);
  });
});

describe('every file of migrations/kpi', () => {
  test("makes views that readers, analysts and the writer may read; what adds up all companies is the analyst's alone", async () => {
    const { rows } = await kpi.seeder.client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       cross join unnest(array['kpi_reader', 'kpi_analyst', 'kpi_writer']) r(role)
       where c.relkind = 'v' and n.nspname in ('public', 'kpi') and not has_table_privilege(r.role, c.oid, 'select')`,
    );
    expect(rows).toEqual([{ name: 'kpi.executive_summary' }]);
  });
});
