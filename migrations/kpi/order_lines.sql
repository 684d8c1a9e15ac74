-- depends:
-- Dashboards: Ventas
-- Meaning: the lines of the sales in public.orders; lines of quotations, mirrors and other documents that are no sale are not here.
-- Grain: one row per line of a sale. Only line_kind 'product' is a product; gift_card lines are no part of the order's amount_total.
-- Unit: unsuffixed amounts in the tenant's currency, with tax, after the line's own discount and its share of the order's; quantity in the
--   line's own unit, units in the product's reference unit (2 dozens = 24, MEANING 17).
-- Source: public.source_order_lines of public.source_orders.
-- Formula: amount = amount_source x the order's fx_rate, a foreign one rounded half away from zero to the currency's decimals (amount_untaxed
--   and amount_discount alike; amount_tax = amount - amount_untaxed). So the lines of a foreign order may differ from its total by rounding.
-- Debe cuadrar con: las líneas del pedido en su propio sistema (Shopify, pedido > artículos; Odoo, líneas del pedido).
-- Bad input: a unit that does not convert to the product's -> units null, with the reason beside it. No rate, or a line whose currency is not
--   its order's -> amounts null. A line whose order has not arrived is not shown.
-- Explain: select 'order_line' as entity, l.id, l.amount as contribution from public.order_lines l where l.tenant_id = $1 and
--   l.business_day = $2::date
create or replace view public.order_lines with (security_invoker = true) as
select
  l.id,
  l.tenant_id,
  l.order_id,
  l.source,
  l.source_id,
  l.product_id,
  l.line_kind,
  l.sku,
  l.name,
  l.quantity,
  t.currency,
  c.amount,
  c.amount_untaxed,
  c.amount - c.amount_untaxed as amount_tax,
  c.amount_discount,
  l.unit_price_source,
  l.amount_source,
  l.currency_source,
  o.created_at,
  o.business_day,
  l.units,
  l.units_unknown_because
from public.source_order_lines as l
join public.source_orders as o on o.tenant_id = l.tenant_id and o.id = l.order_id
join public.tenants as t on t.id = l.tenant_id
cross join lateral (
  select case when l.currency_source <> o.currency_source then null when o.currency_source = t.currency then 1 else o.fx_rate end as fx_rate
) as r
cross join lateral (
  -- The tenant's own currency is not rounded: neither is the order, and the lines must add up to it.
  select
    case when o.currency_source = t.currency then l.amount_source * r.fx_rate else round(l.amount_source * r.fx_rate, t.currency_decimals) end as amount,
    case when o.currency_source = t.currency then l.amount_untaxed_source * r.fx_rate
      else round(l.amount_untaxed_source * r.fx_rate, t.currency_decimals) end as amount_untaxed,
    case when o.currency_source = t.currency then l.amount_discount_source * r.fx_rate
      else round(l.amount_discount_source * r.fx_rate, t.currency_decimals) end as amount_discount
) as c
where o.is_sale and o.deleted_at is null and l.deleted_at is null;

comment on view public.order_lines is
'Líneas de las ventas de orders; no están las de presupuestos, espejos ni otros documentos que no son venta. Una fila por línea; solo line_kind = product es un producto, y gift_card no es parte del total del pedido. Montos sin sufijo en la moneda de la empresa, con impuestos, después de sus descuentos y su parte de los del pedido: monto de origen por el tipo de cambio del pedido, redondeado a los decimales de la moneda (las líneas de un pedido en otra moneda pueden diferir de su total por redondeo). Nulos sin tipo de cambio o si la moneda de la línea no es la del pedido. Debe cuadrar con: las líneas del pedido en su propio sistema.';
comment on column public.order_lines.id is 'Identificador de la línea.';
comment on column public.order_lines.tenant_id is 'Empresa.';
comment on column public.order_lines.order_id is 'Venta (orders.id).';
comment on column public.order_lines.source is 'Sistema de origen.';
comment on column public.order_lines.source_id is 'Identificador de la línea en el origen; shipping-… es despacho, tip-… propina.';
comment on column public.order_lines.product_id is 'Producto; nulo en líneas sin producto.';
comment on column public.order_lines.line_kind is 'product, shipping, discount, tip, gift_card, reward, down_payment, section u other.';
comment on column public.order_lines.sku is 'SKU escrito en la línea.';
comment on column public.order_lines.name is 'Descripción.';
comment on column public.order_lines.quantity is 'Cantidad, en la unidad de la línea.';
comment on column public.order_lines.units is 'Cantidad en la unidad de referencia del producto (2 docenas = 24); solo en líneas de producto, nula si no se puede convertir.';
comment on column public.order_lines.units_unknown_because is 'Por qué no hay units: unit_unknown, unit_of_other_kind o product_unknown.';
comment on column public.order_lines.currency is 'Moneda de la empresa.';
comment on column public.order_lines.amount is 'Total de la línea con impuestos, después de descuentos, en la moneda de la empresa.';
comment on column public.order_lines.amount_untaxed is 'Sin impuestos.';
comment on column public.order_lines.amount_tax is 'Impuestos: amount menos amount_untaxed.';
comment on column public.order_lines.amount_discount is 'Descuentos con impuestos, positivo; ya restados de amount.';
comment on column public.order_lines.unit_price_source is 'Precio unitario como lo declara el origen, en su moneda.';
comment on column public.order_lines.amount_source is 'Total de la línea en la moneda del documento.';
comment on column public.order_lines.currency_source is 'Moneda del documento.';
comment on column public.order_lines.created_at is 'Momento de la venta.';
comment on column public.order_lines.business_day is 'Día local de la venta.';

grant select on public.order_lines to kpi_reader, kpi_analyst, kpi_writer;
