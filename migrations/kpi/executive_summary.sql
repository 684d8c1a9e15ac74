-- depends: coverage, executive_sales
-- Dashboards: Ejecutiva
-- Meaning: the five figures of the Vista Ejecutiva over all companies (MEANING 28), each with what it leaves out beside it.
-- Grain: one row. For the analyst only: a tenant's reader has its own row of kpi.executive_sales and kpi.registered_users.
-- Unit: tenants, users, conversations, executions; sales_amount in platform_currency.
-- Source: kpi.sales_daily, kpi.conversations_daily, kpi.executions_daily (roll-ups); public.users; kpi.executive_sales; kpi.coverage.
-- Formula: tenants_active = status active and at least one sale, conversation or production run on one of the last 30 local days, today
--   included; tenants_total = not erased. users_registered = distinct users neither banned nor deleted, those of no company included.
--   sales_amount = sum of amount_platform of the last complete local month; sales_unconverted = amounts that could not be converted, by
--   currency. tickets_open = conversations that are open now (pendientes are open and snoozed, kpi.tickets_by_channel). workflows_executed =
--   production runs of 30 whole local days, the last one yesterday (or the day before, until the first reading after midnight).
-- Debe cuadrar con: Clerk, Users, total menos vetados; Chatwoot, conversaciones abiertas sumadas sobre las cuentas; n8n Insights de 30 días
--   sumado; ventas: kpi.executive_sales, fila por fila.
-- Bad input: users never read completely -> users_registered null. A company whose month (or 30 days) is not wholly covered -> not in the sum,
--   and in sales_tenants_without_data / workflows_tenants_without_data; a support source never read to its end -> tickets_tenants_without_data. No
--   company with data -> null, not 0. 416,500 CLP and 1,000 USD at 950 -> 1,366,500; without the rate 416,500 and USD 1,000 beside it.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.source_orders o where o.tenant_id = $1 and o.is_sale
--   and o.business_day >= date_trunc('month', $2::date)::date and o.business_day < (date_trunc('month', $2::date) + interval '1 month')::date
-- Left joins of one row each, not cross joins: the planner leaves out those of which no column is asked for, so a tile pays for its own.
create or replace view kpi.executive_summary with (security_invoker = true) as
select
  a.tenants_active,
  a.tenants_total,
  case when p.users_as_of is not null then u.users_registered end as users_registered,
  p.users_as_of,
  p.currency as platform_currency,
  s.sales_amount,
  s.sales_tenants_without_data,
  s.sales_unconverted,
  concat_ws(', ',
    case when s.sales_tenants_without_data > 0 then s.sales_tenants_without_data || case s.sales_tenants_without_data when 1 then ' tenant' else ' tenants' end || ' sin dato' end,
    s.unconverted_note || ' sin convertir') as sales_note,
  k.tickets_open,
  k.tickets_tenants_without_data,
  w.workflows_executed,
  w.workflows_tenants_without_data
