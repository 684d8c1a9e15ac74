-- depends: stock_places
-- Dashboards: Inventario, Tenant
-- Meaning: stock at the end of each local day, all products together, at the places that sell now (MEANING 10, 50).
-- Grain: one row per tenant and local day, from the first snapshot to the last.
-- Unit: units.
-- Source: kpi.stock_daily, public.inventory_snapshot_days: the first full snapshot after local midnight is the day before.
-- Formula: sums over the selling places (kpi.stock_places, as set now). taken_at = the latest of the day's snapshots.
-- Debe cuadrar con: Odoo, Inventario > Informes > Existencias con fecha al cierre del día, ubicaciones internas; Shopify, Inventory snapshot
--   del día.
-- Bad input: a day in between without a snapshot of every connection that has selling places -> units null, coverage 0: unknown, not 0.
--   Days before the first snapshot have no row. A snapshot is never rewritten, also when it came hours after midnight: see taken_at.
-- Explain: select 'inventory_level' as entity, l.id, s.available as contribution from public.inventory_snapshots s
--   join kpi.stock_places p on p.location_id = s.location_id and p.tenant_id = s.tenant_id and p.sells
--   join public.inventory_levels l on l.tenant_id = s.tenant_id and l.product_id = s.product_id and l.location_id = s.location_id
--   where s.tenant_id = $1 and s.day = $2::date
create or replace view kpi.stock_by_day with (security_invoker = true) as
select
  d.tenant_id,
  d.day,
  case when d.taken = d.expected then coalesce(t.available, 0) end as available,
  case when d.taken = d.expected then coalesce(t.on_hand, 0) end as on_hand,
  case when d.taken = d.expected then coalesce(t.reserved, 0) end as reserved,
  d.taken_at,
  case when d.taken = d.expected then 1 else 0 end::numeric as coverage
from (
  select
    s.tenant_id,
    g.at::date as day,
    s.places,
    count(h.day) as taken,
    -- A connection is expected from its first snapshot to its last: one that was added later or ended does not hide the others' days.
    count(*) as expected,
    max(h.taken_at) as taken_at
  from (
    select
      c.tenant_id,
      c.connection_id,
      min(c.day) as first_day,
      max(c.day) as last_day,
      p.places
    from public.inventory_snapshot_days as c
    join (
      select x.tenant_id, array_agg(x.location_id) as places, array_agg(distinct x.connection_id) as connections
      from kpi.stock_places as x
      where x.sells
      group by x.tenant_id
    ) as p on p.tenant_id is not distinct from c.tenant_id and c.connection_id = any(p.connections)
    group by c.tenant_id, c.connection_id, p.places
  ) as s
  cross join lateral generate_series(s.first_day::timestamp, s.last_day::timestamp, interval '1 day') as g(at)
  left join public.inventory_snapshot_days as h on h.tenant_id = s.tenant_id and h.connection_id = s.connection_id and h.day = g.at::date
  group by s.tenant_id, g.at, s.places
) as d
left join lateral (
  select sum(x.available) as available, sum(x.on_hand) as on_hand, sum(x.reserved) as reserved
  from kpi.stock_daily as x
  where x.tenant_id = d.tenant_id and x.day = d.day and x.location_id = any(d.places)
) as t on true;

comment on view kpi.stock_by_day is
'Inventario al cierre de cada día local, de todos los productos, en los lugares que hoy venden. Una fila por empresa y día, desde la primera foto hasta la última. La primera lectura completa después de la medianoche es del día anterior y nunca se reescribe; taken_at dice cuándo se tomó. Un día sin foto es nulo, no 0; antes de la primera no hay filas. Debe cuadrar con: Odoo, Inventario > Informes > Existencias con fecha al cierre del día, ubicaciones internas; Shopify, Inventory snapshot del día.';
comment on column kpi.stock_by_day.tenant_id is 'Empresa.';
comment on column kpi.stock_by_day.day is 'Día local.';
comment on column kpi.stock_by_day.available is 'Unidades disponibles.';
comment on column kpi.stock_by_day.on_hand is 'Unidades presentes.';
comment on column kpi.stock_by_day.reserved is 'De ellas, comprometidas.';
comment on column kpi.stock_by_day.taken_at is 'Cuándo se tomó la foto, por el reloj del origen.';
comment on column kpi.stock_by_day.coverage is '1 si hay foto de todas las conexiones que tienen lugares de venta, 0 si no.';

grant select on kpi.stock_by_day to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.stock_by_day(first_day date, last_day date) returns setof kpi.stock_by_day
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.stock_by_day as d where d.day between $1 and $2;
end $$;

comment on function kpi.stock_by_day(date, date) is 'Las filas de kpi.stock_by_day del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.stock_by_day(date, date) from public;
grant execute on function kpi.stock_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
