-- As convert-orders.sql, for refunds: by the rate of the refund's own local day, without what another document replaced.
with ids as (
  select k.id from unnest($3::uuid[]) k(id)
  union
  select x.id from public.refunds x
  where x.tenant_id = $1 and x.currency_source = any($4::text[]) and x.business_day >= $5::date and x.business_day <= $6::date + 7
),
changed as materialized (
  select c.id, r.rate, r.rate_date
  from ids
  cross join lateral (
    select * from public.refunds x where x.tenant_id = $1 and x.id = ids.id and x.currency_source <> $2 offset 0) c
  left join lateral (
    select x.rate, x.rate_date
    from public.exchange_rates x
    where x.tenant_id = $1 and x.currency = c.currency_source and x.base_currency = $2 and x.deleted_at is null
      and x.rate_date <= c.business_day and x.rate_date >= c.business_day - 7
    order by x.rate_date desc, x.id
    limit 1
  ) r on true
  where c.fx_rate is distinct from r.rate or c.fx_date is distinct from r.rate_date or (r.rate is not null and c.amount_total is null)
)
update public.refunds o
set fx_rate = d.rate,
    fx_date = d.rate_date,
    amount_total = round((o.amount_total_source - o.amount_replaced_source) * d.rate, t.currency_decimals),
    amount_untaxed = round((o.amount_untaxed_source - case when o.amount_total_source = 0 then 0
      else round(o.amount_untaxed_source * o.amount_replaced_source / o.amount_total_source, 2) end) * d.rate, t.currency_decimals),
    amount_paid_back = round(o.amount_paid_back_source * d.rate, t.currency_decimals)
from changed d, public.tenants t
where o.tenant_id = $1 and o.id = any (array(select id from changed)) and o.id = d.id and t.id = $1
returning o.business_day::text as day
