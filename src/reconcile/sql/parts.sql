-- What each document of a group is in the comparison, with all that is known of it:
--   shop        a sale of the shop                        shop_other  cancelled there, a test, of no value
--   pair        compared with it                          erp_other   does not stand: cancelled, a quotation, excluded
--   surplus     stands beyond the pair: a duplicate
-- Of the standing documents of the books, in the order of their numbers, the first so many are the pair as come closest to the sales of the
-- shop: one in the ordinary case; two when an order was split and both together make it up; the first when the second says it again.
-- A replacement sent for nothing is no duplicate; a document of zero value is the pair only where it is the sole one.
-- `place` is the document's in its group: by role in this order, then by number; `is_first` whether it is the first of its role. `is_plain`: its
-- group is one sale and one standing document, as nearly all are, and nothing is to be weighed or sorted.
create temporary table reconcile_part on commit drop as
with member as materialized (
  select coalesce(m.group_id, d.id) as group_id, m.rule, d.*
  from reconcile_document d
  left join reconcile_member m on m.id = d.id
),
several as materialized (
  select m.group_id, count(*) filter (where m.is_shop and m.stands) as sales, coalesce(sum(m.amount) filter (where m.is_shop and m.stands), 0) as target,
    count(*) filter (where not m.is_shop and m.stands) as standing
  from member m
  group by m.group_id
  having count(*) <> 2 or count(*) filter (where m.is_shop) <> 1 or not bool_and(m.stands)
),
counted as materialized (
  select m.group_id, m.id, m.is_shop, m.source_id, m.stands, m.amount, s.target,
    not m.is_shop and m.confirmed and (m.stands or (m.excluded_because = 'zero_value' and s.sales > 0 and s.standing = 0)) as counts
  from several s
  join member m on m.group_id = s.group_id
),
summed as (
  select c.*, row_number() over n as turn, sum(c.amount) over (n rows unbounded preceding) as running
  from counted c
  window n as (partition by c.group_id, c.counts order by length(c.source_id), c.source_id, c.id)
),
closest as (
  select distinct on (s.group_id) s.group_id, s.turn
  from summed s
  where s.counts
  order by s.group_id, abs(s.running - s.target), s.turn
),
cast_as as (
  select s.group_id, s.id, s.source_id,
    case
      when s.is_shop and s.stands then 'shop'
      when s.is_shop then 'shop_other'
      when s.counts and s.turn <= c.turn and (s.stands or s.turn = 1) then 'pair'
      when s.counts and s.stands then 'surplus'
      else 'erp_other'
    end as role
  from summed s
  left join closest c on c.group_id = s.group_id
),
ranked as materialized (
  select c.id, c.role, row_number() over g as place, row_number() over r as turn
  from cast_as c
  window g as (partition by c.group_id order by array_position(array['shop', 'shop_other', 'pair', 'surplus', 'erp_other'], c.role), length(c.source_id), c.source_id, c.id),
    r as (partition by c.group_id, c.role order by length(c.source_id), c.source_id, c.id)
)
select coalesce(r.role, case when m.is_shop then 'shop' else 'pair' end) as role, coalesce(r.place, case when m.is_shop then 1 else 2 end) as place,
  coalesce(r.turn = 1, true) as is_first, r.id is null as is_plain, m.*
from member m
left join ranked r on r.id = m.id
