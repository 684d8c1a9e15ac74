select abandoned, abandonment_rate, recovered, bought_otherwise, lost, amount_abandoned, amount_recovered, amount_lost, coverage
from kpi.abandoned_carts({{desde}}::date, {{hasta}}::date)
