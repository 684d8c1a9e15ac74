-- Who speaks for each sale, from the documents, their links and the shop's stored coverage (the rule is told in settle-orders.sql).
-- Orders $2 (null: all); those that are issued documents of an order: rebuild-invoiced.sql.
with shop as (
  select max(coalesce(s.covered_from, '-infinity')) as covered_from, min(coalesce(s.covered_until, '-infinity')) as covered_until
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  where c.tenant_id = $1 and c.source = 'shopify' and c.status = 'active'
  having count(*) > 0
),
-- Orders that issued documents are of.
documented as (
  select distinct x.invoiced_order_id as id from public.tenants t
  join public.source_orders x on x.tenant_id = t.id and x.invoiced_order_id is not null and x.deleted_at is null
  where t.id = $1 and t.sales_basis = 'invoices'
),
-- Every link of the shop orders concerned: a document's voice depends on the other documents of its shop orders.
concerned as (
  select distinct k.shop_order_id
  from public.order_links k
  where k.tenant_id = $1 and ($2::uuid[] is null or k.shop_order_id = any($2::uuid[]) or k.erp_order_id = any($2::uuid[]))
),
pair as (
  select k.shop_order_id, k.erp_order_id, e.status, e.excluded_because, e.source_id, t.speaking_source = 'odoo'
    and e.status <> 'quotation' and s.excluded_because is distinct from 'test'
    and (e.status <> 'cancelled' or coalesce(s.payment_state, 'unpaid') = 'unpaid')
    -- What is not documented is not sold yet.
    and (t.sales_basis = 'orders' or e.status = 'cancelled' or coalesce(e.invoiced, false) or e.id in (select id from documented)) as answers
  from concerned
  cross join lateral (
    select * from public.order_links x where x.tenant_id = $1 and x.shop_order_id = concerned.shop_order_id offset 0) k
  cross join lateral (select * from public.source_orders x where x.tenant_id = $1 and x.id = k.shop_order_id offset 0) s
  cross join lateral (select * from public.source_orders x where x.tenant_id = $1 and x.id = k.erp_order_id offset 0) e
  cross join public.tenants t
  where t.id = $1
),
placed as (
  select *, row_number() over (
    partition by shop_order_id
    order by answers desc, excluded_because is null and status <> 'cancelled' desc, length(source_id), source_id, erp_order_id) = 1 as first
  from pair
),
silence as materialized (
  select shop_order_id as id, 'mirror' as because from placed group by shop_order_id having bool_or(answers)
  union all
  select erp_order_id, case when bool_or(answers) then 'duplicate' else 'mirror' end from placed group by erp_order_id
  having not bool_or(answers and first)
)
select o.id, w.because is null as speaks, w.because as silent_because
from public.tenants t
join public.source_orders o on o.tenant_id = t.id
left join shop on true
left join silence on silence.id = o.id
left join documented on documented.id = o.id
cross join lateral (
  select coalesce(silence.because, case
    when o.source = 'odoo' and t.speaking_source = 'shopify' and coalesce(o.shop_order_id, o.shop_order_name) is not null
      and o.created_at >= shop.covered_from and o.created_at > shop.covered_until - interval '60 minutes' then 'waiting'
    when o.source <> 'odoo' or t.sales_basis = 'orders' then null
    when not coalesce(o.invoiced, documented.id is not null) then 'not_invoiced'
    when documented.id is not null then 'invoiced' end) as because
) w
where t.id = $1 and o.invoiced_order_id is null and ($2::uuid[] is null or o.id = any($2::uuid[]))
