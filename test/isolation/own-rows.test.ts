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
     where n.nspname in ('public', 'kpi') and p.proretset and p.proargtypes = '1082 1082'::oidvector and 'tenant_id' = any(p.proargnames)
       and has_function_privilege($1, p.oid, 'execute') order by 1`,
    [two.a.role],
  );
  expect(rows.map(({ name }) => name)).toContain('kpi.sales_between');
  for (const { name } of rows) {
    const period = `${name}('2000-01-01', '2100-01-01')`;
    const all = await tenantsIn(analyst, period);
    if (name === 'kpi.sales_between') expect(all).toEqual([two.a.tenantId, two.b.tenantId].toSorted());
    expect([name, await tenantsIn(reader, period)]).toEqual([name, all.filter((tenant) => tenant === two.a.tenantId)]);
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
