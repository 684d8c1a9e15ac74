-- What readers may do to everybody although no row is shown: rights that PUBLIC has from the server, and that only a superuser takes back.
-- One row per right, with the statement that ends it.
with readers as (
  select r.oid, r.rolname from pg_roles r
  where r.rolname in ('kpi_reader', 'kpi_analyst') or exists (
    select from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid and g.rolname = 'kpi_reader' and m.inherit_option)
),
here as (select oid, datname from pg_database where datname = current_database()),
-- The limit that a session of the role begins with: of the role in this database, of the role, of the database, of the server.
spill as (
  select r.rolname, coalesce(
    (select split_part(x, '=', 2) from pg_db_role_setting s, unnest(s.setconfig) x
      where s.setrole in (r.oid, 0) and s.setdatabase in ((select oid from here), 0) and x like 'temp_file_limit=%'
      order by s.setrole = 0, s.setdatabase = 0 limit 1),
    (select reset_val from pg_settings where name = 'temp_file_limit')) as value
  from readers r join pg_roles l on l.oid = r.oid and l.rolcanlogin
)
select 'limit' as kind, 'reader may fill the disk with large objects' as rule, p.oid::regprocedure::text as object, count(*) || ' roles' as detail,
  format('revoke execute on function pg_catalog.%s from public;', p.oid::regprocedure) as remedy
from pg_proc p, readers r
where p.pronamespace = 'pg_catalog'::regnamespace and p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import')
  and has_function_privilege(r.oid, p.oid, 'execute')
group by p.oid
union all select 'limit', 'reader may fill the write-ahead log', p.oid::regprocedure::text, count(*) || ' roles',
  format('revoke execute on function pg_catalog.%s from public;', p.oid::regprocedure)
from pg_proc p, readers r
where p.pronamespace = 'pg_catalog'::regnamespace and p.proname = 'pg_logical_emit_message' and has_function_privilege(r.oid, p.oid, 'execute')
group by p.oid
union all select 'limit', 'reader may run blocks of code that swallow the end of their time', l.lanname::text, count(*) || ' roles',
  format('revoke usage on language %I from public;', l.lanname)
from pg_language l, readers r where l.lanpltrusted and l.lanispl and has_language_privilege(r.oid, l.oid, 'usage')
group by l.lanname
union all select 'limit', 'temporary files of a reader have no limit', s.rolname::text, null, format('alter role %I set temp_file_limit = ''4GB'';', s.rolname)
from spill s where s.value = '-1'
union all select 'notice', 'reader may log in to another database', d.datname::text, count(*) || ' roles',
  format('revoke connect, temporary on database %I from public;', d.datname)
from pg_database d, readers r
where d.datallowconn and d.oid <> (select oid from here) and has_database_privilege(r.oid, d.oid, 'connect')
  -- Another warehouse of the same cluster has the same roles, and shows each no row but its own.
  and not exists (select from aclexplode(d.datacl) a where a.grantee = (select oid from pg_roles where rolname = 'kpi_reader'))
group by d.datname
order by 1, 2, 3
