-- Local day, amounts in the tenant's currency, and whether each refund counts: when the document it belongs to speaks. Refunds $2
-- (null: all).
select r.id, d.business_day, f.rate as fx_rate, f.rate_date as fx_date,
  case when d.own then r.amount_total_source else round(r.amount_total_source * f.rate, t.currency_decimals) end as amount_total,
  case when d.own then r.amount_untaxed_source else round(r.amount_untaxed_source * f.rate, t.currency_decimals) end as amount_untaxed,
  case when d.own then r.amount_paid_back_source else round(r.amount_paid_back_source * f.rate, t.currency_decimals) end as amount_paid_back,
  r.deleted_at is null and case when o.id is null then r.order_id is null
    else o.speaks and o.deleted_at is null and o.excluded_because is null and o.status <> 'cancelled' end as counts
from public.tenants t
join public.refunds r on r.tenant_id = t.id
left join lateral (
  select x.id, x.speaks, x.deleted_at, x.excluded_because, x.status from public.source_orders x where x.tenant_id = $1 and x.id = r.order_id offset 0
) o on true
cross join lateral (select (r.created_at at time zone t.time_zone)::date as business_day, r.currency_source = t.currency as own) d
left join lateral (
  select 1::numeric as rate, null::date as rate_date where d.own
  union all
  (select x.rate, x.rate_date
   from public.exchange_rates x
   where not d.own and x.tenant_id = t.id and x.currency = r.currency_source and x.base_currency = t.currency and x.deleted_at is null
     and x.rate_date between d.business_day - 7 and d.business_day
   order by x.rate_date desc, x.id
   limit 1)
) f on true
where t.id = $1 and ($2::uuid[] is null or r.id = any($2::uuid[]))
