-- Rules set by people: those of tenant $1 and those for all; with null, everybody's.
select r.tenant_id as "tenantId", r.kind, trim_scale(r.threshold)::text as threshold, r.currency, r.options, r.severity,
  r.cooldown_minutes as "cooldownMinutes", r.for_minutes as "forMinutes", r.enabled
from ops.alert_rules r
where $1::uuid is null or r.tenant_id is null or r.tenant_id = $1
order by r.kind, r.tenant_id nulls first
