-- What changed in closed months of tenant $1 since they were closed, as a table like that of a comparison's findings: of closings whose month has
-- one of the local days $2 (null: of all). $3 as of. What is sold or given back has an amount; of documents and of the books' orders, which
-- state the same again, the change is a value. It is of the day on which it was first seen: the period that it must be accounted in.
create temporary table reconcile_finding on commit drop as
with closing as materialized (
  select c.id, c.month, (c.month + interval '1 month')::date as until
  from ops.closings c
  where c.tenant_id = $1::uuid and c.reopened_at is null
    and ($2::date[] is null or exists (select from unnest($2::date[]) d(day) where d.day >= c.month and d.day < c.month + interval '1 month'))
),
today as (select ($3::timestamptz at time zone t.time_zone)::date as day from public.tenants t where t.id = $1),
live as materialized (
  select c.id as closing_id, d.entity, d.id, d.day, d.name, d.amount
  from closing c join ops.period_documents d on d.tenant_id = $1 and d.day >= c.month and d.day < c.until
),
kept as materialized (
  select k.closing_id, k.entity, k.id, k.day, k.name, k.amount from ops.closed_documents k join closing c on c.id = k.closing_id where k.tenant_id = $1
),
changed as (
  select coalesce(k.closing_id, l.closing_id) as closing_id, coalesce(k.entity, l.entity) as entity, coalesce(k.id, l.id) as id,
    coalesce(l.name, k.name) as name, coalesce(k.day, l.day) as day, k.amount as closed, l.amount as now, coalesce(l.amount, 0) - coalesce(k.amount, 0) as change
  from kept k
  full join live l on l.closing_id = k.closing_id and l.entity = k.entity and l.id = k.id
  where k.amount is distinct from l.amount
)
select 'after_closing' as class, x.entity as component, case when x.entity in ('sale', 'refund') then x.change else 0 end as amount,
  case when x.entity in ('document', 'erp_order') then x.change end as value, x.closing_id as group_id,
  case when x.entity in ('sale', 'erp_order') then x.id end as shop_order_id, null::uuid as erp_order_id, '{}'::uuid[] as erp_order_ids,
  case when x.entity = 'refund' then x.id end as refund_id, case when x.entity = 'document' then x.id end as invoice_id, x.name as shop_name,
  null::text as erp_name, x.closed as shop_amount, x.now as erp_amount, $3::timestamptz as anchored_at,
  coalesce((select s.business_day from ops.finding_states s where s.tenant_id = $1 and s.key = y.key and s.is_there), t.day) as business_day,
  jsonb_strip_nulls(jsonb_build_object('month', to_char(c.month, 'YYYY-MM'), 'entity', x.entity, 'name', x.name, 'day', x.day, 'closed', trim_scale(x.closed)::text,
    'now', trim_scale(x.now)::text)) as data,
  null::jsonb as suggestion, y.key
from changed x
join closing c on c.id = x.closing_id
cross join today t
cross join lateral (select format('after_closing:%s:%s:%s', to_char(c.month, 'YYYY-MM'), x.entity, x.id) as key) y
