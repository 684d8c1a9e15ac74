import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dumpSchema } from '../../src/store/dump-schema.ts';
import { migrate, type MigrateResult } from '../../src/store/migrate.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

const first = `
  create schema ops;
  create schema kpi;
  create table ops.kpi_files (name text primary key, sha256 text not null, applied_at timestamptz not null default now());
  grant usage on schema ops to kpi_writer;
  create table public.shop (tenant_id int primary key, name text);
  alter table public.shop enable row level security;
  alter table public.shop force row level security;`;

let folder = '';
let db: TestDatabase;
const opened: TestDatabase[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kpi-migrations-'));
  await mkdir(join(folder, 'kpi'));
  await writeFile(join(folder, '0001_first.sql'), first);
  db = await testDatabase({ migrated: false });
  opened.push(db);
});
afterEach(async () => rm(folder, { recursive: true }));
afterAll(async () => {
  for (const each of opened) await each.close();
});

const run = async (target: TestDatabase = db): Promise<MigrateResult> =>
  migrate({ directAdminUrl: target.adminUrl, roleSecret: target.roleSecret, folder });
const as = async <Row extends Record<string, unknown>>(role: string, text: string): Promise<Row[]> =>
  withDirectSession(role === 'admin' ? db.adminUrl : db.url(role), async (session) => session.run<Row>(text));

test('a second run changes nothing', async () => {
  expect(await run()).toEqual({ migrations: ['0001_first'], kpiFiles: [] });
  const before = await dumpSchema(db.adminUrl);
  expect(await run()).toEqual({ migrations: [], kpiFiles: [] });
  expect(await dumpSchema(db.adminUrl)).toBe(before);
});

test('an applied file that was edited or has gone is refused', async () => {
  await run();
  await writeFile(join(folder, '0001_first.sql'), `${first}\n-- one more line`);
  await expect(run()).rejects.toThrow('migrations/0001_first.sql was edited after it was applied');
  await writeFile(join(folder, '0001_first.sql'), first.replaceAll('\n', '\r\n'));
  expect(await run()).toEqual({ migrations: [], kpiFiles: [] });
  await rm(join(folder, '0001_first.sql'));
  await expect(run()).rejects.toThrow('this checkout is older than the database');
});

test('a warning of the database fails the migration and nothing of it stays', async () => {
  await run();
  await writeFile(
    join(folder, '0002_warns.sql'),
    `create table public.half (id int); do $$ begin raise warning 'no privileges were granted'; end $$;`,
  );
  await expect(run()).rejects.toThrow('migrations/0002_warns.sql failed: The database warned: no privileges were granted');
  expect(await as('admin', `select to_regclass('public.half') as half`)).toEqual([{ half: null }]);
  await writeFile(join(folder, '0002_warns.sql'), `create table public.half (id int); do $$ begin raise notice 'just saying'; end $$;`);
  expect((await run()).migrations).toEqual(['0002_warns']);
});

test('a migration that touches rows under forced row-level security fails instead of changing none', async () => {
  await run();
  await writeFile(join(folder, '0002_rows.sql'), `update public.shop set name = 'new';`);
  await expect(run()).rejects.toThrow(/migrations\/0002_rows\.sql failed: .*row-level security/);
});

test('views are applied after what they depend on, and again when that changed', async () => {
  const write = async (name: string, text: string) => writeFile(join(folder, 'kpi', `${name}.sql`), text);
  await write('alpha', '-- depends: zeta\ndrop view if exists kpi.alpha;\ncreate view kpi.alpha as select * from kpi.zeta;');
  await write('beta', 'create or replace view kpi.beta as select 1 as one;');
  await write('zeta', 'drop view if exists kpi.zeta cascade;\ncreate view kpi.zeta as select 1 as n;');
  expect((await run()).kpiFiles).toEqual(['zeta', 'alpha', 'beta']);
  expect((await run()).kpiFiles).toEqual([]);
  await write('zeta', 'drop view if exists kpi.zeta cascade;\ncreate view kpi.zeta as select 1 as n, 2 as m;');
  expect((await run()).kpiFiles).toEqual(['zeta', 'alpha']);
  expect(await as('kpi_owner', 'select * from kpi.alpha')).toEqual([{ n: 1, m: 2 }]);
  await write('beta', 'create or replace view kpi.beta as select 1 as one, 1 / 0 as nothing from kpi.missing;');
  await expect(run()).rejects.toThrow(/migrations\/kpi\/beta\.sql failed: .*kpi\.missing/);
  await write('beta', '-- depends: gamma\nselect 1;');
  await expect(run()).rejects.toThrow('migrations/kpi/beta.sql depends on gamma, which is not there');
  await write('gamma', '-- depends: beta\nselect 1;');
  await expect(run()).rejects.toThrow('beta → gamma → beta is a circle');
});

