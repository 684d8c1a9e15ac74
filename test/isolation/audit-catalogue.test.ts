import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { auditCatalogue } from '../../src/store/audit-catalogue.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder } from '../support/seed-rows.ts';

let database: TestDatabase;
let seeder: RowSeeder;

beforeAll(async () => {
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
});
afterAll(async () => {
  await seeder.close();
  await database.close();
});

const query = async <R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
  seeder.client.query<R>(text, [...values]);

test('the warehouse as migrated breaks no rule', async () => {
  expect(await auditCatalogue(query)).toEqual([]);
});

test('the writer finds the same as the superuser', async () => {
  const writer = new pg.Client({ connectionString: database.url('kpi_writer') });
  await writer.connect();
  expect(await auditCatalogue(async (text, values = []) => writer.query(text, [...values]))).toEqual([]);
  await writer.end();
});

const TABLE = 'create table public.planted (tenant_id uuid primary key)';
const GUARDED = `${TABLE}; alter table public.planted enable row level security; alter table public.planted force row level security`;
const policy = (rest: string) => `${GUARDED}; create policy planted on public.planted ${rest}`;

// Roles belong to the whole cluster; a planted one is never committed, so that no other test file sees it.
test.each<[string, string, string]>([
  ['table without row security', TABLE, 'public.planted'],
  ['row security not forced', `${TABLE}; alter table public.planted enable row level security`, 'public.planted'],
  ['table without any policy', GUARDED, 'public.planted'],
  [
    'table the writer may write without a policy that checks',
    `${policy('for select to kpi_writer using (tenant_id is null)')}; grant insert on public.planted to kpi_writer`,
    'public.planted',
  ],
  ['policy for PUBLIC', policy('using (tenant_id is null)'), 'public.planted'],
  ['policy lets everything through', policy('to kpi_writer using (true)'), 'public.planted'],
  ['policy lets everything through', policy('to kpi_writer using (tenant_id is null) with check (true)'), 'public.planted'],
  [
    'reader policy rests on a setting',
    policy("to kpi_reader using (tenant_id = current_setting('app.tenant_id')::uuid)"),
    'public.planted',
  ],
  ["reader policy is not tied to the reader's own tenant", policy('to kpi_reader using (tenant_id is not null)'), 'public.planted'],
  ['reader or analyst policy for writing', policy('for update to kpi_analyst using (tenant_id is null)'), 'public.planted'],
  [
    'reader policy shows tombstones',
    'alter policy own_rows on public.messages using (tenant_id = (select kpi.current_tenant()))',
    'public.messages',
  ],
  [
    'policy of the owner',
    policy('to kpi_owner using (tenant_id is null)').replaceAll(
      'create policy',
      'alter table public.planted owner to kpi_owner; create policy',
    ),
    'public.planted',
  ],
  ['view without security_invoker', 'create view kpi.planted as select 1 as one', 'kpi.planted'],
  ['view without security_invoker', 'create view kpi.planted with (security_invoker = false) as select 1 as one', 'kpi.planted'],
  ['materialised view or foreign table', 'create materialized view kpi.planted as select 1 as one', 'kpi.planted'],
  ['owner stands above row security', TABLE, 'public.planted'],
  [
    'primary key does not start with tenant_id',
    'create table kpi.planted (id uuid, tenant_id uuid, primary key (id, tenant_id))',
    'kpi.planted',
  ],
  ['primary key does not start with tenant_id', 'create table ops.planted (tenant_id uuid not null)', 'ops.planted'],
  [
    'second unique index beside the conflict target',
    'create unique index planted on public.messages (tenant_id, source_id)',
    'public.messages',
  ],
  [
    'security definer without pinned search_path',
    'create function ops.planted() returns int language sql security definer as $$ select 1 $$',
    'ops.planted()',
  ],
  [
    'security definer that readers may execute',
    "create function kpi.planted() returns int language sql security definer set search_path = '' as $$ select 1 $$",
    'kpi.planted()',
  ],
  [
    'function executable by PUBLIC',
    'create function kpi.planted() returns int language sql as $$ select 1 $$; grant execute on function kpi.planted() to public',
    'kpi.planted()',
  ],
  ['relation granted to PUBLIC', 'grant select on kpi.sales_daily to public', 'kpi.sales_daily'],
  ['relation granted to PUBLIC', 'grant select (rut) on public.tenants to public', 'public.tenants.rut'],
  [
    'partition granted directly',
    'create table kpi.planted (tenant_id uuid) partition by list (tenant_id); create table kpi.planted_1 partition of kpi.planted default; grant select on kpi.planted_1 to kpi_analyst',
    'kpi.planted_1',
  ],
  ['reader or analyst may do more than SELECT, REFERENCES', 'grant insert on kpi.sales_daily to kpi_reader', 'kpi.sales_daily'],
  [
    'reader or analyst may do more than SELECT, REFERENCES',
    'grant update (status) on public.source_orders to kpi_analyst',
    'public.source_orders.status',
  ],
  ['reader or analyst granted a relation of the service', 'grant select on ops.runs to kpi_analyst', 'ops.runs'],
  ['schema open to readers', 'grant usage on schema raw to kpi_reader', 'raw'],
  ['schema open to readers', 'create schema planted; grant usage on schema planted to public', 'planted'],
  ['schema open to PUBLIC', 'grant usage on schema kpi to public', 'kpi'],
  ['schema: CREATE for someone not the owner', 'grant create on schema kpi to kpi_analyst', 'kpi'],
  [
    'database open to PUBLIC',
    'do $$ begin execute format($f$grant connect on database %I to public$f$, current_database()); end $$',
    'test_',
  ],
  [
    'reader or analyst may create temporary tables',
    'do $$ begin execute format($f$grant temp on database %I to kpi_analyst$f$, current_database()); end $$',
    'kpi_analyst',
  ],
  ['role above row security', 'create role t_planted bypassrls in role kpi_reader', 't_planted'],
  ['role above row security', 'alter role kpi_writer createdb', 'kpi_writer'],
  [
    'reader, writer or analyst member of another role',
    'create role t_planted in role kpi_reader; grant kpi_writer to t_planted with set false',
    't_planted',
  ],
  ['reader may SET ROLE to the group', 'create role t_planted in role kpi_reader', 't_planted'],
  ['role setting names a tenant', "create role t_planted; alter role t_planted set app.tenant_id = 'x'", 't_planted'],
  ['without a comment', 'create view kpi.planted with (security_invoker = true) as select 1 as one', 'kpi.planted.one'],
  ['without a comment', 'comment on table public.messages is null', 'public.messages'],
  ['without a comment', 'comment on function kpi.current_tenant() is null', 'kpi.current_tenant()'],
])('finds: %s (%#)', async (rule, plant, object) => {
  await seeder.client.query('begin');
  try {
    await seeder.client.query(plant);
    const found = await auditCatalogue(query);
    expect(found).toContainEqual(expect.objectContaining({ rule, object: expect.stringContaining(object) as string }));
  } finally {
    await seeder.client.query('rollback');
  }
});

test('a table that nobody but its owner may touch needs no policy', async () => {
  await seeder.client.query('begin');
  await seeder.client.query('create table ops.planted (name text); alter table ops.planted owner to kpi_owner');
  expect(await auditCatalogue(query)).toEqual([]);
  await seeder.client.query('rollback');
});
