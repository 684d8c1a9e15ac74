-- depends: product_keys, stock_by_day, stock_places
-- Dashboards: Inventario
-- Meaning: stock of each product at the end of each local day, at the places that sell now (MEANING 10, 50).
-- Grain: one row per tenant, product and local day, from the first snapshot that has the product to the last one.
-- Unit: units.
-- Source: public.inventory_snapshots, kpi.stock_by_day for which days have one, kpi.product_keys.
-- Formula: sums over the product's records and the selling places (kpi.stock_places, as set now).
-- Debe cuadrar con: Odoo, Inventario > Informes > Existencias del producto con fecha al cierre del día, ubicaciones internas; Shopify,
--   Inventory snapshot del producto.
-- Bad input: a day with a snapshot that does not have the product -> 0, because sources delete rows of zero. A day without a snapshot -> null.
--   Ask for one product, or for few days: all products over all days is the whole history.
-- Explain: select 'product' as entity, s.product_id as id, s.available as contribution from public.inventory_snapshots s
--   join kpi.stock_places p on p.location_id = s.location_id and p.tenant_id = s.tenant_id and p.sells where s.tenant_id = $1 and s.day = $2::date
create or replace view kpi.product_stock_by_day with (security_invoker = true) as
select
  k.tenant_id,
  k.product_key,
  k.sku,
  k.product_name,
  d.day,
  case when d.coverage = 1 then coalesce(t.available, 0) end as available,
  case when d.coverage = 1 then coalesce(t.on_hand, 0) end as on_hand,
  d.coverage
from (
  select n.tenant_id, n.product_key, max(n.sku) as sku, min(n.name) as product_name, array_agg(n.product_id) as products
  from kpi.product_keys as n
  group by n.tenant_id, n.product_key
) as k
join (
  select p.tenant_id, array_agg(p.location_id) as places from kpi.stock_places as p where p.sells group by p.tenant_id
) as s on s.tenant_id is not distinct from k.tenant_id
cross join lateral (
  select min(x.day) as first_day
  from unnest(k.products) as u(product_id)
  cross join lateral (
    select min(y.day) as day from public.inventory_snapshots as y where y.tenant_id = k.tenant_id and y.product_id = u.product_id
  ) as x
) as f
join kpi.stock_by_day as d on d.tenant_id is not distinct from k.tenant_id and d.day >= f.first_day
left join lateral (
  select sum(x.available) as available, sum(x.on_hand) as on_hand
  from public.inventory_snapshots as x
  where x.tenant_id = k.tenant_id and x.product_id = any(k.products) and x.day = d.day and x.location_id = any(s.places)
) as t on true;

comment on view kpi.product_stock_by_day is
'Inventario de cada producto al cierre de cada día local, en los lugares que hoy venden. Una fila por empresa, producto y día, desde la primera foto que lo tiene. Un día con foto en que el producto no está es 0; un día sin foto es nulo. Pida un producto o pocos días. Debe cuadrar con: Odoo, Inventario > Informes > Existencias del producto con fecha al cierre del día, ubicaciones internas; Shopify, Inventory snapshot del producto.';
comment on column kpi.product_stock_by_day.tenant_id is 'Empresa.';
comment on column kpi.product_stock_by_day.product_key is 'Identidad del producto.';
comment on column kpi.product_stock_by_day.sku is 'SKU.';
comment on column kpi.product_stock_by_day.product_name is 'Nombre.';
comment on column kpi.product_stock_by_day.day is 'Día local.';
comment on column kpi.product_stock_by_day.available is 'Unidades disponibles.';
comment on column kpi.product_stock_by_day.on_hand is 'Unidades presentes.';
comment on column kpi.product_stock_by_day.coverage is '1 si hay foto del día, 0 si no.';

grant select on kpi.product_stock_by_day to kpi_reader, kpi_analyst, kpi_writer;
