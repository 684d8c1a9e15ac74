-- What quarantine holds of customers of tenant $1 that were erased, and of what they bought or left in a cart: that a record was refused
-- stays, what it said does not.
with gone as materialized (
  select e.key::uuid as id from ops.erased e where e.tenant_id = $1 and e.kind = 'customer'
),
said as (
  select c.connection_id, 'customer' as entity, c.source_id
  from gone g cross join lateral (
    select x.connection_id, x.source_id from public.customers x where x.tenant_id = $1 and x.id = g.id offset 0) c
  union all
  select o.connection_id, 'order', o.source_id
  from gone g cross join lateral (
    select x.connection_id, x.source_id from public.source_orders x where x.tenant_id = $1 and x.customer_id = g.id offset 0) o
  union all
  select o.connection_id, 'order', o.source_id
  from gone g cross join lateral (
    select x.connection_id, x.source_id from public.source_orders x where x.tenant_id = $1 and x.billed_to_id = g.id offset 0) o
  union all
  select a.connection_id, 'abandoned_checkout', a.source_id
  from gone g cross join lateral (
    select x.connection_id, x.source_id from public.abandoned_checkouts x where x.tenant_id = $1 and x.customer_id = g.id offset 0) a
)
update ops.quarantine q
set payload = '', payload_length = 0, payload_sha256 = sha256(''::bytea),
  state = case when q.state = 'open' then 'dropped' else q.state end,
  closed_at = coalesce(q.closed_at, clock_timestamp()), closed_because = coalesce(q.closed_because, 'the customer was erased')
from said f
where q.tenant_id = $1 and q.payload <> ''
  and f.connection_id = q.connection_id and f.entity = q.entity and f.source_id = q.source_id
