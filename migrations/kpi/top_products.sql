-- depends: product_keys, product_movements
-- Dashboards: Tenant, Ventas
-- Meaning: products of the rolling last 30 days (móvil), ranked by what they brought in (MEANING 11, 17).
-- Grain: one row per tenant and product that was sold or returned in the window. Take position <= 10 for a top ten.
-- Unit: units in the product's reference unit; amount in the tenant's currency, with tax, after discounts.
-- Source: kpi.product_days for the local days that lie wholly in the window, and the facts of the one day it begins in: together exactly
--   kpi.product_movements since now() - interval '30 days'.
-- Formula: amount = sold - returned within the window; position by amount, then units, then key. 3 x 11.900 with 10 % off the order and one
--   returned: units 2, amount 21.420.
-- Debe cuadrar con: Shopify, Sales by product de los últimos 30 días; difiere en las horas, porque la ventana es móvil.
-- Bad input: without an exchange rate units count and the amount is null: such products come last. A line whose unit does not convert makes
--   the product's units null; its amount counts.
-- Explain: select m.entity, m.line_id as id, m.amount as contribution from kpi.product_movements m where m.tenant_id = $1::uuid and
--   m.created_at >= now() - interval '30 days' and $2::date is not null
create or replace view kpi.top_products with (security_invoker = true) as
select
  p.tenant_id,
  row_number() over (partition by p.tenant_id order by p.amount desc nulls last, p.units desc nulls last, p.product_key) as position,
  p.product_key,
  p.sku,
  p.product_name,
  p.units,
  p.amount,
  p.units_sold,
  p.units_returned
from (
  select
    m.tenant_id,
    m.product_key,
    max(m.sku) as sku,
    (array_agg(m.product_name order by m.day desc, m.product_name))[1] as product_name,
    case when sum(m.lines_without_units) = 0 then sum(m.units_sold) - sum(m.units_returned) end as units,
    sum(m.amount) as amount,
    case when sum(m.lines_without_units) = 0 then sum(m.units_sold) end as units_sold,
    case when sum(m.lines_without_units) = 0 then sum(m.units_returned) end as units_returned
  from (
    select
      r.tenant_id,
      coalesce(k.product_key, 'sku:' || r.sku, 'id:' || r.product_id::text, r.product_ref) as product_key,
      coalesce(k.sku, r.sku) as sku,
      coalesce(k.name, r.name) as product_name,
      r.day,
      r.units_sold,
      r.units_returned,
      r.amount,
      r.lines_without_units
    from (
      -- Summed by what the lines say before the products are looked up: they are few, the days are many. No local day is more than one off
      -- that of UTC: bounds that need no time zone let the index find the days.
      select
        d.tenant_id,
        -- Ids where there are any: texts compare slowly.
        case when d.product_id is null then d.product_ref end as product_ref,
        d.product_id,
        max(d.sku) as sku,
        max(d.name) as name,
        max(d.day) as day,
        sum(d.units_sold) as units_sold,
        sum(d.units_returned) as units_returned,
        case when count(d.amount_sold) + count(d.amount_returned) > 0 then coalesce(sum(d.amount_sold), 0) - coalesce(sum(d.amount_returned), 0) end
          as amount,
        sum(d.lines_without_units) as lines_without_units
      from kpi.product_days as d
      -- "offset 0": the day once for each tenant, not again for each row.
      join (
        select x.id, ((now() - interval '30 days') at time zone x.time_zone)::date as first_day from public.tenants as x offset 0
      ) as t on t.id = d.tenant_id
      where d.day >= ((now() - interval '30 days') at time zone 'UTC')::date - 1 and d.day > t.first_day
      group by d.tenant_id, d.product_id, case when d.product_id is null then d.product_ref end
    ) as r
    -- "is not distinct from": see kpi.stock_now.
    left join kpi.product_keys as k on k.product_id = r.product_id and k.tenant_id is not distinct from r.tenant_id
    union all
    select
      f.tenant_id,
      f.product_key,
      f.sku,
      f.product_name,
      f.business_day,
      case when f.kind = 'sale' then coalesce(f.units, 0) else 0 end,
      case when f.kind = 'return' then coalesce(-f.units, 0) else 0 end,
      f.amount,
      case when f.units is null then 1 else 0 end
    from kpi.product_movements as f
    join public.tenants as t on t.id = f.tenant_id
    where f.business_day = ((now() - interval '30 days') at time zone t.time_zone)::date
      and f.created_at >= now() - interval '30 days'
      -- The rest of a local day is at most 25 hours.
      and f.created_at < now() - interval '30 days' + interval '26 hours'
      and f.business_day >= ((now() - interval '30 days') at time zone 'UTC')::date - 1
      and f.business_day <= ((now() - interval '30 days') at time zone 'UTC')::date + 1
  ) as m
  group by m.tenant_id, m.product_key
) as p;

comment on view kpi.top_products is
'Productos de los últimos 30 días corridos (móvil), ordenados por lo que aportaron. Una fila por empresa y producto con ventas o devoluciones en la ventana; position <= 10 da los diez primeros. Monto en la moneda de la empresa, con impuestos, después de descuentos y menos lo devuelto en la ventana; unidades vendidas menos devueltas, en la unidad de referencia del producto (nulas si una línea no se puede convertir). Sin tipo de cambio el monto es nulo y el producto va al final. Debe cuadrar con: Shopify, Sales by product de los últimos 30 días; difiere en las horas, porque la ventana es móvil.';
comment on column kpi.top_products.tenant_id is 'Empresa.';
comment on column kpi.top_products.position is 'Lugar por monto, desde 1.';
comment on column kpi.top_products.product_key is 'Identidad del producto.';
comment on column kpi.top_products.sku is 'SKU.';
comment on column kpi.top_products.product_name is 'Nombre en el último movimiento.';
comment on column kpi.top_products.units is 'Unidades vendidas menos devueltas.';
comment on column kpi.top_products.amount is 'Monto vendido menos devuelto.';
comment on column kpi.top_products.units_sold is 'Unidades vendidas.';
comment on column kpi.top_products.units_returned is 'Unidades devueltas, positivo.';

grant select on kpi.top_products to kpi_reader, kpi_analyst, kpi_writer;
