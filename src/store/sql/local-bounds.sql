-- Local midnights of the zone $3 strictly within [$1, $2), every $4 days from the local day on which the range begins.
select coalesce(array_agg(b.at order by b.at), '{}') as bounds
from (
  select distinct d::timestamp at time zone $3::text as at
  from generate_series(
    ($1::timestamptz at time zone $3::text)::date::timestamp + make_interval(days => $4::integer),
    ($2::timestamptz at time zone $3::text)::date::timestamp + interval '1 day',
    make_interval(days => $4::integer)
  ) d
) b
where b.at > $1::timestamptz and b.at < $2::timestamptz
