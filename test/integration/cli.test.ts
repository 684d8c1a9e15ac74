import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, type Ended } from '../support/processes.ts';

// Dozens of processes: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RUT = '76042235-5';
let home: string;
let database: TestDatabase;
let sandbox: Sandbox;
let env: Record<string, string>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-cli-'));
  database = await testDatabase();
  sandbox = await startSandbox({ seed: 1, anchor: new Date().toISOString(), orders: 60, generous: true });
  env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_LOG_LEVEL: 'silent',
    KPI_REQUESTS_PER_SECOND: '100000',
  };
  expect((await run('tenant', 'add', '--rut', RUT, '--name', 'Tienda')).code).toBe(0);
});
afterAll(async () => {
  await sandbox.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ended> => kpi(args, { home, env });
const rows = <R extends Record<string, unknown>>(text: string) => withDirectSession(database.adminUrl, (session) => session.run<R>(text));

/** The one document on stdout: anything before or after it makes JSON.parse throw. */
function document<Z extends z.ZodType>(ended: Ended, shape: Z): z.infer<Z> {
  expect(ended.stdout, ended.stderr).not.toBe('');
  return shape.parse(JSON.parse(ended.stdout));
}

/** What is built. A command of the design that is not must not be in the help. */
const BUILT = [
  'demo',
  'local',
  'migrate',
  'tenant',
  'connect',
  'check',
  'connection',
  'sync',
  'status',
  'backfill',
  'sweep',
  'verify',
  'quarantine',
  'identity',
  'customer',
  'kpis',
  'explain',
  'rebuild',
  'retention',
  'privacy',
  'link',
  'reconcile',
  'alerts',
  'metabase',
  'report',
  'users',
  'token',
  'platform',
  'worker',
  'queue',
  'doctor',
  'serve',
];

const BACKFILL = ['backfill', 'start', '--tenant', RUT, '--source', 'shopify', '--stream', 'orders'];

describe('a wrong argument ends with 2 and says what would be right', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['unknown option', ['status', '--tenat', RUT], /unknown option '--tenat'[\s\S]*--tenant/],
    ['a KPI that is not there', ['explain', 'sales', '--tenant', RUT], /there is no KPI "sales"; there are: [\s\S]*sales_by_day/],
    [
      'a day for a number of now',
      ['explain', 'stock_now', '--tenant', RUT, '--date', '2026-02-01'],
      /stock_now has no day; leave out --date/,
    ],
    ['a day that is not', ['explain', 'orders', '--tenant', RUT, '--date', '2026-02-30'], /--date is "2026-02-30"; write a day like/],
    ['unknown language', ['status', '--lang', 'fr'], /es, en/],
    ['missing required option', ['tenant', 'add', '--name', 'x'], /--rut/],
    ['no RUT', ['tenant', 'add', '--rut', 'perro', '--name', 'x'], /"perro" is not a RUT; write it like 76042235-5/],
    [
      'wrong digit of a RUT',
      ['tenant', 'add', '--rut', '76.953.480-3', '--name', 'x'],
      /76953480-3 is wrong: it should be 76953480-6.*--keep-rut/,
    ],
    ['RUT that is taken', ['tenant', 'add', '--rut', '76.042.235-5', '--name', 'x'], /76042235-5 is taken by Tienda/],
    [
      'unknown currency',
      ['tenant', 'add', '--rut', '77777777-7', '--name', 'x', '--currency', 'XXX'],
      /XXX is not known; known are CLP, USD/,
    ],
    ['unknown zone', ['tenant', 'add', '--rut', '77777777-7', '--name', 'x', '--time-zone', 'Mars/Base'], /Mars\/Base.*America\/Santiago/],
    ['unknown tenant', ['sync', '--tenant', '11111111-1'], /no tenant is known as "11111111-1". Known: 76042235-5 \(Tienda\)/],
    ['unknown source to connect', ['connect', 'sap', '--tenant', RUT], /no source "sap"; there are: odoo, shopify, chatwoot, n8n/],
    ['no settings', ['connect', 'n8n', '--tenant', RUT], /base_url[\s\S]*api_key[\s\S]*--show-settings/],
    ['unknown source to check', ['check', '--source', 'sap'], /no source "sap"; there are: odoo, shopify, chatwoot, n8n/],
    ['unknown source to sync', ['sync', '--tenant', RUT, '--source', 'sap'], /no source "sap"; there are: odoo, shopify, chatwoot, n8n/],
    ['nothing connected to sync', ['sync', '--tenant', RUT, '--source', 'n8n'], /kpi status/],
    ['unknown stream', [...BACKFILL.slice(0, -1), 'cats', '--from', '2026-01-01'], /no stream "cats"; it has: .*orders/],
    [
      'a state without a past',
      [...BACKFILL.slice(0, 5), 'odoo', '--stream', 'inventory_levels', '--from', '2026-01-01'],
      /present state.*kpi sync/,
    ],
    ['backfill of what is not connected', [...BACKFILL, '--from', '2026-01-01'], /has no shopify; connect it: kpi connect shopify/],
    ['a plan for nobody', ['backfill', 'plan', '--from', '2026-01-01'], /--tenant, or take every one with --all-tenants/],
    ['a plan of the future', ['backfill', 'plan', '--tenant', RUT, '--from', '2999-01-01'], /range lies in the future: --from 2999/],
    [
      'a backfill that is not there',
      ['backfill', 'pause', '99999999-9999-4999-8999-999999999999'],
      /there is no backfill 9999.*kpi backfill list/,
    ],
    ['id that is none', ['backfill', 'show', 'latest'], /"latest" is not the id of a backfill/],
    ['bad date', ['reconcile', 'run', '--tenant', RUT, '--from', '1/2/2026'], /--from is "1\/2\/2026"; write a day like 2026-11-01/],
    ['day that no month has', ['reconcile', 'run', '--tenant', RUT, '--from', '2026-02-30'], /--from is "2026-02-30"; write a day/],
    ['bad limit', ['reconcile', 'run', '--tenant', RUT, '--limit', 'x'], /--limit is "x"; it is a whole number/],
    ['comparison that has no id', ['reconcile', 'show', 'last', '--tenant', RUT], /"last" is not the id of a comparison/],
    ['bad month', ['reconcile', 'documents', '--tenant', RUT, '--month', '2026-13'], /the month is "2026-13"; write it like 2026-11/],
    [
      'a period that ends before it begins',
      ['reconcile', 'clearing', '--tenant', RUT, '--from', '2026-11-02', '--until', '2026-11-02'],
      /the end is exclusive/,
    ],
    ['bad concurrency', ['worker', '--concurrency', 'x'], /--concurrency is "x"; it is a whole number from 1 to 64/],
    ['too small a world', ['demo', '--orders', '3'], /--orders is "3"; it is a whole number from 50 on/],
    ['nothing to resume', ['demo', '--resume'], /no demo to resume; start one: kpi demo/],
  ];
  test.concurrent.each(cases)('%s', async (_, args, says) => {
    const ended = await run(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  test('no warehouse: both ways to one are named', async () => {
    const ended = await kpi(['status'], { home });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/DATABASE_URL.*kpi local start/);
  });

  test('a faulty environment lists every fault and no value', async () => {
    const ended = await kpi(['status'], { home, env: { DATABASE_URL: 'mysql://u:geheim@x', KPI_WORKER_CONCURRENCY: 'many' } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/DATABASE_URL[\s\S]*KPI_WORKER_CONCURRENCY/);
    expect(ended.stderr).not.toMatch(/geheim|many/);
  });
});

test('nothing of a refused tenant is kept, and --keep-rut keeps a wrong digit', async () => {
  expect(await rows('select rut from public.tenants')).toEqual([{ rut: RUT }]);
  const made = await run('tenant', 'add', '--json', '--rut', '76953480-3', '--name', 'Otra', '--keep-rut');
  const { id } = document(made, z.object({ id: z.uuid(), rut: z.literal('76953480-3'), reader_url: z.url() }).strict());
  expect(await rows(`select id, rut_valid from public.tenants where rut = '76953480-3'`)).toEqual([{ id, rut_valid: false }]);
});

test('help lists what there is and nothing else', async () => {
  const help = await run('--help');
  expect(help.code).toBe(0);
  const listed = [
    ...help.stdout
      .split('Commands:')[1]!
      .split('\n\n')[0]!
      .matchAll(/^ {2}([\w-]+)/gm),
  ].map(([, name]) => name);
  expect(listed).toEqual([...BUILT, 'help']);
});

describe('a connected company', () => {
  const CONNECTED = z.object({ connection_id: z.uuid().nullable(), findings: z.array(z.object({ advice: z.string() }).loose()) }).loose();
  const connect = (source: string, changes: Record<string, string> = {}) => {
    const account = sandbox.connections().find((c) => c.rut === sandbox.world.tenants[0].rut && c.source === source)!;
    const settings = Object.entries({ ...account.settings, ...changes }).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    return run('connect', source, '--tenant', RUT, '--json', ...settings);
  };

  test('a wrong key ends with 1 and advice, saves nothing and repeats no key', async () => {
    const wrong = 'not-the-key-0123456789';
    const ended = await connect('n8n', { api_key: wrong });
    expect(ended.code).toBe(1);
    const { connection_id, findings } = document(ended, CONNECTED);
    expect(connection_id).toBeNull();
    expect(findings[0]!.advice).not.toBe('');
    expect(ended.stdout + ended.stderr).not.toContain(wrong);
    expect(await rows('select id from ops.connections')).toEqual([]);
    expect(await readdir(join(home, 'secrets')).catch(() => [])).toEqual([]);
  });

  test('connecting the same account again keeps the connection; its key is not in the database', async () => {
    const first = document(await connect('n8n'), CONNECTED).connection_id;
    const second = document(await connect('n8n'), CONNECTED).connection_id;
    expect(first).not.toBeNull();
    expect(second).toBe(first);
    const stored = await rows<{ all: string }>('select c::text as all from ops.connections c');
    expect(stored).toHaveLength(1);
    expect(stored[0]!.all).not.toContain(sandbox.world.n8n.apiKey);
  });

  test('status names what fails and what to do, and ends with 3; once it works again, with 0', async () => {
    sandbox.servers.n8n.faults.random(1, ['unauthorized']);
    const sync = await run('sync', '--tenant', RUT, '--source', 'n8n', '--json');
    expect(sync.code).toBe(1);
    expect(document(sync, z.array(z.object({ outcome: z.string(), error: z.string() }).loose())).map((r) => r.outcome)).toContain('failed');
    const [machine, person] = await Promise.all([run('status', '--tenant', RUT, '--json'), run('status', '--tenant', RUT)]);
    expect([machine.code, person.code]).toEqual([3, 3]);
    const STREAM = z.object({ state: z.string(), problem: z.string().nullable() }).loose();
    const { streams } = document(machine, z.object({ ok: z.literal(false), streams: z.array(STREAM) }).loose());
    const problem = streams.find((stream) => stream.state === 'failing')!.problem!;
    expect(problem).toMatch(/key/i);
    expect(person.stdout).toContain(problem);
    sandbox.servers.n8n.faults.clear();
    expect((await run('sync', '--tenant', RUT, '--source', 'n8n')).code).toBe(0);
    expect((await run('status', '--tenant', RUT)).code).toBe(0);
  });

  test('reconcile ends with 3 when there are differences, and shows the same later', async () => {
    await connect('shopify');
    await connect('odoo');
    const sync = await run('sync', '--tenant', RUT, '--json');
    expect(sync, sync.stderr).toMatchObject({ code: 0 });
    const RESULT = z.object({ id: z.uuid(), classes: z.array(z.unknown()).min(1), remainder: z.string() }).loose();
    const made = await run('reconcile', 'run', '--tenant', RUT, '--json');
    expect(made.code).toBe(3);
    const result = document(made, RESULT);
    const shown = await run('reconcile', 'show', result.id, '--tenant', RUT, '--json');
    expect(shown.code).toBe(3);
    expect(document(shown, RESULT)).toEqual(result);
  });

  test('reconcile documents closes in every month of the world, a month is closed, and clearing explains every gateway', async () => {
    const BRIDGE = z
      .object({
        salesAmount: z.string(),
        documents: z.number(),
        remainder: z.literal('0'),
        types: z.array(z.object({ total: z.string() }).loose()),
      })
      .loose();
    const month = (ago: number) => {
      const at = new Date();
      at.setUTCDate(15);
      at.setUTCMonth(at.getUTCMonth() - ago);
      return at.toISOString().slice(0, 7);
    };
    for (const ago of [0, 1, 2, 3]) {
      const made = await run('reconcile', 'documents', '--tenant', RUT, '--month', month(ago), '--json');
      expect(made, made.stderr).toMatchObject({ code: 0 });
      const bridge = document(made, BRIDGE);
      if (ago === 2) expect(bridge.documents).toBeGreaterThan(3);
    }
    const closing = ['--tenant', RUT, '--month', month(2), '--lang', 'es'];
    const closed = await run('reconcile', 'close', ...closing, '--reason', 'cierre', '--force');
    expect(closed, closed.stderr).toMatchObject({ code: 0 });
    expect(closed.stdout).toMatch(/cambios 0[\s\S]*cierre[\s\S]*Ventas del mes \(\d+\)[\s\S]*Sin explicar +0\n/);
    const shown = await run('reconcile', 'show', ...closing);
    expect(shown, shown.stderr).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('cambios 0');

    const days = ['--from', `${month(4)}-01`, '--until', `${month(0)}-01`];
    const clearing = await run('reconcile', 'clearing', '--tenant', RUT, ...days, '--json');
    expect(clearing.code, clearing.stderr).toBe(3);
    const GATEWAY = z.object({ gateway: z.string(), taken: z.string(), inBooks: z.string(), remainder: z.literal('0') }).loose();
    const { gateways } = document(clearing, z.object({ gateways: z.array(GATEWAY).min(3) }).loose());
    expect(gateways.filter(({ inBooks, taken }) => inBooks !== '0' && taken !== '0').length).toBeGreaterThan(1);
  });

  test('a backfill is queued once: a range that overlaps it is refused with its id', async () => {
    const queued = await run(...BACKFILL, '--from', '2026-01-01', '--until', '2026-03-01', '--json');
    const { backfills } = document(queued, z.object({ backfills: z.array(z.uuid()).length(1), slices: z.literal(2) }).loose());
    const [overlapping, beside, empty, future] = await Promise.all([
      run(...BACKFILL, '--from', '2026-02-01', '--until', '2026-02-15'),
      run(...BACKFILL, '--from', '2026-03-01', '--until', '2026-04-01', '--json'),
      run(...BACKFILL, '--from', '2026-03-02', '--until', '2026-03-02'),
      run(...BACKFILL, '--from', '2999-01-01', '--until', '2999-02-01'),
    ]);
    expect(overlapping.code).toBe(2);
    expect(overlapping.stderr).toContain(backfills[0]!);
    expect(beside.code).toBe(0);
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('range is empty') as string });
    expect(future).toMatchObject({ code: 2, stderr: expect.stringContaining('in the future') as string });
    const shown = document(
      await run('backfill', 'show', backfills[0]!, '--json'),
      z.array(z.object({ id: z.uuid(), state: z.string() }).loose()),
    );
    expect(shown).toMatchObject([{ id: backfills[0]!, state: 'running' }]);
  });

  test.concurrent.each([
    ['tenant', 'list'],
    ['check'],
    ['quarantine', 'list'],
    ['rebuild', '--tenant', RUT],
    ['migrate'],
    ['local', 'stop'],
  ])('%s %s: --json prints exactly one document', async (...args) => {
    const ended = await run(...args, '--json');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    document(ended, z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]));
  });
});
