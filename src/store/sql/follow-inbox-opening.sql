-- The inboxes $2 put their hours into use: in a zone the database knows ($3: the tenant's, where it does not), none where none are kept or
-- nothing is ever open. Returns the conversations of those whose hours changed.
with changed as (
  update public.inboxes i
  set opening = h.opening, opening_zone = h.zone
  from (
    select x.id, case when x.working_hours_enabled then kpi.opening_of(x.working_hours) end as opening,
      case when exists (select from pg_catalog.pg_timezone_names z where z.name = x.timezone) then x.timezone else $3::text end as zone
    from public.inboxes x
    where x.tenant_id = $1 and x.id = any($2::uuid[])
  ) h
  where i.tenant_id = $1 and i.id = h.id and (i.opening, i.opening_zone) is distinct from (h.opening, h.zone)
  returning i.id
)
select c.id from changed cross join lateral (select x.id from public.conversations x where x.tenant_id = $1 and x.inbox_id = changed.id offset 0) c
