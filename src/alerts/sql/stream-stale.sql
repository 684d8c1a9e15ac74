-- Streams of active connections from which nothing new has been read for too long. One that never ended its first reading is loading, and
-- late only from the time since which it fails. $1 tenant, $2 {threshold (minutes), known}.
select f.connection_id || ':' || f.stream as subject, f.stream /* es */ || ' (' || f.source /* es */ || ')' as title, null::text as occasion,
  m.minutes::text as value,
  coalesce(f.is_stale and m.minutes >= ($2::jsonb ->> 'threshold')::numeric, false) as breach, null::text as because,
  jsonb_build_array(jsonb_build_array(f.source /* es */, f.stream /* es */, m.minutes,
    case f.state when 'failing' then 'Con error' when 'held' then 'Espera a una persona' when 'ok' then 'En orden' else 'Cargando' end,
    coalesce(f.problem_es, case f.stale_because when 'never' then 'Primera lectura sin terminar' when 'not_read' then 'No se ha podido leer'
      when 'behind' then 'Atrasado' end))) as cells
from kpi.freshness_now f
join ops.connections c on c.tenant_id = $1 and c.id = f.connection_id and c.status = 'active'
cross join lateral (select floor(extract(epoch from now() - coalesce(least(f.last_success_at, f.covered_until), f.failing_since)) / 60) as minutes) m
where f.tenant_id = $1
  and (f.is_stale or f.connection_id || ':' || f.stream in (select jsonb_array_elements_text($2::jsonb -> 'known')))
