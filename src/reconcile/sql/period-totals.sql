-- What the local days from $2 until $3 (exclusive) of tenant $1 consist of now: count and amount of each entity, and the tenant's currency.
select t.currency, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, ((now() at time zone t.time_zone)::date >= $3::date) as "isOver",
  (select jsonb_object_agg(e.entity, jsonb_build_object('count', coalesce(x.documents, 0), 'amount', trim_scale(coalesce(x.amount, 0))::text))
   from unnest(array['sale', 'erp_order', 'refund', 'document']) e(entity)
   left join (
     select d.entity, count(*) as documents, sum(d.amount) as amount
     from ops.period_documents d
     where d.tenant_id = $1::uuid and d.day >= $2::date and d.day < $3::date
     group by d.entity
   ) x on x.entity = e.entity) as totals
from public.tenants t
where t.id = $1
