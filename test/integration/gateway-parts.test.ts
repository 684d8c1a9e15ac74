import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDashboards } from '../../src/jobs/apply-dashboards.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { requestDashboards, showDashboardJob } from '../../src/store/dashboard-jobs.ts';
import { readAsTenant } from '../../src/store/reader-query.ts';
import { ReadersBusy, ReaderSessions } from '../../src/store/reader-sessions.ts';
import { jsonValue } from '../../src/store/result-values.ts';
import { GatewayRig } from '../support/gateway-rig.ts';
import { startKpi } from '../support/processes.ts';

let rig: GatewayRig;
let home: string;
beforeAll(async () => {
  rig = await GatewayRig.open();
  home = await mkdtemp(join(tmpdir(), 'kpi-gateway-'));
});
afterAll(async () => {
  await rig.close();
  await rm(home, { recursive: true, force: true });
});

describe("sessions as the companies' readers", () => {
  const sessions = (options: Partial<ConstructorParameters<typeof ReaderSessions>[0]>) =>
    new ReaderSessions({
      url: (role) => rig.two.database.url(role),
      maxConnections: 1,
      perTenant: 1,
      waitingPerTenant: 5,
      waitMs: 5000,
      idleMs: 30_000,
      ...options,
    });
  const pid = (from: ReaderSessions, role: string) => from.use(role, async ({ pid: own }) => own);

  test('one is kept for the next request of the same company, and gives way to another company', async () => {
    const readers = sessions({});
    const { a, b } = rig.two;
    const first = await pid(readers, a.role);
    expect(await pid(readers, a.role)).toBe(first);
    const other = await pid(readers, b.role);
    expect(other).not.toBe(first);
    expect(readers.counts).toEqual({ open: 1, active: 0, waiting: 0 });
    expect(await pid(readers, a.role)).not.toBe(first);
    await readers.close();
    expect(readers.counts.open).toBe(0);
  });

  test('one does not serve for ever: names of settings that statements made up stay in its memory', async () => {
    const readers = sessions({});
    const pids = new Set<number>();
    for (let i = 0; i < 201; i += 1) pids.add(await pid(readers, rig.two.a.role));
    expect(pids.size).toBe(2);
    await readers.close();
  });

  test('one that is not used ends by itself', async () => {
    const readers = sessions({ idleMs: 20 });
    await pid(readers, rig.two.a.role);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(readers.counts.open).toBe(0);
  });

  test('who waits too long, or behind too many, is told so and runs nothing', async () => {
    const readers = sessions({ waitMs: 50, waitingPerTenant: 1 });
    const { role } = rig.two.a;
    const end = Promise.withResolvers<void>();
    const long = readers.use(role, () => end.promise);
    let ran = false;
    const late = readers.use(role, async () => {
      ran = true;
    });
    await expect(readers.use(role, async () => undefined)).rejects.toBeInstanceOf(ReadersBusy);
    await expect(late).rejects.toBeInstanceOf(ReadersBusy);
    end.resolve();
    await long;
    expect(await pid(readers, role)).toBeGreaterThan(0);
    expect(ran).toBe(false);
    await readers.close();
  });

  test('a statement that catches its cancellation is ended with its backend', async () => {
    const readers = sessions({});
    // Readers may not write such a thing themselves.
    await rig.two.seeder.client.query(`create function public.stubborn() returns void language plpgsql as $$
      begin loop begin perform pg_sleep(100); exception when query_canceled then null; end; end loop; end $$`);
    const ended = readers.use(rig.two.a.role, async (session) => {
      const running = session.client.query('select public.stubborn()');
      running.catch(() => undefined);
      await readers.stop(session, running);
      await running;
    });
    await expect(ended).rejects.toThrow(/terminat/);
    const { rows } = await rig.two.seeder.client.query(
      "select from pg_stat_activity where query like 'select public.stubborn%' and state = 'active'",
    );
    expect(rows).toEqual([]);
    expect(await pid(readers, rig.two.a.role)).toBeGreaterThan(0);
    await readers.close();
  });
});

describe('a statement that no signal stops', () => {
  test('is answered in its time, and its company waits for its end while others do not', async () => {
    const readers = new ReaderSessions({
      url: (role) => rig.two.database.url(role),
      maxConnections: 2,
      perTenant: 1,
      waitingPerTenant: 5,
      waitMs: 60_000,
      idleMs: 30_000,
      obeyMs: 50,
    });
    const read = (role: string, text: string) =>
      readAsTenant(readers, role, { text }, { rows: 10, bytes: 1000, totalMs: 1500 }, new AbortController().signal);
    // A function of the server that looks for nothing until it is done, once it has begun.
    const busy = async () =>
      (await rig.two.seeder.client.query("select from pg_stat_activity where usename = $1 and state = 'active'", [rig.two.a.role]))
        .rowCount;
    await expect(read(rig.two.a.role, "select length(normalize(repeat('ﬀ', 30000000)))")).rejects.toMatchObject({ because: 'timeout' });
    expect(await busy()).toBe(1);
    expect(readers.counts).toMatchObject({ open: 1, active: 1 });
    expect((await read(rig.two.b.role, 'select 1')).rows).toEqual([[1]]);
    expect(await busy()).toBe(1);
    expect((await read(rig.two.a.role, 'select 1')).rows).toEqual([[1]]);
    expect(await busy()).toBe(0);
    await readers.close();
  });
});

