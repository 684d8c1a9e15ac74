-- Brings kpi.reconciliation_daily of tenant $1 to what is open now: only what differs is written. $2: the local days on which something may have
-- changed (null: all).
with now_open as materialized (
  select f.business_day as day, f.class, count(*) as findings, sum(f.amount) as amount, sum(f.value) as value,
    count(*) filter (where s.state in ('open', 'reappeared')) as open, count(*) filter (where s.state = 'explained') as explained
  from ops.open_findings f
  left join ops.finding_states s on s.tenant_id = $1::uuid and s.key = f.key
  where f.tenant_id = $1 and ($2::date[] is null or f.business_day = any ($2::date[]))
  group by f.business_day, f.class
  union all
  -- What changed in a closed month is of the day on which it was seen, and of no bridge.
  select s.business_day, s.class, count(*), sum(s.amount), sum(s.value), count(*) filter (where s.state in ('open', 'reappeared')),
    count(*) filter (where s.state = 'explained')
  from ops.finding_states s
  where s.tenant_id = $1 and s.is_there and s.class = 'after_closing' and ($2::date[] is null or s.business_day = any ($2::date[]))
  group by s.business_day, s.class
),
gone as (
  delete from kpi.reconciliation_daily d
  where d.tenant_id = $1 and ($2::date[] is null or d.day = any ($2::date[]))
    and not exists (select from now_open n where n.day = d.day and n.class = d.class)
)
insert into kpi.reconciliation_daily as d (tenant_id, day, class, findings, amount, value, open, explained)
select $1, n.day, n.class, n.findings, n.amount, n.value, n.open, n.explained
from now_open n
on conflict (tenant_id, day, class) do update
set findings = excluded.findings, amount = excluded.amount, value = excluded.value, open = excluded.open, explained = excluded.explained
where (d.findings, d.amount, d.value, d.open, d.explained) is distinct from (excluded.findings, excluded.amount, excluded.value, excluded.open, excluded.explained)
