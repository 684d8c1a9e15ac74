-- Hours of each inbox as they are in use: null where none are kept or nothing is ever open. Inboxes $2 (null: all).
select i.id,
  (select array_agg(e.second order by e.second)
   from unnest(i.working_hours) h(line)
   cross join lateral regexp_match(h.line, '^(\d) (\d\d):(\d\d)-(\d\d):(\d\d)$') p(part)
   cross join lateral (values
     ((part[1]::integer + 6) % 7 * 86400 + part[2]::integer * 3600 + part[3]::integer * 60),
     ((part[1]::integer + 6) % 7 * 86400 + part[4]::integer * 3600 + part[5]::integer * 60)) e(second)
   where i.working_hours_enabled and part[2] || part[3] < part[4] || part[5]) as opening,
  coalesce(z.name, t.time_zone) as opening_zone
from public.tenants t
join public.inboxes i on i.tenant_id = t.id
left join pg_catalog.pg_timezone_names z on z.name = i.timezone
where t.id = $1 and ($2::uuid[] is null or i.id = any($2::uuid[]))
