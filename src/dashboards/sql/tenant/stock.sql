select product_name, sku, location, available, on_hand, reserved, available_other
from kpi.stock_now
order by product_name, sku, location
limit 200
