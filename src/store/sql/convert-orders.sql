-- Amounts of foreign documents in the tenant's currency: the last rate on or before the local day, at most seven days old. Applied to
-- the batch's orders ($3) and to those a changed rate may concern ($4 currencies, $5..$6 rate days). A function of orders and rates
-- alone, so the order in which they arrive does not matter.
with ids as (
  select k.id from unnest($3::uuid[]) k(id)
  union
  select x.id from public.source_orders x
  where x.tenant_id = $1 and x.currency_source = any($4::text[]) and x.business_day >= $5::date and x.business_day <= $6::date + 7
),
changed as materialized (
  select c.id, r.rate, r.rate_date
  from ids
  cross join lateral (
    select * from public.source_orders x where x.tenant_id = $1 and x.id = ids.id and x.currency_source <> $2 offset 0) c
  left join lateral (
    select x.rate, x.rate_date
    from public.exchange_rates x
    where x.tenant_id = $1 and x.currency = c.currency_source and x.base_currency = $2 and x.deleted_at is null
      and x.rate_date <= c.business_day and x.rate_date >= c.business_day - 7
    -- Each company of the tenant has its own table; one that has none is read by another's.
    order by (x.company is not distinct from c.company) desc, x.rate_date desc, x.id
    limit 1
  ) r on true
  where c.fx_rate is distinct from r.rate or c.fx_date is distinct from r.rate_date or (r.rate is not null and c.amount_total is null)
)
update public.source_orders o
set fx_rate = d.rate,
    fx_date = d.rate_date,
    amount_total = round(o.amount_total_source * d.rate, t.currency_decimals),
    amount_untaxed = round(o.amount_untaxed_source * d.rate, t.currency_decimals),
    amount_tax = round(o.amount_total_source * d.rate, t.currency_decimals) - round(o.amount_untaxed_source * d.rate, t.currency_decimals),
    amount_products = round(o.amount_products_source * d.rate, t.currency_decimals),
    amount_shipping = round(o.amount_shipping_source * d.rate, t.currency_decimals),
    amount_discount = round(o.amount_discount_source * d.rate, t.currency_decimals),
    amount_other = round(o.amount_total_source * d.rate, t.currency_decimals)
      - round(o.amount_products_source * d.rate, t.currency_decimals) - round(o.amount_shipping_source * d.rate, t.currency_decimals),
    amount_iva = round(o.amount_iva_source * d.rate, t.currency_decimals),
    amount_exempt = round(o.amount_exempt_source * d.rate, t.currency_decimals),
    amount_ledger = round(o.amount_ledger_source * d.rate, t.currency_decimals)
from changed d, public.tenants t
where o.tenant_id = $1 and o.id = any (array(select id from changed)) and o.id = d.id and t.id = $1
returning o.id, o.business_day::text as day
