-- depends:
-- Dashboards: Ejecutiva, Tenant
-- Meaning: users registered in Clerk who may look at a company's numbers: neither banned nor deleted (MEANING 28).
-- Grain: one row per tenant that is not erased. A user of two tenants counts once in each, and once in kpi.executive_summary.
-- Unit: users.
-- Source: public.users and public.user_tenants, which follow Clerk's list and its webhooks; kpi.platform for when the list was last read.
-- Formula: registered = users of the tenant that are neither banned nor deleted; locked ones count. banned beside it. active_30_days = of the
--   registered, those who signed in on one of the last 30 UTC days, today included.
-- Debe cuadrar con: Clerk, Users, filtrando por la organización de la empresa; difiere si la empresa está en los metadatos del usuario, y en
--   los vetados, que Clerk sigue mostrando.
-- Bad input: users never read completely -> null, not 0. A user whose company cannot be told is in no tenant, but in the total
--   (kpi users list --unassigned).
-- Explain: select 'user' as entity, md5(m.user_id)::uuid as id, 1 as contribution from public.user_tenants m join public.users u
--   on u.id = m.user_id where m.tenant_id = $1 and u.deleted_at is null and not u.banned and $2::date is not null
create or replace view kpi.registered_users with (security_invoker = true) as
select
  t.id as tenant_id,
  case when p.users_as_of is not null then c.registered end as registered,
  case when p.users_as_of is not null then c.banned end as banned,
  case when p.users_as_of is not null then c.active_30_days end as active_30_days,
  p.users_as_of
from public.tenants as t
cross join kpi.platform as p
left join (
  select
    m.tenant_id,
    count(*) filter (where not u.banned) as registered,
    count(*) filter (where u.banned) as banned,
    count(*) filter (where not u.banned and u.last_sign_in_day > (now() at time zone 'UTC')::date - 30) as active_30_days
  from public.user_tenants as m
  join public.users as u on u.id = m.user_id
  where u.deleted_at is null
  group by m.tenant_id
) as k on k.tenant_id = t.id
cross join lateral (
  select coalesce(k.registered, 0) as registered, coalesce(k.banned, 0) as banned, coalesce(k.active_30_days, 0) as active_30_days
) as c
where t.status <> 'erased';

comment on view kpi.registered_users is
'Usuarios registrados en Clerk que pueden ver las cifras de la empresa: ni vetados ni borrados. Una fila por empresa; uno de dos empresas cuenta una vez en cada una y una sola en kpi.executive_summary. Los bloqueados por intentos fallidos cuentan. Nulo si la lista nunca se leyó completa. Un usuario cuya empresa no se puede saber no está en ninguna, pero sí en el total. Debe cuadrar con: Clerk, Users, filtrando por la organización de la empresa; difiere si la empresa está en los metadatos del usuario, y en los vetados.';
comment on column kpi.registered_users.tenant_id is 'Empresa.';
comment on column kpi.registered_users.registered is 'Usuarios ni vetados ni borrados; nulo si no se sabe.';
comment on column kpi.registered_users.banned is 'Usuarios vetados, no incluidos.';
comment on column kpi.registered_users.active_30_days is 'De los registrados, los que ingresaron en los últimos 30 días (UTC, hoy incluido).';
comment on column kpi.registered_users.users_as_of is 'Última lectura completa de los usuarios.';

grant select on kpi.registered_users to kpi_reader, kpi_analyst, kpi_writer;
