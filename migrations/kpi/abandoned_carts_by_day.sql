-- depends: coverage, cart_states
-- Dashboards: Ventas
-- Meaning: abandoned carts by the local day they were opened, and what became of them (MEANING 29).
-- Grain: one row per tenant and covered local day; where the sources cover everything they have, from the first cart on.
-- Unit: carts; amounts in the tenant's currency, with tax; abandonment_rate from 0 to 1.
-- Source: kpi.cart_states; public.source_orders (web orders); kpi.coverage (subject carts).
-- Formula: abandoned = recovered + bought_otherwise + lost of the day; abandonment_rate = abandoned / (abandoned + web orders of the day that
--   are not recovered carts). A web order is a sale of channel web (Shopify) or website (Odoo).
-- Debe cuadrar con: Shopify, Pagos abandonados del día de creación, con varios de un comprador en 24 horas contados una vez; Odoo, Carritos
--   abandonados del sitio web.
-- Bad input: days not wholly covered have no row; a covered day without carts has 0. No carts and no web orders -> rate null. Carts in
--   another currency are counted and in no amount. Carts whose hours still run are not abandoned yet. Carts without contact are beside.
-- Explain: select case when k.source = 'odoo' then 'order' else 'abandoned_checkout' end as entity, k.cart_id as id, k.amount_total as
--   contribution from kpi.cart_states k where k.tenant_id = $1 and k.day = $2::date and k.state in ('recovered', 'bought_otherwise', 'lost')
create or replace view kpi.abandoned_carts_by_day with (security_invoker = true) as
select
  t.id as tenant_id,
  d.day,
  t.currency,
  k.abandoned,
  k.recovered,
  k.bought_otherwise,
  k.lost,
  k.amount_abandoned,
  k.amount_recovered,
  k.amount_lost,
  n.without_contact,
  w.orders as web_orders,
  round(k.abandoned::numeric / nullif(k.abandoned + greatest(w.orders - r.orders, 0), 0), 4) as abandonment_rate
from public.tenants as t
join kpi.coverage as v on v.tenant_id = t.id and v.subject = 'carts'
cross join lateral (
  select min(c.day) as day from kpi.carts as c where c.tenant_id = t.id
) as f
cross join lateral (
  select g::date as day
  from generate_series(case when isfinite(v.first_day) then v.first_day else f.day end, v.last_day, interval '1 day') as g
) as d
cross join lateral (
  select
    count(*) filter (where s.state in ('recovered', 'bought_otherwise', 'lost')) as abandoned,
    count(*) filter (where s.state = 'recovered') as recovered,
    count(*) filter (where s.state = 'bought_otherwise') as bought_otherwise,
    count(*) filter (where s.state = 'lost') as lost,
    coalesce(sum(s.amount_total) filter (where s.state in ('recovered', 'bought_otherwise', 'lost')), 0) as amount_abandoned,
    coalesce(sum(s.amount_total) filter (where s.state = 'recovered'), 0) as amount_recovered,
    coalesce(sum(s.amount_total) filter (where s.state = 'lost'), 0) as amount_lost
  from kpi.cart_states as s
  where s.tenant_id = t.id and s.day = d.day
) as k
cross join lateral (
  select count(*) as orders
  from kpi.cart_states as s
  where s.tenant_id = t.id and s.completed_day = d.day and s.state = 'recovered'
) as r
cross join lateral (
  select count(*) as orders
  from public.source_orders as o
  where o.tenant_id = t.id and o.business_day = d.day and o.is_sale and o.deleted_at is null and o.channel in ('web', 'website')
) as w
-- A left join, not a cross join: the planner leaves it out where the column is not asked for.
left join lateral (
  select count(*) as without_contact
  from public.abandoned_checkouts as a
  where a.tenant_id = t.id and a.business_day = d.day and not a.has_contact and a.completed_at is null
) as n on true
where t.status = 'active';

comment on view kpi.abandoned_carts_by_day is
'Carritos abandonados por día local de creación y qué pasó con ellos. Una fila por empresa y día cubierto. Abandonado: con datos de contacto y sin pedido una hora (ajuste cart_hours) después de su último cambio; recuperado: se convirtió en pedido después; comprado por otra vía: la misma identidad compró hasta siete días después; perdido: el resto. Varios carritos de una identidad en 24 horas son uno, con el valor del último. Tasa = abandonados / (abandonados + pedidos web que no son carritos recuperados). Un día cubierto sin carritos tiene 0; un día no cubierto no tiene fila. Debe cuadrar con: Shopify, Pagos abandonados por día de creación; Odoo, Carritos abandonados.';
comment on column kpi.abandoned_carts_by_day.tenant_id is 'Empresa.';
comment on column kpi.abandoned_carts_by_day.day is 'Día local de creación del carrito.';
comment on column kpi.abandoned_carts_by_day.currency is 'Moneda de la empresa y de los montos.';
comment on column kpi.abandoned_carts_by_day.abandoned is 'Carritos abandonados.';
comment on column kpi.abandoned_carts_by_day.recovered is 'De ellos, recuperados.';
comment on column kpi.abandoned_carts_by_day.bought_otherwise is 'De ellos, comprados por otra vía.';
comment on column kpi.abandoned_carts_by_day.lost is 'De ellos, perdidos.';
comment on column kpi.abandoned_carts_by_day.amount_abandoned is 'Valor de los abandonados, con impuestos.';
comment on column kpi.abandoned_carts_by_day.amount_recovered is 'Valor de los recuperados.';
comment on column kpi.abandoned_carts_by_day.amount_lost is 'Valor de los perdidos.';
comment on column kpi.abandoned_carts_by_day.without_contact is 'Carritos sin datos de contacto ni pedido: no son abandonados, se muestran aparte.';
comment on column kpi.abandoned_carts_by_day.web_orders is 'Pedidos web del día.';
comment on column kpi.abandoned_carts_by_day.abandonment_rate is 'Tasa de abandono, de 0 a 1; nula sin carritos ni pedidos web.';

grant select on kpi.abandoned_carts_by_day to kpi_reader, kpi_analyst, kpi_writer;
