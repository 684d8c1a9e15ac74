-- A stream that failed says so where dashboards look: to operators in $5, to whoever reads the numbers in $6.
insert into kpi.freshness as f (tenant_id, connection_id, stream, source, state, problem, problem_es)
values ($1, $2, $3, $4, 'failing', $5, $6)
on conflict (tenant_id, connection_id, stream) do update set
  state = case when f.state = 'held' then 'held' else 'failing' end, problem = excluded.problem,
  problem_es = excluded.problem_es
