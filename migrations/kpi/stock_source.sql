-- depends:
-- Dashboards: Inventario
-- Meaning: which source speaks for a tenant's stock, and since when its figures are; the base of every stock number (MEANING 9).
-- Grain: one row per tenant with a stock source connected.
-- Unit: none; threshold in units.
-- Source: public.tenants (stock_source, low_stock_threshold), public.inventory_levels, public.locations, public.products; kpi.freshness.
-- Formula: the tenant's setting; auto = Odoo when the tenant has own stock of a known product at an own place there, else Shopify. as_of =
--   the oldest of the last full snapshots of that source's connections.
-- Debe cuadrar con: nada en el origen; es una regla de este servicio.
-- Bad input: the speaking source's stock was never read whole -> as_of null: nothing is known of it. The setting names a source that is not
--   connected -> as_of null.
-- Explain: select 'freshness' as entity, f.connection_id as id, null::numeric as contribution from kpi.freshness f where f.tenant_id = $1
--   and f.stream = 'inventory_levels' and $2::date is not null
create or replace view kpi.stock_source with (security_invoker = true) as
select
  r.tenant_id,
  r.stock_source,
  r.threshold,
  case when a.connections = a.read then a.as_of end as as_of
from (
  select
    t.id as tenant_id,
    t.low_stock_threshold as threshold,
    case
      when t.stock_source <> 'auto' then t.stock_source
      when exists (
        select from public.locations as o
        where o.tenant_id = t.id and o.source = 'odoo' and o.counts_stock and o.deleted_at is null and exists (
          select from public.inventory_levels as l
          where l.tenant_id = t.id and l.location_id = o.id and not l.foreign_owner and l.deleted_at is null and exists (
            select from public.products as p where p.tenant_id = t.id and p.id = l.product_id and p.deleted_at is null
          )
        )
      ) then 'odoo'
      else 'shopify'
    end as stock_source
  from public.tenants as t
  where exists (select from kpi.freshness as x where x.tenant_id = t.id and x.stream = 'inventory_levels')
  -- Asked once, not again in every place that names it.
  offset 0
) as r
cross join lateral (
  select count(*) as connections, count(f.covered_until) as read, min(f.covered_until) as as_of
  from kpi.freshness as f
  where f.tenant_id = r.tenant_id and f.stream = 'inventory_levels' and f.source = r.stock_source
) as a;

comment on view kpi.stock_source is
'Qué origen habla del inventario de cada empresa y de cuándo es su última lectura completa: lo que dice el ajuste stock_source o, en auto, Odoo si la empresa tiene existencias propias ahí, si no Shopify. Una fila por empresa con un origen de inventario conectado. as_of nulo: nunca se leyó completo, nada se sabe. Debe cuadrar con: nada en el origen; es una regla de este servicio.';
comment on column kpi.stock_source.tenant_id is 'Empresa.';
comment on column kpi.stock_source.stock_source is 'odoo o shopify.';
comment on column kpi.stock_source.threshold is 'Con menos unidades disponibles que estas, un producto está bajo.';
comment on column kpi.stock_source.as_of is 'Última lectura completa, por el reloj del origen; nulo si no la hay.';

grant select on kpi.stock_source to kpi_reader, kpi_analyst, kpi_writer;
