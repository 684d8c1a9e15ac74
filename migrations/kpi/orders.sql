-- depends:
-- Dashboards: Ejecutiva, Tenant, Ventas
-- Meaning: every sale exactly once, and nothing but sales (MEANING 1-4). A sale is a confirmed document of status open, completed or
--   refunded that speaks for itself: no quotation, cart, cancelled, test, zero-value, gift-card-only or intercompany document, no mirror,
--   no tombstone. It stays on its day for good; what is given back is a row of refunds and never changes it.
--   Of Odoo the sale is the order on its day or, where the company counts by documents (tenants.sales_basis, MEANING 13), each posted invoice
--   on its date: then an invoice of several orders is a sale of each, for its share.
-- Grain: one row per sale. id is the id of the speaking document.
-- Unit: every amount without suffix is in the tenant's currency (column currency, the same on every row of a tenant); *_source amounts are
--   in currency_source. With tax, before returns.
-- Source: public.source_orders (Shopify orders; Odoo sale orders, issued documents, orders of the counter).
-- Formula: source_orders where is_sale. amount_total = amount_products + amount_shipping + amount_other = amount_untaxed + amount_tax.
--   amount_iva is a part of amount_tax, amount_exempt a part of amount_untaxed (MEANING 21). channel is the source's, by the tenant's own
--   name for it where it has one (tenants.channel_names); source_ref names the shop, as #1001 exists in each (MEANING 54, 56).
-- Debe cuadrar con: Shopify, informe Total sales antes de devoluciones por fecha de proceso (difiere en tarjetas de regalo vendidas y en
--   pedidos anulados sin pago); Odoo, pedidos de venta confirmados sin los que vienen de la tienda o, si la empresa cuenta por documentos,
--   facturas y boletas publicadas por fecha sin las de esos pedidos ni las que reemplazan a otra.
-- Bad input: no exchange rate -> the unsuffixed amounts are null (COUNT counts the sale, SUM leaves it out) and the row is in
--   kpi.sales_left_out. Null also where the tenant has no rate of that currency at all. amount_iva and amount_exempt are null too where the
--   source does not tell its taxes apart; amount_ledger where there is none (only Shopify has one) or it was not read whole.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.business_day
--   = $2::date
-- "deleted_at is null" repeats what is_sale already says: the planner cannot know it, and the reader's policy asks for it.
create or replace view public.orders with (security_invoker = true) as
select
  o.id,
  o.tenant_id,
  o.source,
  o.source_id,
  o.name || coalesce(' · ' || o.shop, '') as source_ref,
  o.status,
  o.payment_state,
  t.currency,
  o.amount_total,
  o.amount_untaxed,
  o.amount_tax,
  o.amount_products,
  o.amount_shipping,
  o.amount_discount,
  o.amount_other,
  o.amount_total_source,
  o.currency_source,
  o.fx_rate,
  o.fx_date,
  o.customer_id,
  coalesce(t.channel_names ->> o.channel, o.channel) as channel,
  o.created_at,
  o.business_day,
  o.cancelled_at,
  o.amount_iva,
  o.amount_exempt,
  o.amount_ledger
from public.source_orders as o
-- An outer join on the key: the planner drops it from every query that does not ask for the currency.
left join public.tenants as t on t.id = o.tenant_id
where o.is_sale and o.deleted_at is null;

comment on view public.orders is
'Cada venta exactamente una vez, y solo ventas: documentos confirmados (open, completed, refunded) que hablan por sí mismos; sin presupuestos, anulados, pruebas, valor cero, espejos ni borrados. De Odoo, el pedido en su día o, si la empresa cuenta por documentos (sales_basis), cada documento emitido en su fecha. Una fila por venta, en su día para siempre; lo devuelto está en refunds y no cambia la venta. Montos sin sufijo en la moneda de la empresa, con impuestos y antes de devoluciones; nulos si no hay tipo de cambio (ver kpi.sales_left_out). amount_total = amount_products + amount_shipping + amount_other = amount_untaxed + amount_tax. Debe cuadrar con: Shopify, Total sales antes de devoluciones por fecha de proceso (difiere en tarjetas de regalo vendidas y pedidos anulados sin pago); Odoo, pedidos confirmados (o documentos publicados) que no vienen de la tienda.';
comment on column public.orders.id is 'Identificador de la venta: el del documento que habla.';
comment on column public.orders.tenant_id is 'Empresa.';
comment on column public.orders.source is 'Sistema cuyo documento habla: shopify u odoo.';
comment on column public.orders.source_id is 'Identificador del documento en ese sistema.';
comment on column public.orders.source_ref is 'Número visible del documento, con su tienda: #1001 · mi-tienda, S00021.';
comment on column public.orders.status is 'open (en curso), completed (pagada y entregada) o refunded (devuelta por completo).';
comment on column public.orders.payment_state is 'unpaid, partial o paid; nulo si el origen no lo dice.';
comment on column public.orders.currency is 'Moneda de la empresa, la de todos los montos sin sufijo.';
comment on column public.orders.amount_total is 'Venta bruta: total con impuestos, despacho y propina, antes de devoluciones, sin tarjetas de regalo vendidas. Nulo sin tipo de cambio.';
comment on column public.orders.amount_untaxed is 'Total sin impuestos.';
comment on column public.orders.amount_tax is 'Todos los impuestos.';
comment on column public.orders.amount_products is 'Productos con impuestos, después de descuentos.';
comment on column public.orders.amount_shipping is 'Despacho con impuestos, después de descuentos.';
comment on column public.orders.amount_discount is 'Descuentos con impuestos, positivo; ya restados de los demás montos.';
comment on column public.orders.amount_other is 'Propinas, recargos y redondeo: total menos productos y despacho.';
comment on column public.orders.amount_iva is 'IVA, parte de amount_tax (licores y bebidas llevan además ILA); nulo si no se puede saber.';
comment on column public.orders.amount_exempt is 'Base sin IVA, parte de amount_untaxed; nula si no se puede saber.';
comment on column public.orders.amount_ledger is 'Control: suma de los acuerdos de venta y edición que lleva Shopify; si difiere de amount_total la venta está en kpi.ledger_differences.';
comment on column public.orders.amount_total_source is 'Total en la moneda del documento.';
comment on column public.orders.currency_source is 'Moneda del documento.';
comment on column public.orders.fx_rate is 'Unidades de la moneda de la empresa por una del documento; nulo si no se conoce.';
comment on column public.orders.fx_date is 'Fecha de ese tipo de cambio; nula si la moneda es la misma.';
comment on column public.orders.customer_id is 'Cliente.';
comment on column public.orders.channel is 'Canal de venta según el origen, con el nombre propio que le da la empresa.';
comment on column public.orders.created_at is 'Momento de la venta.';
comment on column public.orders.business_day is 'Día local de la venta, en la zona de la empresa.';
comment on column public.orders.cancelled_at is 'Anulación posterior al pago, según el origen; la venta sigue contando y lo devuelto está en refunds.';

grant select on public.orders to kpi_reader, kpi_analyst, kpi_writer;
