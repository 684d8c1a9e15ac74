-- What the warehouse holds of each day from $3 to $4, both included, in the zone $5. What stands for x selects day, currency and amount of
-- each row.
select d.day::text as day, sum(d.n)::float8 as count,
  coalesce(jsonb_object_agg(d.currency, trim_scale(d.amount)::text) filter (where d.currency is not null and d.amount <> 0), '{}') as amounts
from (
  select x.day, x.currency, count(*) as n, sum(x.amount) as amount
  from ($rows) x
  group by x.day, x.currency
) d
group by d.day
