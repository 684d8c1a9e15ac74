-- What a gateway pays out, and of which transactions each payout is made.

call ops.create_fact('public.payouts');
alter table public.payouts
  add column created_at timestamptz not null,
  add column business_day date not null,
  add column status text not null,
  add column direction text not null check (direction in ('deposit', 'withdrawal')),
  add column gateway text not null,
  add column reference text,
  add column currency_source text not null,
  add column amount_source numeric not null,
  add column amount_charges_source numeric not null,
  add column amount_refunds_source numeric not null,
  add column amount_adjustments_source numeric not null,
  add column amount_other_source numeric not null,
  add column amount_fee_source numeric not null;
comment on table public.payouts is 'Abonos de una pasarela a la cuenta bancaria (y cargos, cuando el saldo es negativo). amount_source = cobros + devoluciones + ajustes + otros − comisiones, al centavo. Debe cuadrar con: Shopify, Finanzas, Payouts, y la cartola del banco por reference.';
comment on column public.payouts.created_at is 'Momento de emisión.';
comment on column public.payouts.business_day is 'Su día local.';
comment on column public.payouts.status is 'Estado con la palabra del origen: SCHEDULED, IN_TRANSIT, PAID, FAILED, CANCELED.';
comment on column public.payouts.direction is 'deposit: abono; withdrawal: cargo.';
comment on column public.payouts.gateway is 'Medio de pago, con el mismo nombre que en order_payments.';
comment on column public.payouts.reference is 'Número con que lo muestra el banco; nulo si el origen no lo dice.';
comment on column public.payouts.currency_source is 'Moneda.';
comment on column public.payouts.amount_source is 'Monto abonado; negativo en cargos.';
comment on column public.payouts.amount_charges_source is 'Cobros, antes de comisiones.';
comment on column public.payouts.amount_refunds_source is 'Devoluciones (negativo).';
comment on column public.payouts.amount_adjustments_source is 'Ajustes y disputas.';
comment on column public.payouts.amount_other_source is 'Reservas, reintentos y lo demás.';
comment on column public.payouts.amount_fee_source is 'Comisiones, positivo si se descuentan.';
create index payouts_day on public.payouts (tenant_id, business_day);

call ops.create_fact('public.payout_transactions');
alter table public.payout_transactions
  add column payout_id uuid,
  add column order_id uuid,
  add column order_payment_id uuid,
  add column created_at timestamptz not null,
  add column business_day date not null,
  add column kind text not null,
  add column gateway text not null,
  add column is_test boolean not null,
  add column currency_source text not null,
  add column amount_source numeric not null,
  add column amount_fee_source numeric not null,
  add column amount_net_source numeric not null;
comment on table public.payout_transactions is 'Movimientos del saldo en la pasarela: cobros, devoluciones, disputas y ajustes, con su comisión y el abono en que van.';
comment on column public.payout_transactions.payout_id is 'Abono en que va; nulo mientras no se emite.';
comment on column public.payout_transactions.order_id is 'Pedido.';
comment on column public.payout_transactions.order_payment_id is 'Transacción de pago del pedido.';
comment on column public.payout_transactions.created_at is 'Momento.';
comment on column public.payout_transactions.business_day is 'Su día local.';
comment on column public.payout_transactions.kind is 'Tipo según el origen: CHARGE, REFUND, ADJUSTMENT…';
comment on column public.payout_transactions.gateway is 'Medio de pago, con el mismo nombre que en order_payments.';
comment on column public.payout_transactions.is_test is 'Movimiento de prueba.';
comment on column public.payout_transactions.currency_source is 'Moneda.';
comment on column public.payout_transactions.amount_source is 'Monto antes de comisión; negativo en devoluciones.';
comment on column public.payout_transactions.amount_fee_source is 'Comisión, positiva si se descuenta.';
comment on column public.payout_transactions.amount_net_source is 'Monto menos comisión.';
create index payout_transactions_day on public.payout_transactions (tenant_id, business_day);
create index payout_transactions_payout on public.payout_transactions (tenant_id, payout_id) where payout_id is not null;
create index payout_transactions_order on public.payout_transactions (tenant_id, order_id) where order_id is not null;
