import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { RowSeeder } from '../support/seed-rows.ts';

/** What Metabase asks a Postgres for when it syncs: relations with their comments … */
const RELATIONS = `select n.nspname as schema, c.relname as name,
    case c.relkind when 'r' then 'TABLE' when 'p' then 'PARTITIONED TABLE' when 'v' then 'VIEW' when 'f' then 'FOREIGN TABLE'
      when 'm' then 'MATERIALIZED VIEW' end as type, d.description, stat.n_live_tup as estimated_row_count
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  left join pg_catalog.pg_description as d on c.oid = d.objoid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
  left join pg_stat_user_tables as stat on n.nspname = stat.schemaname and c.relname = stat.relname
  where c.relnamespace = n.oid and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'f', 'm')
  order by type, schema, name`;

/** … of which it keeps those that the role may read … */
const PRIVILEGES = `with table_privileges as (
    select null as role, t.schemaname as schema, t.objectname as table,
      pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"' || '.' || '"' || replace(t.objectname, '"', '""') || '"', 'select') as "select"
    from (
      select schemaname, tablename as objectname from pg_catalog.pg_tables
      union select schemaname, viewname as objectname from pg_catalog.pg_views
      union select schemaname, matviewname as objectname from pg_catalog.pg_matviews
    ) t
    where t.schemaname !~ '^pg_' and t.schemaname <> 'information_schema'
      and pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage')
  )
  select schema, "table" as name from table_privileges where "select"`;

/** … and their fields. */
const FIELDS = `select c.column_name as name, c.udt_name as type, c.table_schema as schema, c.table_name as "table",
    pg_catalog.col_description(('"' || c.table_schema || '"."' || c.table_name || '"')::regclass, c.ordinal_position::int) as comment
  from information_schema.columns c
  where c.table_schema !~ '^information_schema|catalog_history|pg_' and c.table_schema <> 'information_schema'
  order by c.table_schema, c.table_name, c.ordinal_position`;

interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
}
interface Field {
  readonly name: string;
  readonly type: string;
  readonly schema: string;
  readonly table: string;
  readonly comment: string | null;
}

let database: TestDatabase;
let seeder: RowSeeder;
let role: string;
let relations: Relation[];
let fields: Field[];

beforeAll(async () => {
  database = await testDatabase();
  seeder = await RowSeeder.open(database.adminUrl);
  const tenantId = await seeder.tenant();
  ({ role } = await withDirectSession(database.adminUrl, async (admin) =>
    createReader(admin, { tenantId, roleSecret: database.roleSecret }),
  ));
  const reader = new pg.Client({ connectionString: database.url(role) });
  await reader.connect();
  const may = new Set((await reader.query<Relation>(PRIVILEGES)).rows.map(({ schema, name }) => `${schema}.${name}`));
  relations = (await reader.query<Relation>(RELATIONS)).rows.filter(({ schema, name }) => may.has(`${schema}.${name}`));
  fields = (await reader.query<Field>(FIELDS)).rows;
  await reader.end();
});

afterAll(async () => {
  await seeder.close();
  await withDirectSession(database.adminUrl, async (admin) => dropReader(admin, role));
  await database.close();
});

// After a wanted change: npx vitest run --project integration test/isolation/metabase-sees.test.ts -u, and look at the difference.
test('Metabase sees these tables, views and columns through a tenant, and no others', async () => {
  const seen = relations
    .map(({ schema, name, type }) => {
      const columns = fields.filter((field) => field.schema === schema && field.table === name);
      return [`${schema}.${name} (${type.toLowerCase()})`, ...columns.map((field) => `  ${field.name} ${field.type}`)].join('\n');
    })
    .toSorted();
  await expect(`${seen.join('\n')}\n`).toMatchFileSnapshot('metabase-sees.snap.txt');
});

test('everything it sees says in words what it is', () => {
  expect(relations.length).toBeGreaterThan(20);
  expect(relations.filter(({ description }) => description === null)).toEqual([]);
  const known = new Set(relations.map(({ schema, name }) => `${schema}.${name}`));
  const visible = fields.filter(({ schema, table }) => known.has(`${schema}.${table}`));
  expect(visible.length).toBeGreaterThan(200);
  expect(visible.filter(({ comment }) => comment === null)).toEqual([]);
  // No field of a relation that it may not read, either.
  expect(fields.filter(({ schema, table }) => !known.has(`${schema}.${table}`))).toEqual([]);
});

test('nothing of the service, no partition, nothing that row security does not reach', async () => {
  expect([...new Set(relations.map(({ schema }) => schema))].toSorted()).toEqual(['kpi', 'public']);
  expect([...new Set(relations.map(({ type }) => type))].toSorted()).toEqual(['TABLE', 'VIEW']);
  const { rows: partitions } = await seeder.client.query<{ name: string }>(
    "select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relispartition and n.nspname in ('public', 'kpi')",
  );
  const names = new Set(relations.map(({ name }) => name));
  expect(partitions.filter(({ name }) => names.has(name))).toEqual([]);
});

test('no field is one of a person', () => {
  const personal =
    /(^|_)(e?mail|phone|address|birthday|rut_display|contact_name|customer_name|first_name|last_name|comment|content(?!_type)|note)(_|$)/;
  expect(fields.filter(({ name }) => personal.test(name)).map(({ schema, table, name }) => `${schema}.${table}.${name}`)).toEqual([]);
});
