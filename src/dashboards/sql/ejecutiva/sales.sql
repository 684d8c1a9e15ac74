select sales_amount, platform_currency, sales_tenants_without_data, sales_note
from kpi.executive_summary
