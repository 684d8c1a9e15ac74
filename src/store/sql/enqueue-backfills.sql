-- Backfills that wait for their source and are due, those whose connection may be read again, and running ones that were not heard of for three
-- minutes: a job that is lost must not leave one hanging. The job key keeps one waiting job for each, at its place in the queue.
select ops.enqueue('backfill', json_build_object('tenant_id', b.tenant_id, 'backfill_id', b.id), job_key => 'backfill:' || b.id,
  priority => case b.priority when 'high' then 5 when 'low' then 20 else 10 end, job_key_mode => 'preserve_run_at')
from ops.backfills b
join ops.connections c on c.tenant_id = b.tenant_id and c.id = b.connection_id and c.status = 'active'
join public.tenants t on t.id = b.tenant_id and t.status = 'active'
where b.state = 'waiting' and b.retry_at <= clock_timestamp()
  or b.state = 'running' and b.created_at < clock_timestamp() - interval '3 minutes' and not exists (
    select from ops.runs r
    left join ops.streams l on l.tenant_id = r.tenant_id and l.connection_id = r.connection_id and l.stream = r.stream and l.lane = r.lane
    where r.tenant_id = b.tenant_id and r.lane collate "C" >= 'backfill:' || b.id || ':' and r.lane collate "C" < 'backfill:' || b.id || ';'
      and r.lane <> 'live'
      and (r.ended_at > clock_timestamp() - interval '3 minutes' or r.ended_at is null and l.expires_at > clock_timestamp())
  )
