-- depends: coverage
-- Dashboards: Ventas
-- Meaning: documents that are counted apart because they are no sales: orders of total zero (warranty, gifts, replacements), of gift cards
--   only, test orders, orders between companies of the tenant (MEANING 18, 30).
-- Grain: one row per tenant, for the local days first_day to last_day, both included.
-- Unit: orders. coverage is a share from 0 to 1, cut and not rounded to four decimals.
-- Source: public.source_orders with excluded_because; kpi.coverage of sales.
-- Formula: documents that speak (no mirror), are no quotation and not cancelled, by excluded_because.
-- Debe cuadrar con: Shopify, pedidos del período con total 0, que su Average order value incluye; Odoo, pedidos confirmados con total 0.
-- Bad input: a period not wholly covered -> every count null, coverage below 1. last_day before first_day -> no row.
-- Explain: select 'order' as entity, o.id, 1 as contribution from public.source_orders o where o.tenant_id = $1::uuid and o.business_day =
--   $2::date and o.deleted_at is null and o.excluded_because is not null and o.speaks and o.status in ('open', 'completed', 'refunded')
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.orders_apart(first_day date, last_day date)
  returns table (
    tenant_id uuid, zero_value_orders bigint, gift_card_only_orders bigint, test_orders bigint, intercompany_orders bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    case when c.is_covered then a.zero_value end,
    case when c.is_covered then a.gift_card_only end,
    case when c.is_covered then a.test end,
    case when c.is_covered then a.intercompany end,
    c.coverage
  from public.tenants as t
  cross join lateral (
    -- No row, or a stream that never ended a reading: nothing is covered.
    select
      coalesce(bool_or(orders_apart.first_day >= v.first_day and orders_apart.last_day <= v.last_day), false) as is_covered,
      coalesce(max(trunc(greatest(least(orders_apart.last_day, v.last_day) - greatest(orders_apart.first_day, v.first_day) + 1, 0)::numeric
        / (orders_apart.last_day - orders_apart.first_day + 1), 4)), 0) as coverage
    from kpi.coverage as v
    where v.tenant_id = t.id and v.subject = 'sales' and v.last_day is not null and v.first_day is not null
  ) as c
  cross join lateral (
    select
      count(*) filter (where x.excluded_because = 'zero_value') as zero_value,
      count(*) filter (where x.excluded_because = 'gift_card_only') as gift_card_only,
      count(*) filter (where x.excluded_because = 'test') as test,
      count(*) filter (where x.excluded_because = 'intercompany') as intercompany
    from public.source_orders as x
    where x.tenant_id = t.id and x.business_day >= orders_apart.first_day and x.business_day <= orders_apart.last_day
      and x.excluded_because is not null and x.deleted_at is null and x.speaks and x.status in ('open', 'completed', 'refunded')
  ) as a
  where orders_apart.first_day <= orders_apart.last_day;
end $$;
comment on function kpi.orders_apart(date, date) is
'Documentos de un período de días locales que se cuentan aparte porque no son ventas: pedidos de total cero (garantías, regalos, reposiciones), solo de tarjetas de regalo, de prueba y entre compañías de la misma empresa. Una fila por empresa. Sin presupuestos, anulados ni espejos. Período no cubierto por completo: cuentas nulas y coverage menor que 1. Debe cuadrar con: Shopify, pedidos del período con total 0, que su Average order value incluye; Odoo, pedidos confirmados con total 0.';
revoke execute on function kpi.orders_apart(date, date) from public;
grant execute on function kpi.orders_apart(date, date) to kpi_reader, kpi_analyst, kpi_writer;
