-- depends: abandoned_carts_by_day
-- Dashboards: Ventas
-- Meaning: abandoned carts of a closed period by the local day they were opened, and what became of them (MEANING 29).
-- Grain: one row per tenant and covered local day from first_day to last_day, both included.
-- Unit: carts; amounts in the tenant's currency, with tax; abandonment_rate from 0 to 1.
-- Source: kpi.abandoned_carts_by_day.
-- Formula: its rows of these days.
-- Debe cuadrar con: Shopify, Pagos abandonados del día de creación, con varios de un comprador en 24 horas contados una vez; Odoo, Carritos
--   abandonados del sitio web.
-- Bad input: as kpi.abandoned_carts_by_day: days not wholly covered have no row; a covered day without carts has 0.
-- Explain: select case when k.source = 'odoo' then 'order' else 'abandoned_checkout' end as entity, k.cart_id as id, k.amount_total as
--   contribution from kpi.cart_states k where k.tenant_id = $1 and k.day = $2::date and k.state in ('recovered', 'bought_otherwise', 'lost')
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.carts_by_day(first_day date, last_day date)
  returns table (
    tenant_id uuid, day date, currency text, abandoned bigint, recovered bigint, bought_otherwise bigint, lost bigint,
    amount_abandoned numeric, amount_recovered numeric, amount_lost numeric, web_orders bigint, abandonment_rate numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    d.tenant_id, d.day, d.currency, d.abandoned, d.recovered, d.bought_otherwise, d.lost, d.amount_abandoned, d.amount_recovered,
    d.amount_lost, d.web_orders, d.abandonment_rate
  from kpi.abandoned_carts_by_day as d
  where d.day between carts_by_day.first_day and carts_by_day.last_day;
end $$;

comment on function kpi.carts_by_day(date, date) is
'Carritos abandonados por día local de creación, del primer al último día pedido (ambos incluidos), y qué pasó con ellos: las filas de kpi.abandoned_carts_by_day de esos días, sin los carritos sin contacto. Una fila por empresa y día cubierto; un día no cubierto no tiene fila. Debe cuadrar con: Shopify, Pagos abandonados por día de creación; Odoo, Carritos abandonados.';

revoke execute on function kpi.carts_by_day(date, date) from public;
grant execute on function kpi.carts_by_day(date, date) to kpi_reader, kpi_analyst, kpi_writer;
