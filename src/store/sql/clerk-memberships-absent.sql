-- Living memberships that a reading begun with number $2 did not meet ($1: those it met), although they were known before it began.
select m.id, m.user_id, m.organization_id from ops.clerk_memberships m
where m.deleted_at is null and m.read_seq < $2::bigint and not (m.id = any ($1::text[]))
