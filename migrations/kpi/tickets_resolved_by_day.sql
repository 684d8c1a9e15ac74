-- depends: support_days
-- Dashboards: Tenant, Soporte
-- Meaning: conversations resolved per day, each once, on the day of its last resolution, if it has not been reopened since (MEANING 22).
-- Grain: one row per tenant and local day.
-- Unit: conversations; estimated_share 0..1.
-- Source: public.conversations.resolved_at, kpi.support_days.
-- Formula: resolved = conversations whose resolved_day is the day. exact: by Chatwoot's event or webhook; observed: by a change seen
--   between two readings; estimated: first seen resolved, by the last activity. estimated_share = (observed + estimated) / resolved, null
--   when nothing was resolved. Days add up.
-- Debe cuadrar con: Chatwoot, Informes, Resoluciones (resolutions_count): cuenta eventos, así que una reabierta y resuelta de nuevo está
--   dos veces allí; la nuestra es igual o menor.
-- Bad input: resolved Monday, reopened Tuesday, resolved Wednesday -> Monday 0, Wednesday 1; a resolved conversation without messages ->
--   its last activity, else its beginning (estimated). Today and days that are not wholly covered -> every measure null, coverage 0; a
--   covered day without anything -> 0.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from public.conversations c where c.tenant_id = $1 and c.resolved_day
--   = $2 and c.deleted_at is null
create or replace view kpi.tickets_resolved_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  case when s.is_covered then n.resolved end as resolved,
  case when s.is_covered then n.exact end as exact,
  case when s.is_covered then n.observed end as observed,
  case when s.is_covered then n.estimated end as estimated,
  case when s.is_covered then round((n.observed + n.estimated)::numeric / nullif(n.resolved, 0), 4) end as estimated_share,
  case when s.is_covered then 1 else 0 end as coverage
from kpi.support_days as s
cross join lateral (
  select
    count(*) as resolved,
    count(*) filter (where x.resolved_at_source in ('event', 'webhook')) as exact,
    count(*) filter (where x.resolved_at_source = 'observed') as observed,
    count(*) filter (where x.resolved_at_source = 'activity') as estimated
  from public.conversations as x
  where x.tenant_id = s.tenant_id and x.resolved_day = s.day and x.deleted_at is null
) as n;

comment on view kpi.tickets_resolved_by_day is
'Tickets resueltos por día local: cada conversación una vez, el día de su última resolución, si no se ha reabierto. Resuelta el lunes, reabierta el martes y resuelta el miércoles: lunes 0, miércoles 1. estimated_share es la parte cuya hora no es exacta. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Resoluciones, que cuenta eventos (una reabierta, dos veces): la nuestra es igual o menor.';
comment on column kpi.tickets_resolved_by_day.tenant_id is 'Empresa.';
comment on column kpi.tickets_resolved_by_day.day is 'Día local.';
comment on column kpi.tickets_resolved_by_day.resolved is 'Resueltas.';
comment on column kpi.tickets_resolved_by_day.exact is 'Con hora exacta (evento o webhook).';
comment on column kpi.tickets_resolved_by_day.observed is 'Con hora del cambio observado entre dos lecturas.';
comment on column kpi.tickets_resolved_by_day.estimated is 'Con hora estimada por la última actividad.';
comment on column kpi.tickets_resolved_by_day.estimated_share is 'Parte observada o estimada, de 0 a 1; nula si no hubo.';
comment on column kpi.tickets_resolved_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

grant select on kpi.tickets_resolved_by_day to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.tickets_resolved_by_day(first_day date, last_day date) returns setof kpi.tickets_resolved_by_day
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.tickets_resolved_by_day as d where d.day between $1 and $2;
end $$;

comment on function kpi.tickets_resolved_by_day(date, date) is 'Las filas de kpi.tickets_resolved_by_day del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.tickets_resolved_by_day(date, date) from public;
grant execute on function kpi.tickets_resolved_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
