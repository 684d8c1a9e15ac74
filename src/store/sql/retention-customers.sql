-- Customers of tenant $1 whose identity has bought nothing, in no document, and of which nothing was heard for $3 days; all those of at
-- most $2 identities (null: all), an identity's together. Without its keys such a customer is nobody.
with active as (
  select o.customer_id from public.source_orders o where o.tenant_id = $1 and o.customer_id is not null
  union
  select o.billed_to_id from public.source_orders o where o.tenant_id = $1 and o.billed_to_id is not null
  union
  select v.customer_id from public.invoices v where v.tenant_id = $1 and v.customer_id is not null
  union
  select p.customer_id from public.payments p where p.tenant_id = $1 and p.customer_id is not null
  union
  select a.customer_id from public.abandoned_checkouts a
  where a.tenant_id = $1 and a.customer_id is not null and a.source_updated_at >= clock_timestamp() - make_interval(days => $3::integer)
),
silent as (
  select i.identity_id
  from public.customer_identities i
  join public.customers c on c.tenant_id = $1 and c.id = i.customer_id
  left join active a on a.customer_id = i.customer_id
  where i.tenant_id = $1
  group by i.identity_id
  having bool_and(a.customer_id is null) and bool_or(c.identity_key is not null)
    and max(greatest(c.source_created_at, case when isfinite(c.source_updated_at) then c.source_updated_at else c.synced_at end)) < clock_timestamp() - make_interval(days => $3::integer)
  order by i.identity_id
  limit $2
)
select m.customer_id::text as id, s.identity_id::text as version
from silent s join public.customer_identities m on m.tenant_id = $1 and m.identity_id = s.identity_id
order by s.identity_id
