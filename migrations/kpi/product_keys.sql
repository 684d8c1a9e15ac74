-- depends: sku_conflicts
-- Meaning: which products of the sources are the same product (MEANING 17).
-- Grain: one row per product of a source; products with equal product_key are one product.
-- Unit: none.
-- Source: public.products.
-- Formula: SKU (trimmed, upper case) unless it is in kpi.sku_conflicts; without a SKU the barcode, unless two products of a connection share
--   it; else the product itself.
-- Debe cuadrar con: nada; es un criterio de identidad.
-- Bad input: a conflicting SKU or barcode merges nothing.
create or replace view kpi.product_keys with (security_invoker = true) as
with named as (
  select
    p.tenant_id,
    p.id as product_id,
    p.connection_id,
    p.source,
    p.name,
    nullif(upper(btrim(p.sku)), '') as sku,
    nullif(btrim(p.barcode), '') as barcode
  from public.products as p
  where p.deleted_at is null
),
shared_barcodes as (
  select distinct n.tenant_id, n.barcode
  from named as n
  where n.barcode is not null
  group by n.tenant_id, n.connection_id, n.barcode
  having count(*) > 1
),
shared_skus as (select distinct c.tenant_id, c.sku from kpi.sku_conflicts as c)
select
  n.tenant_id,
  n.product_id,
  n.source,
  case
    when n.sku is not null and s.sku is null then 'sku:' || n.sku
    when n.sku is null and n.barcode is not null and b.barcode is null then 'barcode:' || n.barcode
    else 'id:' || n.product_id::text
  end as product_key,
  n.sku,
  n.name
from named as n
left join shared_skus as s on s.tenant_id = n.tenant_id and s.sku = n.sku
left join shared_barcodes as b on b.tenant_id = n.tenant_id and b.barcode = n.barcode;

comment on view kpi.product_keys is
'Qué productos de los orígenes son el mismo producto: igual product_key. Una fila por producto de cada origen. La clave es el SKU (sin espacios, en mayúsculas) si no está en kpi.sku_conflicts; sin SKU, el código de barras si no se repite en una conexión; si no, el producto mismo. Un SKU o código repetido no une nada. Debe cuadrar con: nada, es un criterio de identidad.';
comment on column kpi.product_keys.tenant_id is 'Empresa.';
comment on column kpi.product_keys.product_id is 'Producto (products.id).';
comment on column kpi.product_keys.source is 'Sistema de origen.';
comment on column kpi.product_keys.product_key is 'Identidad: sku:…, barcode:… o id:….';
comment on column kpi.product_keys.sku is 'SKU sin espacios y en mayúsculas.';
comment on column kpi.product_keys.name is 'Nombre en su origen.';

grant select on kpi.product_keys to kpi_reader, kpi_analyst, kpi_writer;
