-- Status and voice of every issued document of an order (the rule is told in settle-invoiced.sql), from its order and credit notes as they are
-- settled. Documents $2 (null: all).
with whole as (
  select l.order_id, l.invoice_id, sum(l.amount_source) as amount
  from public.source_orders h
  join public.invoice_lines l on l.tenant_id = h.tenant_id and l.invoice_id = h.invoice_id and l.order_id = h.invoiced_order_id and l.deleted_at is null
  where h.tenant_id = $1 and h.invoiced_order_id is not null
    and ($2::uuid[] is null or h.invoiced_order_id in (
      select x.invoiced_order_id from public.source_orders x where x.tenant_id = $1 and x.id = any($2::uuid[])))
  group by l.order_id, l.invoice_id
),
further as (
  select s.id
  from (
    select h.id, w.order_id, w.amount,
      rank() over (partition by w.order_id, w.amount order by h.created_on desc, length(h.source_id) desc, h.source_id desc) as from_last
    from whole w
    join public.source_orders h on h.tenant_id = $1 and h.invoiced_order_id = w.order_id and h.invoice_id = w.invoice_id and h.deleted_at is null
  ) s
  join (
    select r.order_id, r.amount_total_source as amount, count(*) as n
    from public.refunds r
    where r.tenant_id = $1 and r.deleted_at is null and r.invoice_id is not null and r.amount_replaced_source > 0
      and r.amount_replaced_source = r.amount_total_source
    group by r.order_id, r.amount_total_source
  ) c on c.order_id = s.order_id and c.amount = s.amount
  where s.from_last <= c.n
)
select h.id, v.because is null as speaks, v.because as silent_because,
  case
    when t.sales_basis = 'orders' then h.stated_status
    when o.status = 'refunded' then o.status
    when o.delivered is false and not (o.locked is true and t.locked_means_completed) then 'open'
    else h.stated_status end as status
from public.tenants t
join public.source_orders h on h.tenant_id = t.id and h.invoiced_order_id is not null
left join public.source_orders o on o.tenant_id = t.id and o.id = h.invoiced_order_id and o.deleted_at is null
left join further f on f.id = h.id
cross join lateral (
  select case
    -- The order leaves the word to its documents, or is not there.
    when o.silent_because in ('invoiced', 'not_invoiced') or (t.sales_basis = 'invoices' and o.id is null)
      then case when f.id is not null then 'replacement' end
    when t.sales_basis = 'orders' then 'ordered'
    else coalesce(o.silent_because, 'ordered') end as because
) v
where t.id = $1 and ($2::uuid[] is null or h.id = any($2::uuid[]))
