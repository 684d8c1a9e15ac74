select day, linked, missing_in_odoo, missing_in_shopify, differing, pending
from kpi.shop_erp_sync({{desde}}::date, {{hasta}}::date)
order by day
