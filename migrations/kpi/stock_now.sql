-- depends: product_keys, stock_places, stock_source
-- Dashboards: Inventario, Tenant
-- Meaning: what can be sold now, from the one source that speaks for stock; the other source shows the same units and is only put beside it
--   (MEANING 9).
-- Grain: one row per product and selling place; a product without any stock row there has one row with place null and 0 units.
-- Unit: units.
-- Source: public.products (active, tracked, storable or consumable), public.inventory_levels at kpi.stock_places that sell.
-- Formula: available = sum of available units without goods of others (Odoo: quantity - reserved; Shopify: available). available_product =
--   over all selling places of the product (kpi.product_keys); below_threshold = available_product < the tenant's threshold.
--   available_other = the same product in the other source.
-- Debe cuadrar con: Odoo, Inventario > Existencias, cantidad disponible en ubicaciones internas; Shopify, Inventory > Available.
-- Bad input: negative stays negative. No stock row -> 0 and below the threshold, because Odoo deletes rows of zero. The speaking source's
--   stock was never read whole -> units and below_threshold null. Rows at unknown places are not counted. Columns of the product
--   repeat on each of its places: do not sum available_product or available_other.
-- Explain: select 'inventory_level' as entity, l.id, l.quantity_available as contribution from public.inventory_levels l
--   join kpi.stock_places p on p.location_id = l.location_id and p.tenant_id = l.tenant_id and p.sells
--   join kpi.product_keys k on k.product_id = l.product_id and k.tenant_id = l.tenant_id and k.stocked
--   where l.tenant_id = $1 and l.deleted_at is null and not l.foreign_owner and $2::date is not null
-- Sums by windows and not by joins of the two sources: see kpi.product_keys, also for why it is of one tenant.
-- Source and places are asked once ("materialized"), not again for each stock row.
create or replace function kpi.stock_now_of(tenant uuid)
  returns table (
    stock_source text, product_id uuid, product_key text, sku text, product_name text, location_id uuid, location text, on_hand numeric,
    reserved numeric, available numeric, available_product numeric, available_other numeric, below_threshold boolean, threshold numeric,
    as_of timestamptz)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  with source as materialized (
    select x.stock_source, x.threshold, x.as_of from kpi.stock_source as x where x.tenant_id = tenant
  ),
  place as materialized (
    select x.location_id, x.location, x.sells, x.holds_own from kpi.stock_places as x where x.tenant_id = tenant
  )
  select
    r.stock_source,
    r.product_id,
    r.product_key,
    r.sku,
    r.name,
    case when r.sells then r.location_id end,
    case when r.sells then r.location end,
    case when r.as_of is not null or r.sells then case when r.sells then r.on_hand else 0 end end,
    case when r.as_of is not null or r.sells then case when r.sells then r.reserved else 0 end end,
    case when r.as_of is not null or r.sells then case when r.sells then r.available else 0 end end,
    case when r.as_of is not null then coalesce(r.available_product, 0) end,
    r.available_other,
    case when r.as_of is not null then coalesce(r.available_product, 0) < r.threshold end,
    r.threshold,
    r.as_of
  from (
    select
      k.product_id,
      k.source,
      k.product_key,
      k.sku,
      k.name,
      k.stocked,
      s.stock_source,
      s.threshold,
      s.as_of,
      w.location_id,
      w.location,
      w.on_hand,
      w.reserved,
      w.available,
      coalesce(w.sells, false) as sells,
      sum(w.available) filter (where w.sells) over (partition by k.product_key) as available_product,
      sum(w.available) filter (where not w.sells and w.holds_own and k.source <> s.stock_source) over (partition by k.product_key)
        as available_other,
      count(*) filter (where w.sells) over (partition by k.product_key) as places,
      row_number() over (
        partition by k.product_key order by k.stocked and k.source = s.stock_source desc, k.product_id, w.location_id) as position
    from kpi.product_keys_of(tenant) as k
    cross join source as s
    left join (
      select
        l.product_id,
        l.location_id,
        -- One and the same for each place: not grouped by, as texts compare slowly.
        max(p.location) as location,
        bool_or(p.sells) as sells,
        bool_or(p.holds_own) as holds_own,
        sum(l.quantity_on_hand) as on_hand,
        sum(l.quantity_reserved) as reserved,
        sum(l.quantity_available) as available
      from public.inventory_levels as l
      join place as p on p.location_id = l.location_id
      where l.tenant_id = tenant and l.deleted_at is null and not l.foreign_owner
      group by l.product_id, l.location_id
    ) as w on w.product_id = k.product_id
  ) as r
  where r.stocked and (r.sells or (r.places = 0 and r.position = 1 and r.source = r.stock_source));
end $$;

comment on function kpi.stock_now_of(uuid) is 'Las filas de kpi.stock_now de una empresa.';

revoke execute on function kpi.stock_now_of(uuid) from public;
grant execute on function kpi.stock_now_of(uuid) to kpi_reader, kpi_analyst, kpi_writer;

create or replace view kpi.stock_now with (security_invoker = true) as
select
  t.id as tenant_id,
  n.stock_source,
  n.product_id,
  n.product_key,
  n.sku,
  n.product_name,
  n.location_id,
  n.location,
  n.on_hand,
  n.reserved,
  n.available,
  n.available_product,
  n.available_other,
  n.below_threshold,
  n.threshold,
  n.as_of
from public.tenants as t
cross join lateral kpi.stock_now_of(t.id) as n;

comment on view kpi.stock_now is
'Lo que se puede vender ahora, según el único origen que habla del inventario (ajuste stock_source; en auto, Odoo si la empresa tiene existencias ahí, si no Shopify); el otro muestra las mismas unidades y va solo al lado, nunca sumado. Una fila por producto y lugar de venta; un producto sin existencias tiene una fila sin lugar y con 0. available = unidades disponibles sin mercadería de terceros (Odoo: cantidad − reservado; Shopify: available). below_threshold = menos unidades que el umbral de la empresa entre todos los lugares de venta. Lo negativo queda negativo; lo nunca leído es nulo. Las columnas del producto se repiten en cada lugar: no se suman. Debe cuadrar con: Odoo, Inventario > Existencias, disponible en ubicaciones internas; Shopify, Inventory > Available.';
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
comment on column kpi.stock_now.below_threshold is 'Si al producto le quedan menos unidades que el umbral entre todos los lugares de venta.';
comment on column kpi.stock_now.threshold is 'Umbral de la empresa, en unidades.';
comment on column kpi.stock_now.as_of is 'Última lectura completa del origen que habla, por su reloj.';

grant select on kpi.stock_now to kpi_reader, kpi_analyst, kpi_writer;
