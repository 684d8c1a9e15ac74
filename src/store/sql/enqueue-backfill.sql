-- The next step of one backfill ($1 tenant, $2 id) after $3 seconds. Live work has priority 0.
select ops.enqueue('backfill', json_build_object('tenant_id', b.tenant_id, 'backfill_id', b.id), job_key => 'backfill:' || b.id,
  run_at => clock_timestamp() + make_interval(secs => $3::double precision),
  priority => case b.priority when 'high' then 5 when 'low' then 20 else 10 end)
from ops.backfills b where b.tenant_id = $1 and b.id = $2
