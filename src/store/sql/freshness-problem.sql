-- A stream that failed says so where dashboards look.
insert into kpi.freshness as f (tenant_id, connection_id, stream, source, state, problem)
values ($1, $2, $3, $4, 'failing', $5)
on conflict (tenant_id, connection_id, stream) do update set
  state = case when f.state = 'held' then 'held' else 'failing' end, problem = excluded.problem
