import { afterAll, beforeAll, expect, test } from 'vitest';
import type pg from 'pg';
import { TwoTenants } from './two-tenants.ts';

let two: TwoTenants;
let reader: pg.Client;
let analyst: pg.Client;

beforeAll(async () => {
  two = await TwoTenants.open();
  reader = await two.connect(two.a.role);
  analyst = await two.connect('kpi_analyst');
});
afterAll(async () => two.close());

/** Relations outside the system's schemas, split by whether the reader may read any column of them. */
async function relations(readable: boolean): Promise<string[]> {
  const { rows } = await two.seeder.client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
       and $2 = (has_schema_privilege($1, n.oid, 'usage') and has_any_column_privilege($1, c.oid, 'select'))
     order by 1`,
    [two.a.role, readable],
  );
  return rows.map((row) => row.name);
}

/** What holds for all companies together: the same for every reader, and no tenant in it. */
const SERVICE_WIDE = ['kpi.platform'];
/** Relations that say otherwise than by a column tenant_id whose a row is. */
const KEYS: Readonly<Record<string, string>> = {
  'public.tenants': 'id',
  'public.users': '(select m.tenant_id from public.user_tenants m where m.user_id = users.id)',
};

const tenantsIn = async (client: pg.Client, relation: string): Promise<(string | null)[]> => {
  const key = KEYS[relation] ?? 'tenant_id';
  const alive = relation === 'public.users' ? 'where deleted_at is null' : '';
  const text = `select distinct ${key}::text as tenant from ${relation} ${alive} order by 1`;
  const { rows } = await client.query<{ tenant: string | null }>(text);
  return rows.map((row) => row.tenant);
};

test('every table and view a reader may read shows the own rows and no other', async () => {
  const names = await relations(true);
  expect(names).toEqual(
    expect.arrayContaining(['public.orders', 'public.source_orders', 'public.customers', 'kpi.sales_daily', 'kpi.stock_now']),
  );
  const both = [two.a.tenantId, two.b.tenantId].toSorted();
  for (const name of names.filter((one) => !SERVICE_WIDE.includes(one))) {
    // Without rows of both the test would prove nothing.
    expect([name, await tenantsIn(analyst, name)]).toEqual([name, both]);
    expect([name, await tenantsIn(reader, name)]).toEqual([name, [two.a.tenantId]]);
  }
});

test('every function over a period that a reader may call gives the own rows and no other', async () => {
  const { rows } = await two.seeder.client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, p.proname) as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'kpi') and p.proretset and p.proargtypes = '1082 1082'::oidvector
       and ('tenant_id' = any(p.proargnames) or exists (
         select from pg_type t join pg_attribute a on a.attrelid = t.typrelid where t.oid = p.prorettype and a.attname = 'tenant_id'))
       and has_function_privilege($1, p.oid, 'execute') order by 1`,
    [two.a.role],
  );
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['kpi.sales_between', 'kpi.sales_by_day']));
  for (const { name } of rows) {
    const period = `${name}('2000-01-01', '2100-01-01')`;
    const all = await tenantsIn(analyst, period);
    if (name === 'kpi.sales_between') expect(all).toEqual([two.a.tenantId, two.b.tenantId].toSorted());
    expect([name, await tenantsIn(reader, period)]).toEqual([name, all.filter((tenant) => tenant === two.a.tenantId)]);
  }
});

