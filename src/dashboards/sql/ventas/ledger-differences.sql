select source_ref, business_day, currency_source, amount_total_source, amount_ledger_source, difference
from kpi.ledger_differences
where business_day between {{desde}}::date and {{hasta}}::date
order by abs(difference) desc
limit 50
