-- depends: coverage, generic_identities
-- Dashboards: Tenant, Ventas
-- Meaning: of the identified buyers of a period, how many had bought before: clientes recurrentes (MEANING 16). A buyer is an identity (same
--   valid RUT or e-mail; else phone; else the source's own id), not a customer record of one source.
-- Grain: one row per tenant for the local days first_day to last_day, both included.
-- Unit: buyers (identities), orders (sales); repeat_rate and coverage from 0 to 1.
-- Source: kpi.customer_sales_daily (kept with every batch), kpi.sales_daily for all orders.
-- Formula: buyers = identities with a sale in the period; returning_buyers = those with a sale in the period and an earlier one at any time,
--   the same day included; repeat_rate = returning_buyers / buyers; orders_without_identity = orders - orders of buyers, in neither.
-- Debe cuadrar con: Shopify, Analytics, Returning customer rate del período; difiere porque Shopify no conoce las compras en Odoo ni une
--   a quien compra como invitado, y no cuenta las anteriores a la tienda.
-- Bad input: a period not wholly inside what is covered (subject customers) -> measures null, coverage says how much. No buyers ->
--   repeat_rate null. Refunded sales are purchases, sales between sister companies are not. Identities reported by kpi.generic_identities
--   are not used, their orders are without identity. Purchases before covered_from are unknown: who only bought then counts as new.
-- Explain: select 'order' as entity, o.id, 1::numeric as contribution from public.source_orders o where o.tenant_id = $1 and o.is_sale and
--   o.deleted_at is null and o.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.returning_customers(first_day date, last_day date)
  returns table (
    tenant_id uuid,
    buyers bigint,
    returning_buyers bigint,
    new_buyers bigint,
    repeat_rate numeric,
    orders bigint,
    orders_without_identity bigint,
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
    case when c.share = 1 then b.buyers end,
    case when c.share = 1 then b.returning_buyers end,
    case when c.share = 1 then b.buyers - b.returning_buyers end,
    case when c.share = 1 then round(b.returning_buyers::numeric / nullif(b.buyers, 0), 4) end,
    case when c.share = 1 then s.orders end,
    case when c.share = 1 then s.orders - b.orders end,
    c.share
  from public.tenants as t
  cross join lateral (
    select coalesce(max(trunc(greatest(
      least(v.last_day, returning_customers.last_day) - greatest(v.first_day, returning_customers.first_day) + 1, 0)::numeric
        / nullif(returning_customers.last_day - returning_customers.first_day + 1, 0), 4)), 0) as share
    from kpi.coverage as v
    where v.tenant_id = t.id and v.subject = 'customers' and v.first_day is not null and v.last_day is not null
  ) as c
  cross join lateral (
    select count(*) as buyers, count(*) filter (where p.back) as returning_buyers, coalesce(sum(p.orders), 0)::bigint as orders
    from (
      select d.identity_id, bool_or(d.sales_before + d.sales > 1) as back, sum(d.sales) as orders
      from kpi.customer_sales_daily as d
      where d.tenant_id = t.id and d.day between returning_customers.first_day and returning_customers.last_day
        and d.identity_id <> all (array(
          select g.identity_id from kpi.generic_identities as g where g.tenant_id = t.id and not g.used))
      group by d.identity_id
    ) as p
  ) as b
  cross join lateral (
    select coalesce(sum(d.orders), 0)::bigint as orders
    from kpi.sales_daily as d
    where d.tenant_id = t.id and d.day between returning_customers.first_day and returning_customers.last_day
  ) as s
  where t.status = 'active';
end $$;

comment on function kpi.returning_customers(date, date) is
'Clientes recurrentes de un período cerrado de días locales (ambos incluidos): de los compradores identificados (una identidad: mismo RUT válido o correo; si no hay, teléfono; si no, el registro del origen), cuántos habían comprado antes, en cualquier momento. Una fila por empresa: buyers, returning_buyers, new_buyers, repeat_rate (0 a 1, nula sin compradores), orders, orders_without_identity (pedidos sin identidad, fuera de ambos) y coverage (parte del período cubierta). Si el período no está cubierto por completo, las cifras son nulas. Las ventas devueltas son compras, las entre empresas del grupo no. Las identidades genéricas no se usan. Las compras anteriores a lo cubierto no se conocen. Debe cuadrar con: Shopify, Returning customer rate; difiere porque Shopify no conoce las compras en Odoo ni une invitados.';

revoke execute on function kpi.returning_customers(date, date) from public;
grant execute on function kpi.returning_customers(date, date) to kpi_reader, kpi_analyst, kpi_writer;
