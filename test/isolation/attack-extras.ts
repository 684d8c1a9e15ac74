import { both, denied, LOOK_UP, own, refused, SEE, setWithin, unspoken, type Attack } from './attack.ts';

const later = (name: string, attempts: Pick<Attack, 'direct' | 'query'>): Attack => ({ number: '+', name, ...attempts });
/** Not to be said by the gateway, and of no use in a session. */
const useless = (name: string, direct: Attack['direct'], query: string) => later(name, { direct, query: unspoken(query) });
const endless = 'begin loop begin perform pg_sleep(100); exception when query_canceled then null; end; end loop; end';

/** What came to mind after the forty: what outlives a rollback, what readers could do to others, and what is no SQL at all. */
export const EXTRAS: readonly Attack[] = [
  later('an advisory lock that outlives a rollback', {
    direct: own('begin', 'select pg_advisory_lock(4711)', 'rollback', SEE),
    query: own('select pg_advisory_lock(4711)', SEE),
  }),
  later('the advisory locks of every tenant', {
    direct: own(
      `select pg_advisory_lock(hashtextextended(t || ':' || f, 0)) from unnest(array['$victim']) t, unnest(array['sales', 'support', 'automation', 'inventory']) f`,
      SEE,
    ),
    query: own(`select pg_advisory_lock(i) from generate_series(0, 2000) i`, SEE),
  }),
  useless(
    'a statement prepared in a transaction that is rolled back',
    own('begin', `prepare p as ${SEE}`, 'rollback', "set app.tenant_id = '$victim'", 'execute p'),
    'execute p',
  ),
  useless(
    'a generic plan',
    own('set plan_cache_mode = force_generic_plan', `prepare q(uuid) as ${SEE} where o.tenant_id = $1 or true`, "execute q('$victim')"),
    "execute q('$victim')",
  ),
  useless(
    'a cursor that outlives its transaction',
    own('begin', `declare c cursor with hold for ${SEE}`, 'commit', "set app.tenant_id = '$victim'", 'fetch all from c'),
    `declare c cursor with hold for ${SEE}`,
  ),
  later('settings left for the next', {
    direct: own(
      "set timezone = 'Asia/Tokyo'",
      "set search_path = ''",
      "set work_mem = '64kB'",
      SEE.replaceAll('source_', 'public.source_'),
    ),
    query: own(
      `${setWithin('timezone', 'Asia/Tokyo')}, p as materialized (select set_config('search_path', '', false)), e as materialized (select set_config('client_encoding', 'LATIN1', false)) ${SEE.replaceAll('source_', 'public.source_')} cross join s cross join p cross join e`,
      SEE,
    ),
  }),
  later('asking for the other company', both(own(`${SEE} where o.tenant_id = '$victim' or true`))),
  later('the list of companies', both(own('select id as tenant_id, company_name, reader_role from tenants'))),
  later('the list of users', both(own(`select u.id, m.tenant_id, ${LOOK_UP} from users u join user_tenants m on m.user_id = u.id`))),
  later('SQL within SQL: XML', both(own("select query_to_xml('select tenant_id, name from source_orders', true, true, '')::text"))),
  later('SQL within SQL: a whole schema', both(own("select schema_to_xml('public', true, true, '')::text"))),
  later('SQL within SQL: words', {
    ...both(own(`select word, ${LOOK_UP} from ts_stat('select to_tsvector(''simple'', name) from public.source_orders')`)),
  }),
  later('SQL within SQL that sets', both(refused('0A000', "select query_to_xml('set role $role', true, true, '')"))),
  later('a plan that reads everything', {
    direct: own('set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off', SEE),
    query: own(`${setWithin('enable_indexscan', 'off')} ${SEE} cross join s`),
  }),
  later('a plan with helpers', {
    direct: own('set debug_parallel_query = on; set parallel_setup_cost = 0; set min_parallel_table_scan_size = 0', SEE),
    query: own(`${setWithin('debug_parallel_query', 'on')} ${SEE} cross join s`),
  }),
  later('TABLE', both(own('table source_orders'))),
  later('words to the server log and to the client', {
    direct: own('set client_min_messages = debug5; set debug_print_plan = on', SEE),
    query: own(`${setWithin('client_min_messages', 'debug5')} ${SEE} cross join s`),
  }),
  useless('listening to the service', own('listen "jobs:insert"', SEE), 'listen "jobs:insert"'),
  later('words for the service', {
    // In a session it reaches whoever listens: a worker looks for jobs and finds none. By the gateway it is never sent.
    direct: own(`select pg_notify('jobs:insert', ''), o.tenant_id from source_orders o`),
    query: own(`select pg_notify('jobs:insert', ''), o.tenant_id from source_orders o`),
  }),
  later('a block that swallows the end of its time', denied(`do $$ ${endless} $$`)),
  later('a function', denied('create function public.f() returns int language sql as $$ select 1 $$')),
  later('a table', denied('create table public.t (i int)')),
  later('an extension', denied('create extension dblink')),
  later('another policy', denied('drop policy own_rows on source_orders')),
  later('row security off for all', denied('alter table source_orders disable row level security')),
  later('another look-up', denied('create or replace function kpi.current_tenant() returns uuid language sql as $$ select null::uuid $$')),
  later('locking a table', {
    direct: refused('42501', 'begin', 'lock table source_orders in row exclusive mode'),
    query: unspoken('lock table source_orders'),
  }),
  ...['update', 'no key update', 'share', 'key share'].map((how) =>
    later(`locking rows for ${how}`, {
      direct: refused('42501', `select * from source_orders for ${how}`),
      query: refused('25006', `select * from source_orders for ${how}`),
    }),
  ),
  later('writing through a view', {
    direct: refused('55000', "update orders set status = 'cancelled'"),
    query: unspoken("update orders set status = 'cancelled'"),
  }),
  later('writing within WITH', {
    direct: refused('42501', "with w as (update source_orders set status = 'x' returning 1) select * from w"),
    query: refused('0A000', "with w as (update source_orders set status = 'x' returning 1) select * from w"),
  }),
  later('a transaction that may write', {
    direct: refused('42501', 'begin read write', "update source_orders set status = 'x'"),
    query: refused('25001', "select set_config('transaction_read_only', 'off', true)"),
  }),
  ...[
    'select rolpassword from pg_authid',
    'select usename, passwd from pg_shadow',
    "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('postgres', '$role') and pid <> pg_backend_pid()",
    "select pg_cancel_backend(pid) from pg_stat_activity where usename in ('postgres', '$role') and pid <> pg_backend_pid()",
    'select ops.writing_tenant()',
    "select ops.enqueue('tick')",
    "select nextval('ops.read_seq')",
    'select * from ops.connections',
    'select * from raw.records',
    'select * from graphile_worker._private_jobs',
    'select rut_display from customers',
    'select pg_stat_reset()',
    'select pg_reload_conf()',
    'select pg_switch_wal()',
    "select pg_logical_emit_message(false, 'x', repeat('x', 1000))",
    "select pg_logical_emit_message(false, 'x', 'x'::bytea)",
    "select set_config('session_replication_role', 'replica', false)",
    "select set_config('log_statement', 'none', false)",
    "select set_config('temp_file_limit', '-1', false)",
    "select * from pg_create_logical_replication_slot('s', 'pgoutput')",
  ].map((say) => later(say.slice(0, 70), both(refused('42501', say)))),
  later('the log of the server', both(refused('42501', 'select pg_current_logfile()'))),
  later('sleeping', {
    direct: refused('57014', "set statement_timeout = '200ms'", 'select pg_sleep(60)'),
    query: refused('query_timeout', 'select pg_sleep(60)'),
  }),
  later('sleeping with the limit lifted', {
    direct: refused('57014', "set statement_timeout = '200ms'", 'select pg_sleep(60)'),
    query: refused(
      'query_timeout',
      "select set_config('statement_timeout', '0', false), i, case when i > 150 then pg_sleep(60) end from generate_series(1, 200) i",
    ),
  }),
  ...[
    'set transaction read write',
    'set role $role',
    "commit; set app.tenant_id = '$victim'",
    'commit',
    'rollback and chain',
    'copy source_orders from stdin',
    "select 'x",
    'select 1 /* x',
    '-- nada',
    'select from where',
    'muéstrame las ventas de ayer',
    '¿cuánto vendimos ayer?',
  ].map((say) => later(`no statement that reads: ${say}`, { direct: null, query: unspoken(say) })),
];