from kpi.platform as p
left join (
  select
    count(*) as tenants_total,
    count(*) filter (where t.status = 'active' and (
      exists (select from kpi.sales_daily as d where d.tenant_id = t.id and d.orders > 0 and d.day > (now() at time zone t.time_zone)::date - 30)
      or exists (select from kpi.conversations_daily as d
        where d.tenant_id = t.id and d.opened > 0 and d.day > (now() at time zone t.time_zone)::date - 30)
      or exists (select from kpi.executions_daily as d
        where d.tenant_id = t.id and d.executions > 0 and d.day > (now() at time zone t.time_zone)::date - 30))) as tenants_active
  from public.tenants as t
  where t.status <> 'erased'
) as a on true
left join (select count(*) as users_registered from public.users as x where x.deleted_at is null and not x.banned) as u on true
left join (
  select
    sum(e.amount_platform) as sales_amount,
    coalesce(sum(e.without_data), 0)::bigint as sales_tenants_without_data,
    coalesce(jsonb_object_agg(e.currency, e.unconverted) filter (where e.unconverted <> 0), '{}') as sales_unconverted,
    string_agg(e.currency || ' ' || rtrim(translate(to_char(e.unconverted, 'FM999,999,999,999,990.99'), ',.', '.,'), ','), ', '
      order by e.currency) filter (where e.unconverted <> 0) as unconverted_note
  from (
    select
      x.currency,
      sum(x.amount_platform) as amount_platform,
      sum(x.amount_total) filter (where x.amount_platform is null) as unconverted,
      count(*) filter (where x.amount_total is null) as without_data
    from kpi.executive_sales as x
    group by x.currency
  ) as e
) as s on true
left join (
  select
    (sum(coalesce(o.open, 0)) filter (where c.covered_until is not null))::bigint as tickets_open,
    count(*) filter (where c.covered_until is null) as tickets_tenants_without_data
  from kpi.coverage as c
  join public.tenants as t on t.id = c.tenant_id and t.status <> 'erased'
  -- One pass over the days that still have some open, by their index; a look per company would read all of its days.
  left join (
    select d.tenant_id, sum(d.open) as open from kpi.conversations_daily as d where d.open > 0 group by d.tenant_id
  ) as o on o.tenant_id = c.tenant_id
  where c.subject = 'support'
) as k on true
left join (
  select
    sum(o.executions)::bigint as workflows_executed,
    count(*) filter (where not m.is_covered) as workflows_tenants_without_data
  from kpi.coverage as c
  join public.tenants as t on t.id = c.tenant_id and t.status <> 'erased'
  cross join lateral (
    select x.last_day - 29 as first_day, x.last_day,
      coalesce(c.first_day <= x.last_day - 29 and x.last_day >= x.yesterday - 1, false) as is_covered
    from (
      select y.yesterday, least(y.yesterday, c.last_day) as last_day
      from (select (now() at time zone t.time_zone)::date - 1 as yesterday) as y
    ) as x
  ) as m
  left join lateral (
    select coalesce(sum(d.executions), 0) as executions
    from kpi.executions_daily as d
    where d.tenant_id = c.tenant_id and d.day between m.first_day and m.last_day
  ) as o on m.is_covered
  where c.subject = 'automation'
) as w on true;

comment on view kpi.executive_summary is
'Las cinco cifras de la Vista Ejecutiva sobre todas las empresas, cada una con lo que deja fuera. Una sola fila, solo para el analista: el lector de una empresa tiene su fila en kpi.executive_sales y kpi.registered_users. Tenants activos: ni pausados ni borrados y con al menos una venta, conversación o ejecución en los últimos 30 días locales, hoy incluido. Usuarios registrados: distintos, ni vetados ni borrados, también los de ninguna empresa. Ventas consolidadas: venta bruta del último mes calendario completo de cada empresa, en la moneda de la plataforma, con los tenants sin dato y lo que no se pudo convertir al lado. Tickets abiertos: conversaciones abiertas ahora. Workflows ejecutados: ejecuciones de producción de 30 días locales completos, hasta ayer. Nulo si ninguna empresa tiene datos, nunca 0. Debe cuadrar con: Clerk, Users, total menos vetados; Chatwoot, conversaciones abiertas; n8n Insights de 30 días; ventas: kpi.executive_sales, fila por fila.';
comment on column kpi.executive_summary.tenants_active is 'Tenants activos en los últimos 30 días.';
comment on column kpi.executive_summary.tenants_total is 'Todos los tenants, sin los borrados.';
comment on column kpi.executive_summary.users_registered is 'Usuarios registrados, cada uno una vez; nulo si nunca se leyeron.';
comment on column kpi.executive_summary.users_as_of is 'Última lectura completa de los usuarios.';
comment on column kpi.executive_summary.platform_currency is 'Moneda de sales_amount.';
comment on column kpi.executive_summary.sales_amount is 'Ventas consolidadas del último mes en la moneda de la plataforma, solo de los tenants con dato y tipo de cambio.';
comment on column kpi.executive_summary.sales_tenants_without_data is 'Tenants sin dato de ventas en el mes: no están en sales_amount.';
comment on column kpi.executive_summary.sales_unconverted is 'Ventas del mes que no se pudieron convertir, por moneda: no están en sales_amount.';
comment on column kpi.executive_summary.sales_note is 'Lo que sales_amount deja fuera, en palabras; vacío si nada.';
comment on column kpi.executive_summary.tickets_open is 'Conversaciones abiertas ahora.';
comment on column kpi.executive_summary.tickets_tenants_without_data is 'Tenants cuyo Chatwoot nunca se leyó completo: no están en tickets_open.';
comment on column kpi.executive_summary.workflows_executed is 'Ejecuciones de producción de 30 días locales completos, hasta ayer.';
comment on column kpi.executive_summary.workflows_tenants_without_data is 'Tenants cuyo n8n no está cubierto los 30 días: no están en workflows_executed.';

-- Not for readers: its counts are of all companies.
grant select on kpi.executive_summary to kpi_analyst, kpi_writer;
