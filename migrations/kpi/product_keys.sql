-- depends:
-- Dashboards: Ventas, Inventario
-- Meaning: which products of the sources are the same product (MEANING 17).
-- Grain: one row per product of a source; products with equal product_key are one product.
-- Unit: none.
-- Source: public.products.
-- Formula: SKU (trimmed, upper case) unless it is in kpi.sku_conflicts; without a SKU the barcode, unless two products of a connection share
--   it; else the product itself.
-- Debe cuadrar con: nada; es un criterio de identidad.
-- Bad input: a conflicting SKU or barcode merges nothing.
-- Explain: select 'product' as entity, k.product_id as id, 1 as contribution from kpi.product_keys k where k.tenant_id = $1 and $2::date
--   is not null
-- The few that are not unique are looked up in a hash of their own, not by windows or joins: windows sort all products four times, and under
-- row security the planner takes a tenant to have few products and would compare each with each.
-- Of one tenant, in plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.product_keys_of(tenant uuid)
  returns table (product_id uuid, source text, product_key text, sku text, name text, stocked boolean)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  with p as materialized (
    select
      r.id,
      r.connection_id,
      r.source,
      nullif(upper(btrim(r.sku)), '') as sku,
      nullif(btrim(r.barcode), '') as barcode,
      r.name,
      r.active and r.tracked and r.kind in ('storable', 'consumable') as stocked
    from public.products as r
    where r.tenant_id = tenant and r.deleted_at is null
  )
  select
    p.id,
    p.source,
    case
      when p.sku is not null
        and p.sku not in (select o.sku from p as o where o.sku is not null group by o.connection_id, o.sku having count(*) > 1)
        then 'sku:' || p.sku
      when p.sku is null and p.barcode is not null
        and p.barcode not in (select o.barcode from p as o where o.barcode is not null group by o.connection_id, o.barcode having count(*) > 1)
        then 'barcode:' || p.barcode
      else 'id:' || p.id::text
    end,
    p.sku,
    p.name,
    p.stocked
  from p;
end $$;

comment on function kpi.product_keys_of(uuid) is 'Las filas de kpi.product_keys de una empresa.';

revoke execute on function kpi.product_keys_of(uuid) from public;
grant execute on function kpi.product_keys_of(uuid) to kpi_reader, kpi_analyst, kpi_writer;

create or replace view kpi.product_keys with (security_invoker = true) as
select t.id as tenant_id, k.product_id, k.source, k.product_key, k.sku, k.name, k.stocked
from public.tenants as t
cross join lateral kpi.product_keys_of(t.id) as k;

comment on view kpi.product_keys is
'Qué productos de los orígenes son el mismo producto: igual product_key. Una fila por producto de cada origen. La clave es el SKU (sin espacios, en mayúsculas) si no está en kpi.sku_conflicts; sin SKU, el código de barras si no se repite en una conexión; si no, el producto mismo. Un SKU o código repetido no une nada. Debe cuadrar con: nada, es un criterio de identidad.';
comment on column kpi.product_keys.tenant_id is 'Empresa.';
comment on column kpi.product_keys.product_id is 'Producto (products.id).';
comment on column kpi.product_keys.source is 'Sistema de origen.';
comment on column kpi.product_keys.product_key is 'Identidad: sku:…, barcode:… o id:….';
comment on column kpi.product_keys.sku is 'SKU sin espacios y en mayúsculas.';
comment on column kpi.product_keys.name is 'Nombre en su origen.';
comment on column kpi.product_keys.stocked is 'Si se lleva inventario de él: activo, con seguimiento, no servicio ni tarjeta de regalo ni combo.';

grant select on kpi.product_keys to kpi_reader, kpi_analyst, kpi_writer;
