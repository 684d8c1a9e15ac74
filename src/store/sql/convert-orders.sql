-- Amounts of foreign documents in the tenant's currency: the last rate on or before the local day, at most seven days old. Applied to
-- the batch's orders ($3) and to those a changed rate may concern ($4 currencies, $5..$6 rate days). A function of orders and rates
-- alone, so the order in which they arrive does not matter.
update public.source_orders o
set fx_rate = f.rate,
    fx_date = f.rate_date,
    amount_total = round(o.amount_total_source * f.rate, t.currency_decimals),
    amount_untaxed = round(o.amount_untaxed_source * f.rate, t.currency_decimals),
    amount_tax = round(o.amount_total_source * f.rate, t.currency_decimals) - round(o.amount_untaxed_source * f.rate, t.currency_decimals),
    amount_products = round(o.amount_products_source * f.rate, t.currency_decimals),
    amount_shipping = round(o.amount_shipping_source * f.rate, t.currency_decimals),
    amount_discount = round(o.amount_discount_source * f.rate, t.currency_decimals),
    amount_other = round(o.amount_total_source * f.rate, t.currency_decimals)
      - round(o.amount_products_source * f.rate, t.currency_decimals) - round(o.amount_shipping_source * f.rate, t.currency_decimals)
from (
  select c.id, r.rate, r.rate_date
  from public.source_orders c
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
