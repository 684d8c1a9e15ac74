-- What the streams $2 ("source stream", e.g. "odoo invoices") of tenant $1 know, and what makes it less than certain from day $3 on.
-- A stream is stale when it is more than $4 behind now.
with stream as (
  select c.source, s.stream, c.name as connection, c.id as connection_id, c.status, s.covered_from, s.covered_until, s.held_because, s.error_kind,
    s.problem_es, t.time_zone
  from ops.connections c
  join public.tenants t on t.id = c.tenant_id
  join lateral (select split_part(w.wanted, ' ', 2) as name from unnest($2::text[]) w(wanted) where split_part(w.wanted, ' ', 1) = c.source) n on true
  left join ops.streams x on x.tenant_id = c.tenant_id and x.connection_id = c.id and x.stream = n.name and x.lane = 'live'
  left join kpi.freshness f on f.tenant_id = c.tenant_id and f.connection_id = c.id and f.stream = n.name
  cross join lateral (select n.name as stream, x.covered_from, x.covered_until, x.held_because, x.error_kind, f.problem_es) s
  where c.tenant_id = $1
),
warning as (
  select w.code, s.source, s.stream, s.connection, w.message
  from stream s
  cross join lateral (
    select 'paused' as code, 'La conexión está en pausa: sus datos no se actualizan' as message where s.status = 'paused'
    union all
    select 'loading', 'La primera lectura no ha terminado' where s.covered_until is null
    union all
    select 'stale', format('Al día solo hasta %s', to_char(s.covered_until at time zone s.time_zone, 'YYYY-MM-DD HH24:MI'))
    where s.covered_until < now() - $4::interval
    union all
    select 'starts_later', format('Cubierto solo desde %s', to_char(s.covered_from at time zone s.time_zone, 'YYYY-MM-DD'))
    where (s.covered_from at time zone s.time_zone)::date > $3::date
    union all
    select 'held', 'La lectura espera a una persona: se rechazaron demasiados registros' where s.held_because is not null
    union all
    select 'failing', concat_ws('. ', 'La última lectura falló', s.problem_es) where s.error_kind is not null
    union all
    select 'backfilling', format('Se está releyendo el período %s a %s', to_char(f.range_from at time zone s.time_zone, 'YYYY-MM-DD'),
      to_char(f.range_until at time zone s.time_zone, 'YYYY-MM-DD'))
    from ops.backfills f
    where f.tenant_id = $1 and f.connection_id = s.connection_id and f.stream = s.stream and f.state = 'running'
  ) w
)
select
  coalesce((select jsonb_agg(jsonb_build_object('source', s.source, 'stream', s.stream, 'connection', s.connection,
      'asOf', to_char(s.covered_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by s.source, s.stream, s.connection)
    from stream s), '[]') as sources,
  coalesce((select jsonb_agg(jsonb_build_object('code', w.code, 'source', w.source, 'stream', w.stream, 'connection', w.connection,
      'message', w.message) order by w.source, w.stream, w.connection, w.code)
    from warning w), '[]') as warnings
