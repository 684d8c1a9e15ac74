import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createMetricsServer } from '../../src/api/metrics.ts';
import { createServiceToken } from '../../src/store/service-tokens.ts';
import { enqueueSync, wakeStreams } from '../../src/store/streams.ts';
import { warehouseState } from '../../src/store/warehouse-state.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { createMetrics, type MetricsOptions } from '../../src/telemetry/metrics.ts';
import { DoctorRig } from '../support/doctor-rig.ts';
import { startKpi, until, type Running } from '../support/processes.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let rig: DoctorRig;
const running: Running[] = [];
beforeAll(async () => {
  rig = await DoctorRig.open();
});
afterAll(async () => {
  for (const one of running) {
    one.process.kill('SIGTERM');
    await one.ended;
  }
  await rig.close();
});

/** A scrape, read by a parser that is not ours. */
function samples(body: string) {
  const families = new Map(parsePrometheusTextFormat(body).map((family) => [family.name, family]));
  const of = (name: string, labels: Record<string, string> = {}) =>
    (families.get(name)?.metrics ?? []).filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels?.[key] === value));
  // The parser forgets the labels of histograms: one of those is asked for where it has one set of them.
  const histogram = (name: string) => Number(families.get(name)!.metrics[0]!.buckets!['+Inf']);
  return {
    families,
    of,
    histogram,
    /** Added over all that bear these labels; a sample that is not there is null. */
    value: (name: string, labels: Record<string, string> = {}) => {
      const found = of(name, labels);
      return found.length === 0 ? null : found.reduce((sum, { value }) => sum + Number(value), 0);
    },
  };
}

function start(args: string[], env: Record<string, string> = {}): Running {
  const one = startKpi(args, { home: rig.home, env: { ...rig.env, KPI_LOG_LEVEL: 'info', KPI_REQUESTS_PER_SECOND: '100000', ...env } });
  running.push(one);
  return one;
}

