import { afterAll, beforeAll, expect, test } from 'vitest';
import type pg from 'pg';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { ClerkRig } from '../support/clerk-rig.ts';

let rig: ClerkRig;
const roles: string[] = [];
const readers: pg.Client[] = [];

beforeAll(async () => {
  rig = await ClerkRig.open();
  const tenants: string[] = [];
  for (const rut of ['76042235-5', '77939701-7', '76953480-3']) tenants.push(await rig.seeder.tenant({ rut }));
  rig.user({ rut: '76042235-5', role: 'owner' });
  rig.user({ rut: ['76042235-5', '77939701-7'], role: 'accountant' });
  rig.user({ rut: '77939701-7' }, { banned: true });
  rig.user();
  await rig.read();
  for (const tenantId of tenants) {
    const { role } = await withDirectSession(rig.database.adminUrl, async (admin) =>
      createReader(admin, { tenantId, roleSecret: rig.database.roleSecret }),
    );
    roles.push(role);
    readers.push(await rig.connect(role));
  }
});
afterAll(async () => {
  for (const reader of readers) await reader.end();
  await withDirectSession(rig.database.adminUrl, async (admin) => {
    for (const role of roles) await dropReader(admin, role);
  });
  await rig.close();
});

const rowsOf = async (text: string) =>
  Promise.all(readers.map(async (reader) => (await reader.query<{ row: string }>(text)).rows.map(({ row }) => row)));

test('each company sees its own users, one of two companies in both, and a company without users nobody', async () => {
  expect(await rowsOf('select id as row from users order by 1')).toEqual([['user_0001', 'user_0002'], ['user_0002', 'user_0003'], []]);
  expect(await rowsOf("select user_id || ' ' || coalesce(role, '-') as row from user_tenants order by 1")).toEqual([
    ['user_0001 owner', 'user_0002 accountant'],
    ['user_0002 accountant', 'user_0003 -'],
    [],
  ]);
  expect(await rowsOf('select registered::text as row from kpi.registered_users')).toEqual([['2'], ['1'], ['0']]);
  expect(await rowsOf('select rut as row from kpi.executive_sales')).toEqual([['76042235-5'], ['77939701-7'], ['76953480-3']]);
});

test('what other companies a user is of is not to be read, nor the figures over all of them', async () => {
  for (const text of [
    'select stated_tenants from users',
    'select * from users',
    'select stated_role from users',
    'select * from kpi.executive_summary',
    'select * from ops.clerk_memberships',
    'select * from ops.webhooks',
  ])
    for (const reader of readers) await expect(reader.query(text), text).rejects.toMatchObject({ code: '42501' });
});

test('nothing of it can be changed by a reader or the analyst', async () => {
  const analyst = await rig.connect('kpi_analyst');
  for (const text of [
    "update users set banned = true where id = 'user_0001'",
    'delete from user_tenants',
    "insert into user_tenants (tenant_id, user_id, because) select id, 'user_0004', 'metadata' from tenants",
    "update kpi.platform set currency = 'USD'",
  ])
    for (const client of [...readers, analyst]) await expect(client.query(text), text).rejects.toMatchObject({ code: /42501|25006/ });
  await analyst.end();
});
