-- Organisations as Clerk stated them ($1), newer wins; what a person mapped stays.
insert into ops.clerk_organizations as o (id, stated, stated_tenant, source_updated_at, read_seq)
select r.id, r.stated, r.stated_tenant, r.updated_at, $3::bigint
from jsonb_to_recordset($1::jsonb) as r(id text, stated text, stated_tenant uuid, updated_at timestamptz)
on conflict (id) do update set
  stated = excluded.stated,
  stated_tenant = excluded.stated_tenant,
  source_updated_at = excluded.source_updated_at,
  read_seq = excluded.read_seq
where (excluded.source_updated_at > o.source_updated_at
    or ($2::boolean and excluded.source_updated_at = o.source_updated_at and excluded.read_seq > o.read_seq))
  and (o.stated, o.stated_tenant, o.source_updated_at)
    is distinct from (excluded.stated, excluded.stated_tenant, excluded.source_updated_at)