describe('a job of dashboards', () => {
  const deps = (apply: JobDeps['applyDashboards'] | null) =>
    ({ db: rig.db, ...(apply == null ? {} : { applyDashboards: apply }) }) as unknown as JobDeps;
  const never = new AbortController().signal;
  const industry = async () =>
    (await rig.two.seeder.client.query<{ industry: string }>('select industry from public.tenants where id = $1', [rig.two.b.tenantId]))
      .rows[0]!.industry;

  test('makes the company one of its industry, then its dashboards, and says what it did', async () => {
    await rig.two.seeder.client.query('delete from ops.dashboard_jobs');
    const { tenantId } = rig.two.b;
    const job = await requestDashboards(rig.db, tenantId, 'restaurants', 'token:x');
    const seen: string[] = [];
    const run = () =>
      applyDashboards(
        deps(async (id) => {
          seen.push(`${id} ${await industry()}`);
          return { create: 12 };
        }),
        tenantId,
        job.id,
        never,
      );
    await run();
    expect(seen).toEqual([`${tenantId} restaurants`]);
    expect(await showDashboardJob(rig.db, job.id)).toMatchObject({ state: 'done', result: { create: 12 }, problem: null });
    // The queue may bring a job twice.
    await run();
    expect(seen).toHaveLength(1);
  });

  test('that fails says why, and may be asked for again', async () => {
    const { tenantId } = rig.two.b;
    const job = await requestDashboards(rig.db, tenantId, 'retail', 'token:x');
    await applyDashboards(
      deps(async () => {
        throw Object.assign(new Error('Metabase refused'), { advice: 'Look at its log' });
      }),
      tenantId,
      job.id,
      never,
    );
    expect(await showDashboardJob(rig.db, job.id)).toMatchObject({ state: 'failed', problem: 'Metabase refused. Look at its log' });
    const again = await requestDashboards(rig.db, tenantId, 'retail', 'token:x');
    expect(again.id).not.toBe(job.id);
    await applyDashboards(deps(null), tenantId, again.id, never);
    expect((await showDashboardJob(rig.db, again.id))?.problem).toContain('no Metabase');
  });

  test('of a worker that is being stopped stays open for the next', async () => {
    const { tenantId } = rig.two.b;
    const job = await requestDashboards(rig.db, tenantId, 'retail', 'token:x');
    const stopping = AbortSignal.abort(new Error('stopping'));
    const broken = deps(async (_, signal) => signal.throwIfAborted() as never);
    await expect(applyDashboards(broken, tenantId, job.id, stopping)).rejects.toThrow('stopping');
    expect((await showDashboardJob(rig.db, job.id))?.state).toBe('running');
  });
});

describe('kpi token', () => {
  const kpi = (...args: string[]) =>
    startKpi(['token', ...args, '--json'], {
      home,
      env: { DATABASE_URL: rig.two.database.adminUrl, KPI_ROLE_SECRET: rig.two.database.roleSecret },
    }).ended;

  test('makes one that opens the gateway, lists it without its secret, and takes it back', async () => {
    const { tenantId } = rig.two.a;
    const made = JSON.parse((await kpi('create', '--name', 'portal', '--scopes', 'read,embed', '--tenant', tenantId)).stdout) as {
      id: string;
      token: string;
    };
    const freshness = () => rig.ask(made.token, `/api/tenants/${tenantId}/freshness`);
    expect((await freshness()).status).toBe(200);
    const listed = (await kpi('list')).stdout;
    expect(JSON.parse(listed)).toContainEqual(
      expect.objectContaining({ id: made.id, name: 'portal', tenant_id: tenantId, state: 'valid', scopes: ['read', 'embed'] }),
    );
    expect(listed).not.toContain(made.token.split('_').at(-1));
    expect(JSON.parse((await kpi('revoke', made.id)).stdout)).toEqual({ id: made.id, revoked: true });
    expect((await freshness()).status).toBe(401);
    expect((await kpi('revoke', made.id)).code).toBe(2);
  });

  test.each([
    ['neither a company nor all of them', ['--scopes', 'read']],
    ['a company and all of them', ['--scopes', 'read', '--all-tenants', '--tenant', '76042235-5']],
    ['a scope that there is none of', ['--scopes', 'read,admin', '--all-tenants']],
    ['no scope', ['--scopes', '', '--all-tenants']],
    ['days without end', ['--scopes', 'read', '--all-tenants', '--days', '9999']],
  ])('with %s is wrong usage', async (_, args) => {
    expect((await kpi('create', '--name', 'x', ...args)).code).toBe(2);
  });
});

test.each<[string, number, string, unknown]>([
  ['an instant with half an hour of offset', 1184, '2025-11-29 10:00:00+05:30', '2025-11-29T10:00:00+05:30'],
  ['an instant without end', 1184, 'infinity', 'infinity'],
  ['a timestamp', 1114, '2025-11-29 10:00:00.5', '2025-11-29T10:00:00.5'],
  ['a float that JSON has no number for', 701, '-Infinity', '-Infinity'],
  [
    'a list of lists',
    1007,
    '{{1,2},{3,4}}',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['a date in a list', 1182, '{2025-11-29,NULL}', ['2025-11-29', null]],
  ['a type that is not known', 600, '(1,2)', '(1,2)'],
])('%s is written as JSON', (_, oid, text, value) => {
  expect(jsonValue(oid, text)).toEqual(value);
});
