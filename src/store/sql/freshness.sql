-- Freshness is data, written with each batch of the live lane ($5: the batch ends a walk; $8 and $9: why it is held, for operators and in Spanish).
insert into kpi.freshness as f (tenant_id, connection_id, stream, source, last_batch_at, last_success_at, covered_from, covered_until, state, problem,
  problem_es)
values ($1, $2, $3, $4, now(), case when $5 then now() end, $6::timestamptz, $7::timestamptz,
  case when $8::text is not null then 'held' when $5 then 'ok' else 'loading' end, $8, $9)
on conflict (tenant_id, connection_id, stream) do update set
  last_batch_at = now(),
  last_success_at = case when $5 then now() else f.last_success_at end,
  covered_from = case when $7::timestamptz is not null then excluded.covered_from else f.covered_from end,
  covered_until = coalesce(excluded.covered_until, f.covered_until),
  state = case when $8::text is not null then 'held' when $5 then 'ok' when f.last_success_at is null then 'loading' else 'ok' end,
  problem = excluded.problem,
  problem_es = excluded.problem_es
