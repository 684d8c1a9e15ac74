import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { notice, SourceError, type Page } from '../../src/contract/index.ts';
import { failBackfill, finishBackfill } from '../../src/store/backfill-states.ts';
import { addBackfill } from '../../src/store/backfills.ts';
import { noteStreamProblem } from '../../src/store/stream-problem.ts';
import { streamStates } from '../../src/store/stream-states.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { KpiFixture } from '../support/kpi-fixture.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

describe('what the engine writes of a stream', () => {
  let rig: EngineRig;
  let tenant: Awaited<ReturnType<EngineRig['tenant']>>;
  beforeAll(async () => {
    rig = await EngineRig.open();
  });
  afterAll(async () => rig.close());
  beforeEach(async () => {
    tenant = await rig.tenant();
  });

  const run = (pages: readonly Page[] | (() => AsyncGenerator<Page, void, void>), lane = 'live') =>
    runSync(syncDeps(rig.db), jobOf({ ...tenant.shop, lane }, scripted(pages)));
  const shown = async (columns: string) =>
    (
      await tenant.rows<Record<string, unknown>>(
        `select ${columns} from kpi.freshness_now where tenant_id = $1 and connection_id = $2 and stream = 'orders'`,
        [tenant.tenantId, tenant.shop.connectionId],
      )
    )[0];
  const unreachable = (kind: 'transient' | 'config') =>
    async function* (): AsyncGenerator<Page, void, void> {
      yield* [];
      throw new SourceError({ kind, code: 'unreachable', message: 'nobody answers', advice: 'Wait' });
    };

  test('a source that cannot be reached says since when and of which kind, until it answers again', async () => {
    const health = 'state, error_kind, error_code, failing_since, problem, problem_es';
    await run(unreachable('transient'));
    const first = await shown(health);
    expect(first).toMatchObject({
      state: 'failing',
      error_kind: 'transient',
      error_code: 'unreachable',
      problem: 'shopify orders: nobody answers. Wait',
      problem_es: 'La red no llega al origen. Se vuelve a intentar por sí solo.',
    });
    expect(first?.['failing_since']).toBeInstanceOf(Date);
    await run(unreachable('config'));
    expect(await shown(health)).toMatchObject({ error_kind: 'config', failing_since: first?.['failing_since'] });
    await run([pageOf([orderDraft('1')], { covered: { from: null, until: '2026-11-01T12:00:00Z' } })]);
    expect(await shown(health)).toEqual({
      state: 'ok',
      error_kind: null,
      error_code: null,
      failing_since: null,
      problem: null,
      problem_es: null,
    });
  });

  test('a stream that could not even be started says so, too', async () => {
    const place = { tenantId: tenant.tenantId, connectionId: tenant.shop.connectionId, stream: 'orders', lane: 'live' };
    await noteStreamProblem(rig.db, place, 'shopify', {
      kind: 'config',
      code: 'cannot_start',
      message: 'the secret is missing',
      advice: 'Set it',
      es: 'Falta la clave.',
    });
    expect(await shown('state, error_kind, error_code, problem, problem_es')).toEqual({
      state: 'failing',
      error_kind: 'config',
      error_code: 'cannot_start',
      problem: 'the secret is missing. Set it',
      problem_es: 'Falta la clave.',
    });
  });

  test('refused records are counted until they have come in good order', async () => {
    const bad = { entity: 'order', sourceId: '7', reason: 'amount: is no number', payload: { id: 7 } } as const;
    const good = [1, 2, 3].map((n) => orderDraft(String(n)));
    await run([pageOf(good, { rejects: [bad] })]);
    expect(await shown('quarantine_open')).toEqual({ quarantine_open: 1 });
    await run([pageOf([orderDraft('7')])]);
    expect(await shown('quarantine_open')).toEqual({ quarantine_open: 0 });
  });

  test('what the source cannot give stands beside the numbers', async () => {
    const notices = [
      notice('read_all_orders', 'only the last 60 days', 'solo los últimos 60 días'),
      notice('pruned', 'runs are deleted after 14 days', 'se borra tras 14 días'),
    ];
    await run([pageOf([orderDraft('1')], { notices })]);
    expect(await shown('known_gaps')).toEqual({ known_gaps: 'se borra tras 14 días; solo los últimos 60 días' });
    const [stream] = (await streamStates(rig.db, tenant.tenantId)).filter(({ connection_id: id }) => id === tenant.shop.connectionId);
    expect(stream?.notices).toEqual(notices.map(({ code, message }) => ({ code, message })));
  });

  test('a backfill is shown with its range from when it is asked for until it ends, done or not', async () => {
    const backfills = 'backfills_running, backfill_from::text as from, backfill_until::text as until';
    const ask = (from: string, until: string) =>
      addBackfill(rig.db, {
        tenantId: tenant.tenantId,
        connectionId: tenant.shop.connectionId,
        source: 'shopify',
        stream: 'orders',
        from,
        until,
        reason: 'test',
        requestedBy: 'test',
        slices: [{ from, until }],
      });
    const one = await ask('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
    const two = await ask('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z');
    expect(await shown(backfills)).toMatchObject({ backfills_running: 2, from: expect.stringContaining('2026-01-01') });
    await finishBackfill(rig.db, tenant.tenantId, one);
    expect(await shown(backfills)).toMatchObject({ backfills_running: 1, from: expect.stringContaining('2026-03-01') });
    // Its lane says nothing of whether the stream is up to date, only what it left in quarantine.
    const bad = { entity: 'order', sourceId: '8', reason: 'amount: is no number', payload: { id: 8 } } as const;
    await run([pageOf([orderDraft('1')], { rejects: [bad] })], `backfill:${two}:1`);
    expect(await shown('quarantine_open, last_success_at, covered_until')).toEqual({
      quarantine_open: 1,
      last_success_at: null,
      covered_until: null,
    });
    await failBackfill(rig.db, tenant.tenantId, two, 'gave up');
    expect(await shown(backfills)).toEqual({ backfills_running: 0, from: null, until: null });
  });

  test('history that a backfill has read up to the start of what is covered is covered from the next reading on', async () => {
    const reads = (lane: string, from: string, until: string) =>
      run([pageOf([orderDraft('1')], { covered: { from: `${from}T00:00:00Z`, until: `${until}T00:00:00Z` } })], lane);
    const covered = () =>
      shown(
        "to_char(covered_from at time zone 'UTC', 'YYYY-MM-DD') as from, to_char(covered_until at time zone 'UTC', 'YYYY-MM-DD') as until",
      );
    await reads('live', '2026-09-01', '2026-11-01');
    await reads('backfill:a:1', '2026-08-01', '2026-09-01');
    await reads('backfill:a:2', '2026-07-01', '2026-08-01');
    // Behind a gap: nothing is known of what lies between.
    await reads('backfill:b:1', '2026-03-01', '2026-04-01');
    expect(await covered()).toEqual({ from: '2026-09-01', until: '2026-11-01' });
    await reads('live', '2026-10-31', '2026-11-02');
    expect(await covered()).toEqual({ from: '2026-07-01', until: '2026-11-02' });
    await reads('backfill:b:2', '2026-04-01', '2026-07-15');
    await reads('live', '2026-11-01', '2026-11-03');
    expect(await covered()).toEqual({ from: '2026-03-01', until: '2026-11-03' });
    // A reading that leaves a gap behind what was covered begins anew.
    await reads('live', '2026-11-05', '2026-11-06');
    expect(await covered()).toEqual({ from: '2026-11-05', until: '2026-11-06' });
  });
});

describe('what a reader is told', () => {
  let kpi: KpiFixture;
  beforeAll(async () => {
    kpi = await KpiFixture.open();
  });
  afterAll(async () => kpi.close());
  beforeEach(async () => kpi.newTenant());

  const stream = async (source: string, name: string, covered: string | null, more: Record<string, unknown> = {}) =>
    kpi.put('kpi.freshness', { source, stream: name, covered_until: covered === null ? null : await kpi.before(covered), ...more });

  test('a stream is stale when never read, when not read for three intervals, and when behind', async () => {
    const read = async (ago: string) => ({ last_success_at: await kpi.before(ago), interval_seconds: 300 });
    await stream('shopify', 'a', null);
    await stream('shopify', 'b', '10 minutes', await read('16 minutes'));
    await stream('shopify', 'c', '10 minutes', await read('18 minutes'));
    await stream('shopify', 'd', '59 minutes', await read('1 minute'));
    await stream('shopify', 'e', '61 minutes', await read('1 minute'));
    // Read once an hour: an hour behind is what is to be expected.
    await stream('shopify', 'f', '2 hours', { last_success_at: await kpi.before('2 hours'), interval_seconds: 3600 });
    await stream('shopify', 'g', '4 hours', { last_success_at: await kpi.before('4 hours'), interval_seconds: 3600 });
    expect(await kpi.view('kpi.freshness_now', 'stream, stale_because, is_stale', 'order by stream')).toEqual([
      ['a', 'never', true],
      ['b', null, false],
      ['c', 'not_read', true],
      ['d', null, false],
      ['e', 'behind', true],
      ['f', null, false],
      ['g', 'not_read', true],
    ]);
  });

  test('a problem that a release without Spanish wrote down is told in Spanish all the same, and one that is over is not', async () => {
    await stream('shopify', 'a', null, { problem: 'shopify a: nobody answers. Wait' });
    await stream('shopify', 'b', null, { problem: null, problem_es: 'La red no llega al origen.' });
    expect(await kpi.view('kpi.freshness_now', 'stream, problem_es', 'order by stream')).toEqual([
      ['a', 'La última lectura no terminó bien.'],
      ['b', null],
    ]);
  });

  test('a dashboard is as old as the oldest stream it needs, which is named', async () => {
    await stream('shopify', 'orders', '3 minutes', { quarantine_open: 2 });
    await stream('odoo', 'orders', '20 minutes');
    await stream('odoo', 'exchange_rates', '5 days');
    await stream('chatwoot', 'conversations', '2 hours', { backfills_running: 1 });
    await stream('n8n', 'executions', null);
    const columns =
      'dashboard, held_back_by, round(lag_seconds / 60.0) as minutes, is_stale, stale_streams, records_refused, is_backfilling';
    expect(await kpi.view('kpi.dashboard_as_of', columns, 'order by dashboard')).toEqual([
      ['Automatizaciones', 'n8n executions', null, true, '1', '0', false],
      ['Ejecutiva', 'n8n executions', null, true, '2', '2', true],
      ['Soporte', 'chatwoot conversations', '120', true, '1', '0', true],
      ['Tenant', 'n8n executions', null, true, '2', '2', true],
      ['Ventas', 'odoo orders', '20', false, '0', '2', false],
    ]);
    expect(await kpi.view('kpi.dashboard_as_of', 'as_of', "and dashboard = 'Ejecutiva'")).toEqual([[null]]);
  });

  test('every stream there is holds back the dashboards that need it, or none for a reason', async () => {
    const none = new Set([
      'odoo exchange_rates',
      'chatwoot agents',
      // What finance compares, no card shows.
      'odoo payments',
      'odoo payment_allocations',
      'shopify payouts',
      'shopify payout_transactions',
    ]);
    for (const { id, streams } of connectors) {
      for (const { name } of streams) {
        await kpi.newTenant();
        await stream(id, name, '1 minute', { connection_id: randomUUID() });
        const dashboards = await kpi.view('kpi.dashboard_as_of', 'dashboard');
        expect([`${id} ${name}`, dashboards.length > 0]).toEqual([`${id} ${name}`, !none.has(`${id} ${name}`)]);
      }
    }
  });
});
