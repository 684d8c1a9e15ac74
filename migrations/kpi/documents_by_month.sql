-- depends:
-- Dashboards: Ventas
-- Meaning: posted documents of a month by type, as the libro de ventas lists them (MEANING 32, 41).
-- Grain: one row per month of invoice_date, issuing company, SII document type and kind.
-- Unit: the tenant's currency, at the rate of the books; below zero for credit notes. Folios are numbers.
-- Source: public.invoices, state posted (folios of cancelled ones, too, for the gaps).
-- Formula: a document in another currency is converted part by part, the neto is what the others leave of its total, so that the parts add up
--   to the peso. amount_unsplit holds documents whose taxes cannot be told apart (no right to read them): they are in no part.
--   missing_folios = last - first + 1 - distinct folios used in the month; null where no document has one.
-- Debe cuadrar con: Odoo, libro de ventas del mes, y SII, Registro de Ventas del mes por tipo de documento (cantidad, neto, exento, IVA, total).
-- Bad input: without rate in the books -> documents counted, amounts left out (documents_without_rate). Without type or folio -> null. A
--   folio used twice by one company and type -> duplicate_folios.
-- Explain: select 'invoice' as entity, i.id, case when i.kind = 'credit_note' then -i.amount_total else i.amount_total end as contribution
--   from public.invoices i where i.tenant_id = $1 and i.state = 'posted' and i.deleted_at is null and i.invoice_date >= date_trunc('month',
--   $2::date)::date and i.invoice_date < (date_trunc('month', $2::date) + interval '1 month')::date
create or replace view kpi.documents_by_month with (security_invoker = true) as
select
  i.tenant_id,
  date_trunc('month', i.invoice_date)::date as month,
  i.company,
  i.document_type,
  i.kind,
  t.currency,
  count(*) filter (where i.state = 'posted') as documents,
  min(f.folio) filter (where i.state = 'posted') as first_folio,
  max(f.folio) filter (where i.state = 'posted') as last_folio,
  max(f.folio) - min(f.folio) + 1 - count(distinct f.folio) as missing_folios,
  count(f.folio) filter (where i.state = 'posted') - count(distinct f.folio) filter (where i.state = 'posted') as duplicate_folios,
  coalesce(sum(s.sign * (i.amount_total - p.exempt - p.iva - p.other)), 0) as amount_net,
  coalesce(sum(s.sign * p.exempt), 0) as amount_exempt,
  coalesce(sum(s.sign * p.iva), 0) as amount_iva,
  coalesce(sum(s.sign * p.other), 0) as amount_other_taxes,
  coalesce(sum(s.sign * i.amount_total) filter (where p.iva is null), 0) as amount_unsplit,
  coalesce(sum(s.sign * i.amount_total), 0) as amount_total,
  count(*) filter (where i.state = 'posted' and i.amount_total is null) as documents_without_rate
from public.invoices as i
join public.tenants as t on t.id = i.tenant_id
cross join lateral (select case when i.state <> 'posted' then 0 when i.kind = 'credit_note' then -1 else 1 end as sign) as s
cross join lateral (select case when i.folio ~ '^[0-9]{1,18}$' then i.folio::bigint end as folio) as f
cross join lateral (
  select case when i.currency_source = t.currency or i.amount_total_source = 0 then 1 else i.amount_total / i.amount_total_source end as rate
) as r
cross join lateral (
  select
    round(i.amount_exempt_source * r.rate, t.currency_decimals) as exempt,
    round(i.amount_iva_source * r.rate, t.currency_decimals) as iva,
    round(i.amount_other_taxes_source * r.rate, t.currency_decimals) as other
) as p
where i.deleted_at is null and i.state in ('posted', 'cancelled') and i.invoice_date is not null
group by i.tenant_id, date_trunc('month', i.invoice_date)::date, i.company, i.document_type, i.kind, t.currency
having count(*) filter (where i.state = 'posted') > 0;

comment on view kpi.documents_by_month is
'Documentos emitidos del mes por tipo, como en el libro de ventas. Una fila por mes de invoice_date, compañía que emite, tipo del SII y clase. En la moneda de la empresa, al cambio de los libros; negativo en notas de crédito. amount_net + amount_exempt + amount_iva + amount_other_taxes + amount_unsplit = amount_total, al peso. Debe cuadrar con: Odoo, libro de ventas del mes, y SII, Registro de Ventas del mes por tipo de documento (cantidad, neto, exento, IVA, total).';
comment on column kpi.documents_by_month.tenant_id is 'Empresa.';
comment on column kpi.documents_by_month.month is 'Primer día del mes, por fecha del documento.';
comment on column kpi.documents_by_month.company is 'Compañía del origen que emite.';
comment on column kpi.documents_by_month.document_type is 'Código del SII: 33, 34, 39, 41, 56, 61, 110, 111, 112; nulo si el origen no lo dice.';
comment on column kpi.documents_by_month.kind is 'invoice, debit_note o credit_note.';
comment on column kpi.documents_by_month.currency is 'Moneda de los montos: la de la empresa.';
comment on column kpi.documents_by_month.documents is 'Documentos emitidos.';
comment on column kpi.documents_by_month.first_folio is 'Primer folio.';
comment on column kpi.documents_by_month.last_folio is 'Último folio.';
comment on column kpi.documents_by_month.missing_folios is 'Folios entre el primero y el último que ningún documento del mes usa, ni anulado; nulo si no hay folios.';
comment on column kpi.documents_by_month.duplicate_folios is 'Documentos cuyo folio ya tiene otro del mismo tipo y compañía.';
comment on column kpi.documents_by_month.amount_net is 'Neto afecto a IVA.';
comment on column kpi.documents_by_month.amount_exempt is 'Exento.';
comment on column kpi.documents_by_month.amount_iva is 'IVA.';
comment on column kpi.documents_by_month.amount_other_taxes is 'Otros impuestos: ILA y demás.';
comment on column kpi.documents_by_month.amount_unsplit is 'Total de los documentos cuyos impuestos no se pueden distinguir: no está en los cuatro anteriores.';
comment on column kpi.documents_by_month.amount_total is 'Total con impuestos.';
comment on column kpi.documents_by_month.documents_without_rate is 'Documentos sin tipo de cambio en los libros: contados, pero en ningún monto.';

grant select on kpi.documents_by_month to kpi_reader, kpi_analyst, kpi_writer;
