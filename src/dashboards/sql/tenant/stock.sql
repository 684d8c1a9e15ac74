select
  product_name,
  sku,
  case when below_threshold then 'Poco' when not below_threshold then 'Suficiente' else 'sin dato' end as state,
  available_product,
  location,
  available,
  on_hand,
  reserved,
  available_other
from kpi.stock_now
order by available_product nulls last, product_name, sku, location
limit 200
