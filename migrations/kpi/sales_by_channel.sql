-- depends: coverage
-- Dashboards: Ventas
-- Meaning: sales of a closed period by channel of sale: the shop's own, point of sale, a marketplace's app, a sales team (MEANING 54).
-- Grain: one row per tenant and channel that sold from first_day to last_day, both included. One row per tenant with everything but
--   coverage null where the data do not cover the period wholly.
-- Unit: tenant's currency, with tax, before returns.
-- Source: public.source_orders that are sales (channel: Shopify sourceName, or the app's name where that is a number; Odoo website or sales team; by the tenant's own
--   name for it where tenants.channel_names has one); kpi.coverage of sales.
-- Formula: gross_sales = sum of amount_total; channels of one own name are one.
-- Debe cuadrar con: Shopify, Total sales by sales channel antes de devoluciones; la liquidación del marketplace del período.
-- Bad input: no channel -> 'sin canal'. A day not covered -> one row of nulls with the coverage below 1. No exchange rate -> counted in orders
--   and orders_without_rate, in no amount.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1::uuid and o.business_day
--   = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.sales_by_channel(first_day date, last_day date)
  returns table (tenant_id uuid, channel text, currency text, orders bigint, gross_sales numeric, orders_without_rate bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  with span as (
    select
      t.id,
      t.currency,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when c.tenant_id is null then 0 else trunc(greatest(
        least(sales_by_channel.last_day, c.last_day) - greatest(sales_by_channel.first_day, c.first_day) + 1, 0)::numeric / (sales_by_channel.last_day - sales_by_channel.first_day + 1), 4)
      end as coverage,
      coalesce(sales_by_channel.first_day >= c.first_day and sales_by_channel.last_day <= c.last_day, false) as is_covered
    from public.tenants as t
    left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales' and c.last_day is not null and c.first_day is not null
    where sales_by_channel.first_day <= sales_by_channel.last_day
  ),
  -- By the source's channel before the tenant's name for it is looked up: channels are few, sales are many.
  stated as (
    select
      o.tenant_id,
      o.channel,
      count(*) as orders,
      coalesce(sum(o.amount_total), 0) as gross_sales,
      count(*) filter (where o.amount_total is null) as orders_without_rate
    from public.source_orders as o
    where o.business_day >= sales_by_channel.first_day and o.business_day <= sales_by_channel.last_day and o.is_sale and o.deleted_at is null
    group by o.tenant_id, o.channel
  ),
  summed as (
    select
      d.tenant_id,
      coalesce(t.channel_names ->> d.channel, d.channel, 'sin canal') as channel,
      sum(d.orders)::bigint as orders,
      sum(d.gross_sales) as gross_sales,
      sum(d.orders_without_rate)::bigint as orders_without_rate
    from stated as d
    join public.tenants as t on t.id = d.tenant_id
    group by d.tenant_id, coalesce(t.channel_names ->> d.channel, d.channel, 'sin canal')
  )
  select s.id, p.channel, s.currency, p.orders, p.gross_sales, p.orders_without_rate, s.coverage
  from span as s
  left join summed as p on s.is_covered and p.tenant_id = s.id
  where p.channel is not null or not s.is_covered;
end $$;
comment on function kpi.sales_by_channel(date, date) is
'Ventas de un período cerrado por canal: la tienda, el punto de venta, la aplicación de un marketplace, un equipo de ventas. Una fila por empresa y canal con ventas entre first_day y last_day, ambos incluidos. Venta bruta en la moneda de la empresa, con impuestos, antes de devoluciones. El canal es el del origen, con el nombre propio que le da la empresa (tenants.channel_names). Período no cubierto por completo: una fila sin canal y con coverage menor que 1. Debe cuadrar con: Shopify, Total sales by sales channel antes de devoluciones; la liquidación del marketplace del período.';
revoke execute on function kpi.sales_by_channel(date, date) from public;
grant execute on function kpi.sales_by_channel(date, date) to kpi_reader, kpi_analyst, kpi_writer;
