select position, product_name, sku, units, amount
from kpi.top_products
where position <= 10
order by position
