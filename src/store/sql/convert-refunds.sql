-- As convert-orders.sql, for refunds: by the rate of the refund's own local day.
update public.refunds o
set fx_rate = f.rate,
    fx_date = f.rate_date,
    amount_total = round(o.amount_total_source * f.rate, t.currency_decimals),
    amount_untaxed = round(o.amount_untaxed_source * f.rate, t.currency_decimals),
    amount_paid_back = round(o.amount_paid_back_source * f.rate, t.currency_decimals)
from (
  select c.id, r.rate, r.rate_date
  from public.refunds c
  left join lateral (
    select x.rate, x.rate_date
    from public.exchange_rates x
    where x.tenant_id = c.tenant_id and x.currency = c.currency_source and x.base_currency = $2 and x.deleted_at is null
      and x.rate_date <= c.business_day and x.rate_date >= c.business_day - 7
    order by x.rate_date desc, x.id
    limit 1
  ) r on true
  where c.tenant_id = $1 and c.currency_source <> $2
    and (c.id = any($3::uuid[])
      or (c.currency_source = any($4::text[]) and c.business_day >= $5::date and c.business_day <= $6::date + 7))
) f, public.tenants t
where o.tenant_id = $1 and o.id = f.id and t.id = $1
  and (o.fx_rate is distinct from f.rate or o.fx_date is distinct from f.rate_date or (f.rate is not null and o.amount_total is null))
returning o.business_day::text as day
