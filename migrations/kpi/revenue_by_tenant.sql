-- depends: orders
-- Dashboards: Ejecutiva
-- Meaning: the card "Revenue por tenant": the brief's first query with its condition where it belongs, so that no tenant drops out
--   (MEANING 5). Rolling 30 days (móvil): the brief's own condition over facts, not whole local days.
-- Grain: one row per active tenant.
-- Unit: each tenant's own currency (column currency): rows of different currencies must not be added or ranked together.
-- Source: public.orders; kpi.freshness (streams named orders of Shopify and Odoo) for what is covered.
-- Formula: total_sales = sum of amount_total over created_at >= now() - interval '30 days', 0 without sales. Covered: every orders stream
--   of the tenant reaches from the window's start (or has everything) to no more than 24 hours ago.
-- Debe cuadrar con: la consulta 1 del encargo en las filas que esta devuelve; Shopify, Total sales de los últimos 30 días antes de devoluciones.
-- Bad input: not covered, or no orders stream at all -> total_sales and total_orders null ("sin dato"), never 0; the share covered is in
--   coverage. Sales without an exchange rate are counted and in no amount. Paused and erased tenants are not listed.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.created_at >=
--   now() - interval '30 days' and $2::date is not null
create or replace view kpi.revenue_by_tenant with (security_invoker = true) as
select
  t.id as tenant_id,
  t.rut,
  t.company_name,
  t.currency,
  case when c.is_covered then s.total_sales end as total_sales,
  case when c.is_covered then s.total_orders end as total_orders,
  case when c.is_covered then s.orders_without_rate end as orders_without_rate,
  c.coverage,
  c.covered_until
from public.tenants as t
cross join lateral (
  select
    coalesce(sum(o.amount_total), 0) as total_sales,
    count(*) as total_orders,
    count(*) filter (where o.amount_total is null) as orders_without_rate
  from public.orders as o
  where o.tenant_id = t.id and o.created_at >= now() - interval '30 days'
) as s
cross join lateral (
  select
    -- A stream without covered_until has never been read to its end: it covers nothing.
    coalesce(bool_and(coalesce(
      f.covered_until >= now() - interval '24 hours' and coalesce(f.covered_from, '-infinity') <= w.window_start, false)), false) as is_covered,
    coalesce(min(round(case when f.covered_until is null then 0 else greatest(
      extract(epoch from least(f.covered_until, now()) - greatest(f.covered_from, w.window_start)), 0)
      / extract(epoch from now() - w.window_start) end, 4)), 0) as coverage,
    case when count(*) = count(f.covered_until) then min(f.covered_until) end as covered_until
  from kpi.freshness as f
  cross join (select now() - interval '30 days' as window_start) as w
  where f.tenant_id = t.id and f.source in ('shopify', 'odoo') and f.stream = 'orders'
) as c
where t.status = 'active';

comment on view kpi.revenue_by_tenant is
'Ventas por empresa, móvil (últimos 30 días corridos): la consulta 1 del encargo, pero con todas las empresas activas. Una fila por empresa, cada una en su propia moneda: filas de monedas distintas no se suman ni se ordenan juntas. 0 si no vendió nada; nulo (sin dato) si los datos no cubren la ventana: cada flujo de pedidos debe llegar desde el inicio de la ventana hasta hace no más de 24 horas. Las ventas sin tipo de cambio se cuentan y no están en el monto. Debe cuadrar con: la consulta 1 en las filas que esta devuelve; Shopify, Total sales de los últimos 30 días antes de devoluciones.';
comment on column kpi.revenue_by_tenant.tenant_id is 'Empresa.';
comment on column kpi.revenue_by_tenant.rut is 'RUT de la empresa.';
comment on column kpi.revenue_by_tenant.company_name is 'Razón social.';
comment on column kpi.revenue_by_tenant.currency is 'Moneda de la empresa y de total_sales.';
comment on column kpi.revenue_by_tenant.total_sales is 'Venta bruta de los últimos 30 días; 0 sin ventas, nula sin dato.';
comment on column kpi.revenue_by_tenant.total_orders is 'Ventas de los últimos 30 días; nula sin dato.';
comment on column kpi.revenue_by_tenant.orders_without_rate is 'De ellas, sin tipo de cambio: no están en total_sales.';
comment on column kpi.revenue_by_tenant.coverage is 'Parte de la ventana cubierta por el flujo de pedidos más atrasado, de 0 a 1.';
comment on column kpi.revenue_by_tenant.covered_until is 'Hasta cuándo están cubiertos todos los flujos de pedidos; nulo si alguno aún no termina su primera lectura.';

grant select on kpi.revenue_by_tenant to kpi_reader, kpi_analyst, kpi_writer;
