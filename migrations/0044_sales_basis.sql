-- Which of Odoo's documents is the sale: the order, or each posted invoice. Every posted invoice is kept as a document of its own for each order
-- it invoices; which of the two speaks is decided by the company's setting, where links decide it too.

alter table public.tenants
  add column sales_basis text not null default 'orders' check (sales_basis in ('orders', 'invoices'));
comment on column public.tenants.sales_basis is 'Qué documento de Odoo cuenta como venta: orders (el pedido, en su día) o invoices (cada documento emitido, en su fecha).';

alter table public.source_orders add column invoiced_order_id uuid;
comment on column public.source_orders.invoice_id is 'Documento emitido que es él mismo la venta: por no tener pedido o, con invoiced_order_id, si la empresa cuenta por documentos.';
comment on column public.source_orders.invoiced_order_id is 'Pedido que factura este documento; uno que factura varios está una vez por pedido, con su parte.';

alter table public.source_orders drop constraint source_orders_silent_because_check;
alter table public.source_orders add constraint source_orders_silent_because_check
  check (silent_because in ('mirror', 'waiting', 'duplicate', 'ordered', 'invoiced', 'not_invoiced', 'replacement'));
comment on column public.source_orders.silent_because is 'mirror: habla el documento del otro sistema. waiting: cita un pedido que aún no llega. duplicate: otro documento de Odoo habla por el mismo pedido de la tienda. ordered: documento cuyo pedido cuenta. invoiced: pedido cuyos documentos emitidos cuentan. not_invoiced: pedido sin facturar, o solo en parte, de una empresa que cuenta por documentos. replacement: documento que reemplaza a otro ya contado.';

create index source_orders_invoiced on public.source_orders (tenant_id, invoiced_order_id) where invoiced_order_id is not null;
-- Documents whose sale another one is are not looked for among what is left out of sales.
drop index public.source_orders_left_out;
create index source_orders_left_out on public.source_orders (tenant_id, business_day)
  where not is_sale and deleted_at is null and status <> 'quotation'
    and coalesce(silent_because, '') not in ('mirror', 'ordered', 'invoiced', 'replacement');
