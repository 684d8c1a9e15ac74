select avg_ms, p50_ms, p95_ms, runs, coverage
from kpi.latency_in_period({{desde}}::date, {{hasta}}::date)
