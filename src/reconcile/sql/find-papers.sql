-- What is wrong with single documents of matched orders: replaced by another (document_replaced: no refund, the sale counts once), of a type
-- that does not go with its buyer (document_type), a boleta from 135 UF on without a buyer's RUT (buyer_rut_required; not judged without a rate
-- of the UF of its day), refused by the SII or not sent after a day (dte_rejected), a folio used twice (folio_duplicate). $1 tenant.
insert into reconcile_finding (class, component, value, group_id, shop_order_id, erp_order_id, invoice_id, shop_name, erp_name, anchored_at, business_day, data)
with stands as materialized (
  select i.*, t.days, t.today, t.currency
  from reconcile_issued i
  cross join reconcile_terms t
  where i.state = 'posted'
),
-- Taken back whole by a credit note.
voided as (
  select distinct i.invoice_id, i.order_id
  from stands i
  join stands n on n.reversed_invoice_id = i.invoice_id and n.order_id = i.order_id
  where n.kind = 'credit_note' and n.amount >= i.amount and n.reference_reason is distinct from '2'
),
valid as (
  select i.*, c.id is not null as buyer_known, c.rut_display is null or c.rut_generic as without_rut,
    -- What is written on documents to nobody in particular, and to foreigners, is no company's.
    i.buyer_rut is not null and i.buyer_rut not in ('66666666-6', '55555555-5') and not coalesce(c.rut_generic, false) as to_company
  from stands i
  left join voided v on v.invoice_id = i.invoice_id and v.order_id = i.order_id
  left join public.customers c on c.tenant_id = $1::uuid and c.id = i.customer_id and c.deleted_at is null
  where i.kind = 'invoice' and v.invoice_id is null
),
uf as materialized (
  select x.rate_date, x.rate, x.id from public.exchange_rates x, reconcile_terms t
  where x.tenant_id = $1 and x.currency = 'CLF' and x.base_currency = t.currency and x.deleted_at is null
),
found as (
  select 'document_replaced' as class, i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date,
    sum(least(round(r.amount_replaced_source * coalesce(r.fx_rate, 1)), i.amount)) as value, '{}'::jsonb as data
  from stands i
  join public.refunds r on r.tenant_id = $1 and r.invoice_id = i.invoice_id and r.order_id = i.order_id and r.deleted_at is null
  where i.kind = 'credit_note' and r.amount_replaced_source > 0
  group by i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date
  union all
  select 'document_type', i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date, i.amount,
    jsonb_build_object('buyer', case when i.to_company then 'company' else 'person' end)
  from valid i
  where i.document_type in ('39', '41') and i.to_company or i.document_type in ('33', '34') and not i.to_company and i.buyer_known and i.without_rut
  union all
  select 'buyer_rut_required', i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date, i.amount,
    jsonb_build_object('uf', trim_scale(u.rate), 'limit', trim_scale(round(135 * u.rate)))
  from valid i
  cross join lateral (
    select x.rate from uf x where x.rate_date <= i.invoice_date and x.rate_date >= i.invoice_date - 7 order by x.rate_date desc, x.id limit 1) u
  where i.document_type in ('39', '41') and i.without_rut and i.amount >= 135 * (select min(rate) from uf) and i.amount >= 135 * u.rate
  union all
  select 'dte_rejected', i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date, i.amount, jsonb_build_object('sii', i.sii_state)
  from stands i
  where i.sii_state = 'rejected' or (i.sii_state = 'not_sent' and i.invoice_date + 1 < i.today)
  union all
  select 'folio_duplicate', i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date, i.amount, jsonb_build_object('other', min(x.name))
  from stands i
  join public.invoices x on x.tenant_id = $1 and x.state = 'posted' and x.document_type = i.document_type and x.folio = i.folio and x.deleted_at is null
  where x.company is not distinct from i.company and x.id <> i.invoice_id
  group by i.invoice_id, i.order_id, i.group_id, i.name, i.document_type, i.folio, i.invoice_date, i.amount
)
select f.class, 'document', f.value, g.group_id, g.shop_ids[1], f.order_id, f.invoice_id, g.shop_names[1], g.erp_names[1], g.anchored_at, g.business_day,
  jsonb_strip_nulls(jsonb_build_object('document', f.name, 'type', f.document_type, 'folio', f.folio, 'dated', f.invoice_date)) || f.data
from found f
join reconcile_group g on g.group_id = f.group_id and g.reason is null
