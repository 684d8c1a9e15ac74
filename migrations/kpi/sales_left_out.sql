-- depends:
-- Dashboards: Ventas
-- Meaning: what somebody might miss in the sales figures, document by document, with the one reason (MEANING 4, 12-14, 18, 30).
-- Grain: one row per document. Quotations and carts are no sale and not here; a mirror is not here either, its original counts.
-- Unit: the document's own currency (amount_total_source, currency_source).
-- Source: public.source_orders.
-- Formula: the reason is the first that applies: test, intercompany, gift_card_only, zero_value (as stated by the document), cancelled,
--   waiting (an Odoo order that names a web order which has not arrived), not_invoiced (a confirmed Odoo order of a company that counts by
--   issued documents: with what of it no document has), without_rate (counted in orders, but without an amount).
-- Debe cuadrar con: la diferencia entre el total de pedidos de la pantalla de Shopify u Odoo y kpi.sales_by_day.
-- Bad input: a document with several reasons is shown once, with the first.
-- Explain: select 'order' as entity, l.id, 1 as contribution from kpi.sales_left_out l where l.tenant_id = $1 and l.business_day =
--   $2::date
create or replace view kpi.sales_left_out with (security_invoker = true) as
select
  o.tenant_id,
  case
    when o.excluded_because is not null then o.excluded_because
    when o.status = 'cancelled' then 'cancelled'
    when o.silent_because in ('waiting', 'not_invoiced') then o.silent_because
    else 'without_rate'
  end as reason,
  o.id,
  o.source,
  o.source_id,
  o.name || coalesce(' · ' || o.shop, '') as source_ref,
  o.status,
  o.currency_source,
  case
    when o.silent_because is distinct from 'not_invoiced' or coalesce(o.amount_invoiced, 0) = 0 then o.amount_total_source
    -- What was invoiced is in the company's currency, and is that share of the order.
    when o.fx_rate = 1 then o.amount_total_source - o.amount_invoiced
    else round(o.amount_total_source * (1 - o.amount_invoiced / nullif(o.amount_total, 0)), 2)
  end as amount_total_source,
  o.created_at,
  o.business_day
from (
  -- Two halves that each have an index by day: documents that are no sale (source_orders_left_out, whose conditions are these), and sales
  -- without an amount (source_orders_without_rate).
  select *
  from public.source_orders as x
  where not x.is_sale and x.deleted_at is null and x.status <> 'quotation'
    and coalesce(x.silent_because, '') not in ('mirror', 'ordered', 'invoiced', 'replacement')
  union all
  select * from public.source_orders as x where x.is_sale and x.amount_total is null
) as o
where o.deleted_at is null
  and o.status <> 'quotation'
  and coalesce(o.silent_because, '') not in ('mirror', 'ordered', 'invoiced', 'replacement')
  and (
    o.excluded_because is not null or o.status = 'cancelled' or o.silent_because = 'waiting' or o.amount_total is null
    or (o.silent_because = 'not_invoiced' and o.status in ('open', 'completed') and o.amount_total > coalesce(o.amount_invoiced, 0)));

comment on view kpi.sales_left_out is
'Lo que alguien podría echar de menos en las cifras de venta, documento por documento y con su motivo. Una fila por documento; no están los presupuestos ni los espejos (cuenta su original). En la moneda del documento. El motivo es el primero que se cumple: test, intercompany, gift_card_only, zero_value, cancelled (anulado antes de pagar), waiting (pedido de Odoo que cita un pedido web que aún no llega), not_invoiced (pedido de Odoo confirmado de una empresa que cuenta por documentos emitidos: lo que de él ningún documento factura), without_rate (contado en orders, pero sin monto por falta de tipo de cambio). Debe cuadrar con: la diferencia entre el total de pedidos que muestra Shopify u Odoo y kpi.sales_by_day.';
comment on column kpi.sales_left_out.tenant_id is 'Empresa.';
comment on column kpi.sales_left_out.reason is 'Motivo: test, intercompany, gift_card_only, zero_value, cancelled, waiting, not_invoiced o without_rate.';
comment on column kpi.sales_left_out.id is 'Documento (source_orders.id).';
comment on column kpi.sales_left_out.source is 'Sistema de origen.';
comment on column kpi.sales_left_out.source_id is 'Identificador en el origen.';
comment on column kpi.sales_left_out.source_ref is 'Número visible.';
comment on column kpi.sales_left_out.status is 'Estado del documento.';
comment on column kpi.sales_left_out.currency_source is 'Moneda del documento.';
comment on column kpi.sales_left_out.amount_total_source is 'Total en la moneda del documento; de un pedido por facturar, lo que falta facturar.';
comment on column kpi.sales_left_out.created_at is 'Momento del documento.';
comment on column kpi.sales_left_out.business_day is 'Su día local.';

grant select on kpi.sales_left_out to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.sales_left_out(first_day date, last_day date) returns setof kpi.sales_left_out
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.sales_left_out as d where d.business_day between $1 and $2;
end $$;

comment on function kpi.sales_left_out(date, date) is 'Las filas de kpi.sales_left_out del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.sales_left_out(date, date) from public;
grant execute on function kpi.sales_left_out(date, date) to kpi_reader, kpi_analyst, kpi_writer;
