-- depends: coverage
-- Dashboards: Soporte
-- Meaning: the local days about which support can be asked, and which of them the data cover wholly (MEANING 15).
-- Grain: one row per tenant with a Chatwoot and local day, from the first conversation (or the first covered day) until yesterday.
-- Unit: days.
-- Source: kpi.coverage, public.conversations.
-- Formula: is_covered: the day lies between first_day and last_day of subject support; is_csat_covered: also of subject csat.
-- Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.
-- Bad input: a Chatwoot that was never read to its end -> no day is covered.
-- Explain: select 'freshness' as entity, f.connection_id as id, null::numeric as contribution from kpi.freshness f where f.tenant_id = $1
--   and f.source = 'chatwoot' and $2::date is not null
create or replace view kpi.support_days with (security_invoker = true) as
select
  c.tenant_id,
  d.day::date as day,
  coalesce(d.day::date between c.first_day and c.last_day, false) as is_covered,
  coalesce(d.day::date between greatest(c.first_day, a.first_day) and least(c.last_day, a.last_day), false)
    and c.last_day is not null and a.last_day is not null as is_csat_covered
from kpi.coverage as c
join public.tenants as t on t.id = c.tenant_id
-- One row at most by its aggregates, not by its keys: the planner leaves it out of every query that does not ask about surveys.
left join lateral (
  select max(x.first_day) as first_day, max(x.last_day) as last_day
  from kpi.coverage as x
  where x.tenant_id = c.tenant_id and x.subject = 'csat'
) as a on true
cross join lateral (
  select min(x.business_day) as first_day
  from public.conversations as x
  where x.tenant_id = c.tenant_id and x.deleted_at is null
) as f
cross join lateral (select greatest(c.last_day, (now() at time zone t.time_zone)::date - 1) as last_day) as u
cross join lateral generate_series(
  coalesce(least(f.first_day, case when c.first_day > '-infinity' then c.first_day end), u.last_day)::timestamp,
  u.last_day::timestamp, interval '1 day') as d(day)
where c.subject = 'support';

comment on view kpi.support_days is
'Días locales por los que se puede preguntar en soporte, y cuáles cubren por completo los datos. Una fila por empresa con Chatwoot y día, desde la primera conversación (o el primer día cubierto) hasta ayer. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.support_days.tenant_id is 'Empresa.';
comment on column kpi.support_days.day is 'Día local.';
comment on column kpi.support_days.is_covered is 'Si los datos de conversaciones cubren el día completo.';
comment on column kpi.support_days.is_csat_covered is 'Si además lo cubren las respuestas de encuestas.';

grant select on kpi.support_days to kpi_reader, kpi_analyst, kpi_writer;
