-- depends:
-- Dashboards: Ventas
-- Meaning: orders whose total is not what the shop's own ledger says was agreed, a warning to look at (MEANING 2): the order counts with its
--   total all the same.
-- Grain: one row per Shopify order that differs; none when all is well.
-- Unit: the document's own currency.
-- Source: public.source_orders: amount_total_source, and amount_ledger_source from Order.agreements.
-- Formula: difference = amount_total_source - amount_ledger_source. The ledger is the sum of all sales of agreements ORDER and ORDER_EDIT
--   without gift cards; REFUND and RETURN are refunds.
-- Debe cuadrar con: Shopify, la cronología del pedido (pedido y ediciones) frente a su total.
-- Bad input: an order whose agreements were not read whole has no ledger and is not here. A row goes by itself when the order is read again
--   and agrees.
-- Explain: select 'order' as entity, d.id, d.difference as contribution from kpi.ledger_differences d where d.tenant_id = $1::uuid
--   and d.business_day = $2::date
create or replace view kpi.ledger_differences with (security_invoker = true) as
select
  o.tenant_id,
  o.id,
  o.source_id,
  o.name || coalesce(' · ' || o.shop, '') as source_ref,
  o.status,
  o.currency_source,
  o.amount_total_source,
  o.amount_ledger_source,
  o.amount_total_source - o.amount_ledger_source as difference,
  o.created_at,
  o.business_day
from public.source_orders as o
where o.amount_ledger_source <> o.amount_total_source and o.deleted_at is null;

comment on view kpi.ledger_differences is
'Pedidos cuyo total no es lo que dice el registro de acuerdos de la propia tienda: un aviso para revisar, el pedido cuenta igual con su total. Una fila por pedido de Shopify que difiere, en la moneda del documento. difference = total − suma de los acuerdos ORDER y ORDER_EDIT sin tarjetas de regalo. Sin registro leído por completo no hay fila. Debe cuadrar con: Shopify, la cronología del pedido frente a su total.';
comment on column kpi.ledger_differences.tenant_id is 'Empresa.';
comment on column kpi.ledger_differences.id is 'Documento (source_orders.id).';
comment on column kpi.ledger_differences.source_id is 'Identificador en Shopify.';
comment on column kpi.ledger_differences.source_ref is 'Número visible, con su tienda.';
comment on column kpi.ledger_differences.status is 'Estado del documento.';
comment on column kpi.ledger_differences.currency_source is 'Moneda del documento.';
comment on column kpi.ledger_differences.amount_total_source is 'Total del pedido.';
comment on column kpi.ledger_differences.amount_ledger_source is 'Suma de los acuerdos.';
comment on column kpi.ledger_differences.difference is 'Total menos suma de los acuerdos.';
comment on column kpi.ledger_differences.created_at is 'Momento de la venta.';
comment on column kpi.ledger_differences.business_day is 'Su día local.';

grant select on kpi.ledger_differences to kpi_reader, kpi_analyst, kpi_writer;
