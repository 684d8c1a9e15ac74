select s.kind, s.subject, s.title, s.state, round(extract(epoch from s.since) * 1000)::float8 as since,
  round(extract(epoch from s.breach_since) * 1000)::float8 as "breachSince", round(extract(epoch from s.ok_since) * 1000)::float8 as "okSince", s.announced,
  round(extract(epoch from s.notified_at) * 1000)::float8 as "notifiedAt", s.notified_occasion as "notifiedOccasion", trim_scale(s.value)::text as value
from ops.alert_states s
where s.tenant_id = $1
order by s.kind, s.subject