test('after a sync a worker shows what the database says, number by number', async () => {
  const worker = start(['worker', '--metrics-port', '0', '--metrics-state']);
  const url = await until('it says where', () => /"url":"(http:\/\/127\.0\.0\.1:\d+\/metrics)"/.exec(worker.said().stderr)?.[1]);
  // The source is busy for a moment: retries and waits have to show.
  rig.sandbox.servers.n8n.faults.next('server-error', 2);
  await wakeStreams(rig.app.db, { tenantId: rig.tenantId });
  for (const { id } of await rig.rows<{ id: string }>('select id from ops.connections')) await enqueueSync(rig.app.db, rig.tenantId, id);
  await until('the streams are in', async () => {
    const open = await rig.rows(`select 1 from ops.streams where last_success_at is null`);
    const busy = await rig.rows(`select 1 from ops.runs where outcome = 'running'`);
    return open.length + busy.length === 0;
  });
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain; version=0.0.4')]);
  const body = await answer.text();
  const scraped = samples(body);

  const counts = await rig.rows<Record<string, string>>(
    `select r.source, c.entity, sum(c.inserted) as inserted, sum(c.unchanged) as unchanged, sum(c.updated) as updated, sum(c.excluded) as excluded,
       sum(c.superseded) as superseded, sum(c.quarantined) as quarantined
     from ops.run_counts c join ops.runs r on r.id = c.run_id group by 1, 2`,
  );
  expect(counts.length).toBeGreaterThan(1);
  for (const { source, entity, ...outcomes } of counts)
    for (const [outcome, count] of Object.entries(outcomes))
      expect([entity, outcome, scraped.value('kpi_rows_total', { source: source!, entity: entity!, outcome }) ?? 0]).toEqual([
        entity,
        outcome,
        Number(count),
      ]);
  const [runs] = await rig.rows<Record<string, string>>(
    `select count(*) as runs, sum(requests) as requests, sum(retries) as retries, sum(throttled_ms) / 1000.0 as throttled, sum(batches) as batches from ops.runs`,
  );
  expect(Number(runs!['retries'])).toBeGreaterThan(0);
  const ended = await rig.rows<{ outcome: string; runs: string }>('select outcome, count(*) as runs from ops.runs group by outcome');
  for (const { outcome, runs: many } of ended)
    expect([outcome, scraped.value('kpi_runs_total', { source: 'n8n', lane: 'live', outcome })]).toEqual([outcome, Number(many)]);
  expect(scraped.value('kpi_requests_total', { source: 'n8n' })).toBe(Number(runs!['requests']));
  expect(scraped.value('kpi_requests_total', { outcome: 'server_error' })).toBe(2);
  expect(scraped.value('kpi_request_retries_total', { source: 'n8n' })).toBe(Number(runs!['retries']));
  expect(scraped.value('kpi_throttled_seconds_total', { source: 'n8n' })).toBeCloseTo(Number(runs!['throttled']), 1);
  expect(scraped.histogram('kpi_batch_duration_seconds')).toBe(Number(runs!['batches']));
  expect(scraped.value('kpi_lease_takeovers_total')).toBeNull();

  expect(scraped.value('kpi_state_up')).toBe(1);
  expect(scraped.value('kpi_streams', { source: 'n8n', state: 'ok' })).toBe(2);
  for (const stream of ['executions', 'workflows']) {
    const lag = scraped.value('kpi_stream_lag_seconds', { tenant: rig.tenantId, source: 'n8n', stream })!;
    const [now] = await rig.rows<{ lag: number }>(
      `select extract(epoch from now() - coalesce(covered_until, last_success_at))::float8 as lag from ops.streams where stream = '${stream}' and lane = 'live'`,
    );
    expect(lag).toBeGreaterThanOrEqual(0);
    expect(lag).toBeLessThanOrEqual(now!.lag);
  }
  const [refused] = await rig.rows<{ n: number }>(`select count(*)::int as n from ops.quarantine where state = 'open'`);
  expect(scraped.value('kpi_quarantine_open')).toBe(refused!.n);
  expect(scraped.value('kpi_workers', { state: 'alive' })).toBe(1);
  expect(scraped.value('kpi_workers', { state: 'silent' })).toBe(0);
  expect(scraped.value('kpi_build_info')).toBe(1);
  expect(scraped.value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(body).not.toContain(DoctorRig.RUT);
  // Each has words and a type, and every family of ours begins alike.
  for (const { name, help, type } of scraped.families.values()) {
    expect([name, help === '' || type === 'UNTYPED']).toEqual([name, false]);
    expect(name).toMatch(/^(kpi|process|nodejs)_/);
  }
});

test('kpi serve shows them to whoever may operate all companies, and to nobody else', async () => {
  const serve = start(['serve', '--port', '0', '--json'], { KPI_METRICS_TENANTS: 'together' });
  const { url } = JSON.parse(await until('it says where', () => /^\{[^]*\}$/m.exec(serve.said().stdout)?.[0])) as { url: string };
  const token = async (scopes: ('operate' | 'read')[], tenantId: string | null = null) =>
    (await createServiceToken(rig.app.db, { name: 'prometheus', scopes, tenantId, days: 1, createdBy: 'test' })).token;
  const ask = (bearer?: string) => fetch(`${url}/metrics`, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });
  expect((await ask()).status).toBe(401);
  expect((await ask('kpi_x')).status).toBe(401);
  // A proxy on this machine makes everybody a neighbour.
  expect((await ask(await token(['read']))).status).toBe(403);
  expect((await ask(await token(['operate'], rig.tenantId))).status).toBe(403);
  const good = await token(['operate']);
  expect((await ask(good)).status).toBe(200);
  const scraped = samples(await (await ask(good)).text());
  expect(scraped.value('kpi_http_requests_total', { route: '/metrics', status: '200' })).toBe(1);
  expect(scraped.value('kpi_http_requests_total', { route: '/metrics', status: '401' })).toBe(2);
  expect(scraped.value('kpi_streams', { source: 'n8n', state: 'ok' })).toBe(2);
  expect(scraped.of('kpi_stream_lag_seconds').map(({ labels }) => Object.keys(labels ?? {}))).toEqual([
    ['source', 'stream'],
    ['source', 'stream'],
  ]);
});

