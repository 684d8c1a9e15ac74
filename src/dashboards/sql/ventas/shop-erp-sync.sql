select
  linked, missing_in_odoo, missing_in_odoo_amount, missing_in_shopify, missing_in_shopify_amount, differing, difference, duplicates, pending
from kpi.shop_erp_sync_between({{desde}}::date, {{hasta}}::date)
