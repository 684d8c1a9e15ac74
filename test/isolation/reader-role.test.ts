import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { withDirectSession, type DirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { rolePassword } from '../../src/store/role-urls.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder } from '../support/seed-rows.ts';

let database: TestDatabase;
let seeder: RowSeeder;
const made: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
});
afterAll(async () => {
  await asAdmin(async (admin) => {
    for (const role of made) await dropReader(admin, role);
  });
  await seeder.close();
  await database.close();
});

const asAdmin = async <T>(work: (admin: DirectSession) => Promise<T>) => withDirectSession(database.adminUrl, work);

async function add(tenantId: string) {
  const reader = await asAdmin(async (admin) => createReader(admin, { tenantId, roleSecret: database.roleSecret }));
  made.push(reader.role);
  return reader;
}

async function ask(role: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url(role) });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

test('a reader has an opaque name, its derived password, and the zone and limits of its tenant', async () => {
  const tenantId = await seeder.tenant({ time_zone: 'America/New_York' });
  const { role, password } = await add(tenantId);
  expect(role).toMatch(/^t_[a-z0-9]{12}$/);
  expect(password).toBe(rolePassword(database.roleSecret, role));
  const settings = "current_setting('timezone'), current_setting('default_transaction_read_only'), current_setting('statement_timeout')";
  expect(await ask(role, `select kpi.current_tenant(), ${settings}`)).toEqual([tenantId, 'America/New_York', 'on', '1min']);
});

test('the role is bare: it inherits the group, may not set it, and can do nothing else', async () => {
  const { role } = await add(await seeder.tenant());
  const { rows } = await seeder.client.query<{ group: string }>(
    `select g.rolname as group, m.inherit_option, m.set_option, m.admin_option, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls, r.rolreplication
     from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles r on r.oid = m.member where r.rolname = $1`,
    [role],
  );
  const no = {
    set_option: false,
    admin_option: false,
    rolsuper: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolbypassrls: false,
    rolreplication: false,
  };
  expect(rows).toEqual([{ group: 'kpi_reader', inherit_option: true, ...no }]);
});

test('a tenant has one reader, and only a tenant has one; a refusal leaves no role behind', async () => {
  const count = async () => (await seeder.client.query("select from pg_roles where rolname like 't\\_%'")).rowCount ?? 0;
  const tenantId = await seeder.tenant();
  await add(tenantId);
  const before = await count();
  await expect(add(tenantId)).rejects.toThrow('has a reader already');
  await expect(add(randomUUID())).rejects.toThrow('is not there');
  await expect(add("x'; drop table tenants; --")).rejects.toThrow('by its uuid');
  await expect(add(await seeder.tenant({ time_zone: 'Mars/Olympus' }))).rejects.toThrow('Mars/Olympus');
  // Other test files make readers at the same time.
  expect(await count()).toBeGreaterThanOrEqual(before);
  const { rows } = await seeder.client.query(
    'select from public.tenants where reader_role is not null and to_regrole(reader_role) is null',
  );
  expect(rows).toEqual([]);
});

test('a dropped reader is gone with its open sessions, and the tenant may have a new one', async () => {
  const tenantId = await seeder.tenant();
  const { role } = await add(tenantId);
  const client = new pg.Client({ connectionString: database.url(role) });
  const ended = new Promise<string>((resolve) => {
    client.on('error', (error) => resolve(error.message));
  });
  await client.connect();
  await asAdmin(async (admin) => dropReader(admin, role));
  expect(await ended).toMatch(/terminat/i);
  await expect(ask(role, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await asAdmin(async (admin) => dropReader(admin, role));
  expect((await add(tenantId)).role).not.toBe(role);
});

test('only readers are dropped', async () => {
  await expect(asAdmin(async (admin) => dropReader(admin, 'kpi_writer'))).rejects.toThrow('no reader role');
});
