-- Users as Clerk stated them ($1: an array of records). Newer wins by Clerk's clock; at the same stamp a later reading of the list wins,
-- a webhook never does ($2: read from the list). A tombstone is undone only by a reading that was asked for after it: webhooks arrive in
-- any order, and Clerk gives no id twice.
insert into public.users as u (id, banned, locked, created_at, last_sign_in_day, stated, stated_tenants, stated_role, source_updated_at, read_seq)
select r.id, r.banned, r.locked, r.created_at, r.last_sign_in_day, r.stated, r.stated_tenants, r.stated_role, r.updated_at, $3::bigint
from jsonb_to_recordset($1::jsonb) as r(
  id text, banned boolean, locked boolean, created_at timestamptz, last_sign_in_day date, stated text, stated_tenants uuid[], stated_role text,
  updated_at timestamptz)
on conflict (id) do update set
  banned = excluded.banned,
  locked = excluded.locked,
  created_at = excluded.created_at,
  last_sign_in_day = excluded.last_sign_in_day,
  stated = excluded.stated,
  stated_tenants = excluded.stated_tenants,
  stated_role = excluded.stated_role,
  source_updated_at = excluded.source_updated_at,
  read_seq = excluded.read_seq,
  synced_at = now(),
  deleted_at = null
where (excluded.source_updated_at > u.source_updated_at
    or ($2::boolean and excluded.source_updated_at = u.source_updated_at and excluded.read_seq > u.read_seq))
  and (u.deleted_at is null or ($2::boolean and excluded.read_seq > u.read_seq))
  -- What is already so is not written again.
  and (u.deleted_at is not null
    or (u.banned, u.locked, u.created_at, u.last_sign_in_day, u.stated, u.stated_tenants, u.stated_role, u.source_updated_at)
      is distinct from (excluded.banned, excluded.locked, excluded.created_at, excluded.last_sign_in_day, excluded.stated,
        excluded.stated_tenants, excluded.stated_role, excluded.source_updated_at))
returning u.id
