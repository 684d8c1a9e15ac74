-- Keeps what became of each finding, after those of this comparison were kept. $1 tenant, $2 whether everything was compared, $3 classes of
-- which nothing is to be done, $4 components that the books' documents decide, $5 whether it is about what changed after a closing.
-- What is no longer found is resolved, unless the comparison could not tell: a side was not current, or the other half is awaited again. What
-- was resolved and is found is reappeared: where it had gone, where it is of another amount than a person settled, and where both sides were
-- read after a person said that it is settled and it is there all the same. An explanation holds for the amount that was explained.
with found as materialized (
  select f.key, f.class, f.component, f.group_id, f.amount, f.value, f.business_day,
    to_jsonb(f) - '{key,class,component,group_id,amount,value,business_day,anchored_at}'::text[] as finding, s.number, s.state as was,
    case
      when s.key is null then 'open'
      when not s.is_there then 'reappeared'
      when s.state = 'explained' and (s.amount, s.value) is distinct from (f.amount, f.value) then 'open'
      when s.state = 'resolved' and ((s.amount, s.value) is distinct from (f.amount, f.value) or least(t.shop_until, t.erp_until) > s.state_at) then 'reappeared'
      else s.state
    end as state,
    s.key is not null and not s.is_there as is_back
  from reconcile_finding f
  cross join reconcile_terms t
  left join ops.finding_states s on s.tenant_id = $1::uuid and s.key = f.key
  where f.class <> all ($3::text[])
),
gone as materialized (
  select s.number, s.key, s.state as was, s.amount, s.value
  from ops.finding_states s
  cross join reconcile_terms t
  where s.tenant_id = $1 and s.is_there and (s.class = 'after_closing') = $5::boolean and ($2::boolean or s.group_id = any (array(select id from reconcile_scope)))
    and t.shop_fresh and t.erp_fresh and (t.doc_fresh or coalesce(s.component, '') <> all ($4::text[]))
    and not exists (select from reconcile_finding f where f.key = s.key)
    and not exists (select from reconcile_finding f where f.group_id = s.group_id and f.class in ('pending', 'pending_link'))
),
added as (
  insert into ops.finding_states (tenant_id, key, class, component, group_id, state, is_there, amount, value, business_day, finding, first_seen_at, last_seen_at, state_at)
  select $1, f.key, f.class, f.component, f.group_id, f.state, true, f.amount, f.value, f.business_day, f.finding, t.as_of, t.as_of, t.as_of
  from found f cross join reconcile_terms t
  where f.number is null
  returning number, state, amount, value
),
seen as (
  update ops.finding_states s
  set component = f.component, group_id = f.group_id, state = f.state, is_there = true, amount = f.amount, value = f.value, business_day = f.business_day,
    finding = f.finding, last_seen_at = greatest(s.last_seen_at, t.as_of),
    state_at = case when f.state = f.was then s.state_at else t.as_of end, state_by = case when f.state = f.was then s.state_by end
  from found f cross join reconcile_terms t
  where s.tenant_id = $1 and s.key = f.key
),
resolved as (
  update ops.finding_states s
  set is_there = false, state = 'resolved', state_at = case when g.was = 'resolved' then s.state_at else t.as_of end,
    state_by = case when g.was = 'resolved' then s.state_by end
  from gone g cross join reconcile_terms t
  where s.tenant_id = $1 and s.key = g.key
)
insert into ops.finding_events (tenant_id, number, happened_at, state, amount, value)
select $1, e.number, t.as_of, e.state, e.amount, e.value
from (
  select a.number, a.state, a.amount, a.value from added a
  union all
  select f.number, f.state, f.amount, f.value from found f where f.number is not null and (f.state <> f.was or f.is_back)
  union all
  select g.number, 'resolved', g.amount, g.value from gone g where g.was <> 'resolved'
) e
cross join reconcile_terms t
order by e.number
