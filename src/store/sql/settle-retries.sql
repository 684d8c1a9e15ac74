-- Of the runs written ($2) and of those that they repeat: whether a retry ended well. n8n says of a retry whom it repeats when it is
-- made and never changes that, so looking up the present word is enough, whichever of the two arrives first. Returns the local days.
with written as (
  select e.id, e.connection_id, e.source_id, e.retry_of, e.status, e.resolved_by_retry
  from unnest($2::uuid[]) as k(id)
  cross join lateral (
    select x.id, x.connection_id, x.source_id, x.retry_of, x.status, x.resolved_by_retry
    from public.workflow_executions x where x.tenant_id = $1 and x.id = k.id offset 0) e
  -- All others have nothing to say: most runs are neither failed nor retries.
  where e.status = 'error' or e.resolved_by_retry or e.retry_of is not null
),
touched as (
  select id, connection_id, source_id from written where status = 'error' or resolved_by_retry
  union
  select e.id, e.connection_id, e.source_id
  from written w
  cross join lateral (
    select x.id, x.connection_id, x.source_id from public.workflow_executions x
    where x.tenant_id = $1 and x.source_id = w.retry_of and x.connection_id = w.connection_id and x.status = 'error' offset 0) e
  where w.retry_of is not null
),
fresh as (
  select t.id, r.found is not null as resolved
  from touched t
  left join lateral (
    select true as found from public.workflow_executions x
    where x.tenant_id = $1 and x.retry_of = t.source_id and x.connection_id = t.connection_id and x.status = 'success' and x.deleted_at is null
    limit 1) r on true
)
update public.workflow_executions e
set resolved_by_retry = f.resolved and e.status = 'error' and e.deleted_at is null
from fresh f
where e.tenant_id = $1 and e.id = f.id and e.resolved_by_retry is distinct from (f.resolved and e.status = 'error' and e.deleted_at is null)
returning e.business_day::text as day
