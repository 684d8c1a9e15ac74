-- depends: coverage
-- Dashboards: Automatizaciones, Tenant, Ejecutiva
-- Meaning: production runs by local day, and how many of those that ended did so well (MEANING 26).
-- Grain: one row per tenant and local day, from the first day known to the last, days without runs included.
-- Unit: executions; rate from 0 to 1.
-- Source: kpi.executions_daily; kpi.coverage, subject automation.
-- Formula: success_rate = success / (success + errors), both only of automations of which n8n keeps the successful runs; errors_without_rate
--   = errors of the others. A run belongs to the local day of its first start.
-- Debe cuadrar con: n8n Insights del día, que no cuenta canceladas ni en espera y corta los días en la zona de la instancia.
-- Bad input: a day not wholly covered (before n8n's memory, or today) -> every measure null and coverage 0; a covered day without runs ->
--   0, and success_rate null. An error whose retry succeeded is an error. Only automations that keep no successes ran -> success_rate null.
-- Explain: select 'execution' as entity, e.id, 1::numeric as contribution from public.workflow_executions e where e.tenant_id = $1
--   and e.deleted_at is null and e.business_day = $2::date
-- Days and runs are added up and not joined day by day: what is asked of the day is then asked of both, also for all companies at once.
-- In SQL and without a setting of its own, so that the planner takes it apart: what the view's reader asks of it reaches the tables. The days
-- asked for are bounds of the series, too: of a hundred companies that is otherwise 73,000 days for thirty.
create or replace function kpi.executions_of_days(first_day date, last_day date)
  returns table (
    tenant_id uuid, day date, executions bigint, success bigint, errors bigint, errors_resolved bigint, crashed bigint, canceled bigint,
    running bigint, success_rate numeric, errors_without_rate numeric, coverage numeric)
  language sql stable security invoker
as $$
select
  r.tenant_id,
  r.day,
  case when r.covered then r.executions end as executions,
  case when r.covered then r.success end as success,
  case when r.covered then r.errors end as errors,
  case when r.covered then r.errors_resolved end as errors_resolved,
  case when r.covered then r.crashed end as crashed,
  case when r.covered then r.canceled end as canceled,
  case when r.covered then r.running end as running,
  case when r.covered then round(r.rated_success / nullif(r.rated_success + r.rated_errors, 0), 4) end as success_rate,
  case when r.covered then r.errors - r.rated_errors end as errors_without_rate,
  case when r.covered then 1 else 0 end::numeric as coverage
from (
  select
    m.tenant_id,
    m.day,
    bool_or(m.covered) as covered,
    coalesce(sum(m.executions), 0)::bigint as executions,
    coalesce(sum(m.success), 0)::bigint as success,
    coalesce(sum(m.errors), 0)::bigint as errors,
    coalesce(sum(m.errors_resolved), 0)::bigint as errors_resolved,
    coalesce(sum(m.crashed), 0)::bigint as crashed,
    coalesce(sum(m.canceled), 0)::bigint as canceled,
    coalesce(sum(m.running), 0)::bigint as running,
    coalesce(sum(m.success) filter (where m.keeps_successes), 0) as rated_success,
    coalesce(sum(m.errors) filter (where m.keeps_successes), 0) as rated_errors
  from (
    select
      c.tenant_id, k.first_day + s.n as day, coalesce(k.first_day + s.n between c.first_day and c.last_day, false) as covered,
      null::bigint as executions, null::bigint as success, null::bigint as errors, null::bigint as errors_resolved, null::bigint as crashed,
      null::bigint as canceled, null::bigint as running, null::boolean as keeps_successes
    from kpi.coverage as c
    cross join lateral (
      select
        least(min(x.day), case when isfinite(c.first_day) then c.first_day end) as first_day,
        greatest(max(x.day), c.last_day) as last_day
      from kpi.executions_daily as x
      where x.tenant_id = c.tenant_id
    ) as k
    cross join lateral generate_series(
      greatest(k.first_day, $1) - k.first_day, least(k.last_day, $2) - k.first_day) as s(n)
    where c.subject = 'automation'
    union all
    -- Each of its days is one of those above.
    select
      c.tenant_id, x.day, null, x.executions, x.success, x.errors, x.errors_resolved, x.crashed, x.canceled, x.running, x.keeps_successes
    from kpi.coverage as c
    join kpi.executions_daily as x on x.tenant_id = c.tenant_id
    where c.subject = 'automation' and x.day between $1 and $2
  ) as m
  group by m.tenant_id, m.day
) as r
$$;

comment on function kpi.executions_of_days(date, date) is 'Las filas de kpi.executions_by_day del primer al último día pedido, ambos incluidos; de aquí las toma esa vista.';

revoke execute on function kpi.executions_of_days(date, date) from public;
grant execute on function kpi.executions_of_days(date, date) to kpi_reader, kpi_analyst, kpi_writer;

create or replace view kpi.executions_by_day with (security_invoker = true) as
select
  d.tenant_id, d.day, d.executions, d.success, d.errors, d.errors_resolved, d.crashed, d.canceled, d.running, d.success_rate,
  d.errors_without_rate, d.coverage
from kpi.executions_of_days('-infinity', 'infinity') as d;

comment on view kpi.executions_by_day is
'Ejecuciones de producción por día local, con su tasa de éxito. Una fila por empresa y día, también los días sin ejecuciones (0). Un día que los datos no cubren por completo (antes de la memoria de n8n, o el de hoy) tiene todo nulo y coverage 0. La tasa es de las automatizaciones cuyas ejecuciones correctas guarda n8n; los errores de las demás van en errors_without_rate. Debe cuadrar con: n8n Insights del día, que no cuenta canceladas ni en espera y corta los días en la zona de la instancia.';
comment on column kpi.executions_by_day.tenant_id is 'Empresa.';
comment on column kpi.executions_by_day.day is 'Día local del inicio.';
comment on column kpi.executions_by_day.executions is 'Todas las ejecuciones.';
comment on column kpi.executions_by_day.success is 'Correctas que n8n guardó.';
comment on column kpi.executions_by_day.errors is 'Con error, caídas incluidas; un error reintentado sigue siendo error.';
comment on column kpi.executions_by_day.errors_resolved is 'De los errores, los que un reintento resolvió.';
comment on column kpi.executions_by_day.crashed is 'Caídas.';
comment on column kpi.executions_by_day.canceled is 'Canceladas.';
comment on column kpi.executions_by_day.running is 'En curso o esperando.';
comment on column kpi.executions_by_day.success_rate is 'Correctas / (correctas + con error), de 0 a 1; nula si no se puede saber.';
comment on column kpi.executions_by_day.errors_without_rate is 'Errores de automatizaciones cuyas ejecuciones correctas n8n no guarda: fuera de la tasa.';
comment on column kpi.executions_by_day.coverage is '1 si el día está cubierto por completo, 0 si no.';

grant select on kpi.executions_by_day to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.executions_by_day(first_day date, last_day date) returns setof kpi.executions_by_day
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.executions_of_days($1, $2) as d;
end $$;

comment on function kpi.executions_by_day(date, date) is 'Las filas de kpi.executions_by_day del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.executions_by_day(date, date) from public;
grant execute on function kpi.executions_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
