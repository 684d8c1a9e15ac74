-- Issued documents as sales: status and voice of those among $2, and of those of the orders among $2. Of most companies the order is the sale
-- ("ordered"). Where the company counts by issued documents (sales_basis), each speaks, for its share of the order, unless the order's sale is
-- another's: a shop order's ("mirror", "duplicate"), or that of one that has not come ("waiting"). While that is being changed a document
-- follows its order, as far as that has come: one of them speaks. Of the documents of an order that are of as
-- much as credit notes which they replaced (settle-replaced.sql), the latest are no further sale ("replacement"): the first one is, on its day.
-- A document is completed when its order is delivered, and refunded with its order. `offset 0`: see link-orders.sql.
with touched as (
  select x.* from unnest($2::uuid[]) k(id) cross join lateral (
    select y.id, y.invoiced_order_id from public.source_orders y
    where y.tenant_id = $1 and y.id = k.id and y.invoiced_order_id is not null offset 0) x
  union
  select x.* from unnest($2::uuid[]) k(id) cross join lateral (
    select y.id, y.invoiced_order_id from public.source_orders y where y.tenant_id = $1 and y.invoiced_order_id = k.id offset 0) x
),
-- Of touched documents the others of their order, too: which of them is the latest may have changed.
document as materialized (
  select h.*
  from (select distinct invoiced_order_id as id from touched) k
  cross join lateral (
    select x.id, x.source_id, x.invoiced_order_id as order_id, x.invoice_id, x.created_on, x.stated_status, x.status, x.silent_because, x.deleted_at
    from public.source_orders x where x.tenant_id = $1 and x.invoiced_order_id = k.id offset 0) h
),
ranked as (
  select d.*, a.amount, row_number() over (
    partition by d.order_id, a.amount, d.deleted_at is null order by d.created_on desc, length(d.source_id) desc, d.source_id desc) as place
  from document d
  cross join lateral (
    select sum(l.amount_source) as amount from public.invoice_lines l
    where l.tenant_id = $1 and l.order_id = d.order_id and l.invoice_id = d.invoice_id and l.deleted_at is null) a
),
decided as materialized (
  select r.id, v.status, v.because
  from ranked r
  join public.tenants t on t.id = $1
  left join lateral (
    select x.id, x.status, x.silent_because, x.delivered, x.locked from public.source_orders x
    where x.tenant_id = $1 and x.id = r.order_id and x.deleted_at is null offset 0) o on true
  cross join lateral (
    select count(*) as replaced from public.refunds x
    where x.tenant_id = $1 and x.order_id = r.order_id and x.deleted_at is null and x.invoice_id is not null
      and x.amount_replaced_source > 0 and x.amount_replaced_source = x.amount_total_source and x.amount_total_source = r.amount) f
  cross join lateral (
    select
      case
        when t.sales_basis = 'orders' then r.stated_status
        when o.status = 'refunded' then 'refunded'
        when coalesce(o.delivered, true) or (o.locked and t.locked_means_completed) then r.stated_status
        else 'open' end as status,
      case
        when o.silent_because in ('mirror', 'waiting', 'duplicate') and t.sales_basis = 'invoices' then o.silent_because
        when o.silent_because in ('invoiced', 'not_invoiced') or (o.id is null and t.sales_basis = 'invoices')
          then case when r.deleted_at is null and r.place <= f.replaced then 'replacement' end
        else 'ordered' end as because
  ) v
  where (r.status, r.silent_because) is distinct from (v.status, v.because)
)
update public.source_orders o
set status = d.status, speaks = d.because is null, silent_because = d.because
from decided d
where o.tenant_id = $1 and o.id = any (array(select id from decided)) and o.id = d.id
returning o.id, o.business_day::text as day
