-- What each document of a group is in the comparison:
--   shop        a sale of the shop                        shop_other  cancelled there, a test, of no value
--   pair        compared with it                          erp_other   does not stand: cancelled, a quotation, excluded
--   surplus     stands beyond the pair: a duplicate
-- Of the standing documents of the books, in the order of their numbers, the first so many are the pair as come closest to the sales of the
-- shop: one in the ordinary case; two when an order was split and both together make it up; the first when the second says it again.
-- A replacement sent for nothing is no duplicate; a document of zero value is the pair only where it is the sole one.
create temporary table reconcile_part on commit drop as
with known as (
  select m.group_id, m.id, m.is_shop, m.rule, d.source_id, d.stands, d.confirmed, d.excluded_because, d.amount,
    count(*) filter (where m.is_shop and d.stands) over g as sales,
    coalesce(sum(d.amount) filter (where m.is_shop and d.stands) over g, 0) as target,
    count(*) filter (where not m.is_shop and d.stands) over g as standing
  from reconcile_member m
  join reconcile_document d on d.id = m.id
  window g as (partition by m.group_id)
),
counted as (
  select k.*,
    not k.is_shop and k.confirmed and (k.stands or (k.excluded_because = 'zero_value' and k.sales > 0 and k.standing = 0)) as counts
  from known k
),
summed as (
  select c.*, row_number() over n as place, sum(c.amount) over (n rows unbounded preceding) as running
  from counted c
  window n as (partition by c.group_id, c.counts order by length(c.source_id), c.source_id, c.id)
),
closest as (
  select distinct on (s.group_id) s.group_id, s.place
  from summed s
  where s.counts
  order by s.group_id, abs(s.running - s.target), s.place
)
select s.group_id, s.id, s.rule,
  case
    when s.is_shop and s.stands then 'shop'
    when s.is_shop then 'shop_other'
    when s.counts and s.place <= c.place and (s.stands or s.place = 1) then 'pair'
    when s.counts and s.stands then 'surplus'
    else 'erp_other'
  end as role
from summed s
left join closest c on c.group_id = s.group_id
