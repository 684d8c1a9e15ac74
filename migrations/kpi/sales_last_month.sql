-- depends: sales_periods
-- Dashboards: Ejecutiva, Tenant, Ventas
-- Meaning: "último mes": the last complete calendar month of the tenant (MEANING 11, 28).
-- Grain: one row per tenant.
-- Unit: tenant's currency; with tax but for net_sales_untaxed. Rows of different currencies must not be added.
-- Source: kpi.sales_periods.
-- Formula: the period last_month.
-- Debe cuadrar con: Shopify, Total sales del mes antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos
--   propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.
-- Bad input: a month that is not wholly covered -> every measure null, never 0.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from kpi.sales_last_month m join public.orders o on o.tenant_id =
--   m.tenant_id and o.business_day between m.first_day and m.last_day where m.tenant_id = $1 and $2::date is not null union all select
--   'refund', r.id, -r.amount_total from kpi.sales_last_month m join public.refunds r on r.tenant_id = m.tenant_id and r.business_day
--   between m.first_day and m.last_day where m.tenant_id = $1 and r.counts and r.deleted_at is null
create or replace view kpi.sales_last_month with (security_invoker = true) as
select
  p.tenant_id,
  p.first_day,
  p.last_day,
  p.currency,
  p.gross_sales,
  p.refunds,
  p.sales_after_refunds,
  p.net_sales_untaxed,
  p.orders,
  p.average_order,
  p.refund_count,
  p.orders_without_rate,
  p.unpaid_sales,
  p.unpaid_orders,
  p.partly_paid_orders,
  p.coverage
from kpi.sales_periods as p
where p.period = 'last_month';

comment on view kpi.sales_last_month is
'Último mes: ventas del último mes calendario completo de cada empresa. Una fila por empresa, en su moneda: filas de monedas distintas no se suman. Un mes que no está cubierto por completo no tiene cifras: nulas, nunca 0. Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales del mes antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_last_month.tenant_id is 'Empresa.';
comment on column kpi.sales_last_month.first_day is 'Primer día del mes.';
comment on column kpi.sales_last_month.last_day is 'Último día del mes.';
comment on column kpi.sales_last_month.currency is 'Moneda de la empresa.';
comment on column kpi.sales_last_month.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si el mes no está cubierto por completo.';
comment on column kpi.sales_last_month.refunds is 'Devoluciones hechas en el mes, con impuestos.';
comment on column kpi.sales_last_month.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_last_month.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_last_month.orders is 'Pedidos (ventas).';
comment on column kpi.sales_last_month.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_last_month.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_last_month.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_last_month.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_last_month.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_last_month.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_last_month.coverage is 'Parte de los días del mes que está cubierta por completo, de 0 a 1; solo con 1 hay cifras.';

grant select on kpi.sales_last_month to kpi_reader, kpi_analyst, kpi_writer;
