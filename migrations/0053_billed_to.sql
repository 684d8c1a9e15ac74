-- Whom a web order's document is to be made out to: the RUT typed at the checkout, as a customer record of its own. It is the document's and
-- not the shopper's, who may buy for a company.
alter table public.source_orders add column billed_to_id uuid;
comment on column public.source_orders.billed_to_id is 'A quién debe emitirse el documento, si en la caja de la tienda se escribió un RUT (public.customers, source_id tax:…).';
create index source_orders_billed_to on public.source_orders (tenant_id, billed_to_id) where billed_to_id is not null;
comment on table public.customers is 'Clientes, sin nombre, correo, teléfono ni dirección. También quien compró sin registrarse, uno por pedido (source_id guest:…), y el RUT que se escribió en la caja, uno por pedido (source_id tax:…).';