test('a worker beyond this machine asks for the same token', async () => {
  const server = createMetricsServer({ db: rig.app.db, metrics: createMetrics({ version: '0', state: null }), open: false });
  try {
    expect((await server.inject('/metrics')).statusCode).toBe(401);
    expect((await server.inject('/health')).statusCode).toBe(200);
  } finally {
    await server.close();
  }
});

const source = (read: () => ReturnType<typeof warehouseState>, more: object = {}): MetricsOptions => ({
  version: '0',
  state: { read, cacheMs: 60_000, tenants: 'each', deadWorkerSeconds: 75, onError: () => undefined, ...more },
});

test('many scrapes are one question to the database; one that fails leaves no old value behind', async () => {
  let asked = 0;
  let broken = false;
  const read = async () => {
    asked += 1;
    if (broken) throw new Error('gone');
    return warehouseState(rig.app.db);
  };
  const metrics = createMetrics(source(read));
  await Promise.all([metrics.render(), metrics.render(), metrics.render()]);
  await metrics.render();
  expect(asked).toBe(1);

  const fresh = createMetrics(source(read, { cacheMs: 0 }));
  expect(samples((await fresh.render()).body).value('kpi_streams')).toBeGreaterThan(0);
  broken = true;
  const without = samples((await fresh.render()).body);
  expect([without.value('kpi_state_up'), without.value('kpi_streams'), without.value('kpi_stream_lag_seconds')]).toEqual([0, null, null]);
  broken = false;
  expect(samples((await fresh.render()).body).value('kpi_state_up')).toBe(1);
});

test('a lease that is taken over is counted, one that was let go is not', async () => {
  const { db } = rig.app;
  const { tenantId, connections } = await tenantWith(db, ['shopify']);
  const metrics = createMetrics({ version: '0', state: null });
  const stream = scripted([pageOf([orderDraft('1')])]);
  const job = jobOf({ tenantId, connectionId: connections['shopify']!, source: 'shopify' }, stream);
  const deps = { ...syncDeps(db), observe: metrics.observe };
  const takeovers = async () =>
    samples((await metrics.render()).body).value('kpi_lease_takeovers_total', { source: 'shopify', lane: 'live' });
  await runSync(deps, job);
  await runSync(deps, job);
  expect(await takeovers()).toBeNull();
  await rig.rows(`update ops.streams set holder = 'gone', backend_pid = 1, backend_start = now(), expires_at = now() - interval '1 minute'
    where tenant_id = '${tenantId}'`);
  await runSync(deps, job);
  expect(await takeovers()).toBe(1);
  const scraped = samples((await metrics.render()).body);
  const became = (outcome: string) => scraped.value('kpi_rows_total', { source: 'shopify', entity: 'order', outcome });
  expect([became('inserted'), became('unchanged')]).toEqual([1, 2]);
  // Only the first had something to write.
  expect(scraped.histogram('kpi_batch_duration_seconds')).toBe(3);
  expect(scraped.histogram('kpi_batch_locked_seconds')).toBe(1);
});

test('two connections of one stream: the older speaks; a paused one is not behind', async () => {
  const { db } = rig.app;
  const { tenantId, connections } = await tenantWith(db, ['odoo']);
  const set = (lag: string) =>
    rig.rows(
      `update ops.streams set covered_until = now() - interval '${lag}', last_success_at = now() where connection_id = '${connections['odoo']}'`,
    );
  const look = async () => samples((await createMetrics(source(() => warehouseState(db))).render()).body);
  const place = { tenant: tenantId, source: 'odoo', stream: 'orders' };
  await set('10 minutes');
  expect((await look()).value('kpi_stream_lag_seconds', place)).toBeCloseTo(600, -2);
  await rig.rows(`update ops.connections set status = 'paused' where id = '${connections['odoo']}'`);
  const paused = await look();
  expect([paused.value('kpi_stream_lag_seconds', place), paused.value('kpi_streams', { source: 'odoo', state: 'paused' })]).toEqual([
    null,
    1,
  ]);
});
