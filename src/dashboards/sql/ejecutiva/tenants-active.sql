select tenants_active, tenants_total
from kpi.executive_summary