test('several databases of one cluster are set up at once', async () => {
  const others = await Promise.all([1, 2, 3, 4].map(async () => testDatabase({ migrated: false })));
  opened.push(...others);
  const results = await Promise.all([...others, others[0] as TestDatabase].map(async (other) => run(other)));
  expect(results.map(({ migrations }) => migrations.length).filter((count) => count === 1)).toHaveLength(4);
});

test('only the writer may make temporary tables, only the owner schemas, and PUBLIC nothing', async () => {
  await run();
  const rights = await as<{ rolname: string; temp: boolean; make: boolean; enter: boolean }>(
    'admin',
    `select rolname, has_database_privilege(oid, current_database(), 'temp') as temp, has_database_privilege(oid, current_database(), 'create') as make,
       has_database_privilege(oid, current_database(), 'connect') as enter from pg_roles where rolname like 'kpi\\_%' order by rolname`,
  );
  expect(rights).toEqual([
    { rolname: 'kpi_analyst', temp: false, make: false, enter: true },
    { rolname: 'kpi_owner', temp: false, make: true, enter: true },
    { rolname: 'kpi_queue', temp: false, make: false, enter: true },
    { rolname: 'kpi_reader', temp: false, make: false, enter: true },
    { rolname: 'kpi_writer', temp: true, make: false, enter: true },
  ]);
  const open = `select datname from pg_database d, aclexplode(coalesce(datacl, acldefault('d', datdba))) a where datname = current_database() and grantee = 0`;
  expect(await as('admin', open)).toEqual([]);
  await as(
    'kpi_owner',
    'create function public.by_owner() returns int language sql as $$ select 1 $$; grant usage on schema public to kpi_analyst',
  );
  await expect(as('kpi_analyst', 'select public.by_owner()')).rejects.toThrow('permission denied for function');
  await expect(as('kpi_analyst', 'select lo_create(0)')).rejects.toThrow('permission denied for function');
});

test('the writer adds jobs through ops.enqueue alone, and nobody else does', async () => {
  await run();
  const text = `select ops.enqueue('sync', '{"n": 1}', job_key => 'one', priority => 3) is not null as added`;
  expect(await as('kpi_writer', text)).toEqual([{ added: true }]);
  expect(await as('kpi_writer', text)).toEqual([{ added: true }]);
  expect(await as('kpi_queue', 'select task_identifier, key, priority from graphile_worker.jobs')).toEqual([
    { task_identifier: 'sync', key: 'one', priority: 3 },
  ]);
  await expect(as('kpi_writer', 'select * from graphile_worker.jobs')).rejects.toThrow('permission denied for schema');
  await expect(as('kpi_writer', `select graphile_worker.add_job('sync')`)).rejects.toThrow('permission denied for schema');
  await expect(as('kpi_analyst', text)).rejects.toThrow('permission denied');
  expect(await as('admin', `select nspowner::regrole::text as owner from pg_namespace where nspname = 'graphile_worker'`)).toEqual([
    { owner: 'kpi_queue' },
  ]);
});

test("Supabase's web roles lose the schema public, its own services keep their way in", async () => {
  // Roles belong to the cluster: made here, gone at the end, so that no other test meets a half Supabase for longer than needed.
  await as(
    'admin',
    'create role anon; create role authenticated; create role authenticator login; grant usage on schema public to anon, authenticated',
  );
  try {
    await run();
    const rights = `select rolname, has_schema_privilege(oid, 'public', 'usage') as public, has_database_privilege(oid, current_database(), 'connect') as enter
      from pg_roles where rolname in ('anon', 'authenticated', 'authenticator') order by 1`;
    expect(await as('admin', rights)).toEqual([
      { rolname: 'anon', public: false, enter: false },
      { rolname: 'authenticated', public: false, enter: false },
      { rolname: 'authenticator', public: false, enter: true },
    ]);
  } finally {
    await as('admin', 'drop owned by anon, authenticated, authenticator; drop role anon, authenticated, authenticator');
  }
});
