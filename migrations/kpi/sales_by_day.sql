-- depends:
-- Dashboards: Tenant, Ventas
-- Meaning: sales of a local day over all sources, in the four words of MEANING 7: venta bruta (gross_sales), devoluciones (refunds), venta
--   después de devoluciones (sales_after_refunds), venta neta sin IVA (net_sales_untaxed); pedidos (orders), venta promedio por pedido.
-- Grain: one row per tenant and local day that had a sale or a refund. A day without a row had neither, or is not covered
--   (kpi.freshness_now says which).
-- Unit: tenant's currency; with tax but for net_sales_untaxed.
-- Source: kpi.sales_daily, which is kept with every batch. A refund belongs to the day it was given back, never to the day of its sale.
-- Formula: gross_sales = sum of amount_total; net_sales_untaxed = sales without tax - refunds without tax; average_order = gross_sales /
--   orders with a known amount, rounded to the currency's decimals.
-- Debe cuadrar con: Shopify, Total sales por día antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos
--   propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.
-- Bad input: sales without an exchange rate are counted in orders and in orders_without_rate and are in no amount. Days without a sale
--   of known amount have average_order null.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.business_day
--   = $2::date union all select 'refund', r.id, -r.amount_total from public.refunds r where r.tenant_id = $1 and r.counts and r.deleted_at
--   is null and r.business_day = $2::date
create or replace view kpi.sales_by_day with (security_invoker = true) as
select
  s.tenant_id,
  s.day,
  t.currency,
  sum(s.amount_total) as gross_sales,
  sum(s.refunds_amount) as refunds,
  sum(s.amount_total) - sum(s.refunds_amount) as sales_after_refunds,
  sum(s.amount_untaxed) - sum(s.refunds_untaxed) as net_sales_untaxed,
  sum(s.orders)::bigint as orders,
  round(sum(s.amount_total) / nullif(sum(s.orders) - sum(s.orders_without_rate), 0), t.currency_decimals) as average_order,
  sum(s.refunds)::bigint as refund_count,
  sum(s.orders_without_rate)::bigint as orders_without_rate
from kpi.sales_daily as s
join public.tenants as t on t.id = s.tenant_id
group by s.tenant_id, s.day, t.currency, t.currency_decimals;

comment on view kpi.sales_by_day is
'Ventas por día local, sumando todos los orígenes, cada venta una vez. Una fila por empresa y día con ventas o devoluciones; un día sin fila no tuvo ninguna o no está cubierto (ver kpi.freshness_now). En la moneda de la empresa. La devolución es del día en que se devolvió, nunca del día de su venta. Las ventas sin tipo de cambio se cuentan en orders y orders_without_rate y no están en ningún monto. Debe cuadrar con: Shopify, Total sales por día antes de devoluciones, más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_by_day.tenant_id is 'Empresa.';
comment on column kpi.sales_by_day.day is 'Día local de la empresa.';
comment on column kpi.sales_by_day.currency is 'Moneda de la empresa.';
comment on column kpi.sales_by_day.gross_sales is 'Venta bruta: suma de las ventas del día con impuestos, antes de devoluciones.';
comment on column kpi.sales_by_day.refunds is 'Devoluciones hechas ese día, con impuestos.';
comment on column kpi.sales_by_day.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_by_day.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_by_day.orders is 'Pedidos (ventas) del día.';
comment on column kpi.sales_by_day.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_by_day.refund_count is 'Cantidad de devoluciones del día.';
comment on column kpi.sales_by_day.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';

grant select on kpi.sales_by_day to kpi_reader, kpi_analyst, kpi_writer;
