-- depends: product_keys
-- Dashboards: Tenant, Inventario
-- Meaning: what can be sold now, from the one source that speaks for stock; the other source shows the same units and is only put beside it
--   (MEANING 9).
-- Grain: one row per product and place of the speaking source; a product without any stock row has one row with place null and 0 units.
-- Unit: units.
-- Source: public.products (active, tracked, storable or consumable), public.inventory_levels at public.locations that count as own stock.
-- Formula: the speaking source is Odoo when the tenant has own stock of a known product at a counting place there, else Shopify. available =
--   sum of available units without goods of others (Odoo: quantity - reserved at internal locations; Shopify: available).
--   available_product = over all places of the product; below_threshold = available_product < 5. available_other = the same product
--   (kpi.product_keys) in the other source.
-- Debe cuadrar con: Odoo, Inventario > Existencias, cantidad disponible en ubicaciones internas; Shopify, Inventory > Available.
-- Bad input: negative stays negative. Rows at unknown locations are not counted. Columns of the product repeat on each of its places:
--   do not sum available_product or available_other. No stock source at all -> every tracked product of Shopify at 0.
-- Explain: select 'inventory_level' as entity, l.id, l.quantity_available as contribution from public.inventory_levels l join
--   public.locations o on o.tenant_id = l.tenant_id and o.id = l.location_id where l.tenant_id = $1 and l.deleted_at is null and
--   o.deleted_at is null and o.counts_stock and not l.foreign_owner and exists (select from kpi.stock_now n where n.tenant_id = l.tenant_id
--   and n.product_id = l.product_id) and $2::date is not null
-- Sums by windows and not by joins of the two sources: see kpi.product_keys.
create or replace view kpi.stock_now with (security_invoker = true) as
select
  r.tenant_id,
  r.source as stock_source,
  r.product_id,
  r.product_key,
  r.sku,
  r.name as product_name,
  r.location_id,
  r.location,
  coalesce(r.on_hand, 0) as on_hand,
  coalesce(r.reserved, 0) as reserved,
  coalesce(r.available, 0) as available,
  coalesce(r.available_product, 0) as available_product,
  case r.source when 'odoo' then r.available_shopify else r.available_odoo end as available_other,
  coalesce(r.available_product, 0) < 5 as below_threshold
from (
  select
    k.*,
    w.location_id,
    w.location,
    w.on_hand,
    w.reserved,
    w.available,
    sum(w.available) over (partition by k.tenant_id, k.product_id) as available_product,
    sum(w.available) filter (where k.source = 'odoo') over (partition by k.tenant_id, k.product_key) as available_odoo,
    sum(w.available) filter (where k.source = 'shopify') over (partition by k.tenant_id, k.product_key) as available_shopify,
    bool_or(k.source = 'odoo' and w.product_id is not null) over (partition by k.tenant_id) as odoo_speaks
  from kpi.product_keys as k
  left join (
    select
      l.tenant_id,
      l.product_id,
      l.location_id,
      o.name as location,
      sum(l.quantity_on_hand) as on_hand,
      sum(l.quantity_reserved) as reserved,
      sum(l.quantity_available) as available
    from public.inventory_levels as l
    join public.locations as o on o.tenant_id = l.tenant_id and o.id = l.location_id
    where l.deleted_at is null and o.deleted_at is null and o.counts_stock and not l.foreign_owner
    group by l.tenant_id, l.product_id, l.location_id, o.name
  -- "is not distinct from" keeps the planner from merging the two by the tenant alone, each product with each place.
  ) as w on w.product_id = k.product_id and w.tenant_id is not distinct from k.tenant_id
) as r
where r.stocked and r.source = case when r.odoo_speaks then 'odoo' else 'shopify' end;

comment on view kpi.stock_now is
'Lo que se puede vender ahora, según el único origen que habla del inventario: Odoo si la empresa tiene existencias en Odoo, si no Shopify; el otro muestra las mismas unidades y va solo al lado, nunca sumado. Una fila por producto y lugar; un producto sin existencias tiene una fila sin lugar y con 0. available = unidades disponibles sin mercadería de terceros (Odoo: cantidad − reservado en ubicaciones internas; Shopify: available). below_threshold = menos de 5 entre todos los lugares. Lo negativo queda negativo. Las columnas del producto se repiten en cada lugar: no se suman. Debe cuadrar con: Odoo, Inventario > Existencias, disponible en ubicaciones internas; Shopify, Inventory > Available.';
comment on column kpi.stock_now.tenant_id is 'Empresa.';
comment on column kpi.stock_now.stock_source is 'Origen que habla del inventario: odoo o shopify.';
comment on column kpi.stock_now.product_id is 'Producto (products.id).';
comment on column kpi.stock_now.product_key is 'Identidad del producto entre orígenes.';
comment on column kpi.stock_now.sku is 'SKU.';
comment on column kpi.stock_now.product_name is 'Nombre.';
comment on column kpi.stock_now.location_id is 'Lugar; nulo si el producto no tiene existencias.';
comment on column kpi.stock_now.location is 'Nombre del lugar.';
comment on column kpi.stock_now.on_hand is 'Unidades presentes en el lugar.';
comment on column kpi.stock_now.reserved is 'De ellas, comprometidas.';
comment on column kpi.stock_now.available is 'Unidades disponibles en el lugar.';
comment on column kpi.stock_now.available_product is 'Disponibles del producto entre todos los lugares; se repite, no sumar.';
comment on column kpi.stock_now.available_other is 'Disponibles del mismo producto según el otro origen; se repite, no sumar; nulo si no lo tiene.';
comment on column kpi.stock_now.below_threshold is 'Si al producto le quedan menos de 5 unidades entre todos los lugares.';

grant select on kpi.stock_now to kpi_reader, kpi_analyst, kpi_writer;
