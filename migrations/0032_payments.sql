-- Payments of customers in the books, and which documents each one pays.

call ops.create_fact('public.payments');
alter table public.payments
  add column name text not null,
  add column direction text not null check (direction in ('inbound', 'outbound')),
  add column state text not null check (state in ('draft', 'posted', 'cancelled')),
  add column source_status text not null,
  add column payment_date date not null,
  add column currency_source text not null,
  add column amount_source numeric not null,
  add column amount_company numeric,
  add column currency_company text,
  add column journal text not null,
  add column reference text,
  add column matched boolean,
  add column customer_id uuid,
  add column company text;
comment on table public.payments is 'Pagos de clientes según los libros, también en borrador y anulados. Montos positivos; direction dice si entró o salió dinero. Debe cuadrar con: Odoo, Contabilidad, Clientes, Pagos, por fecha y diario.';
comment on column public.payments.name is 'Número visible en el origen.';
comment on column public.payments.direction is 'inbound: dinero que entra; outbound: dinero devuelto.';
comment on column public.payments.state is 'draft, posted o cancelled. Solo posted está en los libros.';
comment on column public.payments.source_status is 'Estado con la palabra del origen.';
comment on column public.payments.payment_date is 'Fecha del pago; es el día y nunca se convierte.';
comment on column public.payments.currency_source is 'Moneda del pago.';
comment on column public.payments.amount_source is 'Monto, moneda del pago.';
comment on column public.payments.amount_company is 'Monto en la moneda de la compañía según sus libros; nulo si el origen no lo dice.';
comment on column public.payments.currency_company is 'Moneda de la compañía.';
comment on column public.payments.journal is 'Diario en que está: banco, caja o pasarela.';
comment on column public.payments.reference is 'Números que cita: pedido, documento o transacción. Sin texto libre.';
comment on column public.payments.matched is 'Si ya se concilió con la cartola del banco; nulo si el origen no lo dice.';
comment on column public.payments.customer_id is 'Cliente.';
comment on column public.payments.company is 'Compañía del origen.';
create index payments_day on public.payments (tenant_id, payment_date) where state = 'posted';

call ops.create_fact('public.payment_allocations');
alter table public.payment_allocations
  add column payment_id uuid not null,
  add column invoice_id uuid not null,
  add column allocated_on date,
  add column amount_company numeric not null,
  add column currency_company text not null;
comment on table public.payment_allocations is 'Qué parte de cada pago paga qué documento (conciliación parcial de los libros).';
comment on column public.payment_allocations.payment_id is 'Pago.';
comment on column public.payment_allocations.invoice_id is 'Documento que paga, o nota de crédito que devuelve.';
comment on column public.payment_allocations.allocated_on is 'La más tardía de las fechas del pago y del documento; nula si el origen no la dice.';
comment on column public.payment_allocations.amount_company is 'Monto, moneda de la compañía.';
comment on column public.payment_allocations.currency_company is 'Moneda de la compañía.';
create index payment_allocations_invoice on public.payment_allocations (tenant_id, invoice_id);
create index payment_allocations_payment on public.payment_allocations (tenant_id, payment_id);
