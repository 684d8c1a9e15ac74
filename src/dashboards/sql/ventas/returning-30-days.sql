select repeat_rate, returning_buyers, buyers, covered_until
from kpi.returning_customers_30d
