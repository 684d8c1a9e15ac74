select position, coalesce(product_name, 'sin dato') as product_name, sku, units, amount
from kpi.top_products_between({{desde}}::date, {{hasta}}::date)
where position <= 10 or coverage < 1
order by position
