-- depends: order_lines, product_keys
-- Dashboards: Ventas
-- Meaning: every product line sold and every product line given back, the facts behind the product rankings (MEANING 17).
-- Grain: one row per product line of a sale, and one per returned line.
-- Unit: units in the product's reference unit (2 dozens = 24); amount in the tenant's currency, with tax, after all discounts; returns are
--   negative.
-- Source: public.order_lines with line_kind 'product'; public.refund_lines of refunds that count, on the day they were given back.
-- Formula: product_key by kpi.product_keys; a line without a known product goes by the SKU written on it, else by its product's id, else by
--   its name. A returned line is worth units as its sale line is: quantity x units / quantity of the line.
-- Debe cuadrar con: las líneas de producto de los pedidos y de las devoluciones en su propio sistema.
-- Bad input: no exchange rate -> amount null, units counted; a unit that does not convert -> units null, amount counted. Shipping, discount,
--   tip, gift card, reward, down payment and section lines are never products. A returned line whose sale line has not arrived is not shown.
-- Explain: select m.entity, m.line_id as id, m.amount as contribution from kpi.product_movements m where m.tenant_id = $1::uuid and
--   m.business_day = $2::date
create or replace view kpi.product_movements with (security_invoker = true) as
select
  m.tenant_id,
  m.created_at,
  m.business_day,
  m.kind,
  coalesce(k.product_key, 'sku:' || nullif(upper(btrim(m.sku)), ''), 'id:' || m.product_id::text, 'name:' || upper(btrim(m.name))) as product_key,
  coalesce(k.sku, nullif(upper(btrim(m.sku)), '')) as sku,
  coalesce(k.name, m.name) as product_name,
  m.units,
  m.amount,
  m.order_id,
  m.entity,
  m.line_id
from (
  select l.tenant_id, l.created_at, l.business_day, 'sale' as kind, l.product_id, l.sku, l.name, l.units, l.amount, l.order_id,
    'order_line' as entity, l.id as line_id
  from public.order_lines as l
  where l.line_kind = 'product'
  union all
  select
    r.tenant_id,
    r.created_at,
    r.business_day,
    'return',
    l.product_id,
    l.sku,
    l.name,
    case when l.units = l.quantity then -d.quantity else -round(d.quantity * l.units / nullif(l.quantity, 0), 8) end,
    case
      when d.currency_source <> r.currency_source then null
      when r.currency_source = t.currency then -d.amount_source
      else -round(d.amount_source * r.fx_rate, t.currency_decimals)
    end,
    l.order_id,
    'refund_line',
    d.id
  from public.refunds as r
  join public.refund_lines as d on d.tenant_id = r.tenant_id and d.refund_id = r.id
  join public.source_order_lines as l on l.tenant_id = d.tenant_id and l.id = d.order_line_id
  join public.tenants as t on t.id = r.tenant_id
  where r.counts and l.line_kind = 'product' and r.deleted_at is null and d.deleted_at is null and l.deleted_at is null
) as m
left join kpi.product_keys as k on k.product_id = m.product_id and k.tenant_id is not distinct from m.tenant_id;

comment on view kpi.product_movements is
'Cada línea de producto vendida y cada línea de producto devuelta, los hechos detrás de los rankings. Una fila por línea; las devoluciones son negativas y van en el día en que se devolvió. Unidades en la unidad de referencia del producto (2 docenas = 24), nulas si la unidad no se puede convertir; monto en la moneda de la empresa, con impuestos, después de todos los descuentos, nulo sin tipo de cambio. Una línea sin producto conocido se identifica por su SKU escrito, el id de su producto o su nombre. Despacho, descuentos, propinas, tarjetas de regalo, premios y anticipos nunca son productos. Debe cuadrar con: las líneas de producto de pedidos y devoluciones en su propio sistema.';
comment on column kpi.product_movements.tenant_id is 'Empresa.';
comment on column kpi.product_movements.created_at is 'Momento de la venta o de la devolución.';
comment on column kpi.product_movements.business_day is 'Su día local.';
comment on column kpi.product_movements.kind is 'sale o return.';
comment on column kpi.product_movements.product_key is 'Identidad del producto (ver kpi.product_keys).';
comment on column kpi.product_movements.sku is 'SKU.';
comment on column kpi.product_movements.product_name is 'Nombre del producto.';
comment on column kpi.product_movements.units is 'Unidades; negativas en devoluciones.';
comment on column kpi.product_movements.amount is 'Monto; negativo en devoluciones.';
comment on column kpi.product_movements.order_id is 'Venta a la que pertenece.';
comment on column kpi.product_movements.entity is 'Qué es la fila: order_line o refund_line.';
comment on column kpi.product_movements.line_id is 'Su identificador.';

grant select on kpi.product_movements to kpi_reader, kpi_analyst, kpi_writer;
