-- depends:
-- Dashboards: Ventas
-- Meaning: a closed month as it was closed, beside what the same month is now (MEANING 35): two Novembers, each by its name.
-- Grain: one row per tenant and month that is closed; a month that was opened again has none.
-- Unit: tenant's currency, with tax. Refunds above zero; documents are invoices and debit notes less credit notes.
-- Source: kpi.month_closings, written when a person closes or opens a month; kpi.sales_daily and public.invoices
--   for now.
-- Formula: *_closed is what was kept, *_now the sum over the month's local days, or documents of the month, as they are; changed = now - closed.
-- Debe cuadrar con: kpi reconcile show --month del mes: al cierre y hoy; y con la exportación del mes (kpi reconcile export).
-- Bad input: sales, refunds or documents without an exchange rate -> amount 0, as in the closing. A month never closed -> no row.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from kpi.month_closings m join public.orders o on o.tenant_id =
--   m.tenant_id and o.business_day >= m.month and o.business_day < (m.month + interval '1 month')::date where m.tenant_id = $1 and
--   m.reopened_at is null and m.month = date_trunc('month', $2::date)::date
create or replace view kpi.closed_months with (security_invoker = true) as
select
  m.tenant_id,
  m.month,
  t.currency,
  m.closed_at,
  m.is_forced,
  m.sales as sales_closed,
  s.sales as sales_now,
  m.sales_amount as sales_amount_closed,
  s.sales_amount as sales_amount_now,
  s.sales_amount - m.sales_amount as sales_amount_changed,
  m.refunds_amount as refunds_amount_closed,
  s.refunds_amount as refunds_amount_now,
  s.refunds_amount - m.refunds_amount as refunds_amount_changed,
  m.documents as documents_closed,
  d.documents as documents_now,
  m.documents_amount as documents_amount_closed,
  d.documents_amount as documents_amount_now,
  d.documents_amount - m.documents_amount as documents_amount_changed
from kpi.month_closings as m
join public.tenants as t on t.id = m.tenant_id
cross join lateral (
  select
    coalesce(sum(x.orders), 0)::bigint as sales,
    coalesce(sum(x.amount_total), 0) as sales_amount,
    coalesce(sum(x.refunds_amount), 0) as refunds_amount
  from kpi.sales_daily as x
  where x.tenant_id = m.tenant_id and x.day >= m.month and x.day < (m.month + interval '1 month')::date
) as s
cross join lateral (
  select
    count(*) as documents,
    coalesce(sum(case when x.kind = 'credit_note' then -x.amount_total else x.amount_total end), 0) as documents_amount
  from public.invoices as x
  where x.tenant_id = m.tenant_id and x.state = 'posted' and x.deleted_at is null
    and x.invoice_date >= m.month and x.invoice_date < (m.month + interval '1 month')::date
) as d
where m.reopened_at is null;

comment on view kpi.closed_months is
'Meses cerrados: cada mes como se cerró y, al lado, como es hoy. Una fila por empresa y mes cerrado, en la moneda de la empresa; un mes reabierto no está. Lo cerrado no cambia; lo de hoy se corrige cuando un origen cambia algo del mes. Debe cuadrar con: kpi reconcile show --month del mes, al cierre y hoy; y con la exportación del mes (kpi reconcile export).';
comment on column kpi.closed_months.tenant_id is 'Empresa.';
comment on column kpi.closed_months.month is 'Primer día del mes.';
comment on column kpi.closed_months.currency is 'Moneda de la empresa.';
comment on column kpi.closed_months.closed_at is 'Cuándo se cerró.';
comment on column kpi.closed_months.is_forced is 'Si se cerró aunque un origen no estaba al día o un puente no cerraba.';
comment on column kpi.closed_months.sales_closed is 'Ventas al cierre.';
comment on column kpi.closed_months.sales_now is 'Ventas hoy.';
comment on column kpi.closed_months.sales_amount_closed is 'Venta bruta al cierre.';
comment on column kpi.closed_months.sales_amount_now is 'Venta bruta hoy.';
comment on column kpi.closed_months.sales_amount_changed is 'Hoy menos al cierre.';
comment on column kpi.closed_months.refunds_amount_closed is 'Devoluciones al cierre.';
comment on column kpi.closed_months.refunds_amount_now is 'Devoluciones hoy.';
comment on column kpi.closed_months.refunds_amount_changed is 'Hoy menos al cierre.';
comment on column kpi.closed_months.documents_closed is 'Documentos emitidos al cierre.';
comment on column kpi.closed_months.documents_now is 'Documentos emitidos hoy.';
comment on column kpi.closed_months.documents_amount_closed is 'Total de los documentos al cierre: de venta menos notas de crédito.';
comment on column kpi.closed_months.documents_amount_now is 'Total de los documentos hoy.';
comment on column kpi.closed_months.documents_amount_changed is 'Hoy menos al cierre.';

grant select on kpi.closed_months to kpi_reader, kpi_analyst, kpi_writer;
