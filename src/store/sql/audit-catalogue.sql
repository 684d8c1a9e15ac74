-- Lists what the catalogue would let through against the rules of tenancy: one row per violation, none on a sound database.
-- Looks at the project's schemas and roles only; objects of extensions and of other schemas are not ours to judge.
with ns as (
  select oid, nspname, nspowner, nspacl from pg_namespace where nspname in ('public', 'kpi', 'raw', 'ops')
),
extension_object as (select classid, objid from pg_depend where deptype = 'e'),
rel as (
  select c.oid, c.relkind, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.reloptions,
    n.nspname, format('%I.%I', n.nspname, c.relname) as name
  from pg_class c
  join ns n on n.oid = c.relnamespace
  where not exists (select from extension_object e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
),
acl as (
  select r.oid, r.name, r.nspname, r.relkind, a.grantee, a.privilege_type, r.relispartition, r.relowner
  from rel r, lateral aclexplode(r.relacl) a
  where r.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select r.oid, r.name || '.' || t.attname, r.nspname, r.relkind, a.grantee, a.privilege_type, r.relispartition, r.relowner
  from rel r
  join pg_attribute t on t.attrelid = r.oid and t.attacl is not null, lateral aclexplode(t.attacl) a
),
-- Tables of the service or of readers. One that nobody but its owner may touch (the migrator's own books) needs no policy.
tab as (
  select r.* from rel r
  where r.relkind in ('r', 'p') and (
    exists (select from acl a where a.oid = r.oid and a.grantee <> r.relowner)
    or exists (select from pg_attribute t where t.attrelid = r.oid and t.attname = 'tenant_id' and not t.attisdropped))
),
pol as (
  select p.polname, p.polrelid, p.polcmd, t.name, t.nspname, t.relowner, x.role as roleid, r.rolname,
    pg_get_expr(p.polqual, p.polrelid) as qual, pg_get_expr(p.polwithcheck, p.polrelid) as with_check
  from pg_policy p
  join tab t on t.oid = p.polrelid
  cross join lateral unnest(p.polroles) x(role)
  left join pg_roles r on r.oid = x.role
),
readers as (
  select r.oid, r.rolname from pg_roles r
  where r.rolname = 'kpi_reader' or exists (
    select from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid and g.rolname = 'kpi_reader' and m.inherit_option)
),
looking as (select oid, rolname from readers union select oid, rolname from pg_roles where rolname = 'kpi_analyst'),
has_column as (
  select t.oid, a.attname, a.attnum, a.attnotnull
  from tab t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
),
fun as (
  select p.oid, p.oid::regprocedure::text as name, p.prosecdef, p.proconfig, p.proacl, p.proowner
  from pg_proc p join ns on ns.oid = p.pronamespace
  where not exists (select from extension_object e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
)
-- Row-level security
select 'table without row security' as rule, name as object, null as detail from tab where not relrowsecurity
union all select 'row security not forced', name, null from tab where relrowsecurity and not relforcerowsecurity
union all select 'table without any policy', name, null from tab t
  where relrowsecurity and not exists (select from pol where pol.polrelid = t.oid)
union all select 'table the writer may write without a policy that checks', t.name, null from tab t
  where (has_table_privilege('kpi_writer', t.oid, 'insert') or has_table_privilege('kpi_writer', t.oid, 'update'))
    and not exists (select from pol where polrelid = t.oid and rolname = 'kpi_writer' and polcmd in ('*', 'a', 'w') and coalesce(with_check, qual) is not null)
union all select 'policy for PUBLIC', name, polname from pol where roleid = 0
-- The analyst reads every tenant, and the service's own tables belong to all of them: both by design.
union all select 'policy lets everything through', name, polname || ' to ' || rolname from pol
  where (qual = 'true' or with_check = 'true') and rolname <> 'kpi_analyst' and not (rolname = 'kpi_writer' and nspname = 'ops')
union all select 'reader policy rests on a setting', name, polname from pol
  where roleid in (select oid from readers) and coalesce(qual, '') || coalesce(with_check, '') ~ 'current_setting|writing_tenant'
union all select 'reader policy is not tied to the reader''s own tenant', name, polname from pol
  where roleid in (select oid from readers) and coalesce(qual, '') !~ 'kpi\.current_tenant\(\)|CURRENT_USER'
union all select 'reader or analyst policy for writing', name, polname from pol
  where roleid in (select oid from looking) and polcmd <> 'r'
union all select 'reader policy shows tombstones', pol.name, polname from pol
  where roleid in (select oid from readers) and coalesce(qual, '') !~ 'deleted_at IS NULL'
    and exists (select from has_column h where h.oid = pol.polrelid and h.attname = 'deleted_at')
union all select 'policy of the owner', name, polname from pol where roleid = relowner
-- Relations
union all select 'view without security_invoker', name, null from rel
  where relkind = 'v' and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
union all select 'materialised view or foreign table', name, relkind::text from rel where relkind in ('m', 'f')
union all select 'owner stands above row security', r.name, o.rolname from rel r join pg_roles o on o.oid = r.relowner
  where r.relkind in ('r', 'p', 'v') and (o.rolsuper or o.rolbypassrls)
union all select 'primary key does not start with tenant_id', t.name, null from tab t
  join has_column h on h.oid = t.oid and h.attname = 'tenant_id' and h.attnotnull
  where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary and i.indkey[0] = h.attnum)
-- A second unique index beside the conflict target makes concurrent ON CONFLICT fail. The rows of ops are written one at a time.
union all select 'second unique index beside the conflict target', t.name, string_agg(i.indexrelid::regclass::text, ', ' order by i.indexrelid)
  from tab t join pg_index i on i.indrelid = t.oid and i.indisunique
  where t.nspname in ('public', 'kpi', 'raw') and exists (select from has_column h where h.oid = t.oid and h.attname = 'tenant_id')
  group by t.name having count(*) > 1
-- Functions
union all select 'security definer without pinned search_path', name, null from fun
  where prosecdef and not exists (select from unnest(proconfig) x where x like 'search_path=%')
union all select 'security definer that readers may execute', f.name, l.rolname from fun f, looking l
  where f.prosecdef and has_function_privilege(l.oid, f.oid, 'execute')
union all select 'function executable by PUBLIC', f.name, null from fun f, lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
  where a.grantee = 0 and a.privilege_type = 'EXECUTE'
-- Rights
union all select 'relation granted to PUBLIC', name, privilege_type from acl where grantee = 0
union all select 'partition granted directly', name, privilege_type from acl where relispartition and grantee not in (0, relowner)
union all select 'reader or analyst may do more than SELECT, REFERENCES', a.name, l.rolname || ' ' || a.privilege_type
  from acl a join looking l on l.oid = a.grantee where a.privilege_type not in ('SELECT', 'REFERENCES')
union all select 'reader or analyst granted a relation of the service', a.name, l.rolname
  from acl a join looking l on l.oid = a.grantee where a.nspname in ('ops', 'raw')
union all select 'schema open to readers', n.nspname, l.rolname from pg_namespace n, looking l
  where n.nspname not in ('public', 'kpi', 'pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
    and has_schema_privilege(l.oid, n.oid, 'usage')
union all select 'schema open to PUBLIC', n.nspname, a.privilege_type from ns n, lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  where a.grantee = 0
union all select 'schema: CREATE for someone not the owner', n.nspname, a.grantee::regrole::text from ns n, lateral aclexplode(n.nspacl) a
  where a.privilege_type = 'CREATE' and a.grantee not in (0, n.nspowner) and a.grantee <> 'kpi_owner'::regrole
union all select 'database open to PUBLIC', d.datname, a.privilege_type
  from pg_database d, lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a where d.datname = current_database() and a.grantee = 0
union all select 'reader or analyst may create temporary tables', l.rolname, null from looking l
  where has_database_privilege(l.oid, current_database(), 'temp')
-- Roles
union all select 'role above row security', r.rolname, concat_ws(' ', case when r.rolsuper then 'superuser' end,
    case when r.rolbypassrls then 'bypassrls' end, case when r.rolcreaterole then 'createrole' end,
    case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end)
  from pg_roles r
  where (r.oid in (select oid from looking) or r.rolname in ('kpi_writer', 'kpi_owner', 'kpi_queue'))
    and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)
union all select 'reader, writer or analyst member of another role', r.rolname, g.rolname
  from pg_auth_members m join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid
  where (r.oid in (select oid from looking) or r.rolname = 'kpi_writer') and g.rolname <> 'kpi_reader'
union all select 'reader may SET ROLE to the group', r.rolname, null
  from pg_auth_members m join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid
  where g.rolname = 'kpi_reader' and m.set_option and not r.rolcreaterole and not r.rolsuper
union all select 'role setting names a tenant', r.rolname, array_to_string(s.setconfig, ', ')
  from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where array_to_string(s.setconfig, ',') ~ 'app\.'
-- Words: Metabase and whoever writes SQL see them
union all select 'without a comment', r.name || coalesce('.' || a.attname, ''), null
  from rel r
  cross join lateral (
    select 0 as attnum, null::name as attname
    union all select t.attnum, t.attname from pg_attribute t where t.attrelid = r.oid and t.attnum > 0 and not t.attisdropped
  ) a
  where (r.relkind = 'v' or r.oid in (select oid from tab))
    and case a.attnum when 0 then obj_description(r.oid, 'pg_class') else col_description(r.oid, a.attnum) end is null
union all select 'without a comment', name, null from fun where obj_description(oid, 'pg_proc') is null
order by 1, 2, 3
