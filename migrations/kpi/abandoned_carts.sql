-- depends: coverage, cart_states
-- Dashboards: Tenant, Ventas
-- Meaning: abandoned carts of a closed period by the local day they were opened, what became of them, and the rate (MEANING 29).
-- Grain: one row per tenant for the local days first_day to last_day, both included.
-- Unit: carts; amounts in the tenant's currency, with tax; abandonment_rate and coverage from 0 to 1.
-- Source: kpi.cart_states; public.source_orders (web orders); kpi.coverage (subject carts).
-- Formula: as kpi.abandoned_carts_by_day, over the period.
-- Debe cuadrar con: Shopify, Pagos abandonados del período por fecha de creación, con varios de un comprador en 24 horas contados una vez;
--   Odoo, Carritos abandonados del sitio web.
-- Bad input: a period not wholly covered -> measures null, coverage says how much. No carts and no web orders -> rate null.
-- Explain: select case when k.source = 'odoo' then 'order' else 'abandoned_checkout' end as entity, k.cart_id as id, k.amount_total as
--   contribution from kpi.cart_states k where k.tenant_id = $1 and k.day = $2::date and k.state in ('recovered', 'bought_otherwise', 'lost')
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.abandoned_carts(first_day date, last_day date)
  returns table (
    tenant_id uuid,
    currency text,
    abandoned bigint,
    recovered bigint,
    bought_otherwise bigint,
    lost bigint,
    amount_abandoned numeric,
    amount_recovered numeric,
    amount_lost numeric,
    web_orders bigint,
    abandonment_rate numeric,
    coverage numeric
  )
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    t.currency,
    case when c.share = 1 then k.abandoned end,
    case when c.share = 1 then k.recovered end,
    case when c.share = 1 then k.bought_otherwise end,
    case when c.share = 1 then k.lost end,
    case when c.share = 1 then k.amount_abandoned end,
    case when c.share = 1 then k.amount_recovered end,
    case when c.share = 1 then k.amount_lost end,
    case when c.share = 1 then w.orders end,
    case when c.share = 1 then round(k.abandoned::numeric / nullif(k.abandoned + greatest(w.orders - r.orders, 0), 0), 4) end,
    c.share
  from public.tenants as t
  cross join lateral (
    select coalesce(max(trunc(greatest(
      least(v.last_day, abandoned_carts.last_day) - greatest(v.first_day, abandoned_carts.first_day) + 1, 0)::numeric
        / nullif(abandoned_carts.last_day - abandoned_carts.first_day + 1, 0), 4)), 0) as share
    from kpi.coverage as v
    where v.tenant_id = t.id and v.subject = 'carts' and v.first_day is not null and v.last_day is not null
  ) as c
  cross join lateral (
    select
      count(*) as abandoned,
      count(*) filter (where s.state = 'recovered') as recovered,
      count(*) filter (where s.state = 'bought_otherwise') as bought_otherwise,
      count(*) filter (where s.state = 'lost') as lost,
      coalesce(sum(s.amount_total), 0) as amount_abandoned,
      coalesce(sum(s.amount_total) filter (where s.state = 'recovered'), 0) as amount_recovered,
      coalesce(sum(s.amount_total) filter (where s.state = 'lost'), 0) as amount_lost
    from kpi.cart_states as s
    where s.tenant_id = t.id and s.day between abandoned_carts.first_day and abandoned_carts.last_day
      and s.state in ('recovered', 'bought_otherwise', 'lost')
  ) as k
  cross join lateral (
    select count(*) as orders
    from kpi.cart_states as s
    where s.tenant_id = t.id and s.completed_day between abandoned_carts.first_day and abandoned_carts.last_day and s.state = 'recovered'
  ) as r
  cross join lateral (
    select count(*) as orders
    from public.source_orders as o
    where o.tenant_id = t.id and o.business_day between abandoned_carts.first_day and abandoned_carts.last_day and o.is_sale
      and o.deleted_at is null and o.channel in ('web', 'website')
  ) as w
  where t.status = 'active';
end $$;

comment on function kpi.abandoned_carts(date, date) is
'Carritos abandonados de un período cerrado (días locales de creación, ambos incluidos) y qué pasó con ellos: recuperados, comprados por otra vía, perdidos, sus valores y la tasa = abandonados / (abandonados + pedidos web que no son carritos recuperados). Una fila por empresa; nulo si el período no está cubierto por completo (coverage dice cuánto). Debe cuadrar con: Shopify, Pagos abandonados del período, con varios de un comprador en 24 horas contados una vez; Odoo, Carritos abandonados.';

revoke execute on function kpi.abandoned_carts(date, date) from public;
grant execute on function kpi.abandoned_carts(date, date) to kpi_reader, kpi_analyst, kpi_writer;
