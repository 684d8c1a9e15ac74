-- depends: stock_source
-- Dashboards: Inventario
-- Meaning: which places sell: those whose stock counts (MEANING 9).
-- Grain: one row per place of each source.
-- Unit: none.
-- Source: public.locations, kpi.location_settings, kpi.stock_source.
-- Formula: sells = what a person said (kpi tenant location); else the place holds own stock and its source is the one that speaks.
-- Debe cuadrar con: Odoo, Inventario > Configuración > Ubicaciones internas; Shopify, Settings > Locations.
-- Bad input: a deactivated place sells while it still holds stock of a source that counts it. A place said to sell although the other
--   source speaks is added to it: say so only of a place that the speaking source does not know.
-- Explain: select 'location' as entity, o.id, null::numeric as contribution from public.locations o where o.tenant_id = $1
--   and o.deleted_at is null and $2::date is not null
create or replace view kpi.stock_places with (security_invoker = true) as
select
  o.tenant_id,
  o.id as location_id,
  o.connection_id,
  o.source,
  o.name as location,
  o.counts_stock as holds_own,
  s.sells as said,
  coalesce(s.sells, o.counts_stock and o.source = k.stock_source, false) as sells
from public.locations as o
left join kpi.stock_source as k on k.tenant_id is not distinct from o.tenant_id
left join kpi.location_settings as s on s.location_id = o.id and s.tenant_id is not distinct from o.tenant_id
where o.deleted_at is null;

comment on view kpi.stock_places is
'Qué lugares venden: aquellos cuyas existencias cuentan. Una fila por lugar de cada origen. sells = lo que dijo una persona; si nada, el lugar tiene inventario propio y su origen es el que habla. Debe cuadrar con: Odoo, Inventario > Configuración > Ubicaciones internas; Shopify, Settings > Locations.';
comment on column kpi.stock_places.tenant_id is 'Empresa.';
comment on column kpi.stock_places.location_id is 'Lugar (locations.id).';
comment on column kpi.stock_places.connection_id is 'Conexión (cuenta de origen).';
comment on column kpi.stock_places.source is 'Sistema de origen.';
comment on column kpi.stock_places.location is 'Nombre.';
comment on column kpi.stock_places.holds_own is 'Si lo que hay ahí es inventario propio disponible, según su tipo.';
comment on column kpi.stock_places.said is 'Lo que dijo una persona; nulo si nada.';
comment on column kpi.stock_places.sells is 'Si cuenta como lugar de venta.';

grant select on kpi.stock_places to kpi_reader, kpi_analyst, kpi_writer;
