-- depends: coverage
-- Dashboards: Tenant, Ventas
-- Meaning: sales of any closed period, in the four words of MEANING 7, with what of them is still to be paid (MEANING 8).
-- Grain: one row per tenant.
-- Unit: tenant's currency; with tax but for net_sales_untaxed. coverage is a share from 0 to 1, cut and not rounded to four decimals.
-- Source: kpi.sales_daily, which is kept with every batch; kpi.coverage (subject sales).
-- Formula: sums over the local days first_day to last_day, both included; average_order = gross_sales / orders with a known amount, rounded
--   to the currency's decimals. November of the example: 416500 / 0 / 416500 / 350000, 3 orders, 138833.
-- Debe cuadrar con: Shopify, Total sales del período antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos
--   propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.
-- Bad input: a period that is not wholly covered (today and later are never) -> every measure null, never 0; coverage = days wholly covered /
--   days asked for. last_day before first_day, or a null -> measures and coverage null.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.business_day =
--   $2::date union all select 'refund', r.id, -r.amount_total from public.refunds r where r.tenant_id = $1 and r.counts and r.deleted_at is
--   null and r.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.sales_between(first_day date, last_day date)
  returns table (
    tenant_id uuid, currency text, gross_sales numeric, refunds numeric, sales_after_refunds numeric, net_sales_untaxed numeric, orders bigint,
    average_order numeric, refund_count bigint, orders_without_rate bigint, unpaid_sales numeric, unpaid_orders bigint,
    partly_paid_orders bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    t.currency,
    case when x.is_covered then m.gross end as gross_sales,
    case when x.is_covered then m.refunded end as refunds,
    case when x.is_covered then m.gross - m.refunded end as sales_after_refunds,
    case when x.is_covered then m.net_untaxed end as net_sales_untaxed,
    case when x.is_covered then m.orders end as orders,
    case when x.is_covered then round(m.gross / nullif(m.orders - m.without_rate, 0), t.currency_decimals) end as average_order,
    case when x.is_covered then m.refund_count end as refund_count,
    case when x.is_covered then m.without_rate end as orders_without_rate,
    case when x.is_covered then m.unpaid end as unpaid_sales,
    case when x.is_covered then m.unpaid_orders end as unpaid_orders,
    case when x.is_covered then m.partly_paid end as partly_paid_orders,
    x.coverage
  from public.tenants as t
  cross join (select sales_between.first_day, sales_between.last_day) as p
  left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales'
  cross join lateral (
    select
      coalesce(p.first_day >= c.first_day and p.last_day <= c.last_day and p.last_day >= p.first_day, false) as is_covered,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when p.last_day >= p.first_day then case when c.last_day is null then 0 else trunc(greatest(
      least(p.last_day, c.last_day) - greatest(p.first_day, c.first_day) + 1, 0)::numeric / (p.last_day - p.first_day + 1), 4) end end as coverage
  ) as x
  cross join lateral (
    select
      coalesce(sum(s.amount_total), 0) as gross,
      coalesce(sum(s.refunds_amount), 0) as refunded,
      coalesce(sum(s.amount_untaxed), 0) - coalesce(sum(s.refunds_untaxed), 0) as net_untaxed,
      coalesce(sum(s.orders), 0)::bigint as orders,
      coalesce(sum(s.refunds), 0)::bigint as refund_count,
      coalesce(sum(s.orders_without_rate), 0)::bigint as without_rate,
      coalesce(sum(s.amount_unpaid), 0) as unpaid,
      coalesce(sum(s.orders_unpaid), 0)::bigint as unpaid_orders,
      coalesce(sum(s.orders_partly_paid), 0)::bigint as partly_paid
    from kpi.sales_daily as s
    where s.tenant_id = t.id and s.day between p.first_day and p.last_day
  ) as m;
end $$;

comment on function kpi.sales_between(date, date) is
'Ventas de cualquier período cerrado, del primer al último día local, ambos incluidos. Una fila por empresa, en su moneda: venta bruta (gross_sales), devoluciones (refunds), venta después de devoluciones (sales_after_refunds), venta neta sin IVA (net_sales_untaxed), pedidos (orders), venta promedio por pedido (average_order), por cobrar (unpaid_sales, unpaid_orders), pedidos pagados en parte, pedidos sin tipo de cambio y coverage, la parte de los días que está cubierta por completo. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0. Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales del período antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
revoke execute on function kpi.sales_between(date, date) from public;
grant execute on function kpi.sales_between(date, date) to kpi_reader, kpi_analyst, kpi_writer;
