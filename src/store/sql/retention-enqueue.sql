-- One job for each tenant, in its own night (2 to 5 by its clock), paused ones too: a promise to delete does not rest. One whose night
-- passed without a worker is late and goes at any hour.
select ops.enqueue('retention', json_build_object('tenant_id', t.id), job_key => 'retention:' || t.id, priority => 20)
from public.tenants t
left join ops.retention_runs r on r.tenant_id = t.id
where t.status <> 'erased'
  and case
    when extract(hour from clock_timestamp() at time zone t.time_zone) between 2 and 4
      then coalesce(r.ended_at, '-infinity') < clock_timestamp() - interval '20 hours'
    else coalesce(r.ended_at, t.created_at) < clock_timestamp() - interval '48 hours'
  end
