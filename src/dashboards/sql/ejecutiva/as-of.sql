select
  min(as_of) as as_of,
  count(*) - count(as_of) as tenants_loading,
  count(*) filter (where is_stale) as tenants_stale,
  count(*) as tenants,
  sum(records_refused) as records_refused
from kpi.dashboard_as_of
where dashboard = 'Ejecutiva'
