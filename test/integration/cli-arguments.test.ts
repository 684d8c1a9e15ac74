import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { CliRig, document } from '../support/cli-rig.ts';
import { kpi } from '../support/processes.ts';

// Dozens of processes: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const { RUT } = CliRig;
let rig: CliRig;

beforeAll(async () => {
  rig = await CliRig.open();
});
afterAll(() => rig.close());

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
    const ended = await rig.run(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  test('no warehouse: both ways to one are named', async () => {
    const ended = await kpi(['status'], { home: rig.home });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/DATABASE_URL.*kpi local start/);
  });

  test('a faulty environment lists every fault and no value', async () => {
    const ended = await kpi(['status'], { home: rig.home, env: { DATABASE_URL: 'mysql://u:geheim@x', KPI_WORKER_CONCURRENCY: 'many' } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/DATABASE_URL[\s\S]*KPI_WORKER_CONCURRENCY/);
    expect(ended.stderr).not.toMatch(/geheim|many/);
  });
});

test('nothing of a refused tenant is kept, and --keep-rut keeps a wrong digit', async () => {
  expect(await rig.rows('select rut from public.tenants')).toEqual([{ rut: RUT }]);
  const made = await rig.run('tenant', 'add', '--json', '--rut', '76953480-3', '--name', 'Otra', '--keep-rut');
  const { id } = document(made, z.object({ id: z.uuid(), rut: z.literal('76953480-3'), reader_url: z.url() }).strict());
  expect(await rig.rows(`select id, rut_valid from public.tenants where rut = '76953480-3'`)).toEqual([{ id, rut_valid: false }]);
});

test('help lists what there is and nothing else', async () => {
  const help = await rig.run('--help');
  expect(help.code).toBe(0);
  const listed = [
    ...help.stdout
      .split('Commands:')[1]!
      .split('\n\n')[0]!
      .matchAll(/^ {2}([\w-]+)/gm),
  ].map(([, name]) => name);
  expect(listed).toEqual([...BUILT, 'help']);
});
