import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { Database } from '../../src/store/database.ts';
import { TwoTenants } from './two-tenants.ts';

let two: TwoTenants;
let reader: pg.Client;

beforeAll(async () => {
  two = await TwoTenants.open();
});
afterAll(async () => two.close());

// Attacks change their session: each has one of its own.
beforeEach(async () => {
  reader = new pg.Client({ connectionString: two.database.url(two.a.role) });
  await reader.connect();
});
afterEach(async () => reader.end());

/** Fills in the victim; the attacker is assumed to know everything about it. */
const aimed = (statement: string) =>
  statement.replaceAll('$victim', two.b.tenantId).replaceAll('$role', two.b.role).replaceAll('$self', two.a.role);

/** Runs the statements and returns everything that came back, as text. */
async function take(statements: readonly string[]): Promise<string> {
  let loot = '';
  for (const statement of statements) {
    const result: unknown = await reader.query(aimed(statement));
    loot += JSON.stringify(Array.isArray(result) ? result.map((part: pg.QueryResult) => part.rows) : (result as pg.QueryResult).rows);
  }
  return loot;
}

function expectOnlyOwn(loot: string): void {
  expect(loot).toContain(two.a.tenantId);
  expect(loot).not.toContain(two.b.tenantId);
  expect(loot).not.toContain(two.b.mark);
}

const SEE = 'select o.tenant_id, o.name, l.name as line from source_orders o left join source_order_lines l on l.tenant_id = o.tenant_id';

describe('nothing a reader can say shows a row of another tenant', () => {
  test.each<[string, readonly string[]]>([
    ["SET of the writer's setting", ["set app.tenant_id = '$victim'", SEE]],
    [
      'the setting within one statement',
      [`with s as materialized (select set_config('app.tenant_id', '$victim', false)) ${SEE} cross join s`],
    ],
    ['several statements at once', [`set app.tenant_id = '$victim'; ${SEE}; select kpi.current_tenant()`]],
    ['PREPARE, then SET, then EXECUTE', [`prepare p as ${SEE}`, "set app.tenant_id = '$victim'", 'execute p']],
    ['another search_path', ['set search_path = kpi, pg_temp, public', `select kpi.current_tenant()`, SEE]],
    ['asking for the other tenant', [`${SEE} where o.tenant_id = '$victim' or true`]],
    [
      'ctid and samples',
      [
        "select tenant_id, name from source_orders where ctid >= '(0,0)'",
        'select tenant_id, name from source_orders tablesample system (100)',
      ],
    ],
    [
      'minimum and maximum by index',
      [
        'select min(tenant_id::text), max(tenant_id::text) from source_orders',
        'select tenant_id, name from source_orders order by name desc',
      ],
    ],
    ['RESET ROLE and RESET ALL', ['reset role', 'reset all', SEE]],
    ['the list of tenants', ['select id as tenant_id, company_name, reader_role from tenants']],
    [
      'planner statistics',
      ["select most_common_vals::text, histogram_bounds::text from pg_stats where tablename like 'source_order%'", SEE],
    ],
    ['settings of roles', ['select r.rolname, s.setconfig from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole', SEE]],
    ['what others are doing', ['select usename, query from pg_stat_activity where usename <> current_user', SEE]],
    ['a plan that reads everything', ['set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off', SEE]],
    [
      'a generic plan',
      [
        'set plan_cache_mode = force_generic_plan; prepare q(uuid) as select tenant_id, name from source_orders where tenant_id = $1',
        "execute q('$victim')",
        SEE,
      ],
    ],
  ])('%s', async (_, statements) => {
    expectOnlyOwn(await take(statements));
  });

  test('an error about a value is only ever about an own one', async () => {
    const failed = await take([
      'select count(*) from source_orders where (case when tenant_id = kpi.current_tenant() then null else name end)::int > 0',
    ]);
    expect(failed).toBe('[{"count":"0"}]');
    const error = await reader
      .query('select name::int from source_orders')
      .catch((e: pg.DatabaseError) => `${e.code} ${e.message} ${e.detail}`);
    expect(error).toMatch(/^22P02 .*ANA/);
    expect(error).not.toContain(two.b.mark);
  });

  test('COPY to the client holds own rows only', async () => {
    const stream = reader.query(copyTo('copy source_orders to stdout'));
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expectOnlyOwn(text);
  });

  test('current_tenant has no argument to be asked with', async () => {
    expect(await take(['select kpi.current_tenant()'])).toContain(two.a.tenantId);
    await expect(take(["select kpi.current_tenant('$role')"])).rejects.toMatchObject({ code: '42883' });
  });
});

