-- Documents of the ERP: invoices, debit and credit notes with their lines, and what they change of orders and refunds.

call ops.create_fact('public.invoices', false);
alter table public.invoices
  add column name text not null,
  add column kind text not null,
  add column state text not null,
  add column payment_state text,
  add column document_type text,
  add column folio text,
  add column invoice_date date,
  add column currency_source text not null,
  add column amount_total_source numeric not null,
  add column amount_untaxed_source numeric not null,
  add column amount_tax_source numeric not null,
  add column amount_net_source numeric,
  add column amount_exempt_source numeric,
  add column amount_iva_source numeric,
  add column amount_other_taxes_source numeric,
  add column amount_total_company numeric,
  add column currency_company text,
  add column reversed_invoice_id uuid,
  add column debited_invoice_id uuid,
  add column reference_type text,
  add column reference_folio text,
  add column reference_reason text,
  add column sii_state text,
  add column customer_id uuid,
  add column buyer_rut text,
  add column company text,
  add column intercompany boolean not null,
  add column amount_total numeric,
  add column amount_untaxed numeric;
comment on table public.invoices is 'Documentos de venta emitidos: boletas, facturas, notas de débito y de crédito, también en borrador y anulados. Montos positivos en todos; kind dice si suman o restan. Debe cuadrar con: Odoo, libro de ventas, y Registro de Ventas del SII del mes, por invoice_date y document_type, solo state posted.';
comment on column public.invoices.name is 'Número visible en el origen.';
comment on column public.invoices.kind is 'invoice, debit_note o credit_note.';
comment on column public.invoices.state is 'draft, posted o cancelled. Solo posted es un documento emitido.';
comment on column public.invoices.payment_state is 'Estado de pago con la palabra del origen.';
comment on column public.invoices.document_type is 'Código del SII: 33, 34, 39, 41, 56, 61, 110, 111, 112; nulo si el origen no lo dice.';
comment on column public.invoices.folio is 'Folio, sin ceros a la izquierda. El mismo en dos tipos es normal.';
comment on column public.invoices.invoice_date is 'Fecha del documento; es el día y nunca se convierte. Nula en borradores.';
comment on column public.invoices.currency_source is 'Moneda del documento.';
comment on column public.invoices.amount_total_source is 'Total con impuestos, moneda del documento.';
comment on column public.invoices.amount_untaxed_source is 'Sin impuestos, moneda del documento.';
comment on column public.invoices.amount_tax_source is 'Todos los impuestos, moneda del documento.';
comment on column public.invoices.amount_net_source is 'Neto: base afecta a IVA; nulo si no se puede leer qué impuesto es IVA.';
comment on column public.invoices.amount_exempt_source is 'Exento: base sin IVA; nulo si no se puede leer.';
comment on column public.invoices.amount_iva_source is 'IVA; nulo si no se puede leer.';
comment on column public.invoices.amount_other_taxes_source is 'Otros impuestos (ILA y demás): impuestos menos IVA.';
comment on column public.invoices.amount_total_company is 'Total en la moneda de la compañía según sus libros, con signo: negativo en notas de crédito.';
comment on column public.invoices.currency_company is 'Moneda de la compañía.';
comment on column public.invoices.reversed_invoice_id is 'Documento que una nota de crédito revierte.';
comment on column public.invoices.debited_invoice_id is 'Documento al que una nota de débito agrega.';
comment on column public.invoices.reference_type is 'Tipo del documento citado.';
comment on column public.invoices.reference_folio is 'Folio del documento citado.';
comment on column public.invoices.reference_reason is 'Razón de la referencia: 1 anula, 2 corrige texto, 3 corrige monto.';
comment on column public.invoices.sii_state is 'Estado en el SII con la palabra del origen, donde se puede leer.';
comment on column public.invoices.customer_id is 'Comprador.';
comment on column public.invoices.buyer_rut is 'RUT del comprador, solo si es de empresa.';
comment on column public.invoices.company is 'Compañía del origen que emite.';
comment on column public.invoices.intercompany is 'Si el comprador es otra compañía de la misma empresa.';
comment on column public.invoices.amount_total is 'Total en la moneda de la empresa, al cambio del día del documento según los libros; nulo si no se conoce.';
comment on column public.invoices.amount_untaxed is 'Sin impuestos, moneda de la empresa.';
create index invoices_day on public.invoices (tenant_id, invoice_date) where state = 'posted';
create index invoices_reversed on public.invoices (tenant_id, reversed_invoice_id) where reversed_invoice_id is not null;
-- Readers never see a buyer's RUT, not even a company's: finance reads it as analyst.
do $$
begin
  execute (select format('grant select (%s) on public.invoices to kpi_reader', string_agg(quote_ident(a.attname), ', ' order by a.attnum))
    from pg_attribute a where a.attrelid = 'public.invoices'::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'buyer_rut');
