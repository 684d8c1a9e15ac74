-- Days $1 to $2, both included, of the zone $3, with the instants that bound them: the database knows days of 23 and 25 hours.
select d::date::text as day, d::timestamp at time zone $3::text as "from", (d + interval '1 day')::timestamp at time zone $3::text as until
from generate_series($1::date::timestamp, $2::date::timestamp, interval '1 day') d
order by d
