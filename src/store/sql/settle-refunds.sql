-- A refund counts when the document it belongs to speaks for a sale; one without an order counts by itself.
update public.refunds r
set counts = d.counts
from (
  select x.id, x.deleted_at is null and coalesce(
    (select o.speaks and o.excluded_because is null and o.deleted_at is null and o.status <> 'cancelled'
     from public.source_orders o where o.tenant_id = $1 and o.id = x.order_id), x.order_id is null) as counts
  from public.refunds x
  where x.tenant_id = $1 and (x.order_id = any($2::uuid[]) or x.id = any($3::uuid[]))
) d
where r.tenant_id = $1 and r.id = d.id and r.counts <> d.counts
returning r.business_day::text as day
