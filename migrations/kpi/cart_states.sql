-- depends: coverage
-- Dashboards: Ventas
-- Meaning: what became of each cart that can be written to (MEANING 29): pedido (an order within the hours, no abandoned cart), abierto (its
--   hours still run), recuperado, comprado por otra vía, perdido.
-- Grain: one row per tenant and cart; several carts of one identity within 24 hours are one, with the last one's value.
-- Unit: amount in the tenant's currency, with tax.
-- Source: kpi.carts (kept with every batch, free of time), public.tenants.cart_hours; kpi.coverage (subject carts) for how far is known.
-- Formula: completed within cart_hours of opening -> pedido; completed later -> recuperado; else, cart_hours after the last change (by
--   what the sources have told, at most now()) -> abandoned: comprado por otra vía when the same identity bought from its opening to seven
--   days after its last change, else perdido.
-- Debe cuadrar con: Shopify, Pedidos > Pagos abandonados (Recovered / Not recovered), que muestra cada carrito por separado y solo tres
--   meses; Odoo, Carritos abandonados del sitio web.
-- Bad input: carts without contact data or without identity are not here. Value in another currency -> amount_total null. A cart of before
--   covered days is shown, but in no closed number.
-- Explain: select case when k.source = 'odoo' then 'order' else 'abandoned_checkout' end as entity, k.cart_id as id, k.amount_total as
--   contribution from kpi.carts k where k.tenant_id = $1 and k.day = $2::date
create or replace view kpi.cart_states with (security_invoker = true) as
select
  k.tenant_id,
  k.identity_id,
  k.cart_id,
  k.source,
  k.day,
  k.opened_at,
  k.completed_day,
  k.carts,
  k.amount_total,
  case
    when k.completed_at <= k.opened_at + t.cart_hours * interval '1 hour' then 'order'
    when k.completed_at is not null then 'recovered'
    when k.changed_at + t.cart_hours * interval '1 hour' > least(now(), v.covered_until) then 'open'
    when k.bought_at is not null then 'bought_otherwise'
    else 'lost'
  end as state
from kpi.carts as k
join public.tenants as t on t.id = k.tenant_id
left join kpi.coverage as v on v.tenant_id = k.tenant_id and v.subject = 'carts';

comment on view kpi.cart_states is
'Qué pasó con cada carrito con datos de contacto. Una fila por empresa y carrito; varios de una identidad en 24 horas son uno, con el valor del último. order: pedido dentro de las horas (no es abandonado). open: sus horas aún corren. recovered: recuperado, pedido después. bought_otherwise: la misma identidad compró por otra vía hasta siete días después. lost: el resto. Montos con impuestos en la moneda de la empresa. Debe cuadrar con: Shopify, Pagos abandonados, que muestra cada carrito por separado y solo tres meses; Odoo, Carritos abandonados.';
comment on column kpi.cart_states.tenant_id is 'Empresa.';
comment on column kpi.cart_states.identity_id is 'Identidad.';
comment on column kpi.cart_states.cart_id is 'El primero de sus carritos.';
comment on column kpi.cart_states.source is 'Sistema del último carrito.';
comment on column kpi.cart_states.day is 'Día local de creación del primero.';
comment on column kpi.cart_states.opened_at is 'Creación del primero.';
comment on column kpi.cart_states.completed_day is 'Día local en que se convirtió en pedido; nulo si no.';
comment on column kpi.cart_states.carts is 'Cuántos carritos reúne.';
comment on column kpi.cart_states.amount_total is 'Valor del último; nulo si es de otra moneda.';
comment on column kpi.cart_states.state is 'order, open, recovered, bought_otherwise o lost.';

grant select on kpi.cart_states to kpi_reader, kpi_analyst, kpi_writer;
