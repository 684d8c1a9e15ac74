-- What was invoiced and credited of each group's orders of the books: each document once per order, with the order's share of it, in the
-- document's currency and in the tenant's. $1 tenant.
create temporary table reconcile_issued on commit drop as
with share as (
  select p.group_id, p.id as order_id, g.shop_payment_state, l.invoice_id, sum(l.amount_source) as amount
  from reconcile_part p
  join reconcile_group g on g.group_id = p.group_id and g.in_range and g.sales > 0
  join public.invoice_lines l on l.tenant_id = $1::uuid and l.order_id = p.id and l.deleted_at is null
  where p.role in ('pair', 'surplus', 'erp_other')
  group by p.group_id, p.id, g.shop_payment_state, l.invoice_id
)
select s.group_id, s.order_id, i.id as invoice_id, i.name, i.kind, i.state, i.document_type, i.folio, i.invoice_date, i.payment_state, i.sii_state,
  i.customer_id, i.buyer_rut, i.company, i.reversed_invoice_id,
  case when i.reversed_invoice_id is not null then (
    select r.invoice_date from public.invoices r where r.tenant_id = $1 and r.id = i.reversed_invoice_id) end as reversed_date, i.reference_reason,
  case when i.amount_total_source = 0 then 0 else round(s.amount * i.amount_total / i.amount_total_source, t.decimals) end as amount,
  i.currency_source as currency, s.amount as share, s.shop_payment_state
from share s
cross join reconcile_terms t
join public.invoices i on i.tenant_id = $1 and i.id = s.invoice_id and i.deleted_at is null
