-- The records that finding $2 of tenant $1 is about, with all of its group, and what opens each in its source. Also what the source no longer has.
with told as (
  select s.group_id, s.finding from ops.finding_states s where s.tenant_id = $1::uuid and s.number = $2::bigint
),
orders as (
  select distinct x.id
  from told f
  cross join lateral (
    select (f.finding ->> 'shop_order_id')::uuid as id
    union select (f.finding ->> 'erp_order_id')::uuid
    union select e.id::uuid from jsonb_array_elements_text(f.finding -> 'erp_order_ids') e(id)
    union select r.order_id from public.refunds r where r.tenant_id = $1 and r.id = (f.finding ->> 'refund_id')::uuid
    union select unnest(g.shop_orders || g.erp_orders || g.surplus) from ops.order_groups g where g.tenant_id = $1 and g.group_id = f.group_id
  ) x
  where x.id is not null
),
issued as (
  select distinct l.invoice_id as id from public.invoice_lines l join orders o on o.id = l.order_id where l.tenant_id = $1 and l.deleted_at is null
  union
  select (f.finding ->> 'invoice_id')::uuid from told f where f.finding ->> 'invoice_id' is not null
)
select 'order' as entity, o.source, o.connection_id as "connectionId", o.source_id as "sourceId", o.name, o.business_day::text as day,
  trim_scale(o.amount_total_source)::text as amount, o.currency_source as currency, o.status as state, o.deleted_at is not null as deleted, '{}'::jsonb as refs
from orders x join public.source_orders o on o.tenant_id = $1 and o.id = x.id
union all
select 'invoice', i.source, i.connection_id, i.source_id, i.name, i.invoice_date::text,
  trim_scale(case when i.kind = 'credit_note' then -i.amount_total_source else i.amount_total_source end)::text, i.currency_source,
  concat_ws(', ', i.state, i.payment_state), i.deleted_at is not null, '{}'
from issued x join public.invoices i on i.tenant_id = $1 and i.id = x.id
union all
select 'refund', r.source, r.connection_id, r.source_id, null, r.business_day::text, trim_scale(-r.amount_total_source)::text, r.currency_source,
  case when r.counts then 'counts' else 'does not count' end, r.deleted_at is not null,
  jsonb_strip_nulls(jsonb_build_object('order_id', o.source_id))
from public.refunds r
join public.source_orders o on o.tenant_id = $1 and o.id = r.order_id
where r.tenant_id = $1 and o.source = 'shopify' and r.order_id in (select id from orders)
order by 2 desc, 1 desc, 6, 4
