-- What fires or is about to, of tenant $1 or of all.
select s.tenant_id, t.rut, t.company_name, s.kind, s.subject, s.title, s.state, s.since, s.announced, s.notified_at,
  trim_scale(s.value)::text as value, t.currency
from ops.alert_states s
join public.tenants t on t.id = s.tenant_id
where ($1::uuid is null or s.tenant_id = $1) and s.state <> 'ok'
order by t.company_name, t.rut, s.kind, s.since, s.subject
