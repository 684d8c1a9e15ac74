-- The states of kind $2 that changed: $3 is a list of {subject, next}; next null: there is nothing to remember of the subject.
with changed as (
  select c.subject, c.next from jsonb_to_recordset($3::jsonb) as c(subject text, next jsonb)
),
forgotten as (
  delete from ops.alert_states s using changed c
  where s.tenant_id = $1 and s.kind = $2 and s.subject = c.subject and jsonb_typeof(c.next) is distinct from 'object'
)
insert into ops.alert_states (tenant_id, kind, subject, title, state, since, breach_since, ok_since, announced, notified_at, notified_occasion, value)
select $1, $2, c.subject, n.title, n.state, to_timestamp(n.since / 1000), to_timestamp(n."breachSince" / 1000), to_timestamp(n."okSince" / 1000),
  n.announced, to_timestamp(n."notifiedAt" / 1000), n."notifiedOccasion", n.value
from changed c
cross join lateral jsonb_to_record(c.next) as n(title text, state text, since float8, "breachSince" float8, "okSince" float8,
  announced boolean, "notifiedAt" float8, "notifiedOccasion" text, value numeric)
where jsonb_typeof(c.next) = 'object'
on conflict (tenant_id, kind, subject) do update set title = excluded.title, state = excluded.state, since = excluded.since,
  breach_since = excluded.breach_since, ok_since = excluded.ok_since, announced = excluded.announced, notified_at = excluded.notified_at,
  notified_occasion = excluded.notified_occasion, value = excluded.value
