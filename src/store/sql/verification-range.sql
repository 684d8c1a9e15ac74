-- From when on a stream is covered, as its local day in the zone $4, and the last local day that is over and read: what is younger than the
-- overlap ($5 seconds) may still arrive.
select ((s.covered_from at time zone $4::text)::date + 1)::text as covered_from,
  (((s.covered_until - make_interval(secs => $5)) at time zone $4::text)::date - 1)::text as last_day,
  s.covered_until - make_interval(secs => $5) as settled_until
from ops.streams s
where s.tenant_id = $1 and s.connection_id = $2 and s.stream = $3 and s.lane = 'live' and s.covered_until is not null
