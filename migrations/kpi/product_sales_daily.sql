-- depends: product_movements
-- Dashboards: Ventas
-- Meaning: products sold and returned by local day (MEANING 17).
-- Grain: one row per tenant, local day and product. A view, not a roll-up: it follows every change of SKUs and products at once.
-- Unit: units in the lines' own unit; amounts in the tenant's currency, with tax, after discounts.
-- Source: kpi.product_movements.
-- Formula: units = units_sold - units_returned; amount = amount_sold - amount_returned. A return belongs to the day it was given back.
-- Debe cuadrar con: Shopify, Sales by product por día; Odoo, Análisis de ventas por producto (sin los pedidos que vienen de la tienda).
-- Bad input: movements without an exchange rate count in units and are in no amount; a day of only such movements has amount null.
-- Explain: select 'order_line' as entity, l.id, l.amount as contribution from public.order_lines l where l.tenant_id = $1 and l.line_kind
--   = 'product' and l.business_day = $2::date union all select 'refund_line', d.id, case when d.currency_source <> r.currency_source then
--   null when r.currency_source = t.currency then -d.amount_source else -round(d.amount_source * r.fx_rate, t.currency_decimals) end from
--   public.refunds r join public.refund_lines d on d.tenant_id = r.tenant_id and d.refund_id = r.id join public.source_order_lines l on
--   l.tenant_id = d.tenant_id and l.id = d.order_line_id join public.tenants t on t.id = r.tenant_id where r.tenant_id = $1 and r.counts
--   and l.line_kind = 'product' and r.deleted_at is null and d.deleted_at is null and l.deleted_at is null and r.business_day = $2::date
create or replace view kpi.product_sales_daily with (security_invoker = true) as
select
  m.tenant_id,
  m.business_day as day,
  m.product_key,
  max(m.sku) as sku,
  (array_agg(m.product_name order by m.created_at desc, m.product_name))[1] as product_name,
  sum(m.units) as units,
  sum(m.amount) as amount,
  coalesce(sum(m.units) filter (where m.kind = 'sale'), 0) as units_sold,
  -coalesce(sum(m.units) filter (where m.kind = 'return'), 0) as units_returned,
  sum(m.amount) filter (where m.kind = 'sale') as amount_sold,
  -sum(m.amount) filter (where m.kind = 'return') as amount_returned
from kpi.product_movements as m
group by m.tenant_id, m.business_day, m.product_key;

comment on view kpi.product_sales_daily is
'Productos vendidos y devueltos por día local. Una fila por empresa, día y producto. Unidades en la unidad de las líneas; montos en la moneda de la empresa, con impuestos, después de descuentos. units = vendidas − devueltas; la devolución es del día en que se devolvió. Sin tipo de cambio cuentan las unidades y no el monto. Debe cuadrar con: Shopify, Sales by product por día; Odoo, Análisis de ventas por producto sin los pedidos que vienen de la tienda.';
comment on column kpi.product_sales_daily.tenant_id is 'Empresa.';
comment on column kpi.product_sales_daily.day is 'Día local.';
comment on column kpi.product_sales_daily.product_key is 'Identidad del producto.';
comment on column kpi.product_sales_daily.sku is 'SKU.';
comment on column kpi.product_sales_daily.product_name is 'Nombre en el último movimiento del día.';
comment on column kpi.product_sales_daily.units is 'Unidades vendidas menos devueltas.';
comment on column kpi.product_sales_daily.amount is 'Monto vendido menos devuelto; nulo si ninguno tiene tipo de cambio.';
comment on column kpi.product_sales_daily.units_sold is 'Unidades vendidas.';
comment on column kpi.product_sales_daily.units_returned is 'Unidades devueltas, positivo.';
comment on column kpi.product_sales_daily.amount_sold is 'Monto vendido.';
comment on column kpi.product_sales_daily.amount_returned is 'Monto devuelto, positivo.';

grant select on kpi.product_sales_daily to kpi_reader, kpi_analyst, kpi_writer;
