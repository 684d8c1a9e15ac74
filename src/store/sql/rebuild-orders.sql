-- Local day and amounts in the tenant's currency of every order, from the documents and rates alone. Parts that are differences are
-- made of rounded sums, so that they add up; what is in the tenant's own currency is taken as it is. Orders $2 (null: all).
select o.id, coalesce((o.created_on + time '12:00') at time zone t.time_zone, o.created_at) as created_at, d.business_day, f.rate as fx_rate, f.rate_date as fx_date, a.total as amount_total, a.untaxed as amount_untaxed,
  case when d.own then o.amount_tax_source else a.total - a.untaxed end as amount_tax, a.products as amount_products,
  a.shipping as amount_shipping, a.discount as amount_discount,
  case when d.own then o.amount_other_source else a.total - a.products - a.shipping end as amount_other,
  a.iva as amount_iva, a.exempt as amount_exempt, a.ledger as amount_ledger
from public.tenants t
join public.source_orders o on o.tenant_id = t.id
cross join lateral (select coalesce(o.created_on, (o.created_at at time zone t.time_zone)::date) as business_day, o.currency_source = t.currency as own) d
left join lateral (
  select 1::numeric as rate, null::date as rate_date where d.own
  union all
  (select x.rate, x.rate_date
   from public.exchange_rates x
   where not d.own and x.tenant_id = t.id and x.currency = o.currency_source and x.base_currency = t.currency and x.deleted_at is null
     and x.rate_date between d.business_day - 7 and d.business_day
   order by (x.company is not distinct from o.company) desc, x.rate_date desc, x.id
   limit 1)
) f on true
cross join lateral (
  select o.amount_total_source as total, o.amount_untaxed_source as untaxed, o.amount_products_source as products,
    o.amount_shipping_source as shipping, o.amount_discount_source as discount, o.amount_iva_source as iva,
    o.amount_exempt_source as exempt, o.amount_ledger_source as ledger
  where d.own
  union all
  select round(o.amount_total_source * f.rate, t.currency_decimals), round(o.amount_untaxed_source * f.rate, t.currency_decimals),
    round(o.amount_products_source * f.rate, t.currency_decimals), round(o.amount_shipping_source * f.rate, t.currency_decimals),
    round(o.amount_discount_source * f.rate, t.currency_decimals),
    round(o.amount_iva_source * f.rate, t.currency_decimals), round(o.amount_exempt_source * f.rate, t.currency_decimals),
    round(o.amount_ledger_source * f.rate, t.currency_decimals)
  where not d.own
) a
where t.id = $1 and ($2::uuid[] is null or o.id = any($2::uuid[]))
