-- Messages, newest first: of tenant $1 or of all, only those in state $2 when it is named.
select d.tenant_id, t.rut, t.company_name, d.id, d.kind, d.event, d.state, d.attempts, d.created_at, d.next_try_at, d.sent_at,
  d.last_status, d.last_error
from ops.alert_deliveries d
join public.tenants t on t.id = d.tenant_id
where ($1::uuid is null or d.tenant_id = $1) and ($2::text is null or d.state = $2)
order by d.created_at desc, d.number desc
limit $3
