select resolved, estimated_share
from kpi.tickets_resolved({{desde}}::date, {{hasta}}::date)
