-- What a lane covers once this walk ($5 to $6) is added. A walk that touches what is covered extends it both ways; one that leaves a gap
-- behind what is covered begins anew; one that lies wholly before it changes nothing. A start of null means everything the source has.
-- To the live lane belongs, too, what backfills have covered up to its start: they read what came before, and changes of it come live.
with recursive merged as (
  select case
      when s.covered_until is null or $5::timestamptz is null then $5::timestamptz
      when $5::timestamptz > s.covered_until then $5::timestamptz
      when s.covered_from is null or $6::timestamptz < s.covered_from then s.covered_from
      else least(s.covered_from, $5::timestamptz)
    end as covered_from,
    greatest(s.covered_until, $6::timestamptz) as covered_until
  from ops.streams s
  where s.tenant_id = $1 and s.connection_id = $2 and s.stream = $3 and s.lane = $4
),
chain as (
  select m.covered_from from merged m
  union all
  select (
    select min(l.covered_from) from ops.streams l
    where l.tenant_id = $1 and l.connection_id = $2 and l.stream = $3 and l.lane like 'backfill:%'
      and l.covered_from < c.covered_from and l.covered_until >= c.covered_from
  )
  from chain c
  where c.covered_from is not null and $4 = 'live'
)
select case when m.covered_from is not null then (select min(c.covered_from) from chain c) end as covered_from, m.covered_until
from merged m
