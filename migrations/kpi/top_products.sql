-- depends: product_movements
-- Dashboards: Tenant, Ventas
-- Meaning: products of the rolling last 30 days (móvil), ranked by what they brought in (MEANING 17).
-- Grain: one row per tenant and product that was sold or returned in the window. Take position <= 10 for a top ten.
-- Unit: units in the lines' own unit; amount in the tenant's currency, with tax, after discounts.
-- Source: kpi.product_movements since now() - interval '30 days'.
-- Formula: amount = sold - returned within the window; position by amount, then units, then key. 3 x 11.900 with 10 % off the order and one
--   returned: units 2, amount 21.420.
-- Debe cuadrar con: Shopify, Sales by product de los últimos 30 días; difiere en las horas, porque la ventana es móvil.
-- Bad input: without an exchange rate units count and the amount is null: such products come last.
-- Explain: select 'order_line' as entity, l.id, l.amount as contribution from public.order_lines l where l.tenant_id = $1 and l.line_kind
--   = 'product' and l.created_at >= now() - interval '30 days' and $2::date is not null union all select 'refund_line', d.id, case when
--   d.currency_source <> r.currency_source then null when r.currency_source = t.currency then -d.amount_source else -round(d.amount_source
--   * r.fx_rate, t.currency_decimals) end from public.refunds r join public.refund_lines d on d.tenant_id = r.tenant_id and d.refund_id =
--   r.id join public.source_order_lines l on l.tenant_id = d.tenant_id and l.id = d.order_line_id join public.tenants t on t.id =
--   r.tenant_id where r.tenant_id = $1 and r.counts and l.line_kind = 'product' and r.deleted_at is null and d.deleted_at is null and
--   l.deleted_at is null and r.created_at >= now() - interval '30 days'
create or replace view kpi.top_products with (security_invoker = true) as
select
  p.tenant_id,
  row_number() over (partition by p.tenant_id order by p.amount desc nulls last, p.units desc, p.product_key) as position,
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
    (array_agg(m.product_name order by m.created_at desc, m.product_name))[1] as product_name,
    sum(m.units) as units,
    sum(m.amount) as amount,
    coalesce(sum(m.units) filter (where m.kind = 'sale'), 0) as units_sold,
    -coalesce(sum(m.units) filter (where m.kind = 'return'), 0) as units_returned
  from kpi.product_movements as m
  where m.created_at >= now() - interval '30 days'
  group by m.tenant_id, m.product_key
) as p;

comment on view kpi.top_products is
'Productos de los últimos 30 días corridos (móvil), ordenados por lo que aportaron. Una fila por empresa y producto con ventas o devoluciones en la ventana; position <= 10 da los diez primeros. Monto en la moneda de la empresa, con impuestos, después de descuentos y menos lo devuelto en la ventana; unidades vendidas menos devueltas. Sin tipo de cambio el monto es nulo y el producto va al final. Debe cuadrar con: Shopify, Sales by product de los últimos 30 días; difiere en las horas, porque la ventana es móvil.';
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
