-- Memberships that have ended ($1: id, user_id, organization_id), as known by a reading or message of number $2; see users-delete.sql.
insert into ops.clerk_memberships as m (id, user_id, organization_id, read_seq, deleted_at)
select r.id, r.user_id, r.organization_id, $2::bigint, now()
from jsonb_to_recordset($1::jsonb) as r(id text, user_id text, organization_id text)
on conflict (id) do update set deleted_at = now(), read_seq = excluded.read_seq
where m.deleted_at is null and m.read_seq < excluded.read_seq
