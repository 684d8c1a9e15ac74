-- Status of the ERP's orders $2, from what each states, its posted documents and the tenant's settings; the first rule that holds wins.
-- Documents as sales: settle-invoiced.sql. Drafts and cancelled documents are nothing. An order that is cancelled while documents stand stays a sale, and is flagged. Documents and
-- orders arrive in any order: whichever comes later settles both. `offset 0`: see link-orders.sql.
with decided as materialized (
  select o.id, s.status, round(f.invoiced, t.currency_decimals) as invoiced, o.stated = 'cancelled' and s.status = 'open' as flag,
    o.status as was, o.amount_invoiced, o.cancelled_but_invoiced
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select x.id, coalesce(x.stated_status, x.status) as stated, x.status, x.delivered, x.invoiced, x.locked, x.amount_invoiced, x.cancelled_but_invoiced
    from public.source_orders x where x.tenant_id = $1 and x.id = k.id and x.source = 'odoo' and x.invoiced_order_id is null offset 0) o
  join public.tenants t on t.id = $1
  cross join lateral (
    select count(*) as documents, count(distinct d.currency_source) as currencies, sum(d.sign * d.amount_source) as net,
      case when count(*) = count(d.amount) then sum(d.sign * d.amount) end as invoiced
    from (
      select l.amount_source, l.currency_source, case i.kind when 'credit_note' then -1 else 1 end as sign,
        case when l.currency_source = t.currency then l.amount_source
          when i.amount_total_source = 0 then 0 else l.amount_source * i.amount_total / i.amount_total_source end as amount
      from (select x.invoice_id, x.amount_source, x.currency_source from public.invoice_lines x
        where x.tenant_id = $1 and x.order_id = o.id and x.deleted_at is null offset 0) l
      cross join lateral (select x.kind, x.amount_total, x.amount_total_source from public.invoices x
        where x.tenant_id = $1 and x.id = l.invoice_id and x.state = 'posted' and x.deleted_at is null offset 0) i
    ) d
  ) f
  cross join lateral (
    select case
      when o.stated = 'quotation' then 'quotation'
      when o.stated = 'cancelled' and f.documents = 0 then 'cancelled'
      when f.documents > 0 and case f.currencies when 1 then f.net else f.invoiced end <= 0 then 'refunded'
      when o.stated = 'cancelled' then 'open'
      when o.delivered is null and o.invoiced is null and o.locked is null then o.stated
      when o.locked and t.locked_means_completed then 'completed'
      when o.delivered and (o.invoiced or t.invoices_elsewhere) then 'completed'
      else 'open' end as status
  ) s
)
update public.source_orders o
set status = d.status, amount_invoiced = d.invoiced, cancelled_but_invoiced = d.flag
from decided d
where o.tenant_id = $1 and o.id = any (array(select id from decided)) and o.id = d.id
  and (d.was, d.amount_invoiced, d.cancelled_but_invoiced) is distinct from (d.status, d.invoiced, d.flag)
returning o.id, o.business_day::text as day