test('a view that can be asked by a period gives its rows of that period, bounds included, and no other', async () => {
  const { rows } = await two.seeder.client.query<{ name: string; column: string }>(
    `select format('%I.%I', n.nspname, p.proname) as name, a.attname as column
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     join pg_class v on v.relnamespace = n.oid and v.relname = p.proname and v.relkind = 'v'
     join pg_attribute a on a.attrelid = v.oid and a.attname in ('day', 'month', 'business_day')
     where n.nspname = 'kpi' and p.proargtypes = '1082 1082'::oidvector order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['kpi.customer_cohorts', 'kpi.executions_by_day', 'kpi.sales_by_day', 'kpi.sales_left_out']),
  );
  for (const { name, column } of rows) {
    const of = async (from: string) =>
      (await analyst.query<{ row: string }>(`select x::text as row from ${from} order by 1`)).rows.map(({ row }) => row);
    const days = (
      await analyst.query<{ day: string }>(`select distinct ${column}::text as day from ${name} where ${column} is not null order by 1`)
    ).rows.map(({ day }) => day);
    const [first, last] = [days[Math.floor(days.length / 4)]!, days[Math.floor((3 * days.length) / 4)]!];
    const inside = await of(`${name} x where ${column} between '${first}' and '${last}'`);
    expect([name, inside.length > 0]).toEqual([name, true]);
    expect([name, await of(`${name}('${first}', '${last}') x`)]).toEqual([name, inside]);
    expect([name, await of(`${name}('-infinity', 'infinity') x`)]).toEqual([name, await of(`${name} x`)]);
  }
});

test("a function of one company that a reader may call gives nothing for another's id", async () => {
  const { rows } = await two.seeder.client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, p.proname) as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'kpi') and p.proretset and p.proargtypes = '2950'::oidvector and has_function_privilege($1, p.oid, 'execute')
     order by 1`,
    [two.a.role],
  );
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['kpi.stock_now_of', 'kpi.product_keys_of', 'kpi.days_of_cover_of']));
  const count = async (client: pg.Client, name: string, tenantId: string) =>
    (await client.query<{ n: number }>(`select count(*)::int as n from ${name}($1)`, [tenantId])).rows[0]!.n;
  for (const { name } of rows) {
    // Without rows of both the test would prove nothing.
    const own = await count(analyst, name, two.a.tenantId);
    expect([name, own > 0, (await count(analyst, name, two.b.tenantId)) > 0]).toEqual([name, true, true]);
    expect([name, await count(reader, name, two.a.tenantId), await count(reader, name, two.b.tenantId)]).toEqual([name, own, 0]);
  }
});

test('the other reader sees the other rows', async () => {
  const other = await two.connect(two.b.role);
  for (const name of ['public.tenants', 'public.orders', 'kpi.sales_daily']) expect(await tenantsIn(other, name)).toEqual([two.b.tenantId]);
});

test("everything else is closed: the service's state, payloads, the queue, the books of the migrations", async () => {
  const names = await relations(false);
  expect(names).toEqual(expect.arrayContaining(['ops.connections', 'ops.findings', 'raw.records', 'schema_history.migration']));
  for (const name of names) {
    await expect(reader.query(`select from ${name} limit 1`), name).rejects.toMatchObject({ code: '42501' });
  }
});

test('tombstones are hidden from readers and not from the analyst', async () => {
  const { rows } = await two.seeder.client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'deleted_at'
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  expect(rows.length).toBeGreaterThan(15);
  for (const { name } of rows) {
    const gone = `select count(*)::int as count from ${name} where deleted_at is not null`;
    expect([name, (await analyst.query<{ count: number }>(gone)).rows[0]?.count]).toEqual([name, 2]);
    expect([name, (await reader.query<{ count: number }>(gone)).rows[0]?.count]).toEqual([name, 0]);
  }
});

test('a reader sees no RUT of a customer; the analyst does', async () => {
  await expect(reader.query('select rut_display from customers')).rejects.toMatchObject({ code: '42501' });
  await expect(reader.query('select * from customers')).rejects.toMatchObject({ code: '42501' });
  await expect(analyst.query('select rut_display from customers')).resolves.toBeDefined();
});

test("a role that is no tenant's reader sees nothing", async () => {
  await two.seeder.client.query('begin');
  await two.seeder.client.query('update public.tenants set reader_role = null where id = $1', [two.a.tenantId]);
  await two.seeder.client.query(`set local session authorization ${two.a.role}`);
  for (const name of ['public.tenants', 'public.source_orders', 'public.orders', 'kpi.sales_daily', 'kpi.freshness_now']) {
    const { rows } = await two.seeder.client.query(`select from ${name}`);
    expect([name, rows.length]).toEqual([name, 0]);
  }
  await two.seeder.client.query('rollback');
});
