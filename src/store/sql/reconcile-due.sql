-- What tenant $1's comparison has to look at. More than forty whole days, or more orders than are sooner compared with all others, are
-- everything.
with noted as materialized (
  select max(x.id) as up_to, array_agg(distinct x.day::text order by x.day::text) as days,
    coalesce(array_agg(distinct x.day::text order by x.day::text) filter (where x.order_ids is null), '{}') as whole_days,
    array(
      select distinct k.id::text from ops.reconcile_touched y cross join lateral unnest(y.order_ids) k(id) where y.tenant_id = $1::uuid
    ) as order_ids
  from ops.reconcile_touched x
  where x.tenant_id = $1::uuid
)
select array(select distinct c.source from ops.connections c where c.tenant_id = $1 and c.source in ('shopify', 'odoo') order by c.source) as sources,
  cardinality(n.whole_days) > 40 or cardinality(n.order_ids) > 2000 or r.full_at is null or r.full_at < clock_timestamp() - case
    when extract(hour from clock_timestamp() at time zone t.time_zone) between 2 and 4 then interval '20 hours' else interval '48 hours' end as whole,
  coalesce(n.days, '{}') as days, n.whole_days as "wholeDays", n.order_ids as "orderIds", coalesce(n.up_to, 0)::text as "upTo"
from noted n
cross join (select) one
left join public.tenants t on t.id = $1
left join ops.reconcile_state r on r.tenant_id = $1
