import { both, denied, LOOK_UP, nothing, own, refused, SEE, setWithin, tells, unspoken, type Attack } from './attack.ts';

/** A cheap function that is not leakproof and keeps whatever it is shown: what a reader may use as one of its own. */
const keeps = (column: string) => `set_config('loot.all', coalesce(current_setting('loot.all', true), '') || ${column}, false) is null`;
const overheard = (relation: string, column: string) =>
  `with seen as materialized (select count(*) as n from ${relation} as t where ${keeps(column)}) select n, current_setting('loot.all', true) as loot, ${LOOK_UP} from seen`;
const castError = (relation: string, column: string) =>
  `select count(*) from ${relation} as t where (case when t.tenant_id = kpi.current_tenant() then '0' else ${column} end)::int <> 0`;
/** Something that is not there; made by a careless superuser it would be read like this. */
const missing = (say: string, make: string, finding: string, leaks: boolean) => ({
  ...both(refused('42P01', say)),
  plant: { make: `${make}; grant select on kpi.planted to kpi_reader`, finding, leaks },
});
const MATVIEW = 'create materialized view kpi.planted as select tenant_id, name from public.source_orders';
const behind = (options: string) =>
  `create materialized view kpi.hidden as select tenant_id, name from public.source_orders;
   create view kpi.planted ${options} as select * from kpi.hidden where tenant_id = (select t.id from public.tenants t where t.reader_role = current_user)`;
const MATERIALISED = 'materialised view or foreign table';

