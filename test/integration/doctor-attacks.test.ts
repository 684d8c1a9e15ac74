import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTenant } from '../../src/commands/tenant.ts';
import { DoctorRig } from '../support/doctor-rig.ts';
import { RowSeeder } from '../support/seed-rows.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let rig: DoctorRig;
let roles: readonly [string, string];
beforeAll(async () => {
  rig = await DoctorRig.open();
  expect(await rig.codes('attacks')).toEqual([]);
  const company = { rut: '77939701-7', name: 'Dos', currency: 'CLP', timeZone: 'America/Santiago', industry: 'retail', keepRut: false };
  await createTenant(rig.app, company);
  const seed = await RowSeeder.open(rig.database.adminUrl);
  const tenants = await rig.rows<{ id: string; role: string }>('select id, reader_role as role from public.tenants order by rut');
  for (const { id } of tenants) await seed.insert('public.products', { tenant_id: id, name: 'Taza' });
  await seed.client.end();
  roles = [tenants[0]!.role, tenants[1]!.role];
});
afterAll(() => rig.close());

test('a policy that shows a company the rows of another is found by trying, and named by its table', async () => {
  await rig.comesAndGoes(
    'attacks',
    'attack_got_through',
    () => rig.rows('create policy planted on public.products for select to kpi_reader using (true)'),
    () => rig.rows('drop policy planted on public.products'),
  );
  await rig.rows('create policy planted on public.products for select to kpi_reader using (true)');
  const { findings } = await rig.diagnose('attacks');
  await rig.rows('drop policy planted on public.products');
  // Both companies were tried.
  expect(findings.map(({ about }) => about)).toEqual(
    expect.arrayContaining([expect.stringContaining('Uno'), expect.stringContaining('Dos')]),
  );
  expect(findings.every(({ what }) => what.en.includes('select * from public.products'))).toBe(true);
});

test('a login that may become another company is found by trying', async () => {
  const [one, two] = roles;
  await rig.comesAndGoes(
    'attacks',
    'attack_got_through',
    () => rig.rows(`grant ${one} to ${two}`),
    () => rig.rows(`revoke ${one} from ${two}`),
  );
});
