select day, runs, errors, documents
from kpi.ocr_runs
where day between {{desde}}::date and {{hasta}}::date
order by day
