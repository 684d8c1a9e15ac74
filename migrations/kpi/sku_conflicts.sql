-- depends:
-- Dashboards: Inventario
-- Meaning: SKUs that stand on more than one product of the same connection, so that they identify none of them (MEANING 17).
-- Grain: one row per tenant, connection and SKU.
-- Unit: products.
-- Source: public.products, archived ones included: their sales are history.
-- Formula: SKU = trimmed, upper case; empty is none.
-- Debe cuadrar con: la lista de productos del origen, filtrada por ese SKU (en Odoo, con los archivados).
-- Bad input: products without a SKU are not here.
-- Explain: select 'product' as entity, p.id, 1 as contribution from kpi.sku_conflicts c join public.products p on p.tenant_id =
--   c.tenant_id and p.connection_id = c.connection_id and upper(btrim(p.sku)) = c.sku where c.tenant_id = $1 and p.deleted_at is null and
--   $2::date is not null
create or replace view kpi.sku_conflicts with (security_invoker = true) as
select
  p.tenant_id,
  p.connection_id,
  p.source,
  upper(btrim(p.sku)) as sku,
  count(*) as products,
  array_agg(p.source_id order by length(p.source_id), p.source_id) as source_ids
from public.products as p
where p.deleted_at is null and btrim(p.sku) <> ''
group by p.tenant_id, p.connection_id, p.source, upper(btrim(p.sku))
having count(*) > 1;

comment on view kpi.sku_conflicts is
'SKU que están en más de un producto de la misma conexión y por eso no identifican a ninguno: esos productos no se unen entre orígenes. Una fila por empresa, conexión y SKU (sin espacios, en mayúsculas); incluye productos archivados, que tienen historia. Productos sin SKU no están. Debe cuadrar con: la lista de productos del origen filtrada por ese SKU.';
comment on column kpi.sku_conflicts.tenant_id is 'Empresa.';
comment on column kpi.sku_conflicts.connection_id is 'Conexión (cuenta de origen).';
comment on column kpi.sku_conflicts.source is 'Sistema de origen.';
comment on column kpi.sku_conflicts.sku is 'SKU repetido.';
comment on column kpi.sku_conflicts.products is 'Cuántos productos lo llevan.';
comment on column kpi.sku_conflicts.source_ids is 'Sus identificadores en el origen.';

grant select on kpi.sku_conflicts to kpi_reader, kpi_analyst, kpi_writer;
