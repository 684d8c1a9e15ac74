select score, average, answers, sent, response_rate, coverage
from kpi.csat({{desde}}::date, {{hasta}}::date)
