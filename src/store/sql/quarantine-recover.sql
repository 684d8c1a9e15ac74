-- A good version of a quarantined record arrived: the old one needs nobody any more.
update ops.quarantine q
set state = 'recovered', closed_at = now(), closed_because = 'a good version of the record arrived'
from unnest($3::text[], $4::text[]) as r(entity, source_id)
where q.tenant_id = $1 and q.connection_id = $2 and q.state = 'open' and q.entity = r.entity and q.source_id = r.source_id
