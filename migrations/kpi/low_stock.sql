-- depends: stock_now
-- Dashboards: Inventario, Tenant
-- Meaning: products that are running out: fewer available units than the tenant's threshold over all selling places (MEANING 9).
-- Grain: one row per tenant and product that is low now.
-- Unit: units.
-- Source: kpi.stock_now.
-- Formula: available = sum over the selling places; in the list when available < threshold (default 5).
-- Debe cuadrar con: Odoo, Inventario > Existencias por producto con cantidad disponible menor que el umbral, más los productos almacenables
--   sin existencias; Shopify, Inventory filtrado por Available.
-- Bad input: sold out, also without any stock row -> 0 and in the list; oversold -> negative and in the list. Services, gift cards, bundles,
--   archived and untracked products are never in it. Stock that was never read whole -> no row and kpi.stock_source.as_of null.
-- Explain: select 'product' as entity, n.product_id as id, n.available as contribution from kpi.stock_now n where n.tenant_id = $1
--   and n.below_threshold and $2::date is not null
create or replace view kpi.low_stock with (security_invoker = true) as
select
  n.tenant_id,
  n.stock_source,
  n.product_key,
  max(n.sku) as sku,
  min(n.product_name) as product_name,
  min(n.available_product) as available,
  sum(n.on_hand) as on_hand,
  min(n.available_other) as available_other,
  min(n.threshold) as threshold,
  min(n.as_of) as as_of
from kpi.stock_now as n
where n.below_threshold
group by n.tenant_id, n.stock_source, n.product_key;

comment on view kpi.low_stock is
'Productos por agotarse: con menos unidades disponibles que el umbral de la empresa (5 si no se cambió) entre todos los lugares de venta. Una fila por empresa y producto; el agotado está con 0 aunque no tenga existencias registradas, y lo negativo queda negativo. Debe cuadrar con: Odoo, Inventario > Existencias por producto con cantidad disponible menor que el umbral, más los productos almacenables sin existencias; Shopify, Inventory filtrado por Available.';
comment on column kpi.low_stock.tenant_id is 'Empresa.';
comment on column kpi.low_stock.stock_source is 'Origen que habla del inventario.';
comment on column kpi.low_stock.product_key is 'Identidad del producto.';
comment on column kpi.low_stock.sku is 'SKU.';
comment on column kpi.low_stock.product_name is 'Nombre.';
comment on column kpi.low_stock.available is 'Unidades disponibles entre todos los lugares de venta.';
comment on column kpi.low_stock.on_hand is 'Unidades presentes.';
comment on column kpi.low_stock.available_other is 'Disponibles según el otro origen; no se suman.';
comment on column kpi.low_stock.threshold is 'Umbral de la empresa.';
comment on column kpi.low_stock.as_of is 'Última lectura completa, por el reloj del origen.';

grant select on kpi.low_stock to kpi_reader, kpi_analyst, kpi_writer;
