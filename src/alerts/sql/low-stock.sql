-- Tracked products with fewer available units than the limit, over all selling places of the source that speaks for stock (MEANING 9); a
-- product without any stock row is at 0. Only those that are low, or were when last judged. $1 tenant, $2 {threshold, known}; without a
-- threshold the tenant's own holds.
with source as (
  select s.stock_source, s.as_of,
    exists (select from kpi.freshness_now f where f.tenant_id = $1 and f.source = s.stock_source and f.stream = 'inventory_levels' and f.is_stale)
      as stale
  from kpi.stock_source s
  where s.tenant_id = $1
),
stock as (
  select n.product_key as subject, max(n.sku) as sku, min(n.product_name) as name, min(n.available_product) as available,
    coalesce(($2::jsonb ->> 'threshold')::numeric, min(n.threshold)) as threshold
  from kpi.stock_now n
  where n.tenant_id = $1
  group by n.product_key
)
select k.subject, coalesce(k.name, k.sku, 'sin nombre') as title, null::text as occasion, trim_scale(k.available)::text as value,
  k.available < k.threshold as breach, null::text as because,
  jsonb_build_array(jsonb_build_array(k.sku, k.name, trim_scale(k.available), trim_scale(k.threshold))) as cells
from stock k cross join source s
where s.as_of is not null and not s.stale and k.available is not null
  and (k.available < k.threshold or k.subject in (select jsonb_array_elements_text($2::jsonb -> 'known')))
union all
select '*', 'Inventario', null, null, null,
  case when s.as_of is null then 'el inventario aún no se ha leído completo' else 'el inventario no está al día' end, '[]'
from source s where s.as_of is null or s.stale
