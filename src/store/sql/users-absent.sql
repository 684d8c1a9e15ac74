-- Living users that a reading begun with number $2 did not meet ($1: those it met), although they were known before it began.
select u.id from public.users u
where u.deleted_at is null and u.read_seq < $2::bigint and not (u.id = any ($1::text[]))
