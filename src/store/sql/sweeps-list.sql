-- Sweeps of a tenant ($1; null: of all), of one stream ($2, $3) or of all, one of them ($4) or the newest $5, newest first.
select w.id, w.tenant_id, t.rut, w.connection_id, w.source, w.stream, w.state, w.dry_run, w.asked_by, w.counted::float8 as counted,
  w.candidates::float8 as candidates, w.missing::float8 as missing, w.still_there::float8 as still_there, w.hidden::float8 as hidden,
  w.gone::float8 as gone, w.tombstoned::float8 as tombstoned, w.guard::float8 as guard, w.problem, w.started_at, w.ended_at,
  coalesce((select jsonb_agg(jsonb_build_object('source_id', r.source_id, 'day', r.day, 'look', r.look) order by r.day, r.source_id)
    from ops.swept_records r where r.tenant_id = w.tenant_id and r.sweep_id = w.id), '[]') as records
from ops.sweeps w
join public.tenants t on t.id = w.tenant_id
where ($1::uuid is null or w.tenant_id = $1) and ($2::text is null or w.source = $2) and ($3::text is null or w.stream = $3)
  and ($4::uuid is null or w.id = $4)
order by w.started_at desc, w.id
limit $5
