select product_name, sku, available, on_hand, available_other, threshold, as_of
from kpi.low_stock
order by available, product_name, sku
limit 100
