-- depends: product_keys, product_movements
-- Dashboards: Ventas
-- Meaning: products sold and returned by local day (MEANING 17).
-- Grain: one row per tenant, local day and product. Kept with every batch by reference of the lines; which of them are one product is
--   decided at reading, so a changed SKU shows at once.
-- Unit: units in the product's reference unit; amounts in the tenant's currency, with tax, after own and order discounts.
-- Source: kpi.product_days, kpi.product_keys.
-- Formula: units = units_sold - units_returned; amount = amount_sold - amount_returned. A return belongs to the day it was given back.
-- Debe cuadrar con: Shopify, Sales by product por día; Odoo, Análisis de ventas por producto (sin los pedidos que vienen de la tienda).
-- Bad input: lines without an exchange rate count in units and are in no amount (lines_without_rate); a day of only such has amount null. A
--   line whose unit does not convert makes the product's units of that day null (lines_without_units), never too few; its amount counts.
-- Explain: select m.entity, m.line_id as id, m.amount as contribution from kpi.product_movements m where m.tenant_id = $1::uuid and
--   m.business_day = $2::date
create or replace view kpi.product_sales_daily with (security_invoker = true) as
select
  p.tenant_id,
  p.day,
  p.product_key,
  p.sku,
  p.product_name,
  case when p.lines_without_units = 0 then p.units_sold - p.units_returned end as units,
  case when p.amount_sold is not null or p.amount_returned is not null then coalesce(p.amount_sold, 0) - coalesce(p.amount_returned, 0) end as amount,
  case when p.lines_without_units = 0 then p.units_sold end as units_sold,
  case when p.lines_without_units = 0 then p.units_returned end as units_returned,
  p.amount_sold,
  p.amount_returned,
  p.lines_without_units,
  p.lines_without_rate
from (
  select
    d.tenant_id,
    d.day,
    coalesce(k.product_key, 'sku:' || d.sku, 'id:' || d.product_id::text, d.product_ref) as product_key,
    max(coalesce(k.sku, d.sku)) as sku,
    max(coalesce(k.name, d.name)) as product_name,
    sum(d.units_sold) as units_sold,
    sum(d.units_returned) as units_returned,
    sum(d.amount_sold) as amount_sold,
    sum(d.amount_returned) as amount_returned,
    sum(d.lines_without_units)::bigint as lines_without_units,
    sum(d.lines_without_rate)::bigint as lines_without_rate
  from kpi.product_days as d
  -- "is not distinct from": see kpi.stock_now.
  left join kpi.product_keys as k on k.product_id = d.product_id and k.tenant_id is not distinct from d.tenant_id
  group by d.tenant_id, d.day, coalesce(k.product_key, 'sku:' || d.sku, 'id:' || d.product_id::text, d.product_ref)
) as p;

comment on view kpi.product_sales_daily is
'Productos vendidos y devueltos por día local. Una fila por empresa, día y producto. Unidades en la unidad de referencia del producto; montos en la moneda de la empresa, con impuestos, después de los descuentos propios y los del pedido. units = vendidas − devueltas; la devolución es del día en que se devolvió. Sin tipo de cambio cuentan las unidades y no el monto; una línea cuya unidad no se puede convertir deja nulas las unidades del producto ese día, y su monto cuenta. Debe cuadrar con: Shopify, Sales by product por día; Odoo, Análisis de ventas por producto sin los pedidos que vienen de la tienda.';
comment on column kpi.product_sales_daily.tenant_id is 'Empresa.';
comment on column kpi.product_sales_daily.day is 'Día local.';
comment on column kpi.product_sales_daily.product_key is 'Identidad del producto (ver kpi.product_keys).';
comment on column kpi.product_sales_daily.sku is 'SKU.';
comment on column kpi.product_sales_daily.product_name is 'Nombre del producto.';
comment on column kpi.product_sales_daily.units is 'Unidades vendidas menos devueltas; nulas si alguna línea no tiene unidades.';
comment on column kpi.product_sales_daily.amount is 'Monto vendido menos devuelto; nulo si ninguno tiene tipo de cambio.';
comment on column kpi.product_sales_daily.units_sold is 'Unidades vendidas.';
comment on column kpi.product_sales_daily.units_returned is 'Unidades devueltas, positivo.';
comment on column kpi.product_sales_daily.amount_sold is 'Monto vendido.';
comment on column kpi.product_sales_daily.amount_returned is 'Monto devuelto, positivo.';
comment on column kpi.product_sales_daily.lines_without_units is 'Líneas cuya unidad no se pudo convertir.';
comment on column kpi.product_sales_daily.lines_without_rate is 'Líneas sin tipo de cambio: no están en los montos.';

grant select on kpi.product_sales_daily to kpi_reader, kpi_analyst, kpi_writer;
