-- depends: orders, coverage
-- Dashboards: Tenant, Ventas
-- Meaning: sales of the rolling last 30 days (móvil): the brief's own condition over facts, so it equals the brief's first query (MEANING 11).
-- Grain: one row per tenant.
-- Unit: tenant's currency, with tax.
-- Source: public.orders and public.refunds; kpi.coverage (subject sales).
-- Formula: created_at >= now() - interval '30 days', in the session's time zone as in that query; average_order = gross_sales / orders with a
--   known amount. Covered: from the start of the window to no more than 24 hours ago.
-- Debe cuadrar con: la consulta 1 del encargo; Shopify, Total sales de los últimos 30 días antes de devoluciones, que cuenta días enteros.
-- Bad input: not covered -> every measure null ("sin dato"), never 0, though the brief's query adds up what there is; coverage says how much.
--   Sales without an exchange rate are counted in orders and in orders_without_rate and are in no amount.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.created_at >=
--   now() - interval '30 days' and $2::date is not null union all select 'refund', r.id, -r.amount_total from public.refunds r where
--   r.tenant_id = $1 and r.counts and r.deleted_at is null and r.created_at >= now() - interval '30 days'
create or replace view kpi.sales_30_days with (security_invoker = true) as
select
  t.id as tenant_id,
  t.currency,
  case when x.is_covered then o.gross end as gross_sales,
  case when x.is_covered then r.refunded end as refunds,
  case when x.is_covered then o.gross - r.refunded end as sales_after_refunds,
  case when x.is_covered then o.orders end as orders,
  case when x.is_covered then round(o.gross / nullif(o.orders - o.without_rate, 0), t.currency_decimals) end as average_order,
  case when x.is_covered then r.refund_count end as refund_count,
  case when x.is_covered then o.without_rate end as orders_without_rate,
  x.coverage,
  c.covered_until
from public.tenants as t
left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales'
cross join lateral (
  select coalesce(sum(s.amount_total), 0) as gross, count(*) as orders, count(*) filter (where s.amount_total is null) as without_rate
  from public.orders as s
  where s.tenant_id = t.id and s.created_at >= now() - interval '30 days'
) as o
cross join lateral (
  -- The day finds the rows by their index; the instant decides.
  select coalesce(sum(f.amount_total), 0) as refunded, count(*) as refund_count
  from public.refunds as f
  where f.tenant_id = t.id and f.counts and f.deleted_at is null and f.created_at >= now() - interval '30 days'
    and f.business_day >= (now() at time zone t.time_zone)::date - 31
) as r
cross join lateral (
  select
    coalesce(c.covered_from <= now() - interval '30 days' and c.covered_until >= now() - interval '24 hours', false) as is_covered,
    case when c.covered_until is null then 0 else trunc(greatest(
      extract(epoch from least(c.covered_until, now()) - greatest(c.covered_from, now() - interval '30 days')), 0)
      / extract(epoch from now() - (now() - interval '30 days')), 4) end as coverage
) as x;

comment on view kpi.sales_30_days is
'Ventas móviles: últimos 30 días corridos, la misma condición de la consulta 1 del encargo. Una fila por empresa, en su moneda, con impuestos. Nulas (sin dato), nunca 0, si los datos no cubren desde el inicio de la ventana hasta hace no más de 24 horas. Las ventas sin tipo de cambio se cuentan y no están en ningún monto. Debe cuadrar con: la consulta 1 del encargo; Shopify, Total sales de los últimos 30 días antes de devoluciones, que cuenta días enteros.';
comment on column kpi.sales_30_days.tenant_id is 'Empresa.';
comment on column kpi.sales_30_days.currency is 'Moneda de la empresa.';
comment on column kpi.sales_30_days.gross_sales is 'Venta bruta de la ventana; nula sin dato.';
comment on column kpi.sales_30_days.refunds is 'Devoluciones hechas en la ventana, con impuestos.';
comment on column kpi.sales_30_days.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_30_days.orders is 'Pedidos (ventas) de la ventana.';
comment on column kpi.sales_30_days.average_order is 'Venta promedio por pedido; nula si no hay.';
comment on column kpi.sales_30_days.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_30_days.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_30_days.coverage is 'Parte de la ventana que cubren los datos, de 0 a 1.';
comment on column kpi.sales_30_days.covered_until is 'Hasta cuándo están cubiertos los flujos de pedidos; nulo si alguno aún no termina su primera lectura.';

grant select on kpi.sales_30_days to kpi_reader, kpi_analyst, kpi_writer;
