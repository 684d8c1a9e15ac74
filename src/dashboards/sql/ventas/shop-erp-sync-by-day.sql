select day, linked, missing_in_odoo, missing_in_shopify, differing, pending
from kpi.shop_erp_sync
where day between {{desde}}::date and {{hasta}}::date
order by day
