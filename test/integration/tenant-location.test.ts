import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/store/database.ts';
import { TENANT_SETTINGS, changeTenant, readTenant } from '../../src/store/tenant-settings.ts';
import { KpiFixture } from '../support/kpi-fixture.ts';
import { kpi as command } from '../support/processes.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let fixture: KpiFixture;
let db: Database;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-location-'));
  fixture = await KpiFixture.open();
  db = new Database({ url: fixture.url('kpi_writer') });
  await fixture.newTenant();
});
afterAll(async () => {
  await db.close();
  await fixture.close();
  await rm(home, { recursive: true, force: true });
});

test('kpi tenant location lists places and keeps what a person says of one, until told to forget it', { timeout: 60_000 }, async () => {
  await fixture.put('kpi.freshness', { source: 'shopify', stream: 'inventory_levels' });
  const id = await fixture.put('public.locations', { name: 'Tienda' });
  await fixture.put('public.locations', { name: 'Bodega' });
  await fixture.put('public.locations', { name: 'Bodega' });
  await fixture.put('public.locations', { name: 'WH', source: 'odoo' });
  const run = (...args: string[]) => command(['tenant', 'location', fixture.tenantId, ...args], { home, env: fixture.environment });
  const places = async (...args: string[]) => {
    const ended = await run(...args, '--json');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return JSON.parse(ended.stdout) as { location_id: string; location: string; said: boolean | null; sells: boolean }[];
  };
  const shown = (all: Awaited<ReturnType<typeof places>>) => all.map(({ location, said, sells }) => [location, said, sells]);
  expect(shown(await places())).toEqual([
    ['WH', null, false],
    ['Bodega', null, true],
    ['Bodega', null, true],
    ['Tienda', null, true],
  ]);
  expect(shown(await places('tienda', 'no'))).toContainEqual(['Tienda', false, false]);
  expect(shown(await places('wh', 'yes'))).toContainEqual(['WH', true, true]);
  expect(shown(await places(id, 'auto'))).toContainEqual(['Tienda', null, true]);
  expect(await run('bodega', 'no')).toMatchObject({ code: 2, stderr: expect.stringContaining('name of 2 places') as string });
  expect(await run('patio', 'no')).toMatchObject({ code: 2, stderr: expect.stringContaining('WH') as string });
  expect(await run('WH', 'quizás')).toMatchObject({ code: 2, stderr: expect.stringContaining('yes, no or auto') as string });
});

test.each([
  ['low_stock_threshold', '12.5', '12.5'],
  ['stock_source', 'odoo', 'odoo'],
  ['ocr_tag', 'lectura', 'lectura'],
  ['ocr_documents_per_run', '3', 3],
  ['ocr_documents_per_run', 'none', null],
] as const)('setting %s=%s is stored as %o', async (name, typed, stored) => {
  await changeTenant(db, fixture.tenantId, new Map([[name, TENANT_SETTINGS[name].schema.parse(typed)]]), { who: 'test', reason: 'test' });
  expect((await readTenant(db, fixture.tenantId))[name]).toBe(stored);
});

test.each([
  ['low_stock_threshold', '-1'],
  ['low_stock_threshold', 'cinco'],
  ['stock_source', 'bsale'],
  ['ocr_documents_per_run', '0'],
  ['ocr_name', ' '],
] as const)('setting %s refuses "%s"', (name, typed) => {
  expect(TENANT_SETTINGS[name].schema.safeParse(typed).success).toBe(false);
});
