-- What a lane covers once this walk ($5 to $6) is added. A walk that begins within what is covered extends it; one that leaves a gap
-- begins anew. A start of null means everything the source has.
select case
    when s.covered_until is null or $5::timestamptz is null then $5::timestamptz
    when $5::timestamptz <= s.covered_until then s.covered_from
    else $5::timestamptz
  end as covered_from,
  greatest(s.covered_until, $6::timestamptz) as covered_until
from ops.streams s
where s.tenant_id = $1 and s.connection_id = $2 and s.stream = $3 and s.lane = $4
