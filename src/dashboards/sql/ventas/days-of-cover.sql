select product_name, sku, available, units_sold_28_days, days_of_cover
from kpi.days_of_cover
where units_sold_28_days > 0
order by days_of_cover nulls last, product_name, sku
limit 50