describe('what a reader may not do at all', () => {
  test.each<[string, string]>([
    ['set a setting of its role that policies could trust', "alter role $self set app.tenant_id = '$victim'"],
    ['become the other reader', 'set role $role'],
    ['become its own group', 'set role kpi_reader'],
    ['become the writer', 'set role kpi_writer'],
    ['become the owner', 'set role kpi_owner'],
    ['become the analyst', 'set role kpi_analyst'],
    ['become the superuser', 'set role postgres'],
    ['take over the session of another', 'set session authorization $role'],
    ['read with row security off', 'set row_security = off; select * from source_orders'],
    ['make a temporary table in front of the look-up', 'create temporary table tenants (id uuid, reader_role text)'],
    ['make a temporary view', 'create temporary view v as select 1'],
    [
      'make a temporary function',
      "create function pg_temp.f(text) returns bool language plpgsql cost 0.0001 as 'begin raise notice ''%'', $1; return true; end'",
    ],
    [
      'run a block that swallows the end of its time',
      'do $$ begin loop begin perform pg_sleep(1); exception when query_canceled then null; end; end loop; end $$',
    ],
    ['make a function', 'create function public.f() returns int language sql as $$ select 1 $$'],
    ['make a schema in front of the others', 'create schema shadow'],
    ['make a table', 'create table public.t (i int)'],
    ['run a program', "copy tenants to program 'true'"],
    ['write a file', "copy tenants to '/tmp/tenants'"],
    ['read a file', "select pg_read_file('postgresql.conf')"],
    ['list a folder', "select pg_ls_dir('.')"],
    ['fill the disk with large objects', 'select lo_create(0)'],
    ['install an extension', 'create extension dblink'],
    ['read the passwords', 'select rolpassword from pg_authid'],
    [
      'end the session of another',
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres' and pid <> pg_backend_pid()",
    ],
    ['name the tenant the writer works for', 'select ops.writing_tenant()'],
    ['add a job', "select ops.enqueue('tick')"],
    ['draw from a sequence', "select nextval('ops.read_seq')"],
    ['lock rows', 'select * from source_orders for update'],
    ['lock rows for sharing', 'select * from source_orders for share'],
    ['lock a table', 'begin; lock table source_orders in row exclusive mode'],
    [
      'insert',
      "insert into order_links (tenant_id, shop_order_id, erp_order_id, rule) values ('$victim', gen_random_uuid(), gen_random_uuid(), 'id')",
    ],
    ['update', "update source_orders set status = 'cancelled'"],
    ['update through a view', "update orders set status = 'cancelled'"],
    ['delete', 'delete from source_orders'],
    ['truncate', 'truncate source_orders'],
    ['give itself the other tenant', "update tenants set reader_role = current_user where id = '$victim'"],
    ['change the policy', 'drop policy own_rows on source_orders'],
    ['switch row security off for all', 'alter table source_orders disable row level security'],
    ['replace the look-up', 'create or replace function kpi.current_tenant() returns uuid language sql as $$ select null::uuid $$'],
  ])('%s', async (_, statement) => {
    // Read-only is a default the reader can take back; what stops it must be a right.
    await reader.query('set default_transaction_read_only = off');
    await expect(take([statement])).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|55000)$/) as string });
  });
});

test('a reader that holds advisory locks and an open transaction does not stop the writer', async () => {
  await reader.query('begin');
  await reader.query('select count(*) from source_orders');
  await reader.query('select pg_advisory_xact_lock(i) from generate_series(0, 200) i');
  await reader.query("select pg_advisory_xact_lock(hashtextextended($1 || ':' || f, 0)) from unnest(array['sales', 'support']) f", [
    two.a.tenantId,
  ]);
  const db = new Database({ url: two.database.url('kpi_writer'), limits: { statementMs: 3_000, idleMs: 3_000, lockMs: 1_000 } });
  const written = await db.transaction(two.a.tenantId, async ({ query }) => {
    await query("update ops.tenant_write set version = version + 1 where tenant_id = $1 and family = 'sales'", [two.a.tenantId]);
    return query("update public.source_orders set channel = 'web' where deleted_at is null");
  });
  await db.close();
  expect(written.rowCount).toBe(1);
  await reader.query('rollback');
});

test('the writer sees and changes the tenant of its transaction alone, and nothing without one', async () => {
  const db = new Database({ url: two.database.url('kpi_writer') });
  const seen = await db.transaction(two.a.tenantId, async ({ query }) =>
    query<{ tenant_id: string }>('select distinct tenant_id from source_orders'),
  );
  expect(seen.rows).toEqual([{ tenant_id: two.a.tenantId }]);
  const other = db.transaction(two.a.tenantId, async ({ query }) =>
    query(
      "insert into order_links (tenant_id, shop_order_id, erp_order_id, rule) values ($1, gen_random_uuid(), gen_random_uuid(), 'id')",
      [two.b.tenantId],
    ),
  );
  await expect(other).rejects.toMatchObject({ code: '42501' });
  expect((await db.query('select from source_orders')).rows).toEqual([]);
  await db.close();
});
