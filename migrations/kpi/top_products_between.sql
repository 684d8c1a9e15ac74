-- depends: coverage, product_keys
-- Dashboards: Tenant, Ventas
-- Meaning: products of a closed period of local days, ranked by what they brought in (MEANING 11, 15, 17).
-- Grain: one row per tenant and product that was sold or returned from first_day to last_day, both included. One row per tenant with
--   everything but coverage null where the data do not cover the period wholly. Take position <= 10 for a top ten.
-- Unit: units in the product's reference unit; amount in the tenant's currency, with tax, after discounts.
-- Source: kpi.product_days, kpi.product_keys; kpi.coverage of sales.
-- Formula: amount = sold - returned within the period; position by amount, then units, then key; coverage = covered days / days.
-- Debe cuadrar con: Shopify, Sales by product del período (menos las devoluciones del período); Odoo, Análisis de ventas por producto.
-- Bad input: a day not covered, or today -> one row of nulls with the coverage below 1 ("sin dato"). Covered and nothing sold -> no row. No
--   exchange rate -> units count, amount null, last. A line whose unit does not convert makes the product's units null. last_day before
--   first_day -> no row.
-- Explain: select m.entity, m.line_id as id, m.amount as contribution from kpi.product_movements m where m.tenant_id = $1::uuid and
--   m.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.top_products_between(first_day date, last_day date)
  returns table (
    tenant_id uuid, "position" bigint, product_key text, sku text, product_name text, units numeric, amount numeric, units_sold numeric,
    units_returned numeric, lines_without_units bigint, lines_without_rate bigint, coverage numeric)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  with span as (
    select
      t.id,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when c.tenant_id is null then 0 else trunc(greatest(
        least(top_products_between.last_day, c.last_day) - greatest(top_products_between.first_day, c.first_day) + 1, 0)::numeric / (top_products_between.last_day - top_products_between.first_day + 1), 4)
      end as coverage,
      coalesce(top_products_between.first_day >= c.first_day and top_products_between.last_day <= c.last_day, false) as is_covered
    from public.tenants as t
    left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales' and c.last_day is not null and c.first_day is not null
    where top_products_between.first_day <= top_products_between.last_day
  ),
  -- By what the lines say before the products are looked up: they are few, the days are many.
  stated as (
    select
      d.tenant_id,
      -- Ids where there are any: texts compare slowly.
      case when d.product_id is null then d.product_ref end as product_ref,
      d.product_id,
      max(d.sku) as sku,
      max(d.name) as name,
      sum(d.units_sold) as units_sold,
      sum(d.units_returned) as units_returned,
      case when count(d.amount_sold) + count(d.amount_returned) > 0 then coalesce(sum(d.amount_sold), 0) - coalesce(sum(d.amount_returned), 0) end
        as amount,
      sum(d.lines_without_units) as lines_without_units,
      sum(d.lines_without_rate) as lines_without_rate
    from kpi.product_days as d
    where d.day >= top_products_between.first_day and d.day <= top_products_between.last_day
    group by d.tenant_id, d.product_id, case when d.product_id is null then d.product_ref end
  ),
  named as (
    select
      m.*,
      coalesce(k.product_key, 'sku:' || m.sku, 'id:' || m.product_id::text, m.product_ref) as product_key,
      coalesce(k.sku, m.sku) as known_sku,
      coalesce(k.name, m.name) as product_name
    from stated as m
    -- "is not distinct from": see kpi.stock_now.
    left join kpi.product_keys as k on k.product_id = m.product_id and k.tenant_id is not distinct from m.tenant_id
  ),
  summed as (
    select
      n.tenant_id,
      n.product_key,
      max(n.known_sku) as sku,
      max(n.product_name) as product_name,
      case when sum(n.lines_without_units) = 0 then sum(n.units_sold) - sum(n.units_returned) end as units,
      sum(n.amount) as amount,
      case when sum(n.lines_without_units) = 0 then sum(n.units_sold) end as units_sold,
      case when sum(n.lines_without_units) = 0 then sum(n.units_returned) end as units_returned,
      sum(n.lines_without_units)::bigint as lines_without_units,
      sum(n.lines_without_rate)::bigint as lines_without_rate
    from named as n
    group by n.tenant_id, n.product_key
  )
  select
    s.id,
    case when p.product_key is not null then
      row_number() over (partition by s.id order by p.amount desc nulls last, p.units desc nulls last, p.product_key)
    end,
    p.product_key, p.sku, p.product_name, p.units, p.amount, p.units_sold, p.units_returned, p.lines_without_units, p.lines_without_rate,
    s.coverage
  from span as s
  left join summed as p on s.is_covered and p.tenant_id = s.id
  where p.product_key is not null or not s.is_covered;
end $$;
comment on function kpi.top_products_between(date, date) is
'Productos de un período cerrado de días locales, ordenados por lo que aportaron. Una fila por empresa y producto con ventas o devoluciones entre first_day y last_day, ambos incluidos; position <= 10 da los diez primeros. Monto en la moneda de la empresa, con impuestos, después de descuentos y menos lo devuelto en el período; unidades vendidas menos devueltas, en la unidad de referencia del producto. Si los datos no cubren todo el período: una fila sin producto, con coverage menor que 1 (sin dato). Cubierto y sin ventas: ninguna fila. Debe cuadrar con: Shopify, Sales by product del período; Odoo, Análisis de ventas por producto.';
revoke execute on function kpi.top_products_between(date, date) from public;
grant execute on function kpi.top_products_between(date, date) to kpi_reader, kpi_analyst, kpi_writer;
