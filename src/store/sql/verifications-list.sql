-- The last verification of each stream of a tenant ($1; null: of all), of one source ($2) or stream ($3), with the days that differ by its word.
select distinct on (t.company_name, v.source, v.connection_id, v.stream)
  v.id, v.tenant_id, t.rut, v.connection_id, v.source, v.stream, v.asked_by, v.state, v.first_day::text as first_day, v.last_day::text as last_day,
  v.time_zone, v.days, v.days_differing, v.days_healed, v.problem, v.started_at, v.ended_at,
  coalesce((
    select jsonb_agg(jsonb_build_object('day', d.day, 'ours', d.ours, 'theirs', d.theirs, 'ours_amounts', d.ours_amounts,
      'theirs_amounts', d.theirs_amounts, 'reason', d.reason, 'missing', d.missing, 'extra', d.extra) order by d.day)
    from ops.verified_days d
    where d.tenant_id = v.tenant_id and d.connection_id = v.connection_id and d.stream = v.stream and d.verification_id = v.id
      and d.state = 'differs'), '[]') as differing
from ops.verifications v
join public.tenants t on t.id = v.tenant_id
where ($1::uuid is null or v.tenant_id = $1) and ($2::text is null or v.source = $2) and ($3::text is null or v.stream = $3)
order by t.company_name, v.source, v.connection_id, v.stream, v.started_at desc
