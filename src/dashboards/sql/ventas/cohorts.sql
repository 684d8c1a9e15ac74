select cohort, month, months_since, buyers, orders, amount_total, case when is_complete then 'Completo' else 'Parcial' end as state
from kpi.customer_cohorts((date_trunc('month', {{hasta}}::date) - interval '11 months')::date, {{hasta}}::date)
order by cohort desc, month
