-- Rows of kpi.customer_sales_daily, which are settled before, of the identities $2 (null: all). Each is looked up by itself: see
-- aggregate-products-sold.sql.
select d.*
from kpi.customer_sales_daily d
where $2::uuid[] is null and d.tenant_id = $1
union all
select d.* from unnest($2::uuid[]) k(identity_id) cross join lateral (
  select x.* from kpi.customer_sales_daily x where x.tenant_id = $1 and x.identity_id = k.identity_id offset 0) d
