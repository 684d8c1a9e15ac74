-- A refund counts when the document it belongs to speaks for a sale, or leaves the word to its issued documents; one without an order counts by
-- itself, and where issued documents are what counts so does a credit note whose order is not there; one that another
-- document replaced altogether (settle-replaced.sql) does not. $2 orders and $3 refunds
-- that were touched. `offset 0`: see link-orders.sql.
with touched as (
  select r.* from unnest($2::uuid[]) k(id) cross join lateral (
    select x.id, x.order_id, x.invoice_id, x.deleted_at, x.counts, x.amount_replaced_source >= x.amount_total_source and x.amount_replaced_source > 0 as replaced from public.refunds x where x.tenant_id = $1 and x.order_id = k.id offset 0) r
  union
  select r.* from unnest($3::uuid[]) k(id) cross join lateral (
    select x.id, x.order_id, x.invoice_id, x.deleted_at, x.counts, x.amount_replaced_source >= x.amount_total_source and x.amount_replaced_source > 0 as replaced from public.refunds x where x.tenant_id = $1 and x.id = k.id offset 0) r
),
decided as materialized (
  select v.id, v.counts
  from (
    select x.id, x.counts as was, x.deleted_at is null and not x.replaced and coalesce(
      (select (o.speaks or o.silent_because in ('invoiced', 'not_invoiced')) and o.excluded_because is null and o.status <> 'cancelled'
       from public.source_orders o where o.tenant_id = $1 and o.id = x.order_id and o.deleted_at is null),
      x.order_id is null or (t.sales_basis = 'invoices' and x.invoice_id is not null)) as counts
    from touched x
    join public.tenants t on t.id = $1
  ) v
  where v.was <> v.counts
)
update public.refunds r
set counts = d.counts
from decided d
where r.tenant_id = $1 and r.id = any (array(select id from decided)) and r.id = d.id
returning r.business_day::text as day
