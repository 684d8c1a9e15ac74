-- depends: coverage
-- Dashboards: Tenant, Ventas
-- Meaning: sales of a local day over all sources, in the four words of MEANING 7: venta bruta (gross_sales), devoluciones (refunds), venta
--   después de devoluciones (sales_after_refunds), venta neta sin IVA (net_sales_untaxed); pedidos (orders), venta promedio por pedido; and
--   what of it is still to be paid (MEANING 8).
-- Grain: one row per tenant and local day, from the first that is known of (covered, or with a sale or refund) to today.
-- Unit: tenant's currency; with tax but for net_sales_untaxed. coverage is a share from 0 to 1, cut and not rounded to four decimals.
-- Source: kpi.sales_daily, which is kept with every batch; kpi.coverage (subject sales). A refund belongs to the day it was
--   given back, never to the day of its sale.
-- Formula: gross_sales = sum of amount_total; net_sales_untaxed = sales without tax - refunds without tax; average_order = gross_sales /
--   orders with a known amount, rounded to the currency's decimals; unpaid_sales = sales of which the source
--   says that nothing was paid; sources that do not say (Odoo) are not in it. A day of 23 or 25 hours is a day.
-- Debe cuadrar con: Shopify, Total sales por día antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos
--   propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.
-- Bad input: a day that is not wholly covered, today among them (kpi.sales_today) -> every measure null, never 0; coverage says how much of
--   it is. A covered day without anything -> 0. Sales without an exchange rate are counted in orders and in orders_without_rate
--   and are in no amount. No sale of known amount -> average_order null. A sale dated in the future -> its day is listed,
--   null until it is over and covered.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.business_day =
--   $2::date union all select 'refund', r.id, -r.amount_total from public.refunds r where r.tenant_id = $1 and r.counts and r.deleted_at is
--   null and r.business_day = $2::date
create or replace view kpi.sales_by_day with (security_invoker = true) as
select
  t.id as tenant_id,
  d.day,
  t.currency,
  case when d.is_covered then m.gross end as gross_sales,
  case when d.is_covered then m.refunded end as refunds,
  case when d.is_covered then m.gross - m.refunded end as sales_after_refunds,
  case when d.is_covered then m.net_untaxed end as net_sales_untaxed,
  case when d.is_covered then m.orders end as orders,
  case when d.is_covered then round(m.gross / nullif(m.orders - m.without_rate, 0), t.currency_decimals) end as average_order,
  case when d.is_covered then m.refund_count end as refund_count,
  case when d.is_covered then m.without_rate end as orders_without_rate,
  case when d.is_covered then m.unpaid end as unpaid_sales,
  case when d.is_covered then m.unpaid_orders end as unpaid_orders,
  case when d.is_covered then m.partly_paid end as partly_paid_orders,
  d.coverage
from public.tenants as t
left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales'
cross join lateral (
  select
    (now() at time zone t.time_zone)::date as today,
    min(s.day) as first_day,
    max(s.day) as last_day
  from kpi.sales_daily as s
  where s.tenant_id = t.id
) as k
cross join lateral (
  select
    g.at::date as day,
    coalesce(g.at::date between c.first_day and c.last_day, false) as is_covered,
    case when c.covered_until is null then 0 else trunc(greatest(
      extract(epoch from least(c.covered_until, b.ends) - greatest(c.covered_from, b.begins)), 0) / extract(epoch from b.ends - b.begins), 4)
    end as coverage
  from generate_series(
    -- least and greatest pass over nulls. Without a sale and without a start, what is known begins where it ends.
    least(coalesce(least(k.first_day, nullif(c.first_day, '-infinity')), c.last_day, k.today), k.today)::timestamp,
    greatest(k.last_day, k.today)::timestamp,
    interval '1 day') as g(at)
  -- "offset 0": once for each day, not again wherever they are named.
  cross join lateral (select g.at at time zone t.time_zone as begins, (g.at + interval '1 day') at time zone t.time_zone as ends offset 0) as b
) as d
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
  where s.tenant_id = t.id and s.day = d.day
) as m;

comment on view kpi.sales_by_day is
'Ventas por día local, sumando todos los orígenes, cada venta una vez. Una fila por empresa y día, desde el primero del que se sabe hasta hoy. En la moneda de la empresa. La devolución es del día en que se devolvió, nunca del día de su venta. Un día que no está cubierto por completo, también el de hoy (ver kpi.sales_today), no tiene cifras: nulas, nunca 0, y coverage dice qué parte está cubierta; un día cubierto sin ventas tiene 0. Las ventas sin tipo de cambio se cuentan en orders y orders_without_rate y no están en ningún monto. Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales por día antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_by_day.tenant_id is 'Empresa.';
comment on column kpi.sales_by_day.day is 'Día local de la empresa.';
comment on column kpi.sales_by_day.currency is 'Moneda de la empresa.';
comment on column kpi.sales_by_day.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si el día no está cubierto por completo.';
comment on column kpi.sales_by_day.refunds is 'Devoluciones hechas ese día, con impuestos.';
comment on column kpi.sales_by_day.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_by_day.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_by_day.orders is 'Pedidos (ventas).';
comment on column kpi.sales_by_day.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_by_day.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_by_day.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_by_day.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_by_day.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_by_day.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_by_day.coverage is 'Parte del día que cubren los datos, de 0 a 1; solo con 1 hay cifras.';

grant select on kpi.sales_by_day to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.sales_by_day(first_day date, last_day date) returns setof kpi.sales_by_day
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.sales_by_day as d where d.day between $1 and $2;
end $$;

comment on function kpi.sales_by_day(date, date) is 'Las filas de kpi.sales_by_day del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.sales_by_day(date, date) from public;
grant execute on function kpi.sales_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