/** The forty attacks that were tried on designs of this kind before one was chosen. */
export const NUMBERED: readonly Attack[] = [
  { number: '0', name: 'a plain select', ...both(own(SEE)) },
  {
    number: '1',
    name: "the writer's setting, set first",
    direct: own("set app.tenant_id = '$victim'", SEE),
    query: unspoken("set app.tenant_id = '$victim'"),
  },
  { number: '2', name: 'the same within one statement', ...both(own(`${setWithin('app.tenant_id', '$victim')} ${SEE} cross join s`)) },
  { number: '3', name: 'the same as a default of its role', ...denied("alter role $self set app.tenant_id = '$victim'") },
  { number: '4', name: 'becoming the other reader', ...denied('set role $role') },
  { number: '4', name: 'becoming it within a statement', ...both(refused('42501', "select set_config('role', '$role', false)")) },
  ...['kpi_reader', 'kpi_writer', 'kpi_owner', 'kpi_analyst', 'postgres'].map((role) => ({
    number: '5',
    name: `becoming ${role}`,
    direct: refused('42501', `set role ${role}`),
    query: refused('42501', `select set_config('role', '${role}', false)`),
  })),
  { number: '6', name: 'taking over a session', ...denied('set session authorization $role') },
  {
    number: '6',
    name: 'taking it over within a statement',
    ...both(refused('42501', "select set_config('session_authorization', '$role', false)")),
  },
  {
    number: '7',
    name: 'RESET ROLE, then SET ROLE',
    direct: refused('42501', 'reset role', 'reset all', 'set role $role'),
    query: unspoken('reset role'),
  },
  {
    number: '8',
    name: 'row security switched off',
    direct: refused('42501', 'set row_security = off', 'select * from source_orders'),
    query: refused('42501', `${setWithin('row_security', 'off')} select * from s, source_orders`),
  },
  {
    number: '9',
    name: 'a function of its own that tells what it sees',
    ...denied(
      "create function pg_temp.f(text) returns bool language plpgsql cost 0.0001 as 'begin raise notice ''%'', $1; return true; end'",
    ),
  },
  { number: '9', name: 'a function of the server that keeps what it sees', ...both(own(overheard('public.source_orders', 't.name'))) },
  {
    number: '10',
    name: 'such a function on a view over a materialised view',
    ...missing(overheard('kpi.planted', 't.name'), behind(''), MATERIALISED, false),
  },
  {
    number: '11',
    name: 'the same behind a security barrier',
    ...missing(overheard('kpi.planted', 't.name'), behind('with (security_barrier = true)'), MATERIALISED, false),
  },
  {
    number: '12',
    name: "an error about another's value, on a table",
    ...both(nothing(castError('public.source_orders', 't.name'))),
  },
  { number: '12', name: 'an error about a value', ...both(refused('22P02', 'select name::int from source_orders')) },
  { number: '13', name: "an error about another's value, on a view", ...both(nothing(castError('public.orders', 't.source_ref'))) },
  {
    number: '14',
    name: "an error about another's value, on a view behind a barrier",
    ...missing(castError('kpi.planted', 't.name'), behind('with (security_barrier = true)'), MATERIALISED, false),
  },
  {
    number: '15',
    name: "a view with a superuser's rights",
    ...missing(
      'select * from kpi.planted',
      'create view kpi.planted as select tenant_id, name from public.source_orders',
      'owner stands above row security',
      true,
    ),
  },
  {
    number: '16',
    name: "a view with the rights of a table's owner whom a policy lets through",
    ...missing(
      'select * from kpi.planted',
      `create policy planted on public.source_orders for select to kpi_owner using (true);
       create view kpi.planted as select tenant_id, name from public.source_orders; alter view kpi.planted owner to kpi_owner`,
      'view without security_invoker',
      true,
    ),
  },
  { number: '17', name: "a view with the reader's rights", ...both(own('select tenant_id, source_ref from public.orders')) },
  { number: '18', name: 'a materialised view', ...missing('select * from kpi.planted', MATVIEW, MATERIALISED, true) },
  {
    number: '19',
    name: 'planner statistics of a table',
    ...both(nothing("select most_common_vals::text, histogram_bounds::text from pg_stats where tablename like 'source_order%'")),
  },
  {
    number: '20',
    name: 'planner statistics of a materialised view',
    ...both(nothing("select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 'planted'")),
    plant: { make: `${MATVIEW}; analyze kpi.planted; grant select on kpi.planted to kpi_reader`, finding: MATERIALISED, leaks: true },
  },
  {
    number: '20b',
    name: 'planner statistics of a materialised view behind a view',
    ...both(nothing("select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 'hidden'")),
    plant: {
      make: `${behind('')}; analyze kpi.hidden; grant select on kpi.planted to kpi_reader`,
      finding: MATERIALISED,
      leaks: false,
    },
  },
  {
    number: '21',
    name: 'EXPLAIN ANALYZE, which counts the rows it leaves out',
    direct: tells(
      /"Rows Removed by Filter":\s*[1-9]/,
      'set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off',
      'explain (analyze, format json) select * from source_orders',
    ),
    query: unspoken('explain (analyze) select * from source_orders'),
  },
  {
    number: '21',
    name: 'the same as SQL within SQL',
    ...both(refused('0A000', "select query_to_xml('explain (analyze) select * from source_orders', true, true, '')::text")),
  },
  {
    number: '22',
    name: 'sizes of tables',
    ...both(
      tells(
        /"?more"?:true|\[true\]/,
        "select c.reltuples > (select count(*) from source_orders) as more from pg_class c where c.oid = 'public.source_orders'::regclass",
      ),
    ),
  },
  {
    number: '23',
    name: 'COPY to the client',
    direct: own('copy source_orders to stdout'),
    query: unspoken('copy source_orders to stdout'),
  },
  { number: '24', name: 'COPY to a program', ...denied("copy tenants to program 'true'") },
  { number: '24', name: 'COPY to a file', ...denied("copy tenants to '/tmp/tenants'") },
  { number: '25', name: 'reading a file', ...both(refused('42501', "select pg_read_file('postgresql.conf')")) },
  { number: '25', name: 'listing a folder', ...both(refused('42501', "select pg_ls_dir('.')")) },
  { number: '26', name: "another's large object", ...both(refused('42501', 'select lo_get($object)')) },
  { number: '26', name: 'all large objects', ...both(refused('42501', 'select data from pg_largeobject')) },
  ...['lo_create(0)', 'lo_creat(-1)', "lo_from_bytea(0, 'x')", "lo_import('/etc/hostname')"].map((call) => ({
    number: '27',
    name: `filling the disk with large objects: ${call}`,
    ...both(refused('42501', `select ${call}`)),
  })),
  { number: '28', name: 'a temporary table before the look-up', ...denied('create temporary table tenants (id uuid, reader_role text)') },
  { number: '28', name: 'a temporary view', ...denied('create temporary view tenants as select 1') },
  { number: '29', name: 'a schema before the others', ...denied('create schema shadow') },
  {
    number: '29',
    name: 'another search_path',
    direct: own('set search_path = kpi, pg_temp, public', `select ${LOOK_UP}`, SEE),
    query: own(`${setWithin('search_path', 'kpi,pg_temp,public')} ${SEE} cross join s`),
  },
  { number: '30', name: 'names of roles', ...both(tells('$role', 'select rolname from pg_roles')) },
  {
    number: '31',
    name: 'settings of roles',
    ...both(tells('$role', 'select r.rolname, s.setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole')),
  },
  { number: '32', name: "the look-up asked about another's role", ...both(refused('42883', "select kpi.current_tenant('$role')")) },
  { number: '33', name: 'ctid', ...both(own("select tenant_id, name from source_orders where ctid >= '(0,0)'")) },
  { number: '33', name: 'a sample', ...both(own('select tenant_id, name from source_orders tablesample system (100)')) },
  {
    number: '34',
    name: 'what others are doing',
    ...both(
      own(`select o.tenant_id, s.usename = '$role' as victim, s.query from source_orders o
        left join pg_stat_activity s on s.usename <> current_user`),
    ),
  },
  { number: '35', name: 'DO with a setting', ...denied("do $$ begin perform set_config('app.tenant_id', '$victim', false); end $$") },
  {
    number: '36',
    name: 'estimates of the planner: how common a value is',
    // A word that only the other company's rows have, hundreds of them, and one that nobody has.
    direct: tells(/"Plan Rows":\s*\d{2,}/, "explain (format json) select * from conversations where channel = 'Telegrama'"),
    query: unspoken("explain select * from conversations where channel = 'Telegrama'"),
  },
  {
    number: '37',
    name: 'minimum, maximum and order by an index',
    ...both(own('select min(tenant_id::text) as a, max(tenant_id::text) as b, min(name) as c, max(name) as d from source_orders')),
  },
  { number: '37', name: 'order', ...both(own('select tenant_id, name from source_orders order by name desc')) },
  {
    number: '38',
    name: 'several statements at once',
    direct: own(`set app.tenant_id = '$victim'; ${SEE}; select ${LOOK_UP}`),
    query: unspoken(`select 1; ${SEE}`),
  },
  {
    number: '39',
    name: 'PREPARE, then SET, then EXECUTE',
    direct: own(`prepare p as ${SEE}`, "set app.tenant_id = '$victim'", 'execute p'),
    query: unspoken(`prepare p as ${SEE}`),
  },
  ...[
    "insert into order_links (tenant_id, shop_order_id, erp_order_id, rule) values ('$victim', gen_random_uuid(), gen_random_uuid(), 'id')",
    "update source_orders set status = 'cancelled'",
    'delete from source_orders',
    'truncate source_orders',
    "update tenants set reader_role = current_user where id = '$victim'",
  ].map((say) => ({ number: '40', name: `writing: ${say.slice(0, 30)}`, ...denied(say) })),
];
