-- Memberships as Clerk stated them ($1), by the rules of users-merge.sql.
insert into ops.clerk_memberships as m (id, user_id, organization_id, role, source_updated_at, read_seq)
select r.id, r.user_id, r.organization_id, r.role, r.updated_at, $3::bigint
from jsonb_to_recordset($1::jsonb) as r(id text, user_id text, organization_id text, role text, updated_at timestamptz)
on conflict (id) do update set
  user_id = excluded.user_id,
  organization_id = excluded.organization_id,
  role = excluded.role,
  source_updated_at = excluded.source_updated_at,
  read_seq = excluded.read_seq,
  deleted_at = null
where (excluded.source_updated_at > m.source_updated_at
    or ($2::boolean and excluded.source_updated_at = m.source_updated_at and excluded.read_seq > m.read_seq))
  and (m.deleted_at is null or ($2::boolean and excluded.read_seq > m.read_seq))
  and (m.deleted_at is not null
    or (m.user_id, m.organization_id, m.role, m.source_updated_at)
      is distinct from (excluded.user_id, excluded.organization_id, excluded.role, excluded.source_updated_at))
