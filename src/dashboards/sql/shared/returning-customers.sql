select repeat_rate, returning_buyers, new_buyers, buyers, orders_without_identity, coverage
from kpi.returning_customers({{desde}}::date, {{hasta}}::date)
