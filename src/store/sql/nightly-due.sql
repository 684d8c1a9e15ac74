-- What is to be done this local night: streams whose deletions are found by sweep ($1, $2: source and stream), from two to five in the tenant's
-- own zone, and, after them, streams that are compared with their source ($3, $4), from four to seven; spread over the first two hours by
-- connection; where those are quiet hours of the source, in the two hours after them. Once a local day. $5: what this worker has tried.
select d.*
from (
  select w.kind, c.tenant_id, c.id as connection_id, c.source, w.stream
  from public.tenants t
  cross join lateral (select clock_timestamp() at time zone t.time_zone as at) now
  join ops.connections c on c.tenant_id = t.id and c.status = 'active'
  join (
    select 'sweep' as kind, 2 as hour, n.* from unnest($1::text[], $2::text[]) n(source, stream)
    union all
    select 'verify', 4, n.* from unnest($3::text[], $4::text[]) n(source, stream)
  ) w on w.source = c.source
  where t.status = 'active' and ops.quiet_ends(clock_timestamp(), t.time_zone, c.quiet_from, c.quiet_until) is null
    and (extract(hour from now.at) between w.hour and w.hour + 2 or now.at::time between c.quiet_until and c.quiet_until + interval '2 hours')
    and now.at::time >= make_time(w.hour, 0, 0) + make_interval(mins => abs(hashtext(c.id::text)) % 120)
    and case w.kind
      when 'sweep' then not exists (
        select from ops.sweeps s
        where s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = w.stream and not s.dry_run
          and s.started_at >= now.at::date::timestamp at time zone t.time_zone)
      else not exists (
        select from ops.verifications v
        where v.tenant_id = c.tenant_id and v.connection_id = c.id and v.stream = w.stream and v.asked_by = 'nightly'
          and v.started_at >= now.at::date::timestamp at time zone t.time_zone)
    end
) d
where d.kind || ':' || d.connection_id || ':' || d.stream <> all ($5::text[])
