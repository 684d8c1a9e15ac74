-- The next message of tenant $1 that may leave, taken for $2 seconds. Messages of one kind leave in their order: what is taken or rests
-- holds back those behind it, so that "resolved" never overtakes "firing". Two workers never take the same one.
update ops.alert_deliveries d
set claimed_until = clock_timestamp() + make_interval(secs => $2::double precision), attempts = d.attempts + 1
where d.tenant_id = $1 and d.id = (
  select w.id
  from ops.alert_deliveries w
  where w.tenant_id = $1 and w.state = 'waiting' and w.next_try_at <= clock_timestamp() and w.claimed_until <= clock_timestamp()
    and not exists (select from ops.alert_deliveries e
      where e.tenant_id = $1 and e.kind = w.kind and e.state = 'waiting' and e.number < w.number)
  order by w.number
  limit 1
  for update skip locked
)
returning d.id, d.kind, d.event, d.body, d.attempts
