with period as (select {{desde}}::date as first_day, {{hasta}}::date as last_day)
select
  case when k.is_known then k.linked end as linked,
  case when k.is_known then k.missing_in_odoo end as missing_in_odoo,
  case when k.is_known then k.missing_in_odoo_amount end as missing_in_odoo_amount,
  case when k.is_known then k.missing_in_shopify end as missing_in_shopify,
  case when k.is_known then k.missing_in_shopify_amount end as missing_in_shopify_amount,
  case when k.is_known then k.differing end as differing,
  case when k.is_known then k.difference end as difference,
  case when k.is_known then k.duplicates end as duplicates,
  k.pending
from (
  select
    -- Both sides need an hour beyond the day before anything of it is missing.
    p.first_day >= c.first_day and p.last_day <= c.last_day and bool_and(s.coverage = 1) as is_known,
    sum(s.linked) as linked,
    sum(s.missing_in_odoo) as missing_in_odoo,
    sum(s.missing_in_odoo_amount) as missing_in_odoo_amount,
    sum(s.missing_in_shopify) as missing_in_shopify,
    sum(s.missing_in_shopify_amount) as missing_in_shopify_amount,
    sum(s.differing) as differing,
    sum(s.difference) as difference,
    sum(s.duplicates) as duplicates,
    sum(s.pending) as pending
  from period as p
  join kpi.coverage as c on c.subject = 'sales'
  join kpi.shop_erp_sync as s on s.tenant_id = c.tenant_id and s.day between p.first_day and p.last_day
  group by p.first_day, p.last_day, c.first_day, c.last_day
) as k
