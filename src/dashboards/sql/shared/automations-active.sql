select active, ran_30_days, active_idle, total, as_of
from kpi.automations_active
