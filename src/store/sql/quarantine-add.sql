-- Refused records of one batch; one that is already there is counted again.
insert into ops.quarantine as q
  (tenant_id, connection_id, stream, run_id, entity, source_id, reason, payload, payload_length, payload_sha256)
select $1, $2, $3, $4, r.entity, r.source_id, r.reason, r.payload, r.payload_length, r.payload_sha256
from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::integer[], $10::bytea[])
  as r(entity, source_id, reason, payload, payload_length, payload_sha256)
on conflict (tenant_id, connection_id, entity, payload_sha256, coalesce(source_id, '')) where state = 'open'
do update set times = q.times + 1, last_seen_at = now(), run_id = excluded.run_id, reason = excluded.reason
