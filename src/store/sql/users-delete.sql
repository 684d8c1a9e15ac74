-- Users that are gone ($1), as known by a reading or message of number $2. One that was never seen leaves a tombstone too, so that an
-- older message about it does not make it. A reading asked for later than $2 that had the user has the last word.
with gone as (
  insert into public.users as u (id, banned, locked, stated, read_seq, deleted_at)
  select k.id, false, false, 'none', $2::bigint, now() from unnest($1::text[]) as k(id)
  on conflict (id) do update set
    deleted_at = now(), read_seq = excluded.read_seq, last_sign_in_day = null, stated = 'none', stated_tenants = '{}', stated_role = null,
    synced_at = now()
  where u.deleted_at is null and u.read_seq < excluded.read_seq
  returning u.id
)
update ops.clerk_memberships m
set deleted_at = now(), read_seq = $2::bigint
from gone g
where m.user_id = g.id and m.deleted_at is null
