-- depends: coverage, product_keys, stock_places, stock_source
-- Dashboards: Inventario
-- Meaning: for how many days what is available would last at the pace of the last four covered weeks (MEANING 51).
-- Grain: one row per tenant and product kept in stock.
-- Unit: days; units.
-- Source: products, levels and places as in kpi.stock_now; kpi.product_sales_daily.units_sold; kpi.coverage, subject sales.
-- Formula: available / (units sold in the last 28 covered days / 28). The days end with the last one that sales cover, not with today.
-- Debe cuadrar con: Shopify, Days of inventory remaining, que usa otra ventana y no ve lo vendido fuera de la tienda.
-- Bad input: nothing sold in those days -> null, not infinity. Fewer than 28 days covered -> null, coverage < 1. Returned units do not
--   lower the pace. Oversold -> negative. Stock never read whole -> null.
-- Explain: select 'product' as entity, k.product_id as id, d.units_sold as contribution from kpi.product_sales_daily d
--   join kpi.product_keys k on k.tenant_id = d.tenant_id and k.product_key = d.product_key where d.tenant_id = $1 and d.day = $2::date
-- Of one tenant: see kpi.product_keys.
create or replace function kpi.days_of_cover_of(tenant uuid)
  returns table (
    product_key text, sku text, product_name text, available numeric, units_sold_28_days numeric, days_of_cover numeric, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  with source as materialized (
    select x.stock_source, x.as_of from kpi.stock_source as x where x.tenant_id = tenant
  ),
  place as materialized (
    select x.location_id, x.sells from kpi.stock_places as x where x.tenant_id = tenant
  ),
  key as materialized (
    select x.product_id, x.source, x.product_key, x.sku, x.name, x.stocked from kpi.product_keys_of(tenant) as x
  ),
  covered as materialized (
    select
      v.last_day - 27 as from_day,
      v.last_day,
      case when v.last_day is null then 0 else round(greatest(v.last_day - greatest(v.first_day, v.last_day - 27) + 1, 0) / 28.0, 4) end as share
    from kpi.coverage as v
    where v.tenant_id = tenant and v.subject = 'sales'
  )
  select
    s.product_key,
    s.sku,
    s.product_name,
    s.available,
    case when c.share = 1 then coalesce(s.units_sold, 0) end,
    case when c.share = 1 then round(s.available * 28 / nullif(s.units_sold, 0), 1) end,
    coalesce(c.share, 0)
  from (
    -- Stock and sales are added up and not joined: the planner takes a tenant to have few products and would compare each with each.
    select
      m.product_key,
      max(m.sku) as sku,
      min(m.product_name) as product_name,
      min(m.available) as available,
      sum(m.units_sold) as units_sold
    from (
      -- What kpi.stock_now says of each product, without its places: a row of it for each product and place takes twice as long.
      select n.product_key, n.sku, n.product_name, n.available, null::numeric as units_sold, true as is_stock
      from (
        select
          k.product_key,
          max(k.sku) as sku,
          coalesce(
            min(k.name) filter (where k.stocked and w.places > 0),
            (array_agg(k.name order by k.product_id) filter (where k.stocked and k.source = o.stock_source))[1]) as product_name,
          case when min(o.as_of) is not null then coalesce(sum(w.available), 0) end as available
        from key as k
        cross join source as o
        left join (
          select l.product_id, sum(l.quantity_available) filter (where p.sells) as available, count(*) filter (where p.sells) as places
          from public.inventory_levels as l
          join place as p on p.location_id = l.location_id
          where l.tenant_id = tenant and l.deleted_at is null and not l.foreign_owner
          group by l.product_id
        ) as w on w.product_id = k.product_id
        group by k.product_key
        having bool_or(k.stocked and w.places > 0)
          or (coalesce(sum(w.places), 0) = 0 and bool_or(k.stocked and k.source = o.stock_source))
      ) as n
      union all
      -- As kpi.product_sales_daily says, for these products.
      select x.product_key, null, null, null, x.units_sold, false
      from (
        select
          coalesce(k.product_key, 'sku:' || d.sku, 'id:' || d.product_id::text, d.product_ref) as product_key,
          case when sum(d.lines_without_units) = 0 then sum(d.units_sold) end as units_sold
        from covered as v
        -- "offset 0" keeps it a select of its own, so that the days are found by their index from the first to the last.
        cross join lateral (
          select y.day, y.product_id, y.product_ref, y.sku, y.lines_without_units, y.units_sold
          from kpi.product_days as y
          where y.tenant_id = tenant and y.day between v.from_day and v.last_day
          offset 0
        ) as d
        left join key as k on k.product_id = d.product_id
        group by d.day, coalesce(k.product_key, 'sku:' || d.sku, 'id:' || d.product_id::text, d.product_ref)
      ) as x
    ) as m
    group by m.product_key
    having bool_or(m.is_stock)
  ) as s
  left join covered as c on true;
end $$;

comment on function kpi.days_of_cover_of(uuid) is 'Las filas de kpi.days_of_cover de una empresa.';

revoke execute on function kpi.days_of_cover_of(uuid) from public;
grant execute on function kpi.days_of_cover_of(uuid) to kpi_reader, kpi_analyst, kpi_writer;

create or replace view kpi.days_of_cover with (security_invoker = true) as
select t.id as tenant_id, c.product_key, c.sku, c.product_name, c.available, c.units_sold_28_days, c.days_of_cover, c.coverage
from public.tenants as t
cross join lateral kpi.days_of_cover_of(t.id) as c;

comment on view kpi.days_of_cover is
'Para cuántos días alcanza lo disponible al ritmo de los últimos 28 días cubiertos: disponible / (unidades vendidas en ellos / 28). Una fila por empresa y producto con inventario. Nulo si no se vendió nada (no es infinito) o si las ventas no cubren los 28 días; coverage dice qué parte cubren. Las devoluciones no bajan el ritmo. Debe cuadrar con: Shopify, Days of inventory remaining, que usa otra ventana y no ve lo vendido fuera de la tienda.';
comment on column kpi.days_of_cover.tenant_id is 'Empresa.';
comment on column kpi.days_of_cover.product_key is 'Identidad del producto.';
comment on column kpi.days_of_cover.sku is 'SKU.';
comment on column kpi.days_of_cover.product_name is 'Nombre.';
comment on column kpi.days_of_cover.available is 'Unidades disponibles entre todos los lugares de venta.';
comment on column kpi.days_of_cover.units_sold_28_days is 'Unidades vendidas en los últimos 28 días cubiertos.';
comment on column kpi.days_of_cover.days_of_cover is 'Días que alcanza; nulo si no se puede saber.';
comment on column kpi.days_of_cover.coverage is 'Qué parte de los 28 días cubren las ventas, de 0 a 1.';

grant select on kpi.days_of_cover to kpi_reader, kpi_analyst, kpi_writer;
