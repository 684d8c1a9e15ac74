-- Status and invoiced amount of every order, from what it states and its posted documents (the rule is told in settle-documents.sql). Orders $2
-- (null: all).
with share as (
  select l.order_id, d.sign * l.amount_source as stated, l.currency_source as currency,
    d.sign * case when l.currency_source = t.currency then l.amount_source
      when d.amount_total_source = 0 then 0 else l.amount_source * d.amount_total / d.amount_total_source end as own
  from public.invoice_lines l
  join public.tenants t on t.id = l.tenant_id
  cross join lateral (
    select i.amount_total, i.amount_total_source, case when i.kind = 'credit_note' then -1 else 1 end as sign
    from public.invoices i where i.tenant_id = $1 and i.id = l.invoice_id and i.state = 'posted' and i.deleted_at is null offset 0) d
  where l.tenant_id = $1 and l.order_id is not null and l.deleted_at is null and ($2::uuid[] is null or l.order_id = any($2::uuid[]))
),
standing as (
  select order_id, bool_and(own is not null) as known, sum(own) as own, sum(stated) as stated, min(currency) = max(currency) as one_currency
  from share group by order_id
),
document_of as (
  select o.id, o.source, coalesce(o.stated_status, o.status) as stated, o.locked and t.locked_means_completed as closed,
    o.delivered and (o.invoiced or t.invoices_elsewhere) as done, coalesce(o.delivered, o.invoiced, o.locked) is not null as has_parts,
    s.order_id is not null as invoiced, case when s.known then round(s.own, t.currency_decimals) end as amount,
    case when s.one_currency then s.stated when s.known then s.own end <= 0 as given_back
  from public.source_orders o
  join public.tenants t on t.id = o.tenant_id
  left join standing s on s.order_id = o.id and o.source = 'odoo'
  where o.tenant_id = $1 and o.invoiced_order_id is null and ($2::uuid[] is null or o.id = any($2::uuid[]))
)
select id, c.status, amount as amount_invoiced, c.status = 'open' and stated = 'cancelled' and source = 'odoo' as cancelled_but_invoiced
from document_of
cross join lateral (
  select case
    when source <> 'odoo' or stated = 'quotation' or (stated = 'cancelled' and not invoiced) then stated
    when given_back then 'refunded'
    when stated = 'cancelled' then 'open'
    when not has_parts then stated
    when closed or done then 'completed'
    else 'open' end as status
) c
