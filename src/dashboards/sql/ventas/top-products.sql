select position, coalesce(product_name, 'sin dato') as product_name, sku, units, amount, units_sold, units_returned
from kpi.top_products_between({{desde}}::date, {{hasta}}::date)
where position <= 20 or coverage < 1
order by position