end $$;

call ops.create_fact('public.invoice_lines');
alter table public.invoice_lines
  add column invoice_id uuid not null,
  add column order_id uuid,
  add column order_line_id uuid,
  add column product_id uuid,
  add column quantity numeric not null,
  add column amount_source numeric not null,
  add column amount_untaxed_source numeric not null,
  add column amount_tax_source numeric not null,
  add column currency_source text not null;
comment on table public.invoice_lines is 'Líneas de los documentos emitidos, cada una con el pedido que factura; un documento puede cubrir varios pedidos. Los montos suman el total del documento: su redondeo va en la línea mayor.';
comment on column public.invoice_lines.invoice_id is 'Documento.';
comment on column public.invoice_lines.order_id is 'Venta que factura; nula si no tiene.';
comment on column public.invoice_lines.order_line_id is 'Línea de la venta.';
comment on column public.invoice_lines.product_id is 'Producto.';
comment on column public.invoice_lines.quantity is 'Cantidad, en la unidad de la línea.';
comment on column public.invoice_lines.amount_source is 'Total con impuestos, moneda del documento.';
comment on column public.invoice_lines.amount_untaxed_source is 'Sin impuestos.';
comment on column public.invoice_lines.amount_tax_source is 'Impuestos.';
comment on column public.invoice_lines.currency_source is 'Moneda del documento.';
create index invoice_lines_invoice on public.invoice_lines (tenant_id, invoice_id);
create index invoice_lines_order on public.invoice_lines (tenant_id, order_id) where order_id is not null;

alter table public.source_orders
  add column stated_status text,
  add column delivered boolean,
  add column invoiced boolean,
  add column locked boolean,
  add column created_on date,
  add column invoice_id uuid,
  add column amount_invoiced numeric,
  add column cancelled_but_invoiced boolean not null default false;
comment on column public.source_orders.status is 'quotation, open, completed, refunded o cancelled: de lo que dice el documento, de sus documentos emitidos y de los ajustes de la empresa.';
comment on column public.source_orders.stated_status is 'Estado que dice el documento por sí solo.';
comment on column public.source_orders.delivered is 'Si está entregado, o no hay nada que entregar; nulo si el origen no lo dice.';
comment on column public.source_orders.invoiced is 'Si está facturado según el origen; nulo si no lo dice.';
comment on column public.source_orders.locked is 'Si está bloqueado en el origen; nulo si no lo dice.';
comment on column public.source_orders.created_on is 'Fecha de la venta, si el origen no dice la hora; entonces es el día.';
comment on column public.source_orders.invoice_id is 'Documento que es él mismo la venta, por no tener pedido.';
comment on column public.source_orders.amount_invoiced is 'Facturado menos notas de crédito, moneda de la empresa; nulo si no hay documento emitido conocido o no se pudo convertir.';
comment on column public.source_orders.cancelled_but_invoiced is 'Anulado en el origen, pero con documentos emitidos vigentes: sigue siendo una venta.';
comment on column public.source_orders.excluded_because is 'Por qué no es venta: test, zero_value, gift_card_only, intercompany, settlement (paga un pedido ya contado).';
create index source_orders_invoice on public.source_orders (tenant_id, invoice_id) where invoice_id is not null;

alter table public.refunds
  alter column amount_paid_back_source drop not null,
  add column created_on date,
  add column invoice_id uuid,
  add column amount_replaced_source numeric not null default 0;
comment on column public.refunds.amount_paid_back_source is 'Dinero efectivamente pagado de vuelta, moneda del documento; nulo si el origen no lo dice.';
comment on column public.refunds.created_on is 'Fecha de la devolución, si el origen no dice la hora; entonces es el día.';
comment on column public.refunds.invoice_id is 'Nota de crédito que es.';
comment on column public.refunds.amount_replaced_source is 'De ese valor, lo que otro documento de la misma venta volvió a facturar (documento reemplazado): no es devolución y no está en los montos en la moneda de la empresa.';
comment on column public.refunds.amount_total is 'Valor devuelto, moneda de la empresa, sin lo reemplazado por otro documento.';
create index refunds_invoice on public.refunds (tenant_id, invoice_id) where invoice_id is not null;

alter table public.tenants
  add column invoices_elsewhere boolean not null default false,
  add column locked_means_completed boolean not null default false;
comment on column public.tenants.invoices_elsewhere is 'Si emite sus documentos fuera de Odoo: entonces un pedido entregado está completo aunque Odoo lo tenga por facturar.';
comment on column public.tenants.locked_means_completed is 'Si un pedido bloqueado en Odoo cuenta como completo.';
