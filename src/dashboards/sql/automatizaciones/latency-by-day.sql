select day, avg_ms, p50_ms, p95_ms
from kpi.latency_by_day
where day between {{desde}}::date and {{hasta}}::date
order by day
