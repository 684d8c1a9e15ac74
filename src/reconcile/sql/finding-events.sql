-- The history of finding $2 of tenant $1, oldest first.
select to_char(e.happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, e.state, trim_scale(e.amount)::text as amount,
  trim_scale(e.value)::text as value, e.actor, e.note, e.reason
from ops.finding_events e
where e.tenant_id = $1::uuid and e.number = $2::bigint
order by e.id
