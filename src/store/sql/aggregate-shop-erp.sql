-- kpi.shop_erp_daily from the facts, for the local days $2 (null: all). Touch key: local day of a shop order, or of an Odoo document that
-- cites one and has none; what a group of linked documents differs by is of the day of its first sale. The groups, and what each document
-- is in its group, are those of the reconciliation (src/reconcile/sql/parts.sql): an order split over several documents is compared with
-- their sum, orders merged into one with it, and only what stands beyond that is a duplicate; a document of zero value is a pair where there is
-- no other. Orders are compared, whichever of Odoo's documents is the sale.
-- `offset 0`: see link-orders.sql.
with recursive document as materialized (
  select d.*, d.status in ('open', 'completed', 'refunded') and d.excluded_because is null as stands
  from (
    select o.id, o.source, o.source_id, o.business_day, o.status, o.excluded_because, o.currency_source, o.amount_total_source,
      coalesce(o.amount_total, 0) as amount, coalesce(o.shop_order_id, o.shop_order_name) is not null as cites
    from public.source_orders o
    where $2::date[] is null and o.tenant_id = $1 and o.invoiced_order_id is null and (o.is_sale or o.deleted_at is null)
    union all
    -- Each day and kind by itself, as the index has them: see aggregate-products-sold.sql.
    select o.* from unnest($2::date[]) k(day) cross join lateral (
      select x.id, x.source, x.source_id, x.business_day, x.status, x.excluded_because, x.currency_source, x.amount_total_source,
        coalesce(x.amount_total, 0), coalesce(x.shop_order_id, x.shop_order_name) is not null
      from public.source_orders x where x.tenant_id = $1 and x.business_day = k.day and x.is_sale and x.invoiced_order_id is null offset 0) o
    union all
    select o.* from unnest($2::date[]) k(day) cross join lateral (
      select x.id, x.source, x.source_id, x.business_day, x.status, x.excluded_because, x.currency_source, x.amount_total_source,
        coalesce(x.amount_total, 0), coalesce(x.shop_order_id, x.shop_order_name) is not null
      from public.source_orders x
      where x.tenant_id = $1 and x.business_day = k.day and not x.is_sale and x.invoiced_order_id is null and x.deleted_at is null offset 0) o
  ) d
),
-- Most shop orders of a company without an ERP have no link: what is asked of links is asked of those that have one.
linked as materialized (
  select s.id from document s
  where s.source = 'shopify' and exists (select from public.order_links x where x.tenant_id = $1 and x.shop_order_id = s.id offset 0)
),
-- Nearly all groups are one sale and one standing document: nothing is to be weighed or sorted.
plain as materialized (
  select d.id, d.business_day as day, d.amount, e.amount as erp_amount,
    d.currency_source <> e.currency_source or d.amount_total_source <> e.amount_total_source or d.amount <> e.amount as differs
  from linked l
  join document d on d.id = l.id and d.stands
  cross join lateral (
    select (array_agg(x.erp_order_id))[1] as erp_order_id from public.order_links x
    where x.tenant_id = $1 and x.shop_order_id = l.id having count(*) = 1) k
  cross join lateral (
    select x.currency_source, x.amount_total_source, coalesce(x.amount_total, 0) as amount from public.source_orders x
    where x.tenant_id = $1 and x.id = k.erp_order_id and x.deleted_at is null and x.excluded_because is null
      and x.status in ('open', 'completed', 'refunded') offset 0) e
  where not exists (
    select from public.order_links n where n.tenant_id = $1 and n.erp_order_id = k.erp_order_id and n.shop_order_id <> l.id offset 0)
),
several as materialized (select id from linked where id not in (select id from plain)),
-- Where a document has several shop orders the group is walked, from document to document, over any number of days.
tangled as materialized (
  select l.id from several l
  where exists (
    select from public.order_links k
    cross join lateral (
      select 1 from public.order_links n
      where n.tenant_id = $1 and n.erp_order_id = k.erp_order_id and n.shop_order_id <> l.id limit 1) other
    where k.tenant_id = $1 and k.shop_order_id = l.id offset 0)
),
walk(start, id) as (
  select id, id from tangled
  union
  select w.start, b.shop_order_id
  from walk w
  cross join lateral (select x.erp_order_id from public.order_links x where x.tenant_id = $1 and x.shop_order_id = w.id offset 0) a
  cross join lateral (select x.shop_order_id from public.order_links x where x.tenant_id = $1 and x.erp_order_id = a.erp_order_id offset 0) b
),
shop_order as materialized (
  select l.id as group_id, d.id, d.source_id, d.business_day, d.status, d.excluded_because, d.currency_source, d.amount_total_source, d.amount
  from several l join document d on d.id = l.id
  where l.id not in (select id from tangled)
  union all
  select t.group_id, o.id, o.source_id, o.business_day, o.status, o.excluded_because, o.currency_source, o.amount_total_source, coalesce(o.amount_total, 0)
  from (
    select distinct h.head as group_id, w.id
    from walk w join (select start, min(id::text)::uuid as head from walk group by start) h on h.start = w.start
  ) t
  cross join lateral (select x.* from public.source_orders x where x.tenant_id = $1 and x.id = t.id and x.deleted_at is null offset 0) o
),
member as materialized (
  select m.*, true as is_shop, m.status in ('open', 'completed', 'refunded') as confirmed from shop_order m
  union all
  select k.group_id, o.id, o.source_id, o.business_day, o.status, o.excluded_because, o.currency_source, o.amount_total_source,
    coalesce(o.amount_total, 0), false, o.status in ('open', 'completed', 'refunded')
  from (
    select distinct m.group_id, x.erp_order_id
    from shop_order m
    cross join lateral (select y.erp_order_id from public.order_links y where y.tenant_id = $1 and y.shop_order_id = m.id offset 0) x
  ) k
  cross join lateral (select x.* from public.source_orders x where x.tenant_id = $1 and x.id = k.erp_order_id and x.deleted_at is null offset 0) o
),
counted as (
  select m.*, m.confirmed and m.excluded_because is null as stands, sum(case when m.is_shop and m.confirmed and m.excluded_because is null then m.amount end) over g as target,
    count(*) filter (where m.is_shop and m.confirmed and m.excluded_because is null) over g as sales,
    count(*) filter (where not m.is_shop and m.confirmed and m.excluded_because is null) over g as standing
  from member m
  window g as (partition by m.group_id)
),
summed as (
  select c.*, row_number() over n as turn, coalesce(c.target, 0) - sum(c.amount) over (n rows unbounded preceding) as lacking
  from (
    select *, not is_shop and confirmed and (stands or (excluded_because = 'zero_value' and sales > 0 and standing = 0)) as counts from counted
  ) c
  window n as (partition by c.group_id, c.is_shop, c.counts, c.is_shop and c.stands order by length(c.source_id), c.source_id, c.id)
),
-- So many of the documents, in the order of their numbers, as come closest to the sales.
closest as (
  select group_id, (array_agg(turn order by abs(lacking), turn))[1] as turn from summed where counts group by group_id
),
cast_as as materialized (
  select s.*, case
      when s.is_shop and s.stands then 'sale'
      when s.counts and s.turn <= c.turn and (s.stands or s.turn = 1) then 'pair'
      when s.counts and s.stands then 'duplicate' end as role
  from summed s
  left join closest c on c.group_id = s.group_id
),
-- Of the day of its first sale, or of its first shop order where none is one.
whole as materialized (
  select group_id, (array_agg(business_day order by stands desc, length(source_id), source_id, id) filter (where is_shop))[1] as day,
    count(*) filter (where role = 'sale') as sales, count(*) filter (where role = 'pair') as pairs, count(*) filter (where role = 'duplicate') as duplicates,
    coalesce(sum(amount) filter (where role = 'sale'), 0) as sale_amount, coalesce(sum(amount) filter (where role = 'pair'), 0) as pair_amount,
    coalesce(sum(amount) filter (where role = 'duplicate'), 0) as duplicates_amount,
    coalesce(sum(amount) filter (where role = 'sale' and turn > 1), 0) as further_amount,
    min(currency_source) filter (where role in ('sale', 'pair')) <> max(currency_source) filter (where role in ('sale', 'pair'))
      or sum(amount_total_source) filter (where role = 'sale') <> sum(amount_total_source) filter (where role = 'pair')
      or sum(amount) filter (where role = 'sale') <> sum(amount) filter (where role = 'pair') as differs
  from cast_as
  group by group_id
),
part as (
  select s.business_day as day, 1 as shop_orders, s.amount as shop_amount, 0::bigint as erp_orders, 0::numeric as erp_amount, 0 as linked,
    0 as differing, 0::numeric as difference, 1 as without_erp, s.amount as without_erp_amount, 0 as without_shop, 0::numeric as without_shop_amount,
    0::bigint as duplicates, 0::numeric as duplicates_amount, 0::bigint as status_differs, 0::numeric as status_amount
  from document s
  where s.source = 'shopify' and s.stands and s.id not in (select id from linked)
  union all
  select day, 1, amount, 1, erp_amount, 1, case when differs then 1 else 0 end, erp_amount - amount, 0, 0, 0, 0, 0, 0, 0, 0 from plain
  union all
  -- Each sale on its own day; a further one of a merged order takes its share of the document there, too.
  select m.business_day, 1, m.amount, 0, case when w.pairs > 0 and m.turn > 1 then m.amount else 0 end, case when w.pairs > 0 then 1 else 0 end,
    0, 0, 0, 0, 0, 0, 0, 0, case when w.pairs = 0 then 1 else 0 end, case when w.pairs = 0 then -m.amount else 0 end
  from cast_as m
  join whole w on w.group_id = m.group_id
  where m.role = 'sale' and ($2::date[] is null or m.business_day = any($2::date[]))
  union all
  select w.day, 0, 0, w.pairs + w.duplicates, w.pair_amount + w.duplicates_amount - case when w.pairs > 0 then w.further_amount else 0 end, 0,
    case when w.sales > 0 and w.pairs > 0 and w.differs then 1 else 0 end, case when w.sales > 0 and w.pairs > 0 then w.pair_amount - w.sale_amount else 0 end,
    0, 0, 0, 0, w.duplicates, w.duplicates_amount, case when w.sales = 0 then w.pairs else 0 end, case when w.sales = 0 then w.pair_amount else 0 end
  from whole w
  where $2::date[] is null or w.day = any($2::date[])
  union all
  select e.business_day, 0, 0, 1, e.amount, 0, 0, 0, 0, 0, 1, e.amount, 0, 0, 0, 0
  from document e
  where e.source = 'odoo' and e.stands and e.cites and not exists (
    select 1 from public.order_links k where k.tenant_id = $1 and k.erp_order_id = e.id offset 0)
)
select $1::uuid as tenant_id, day, sum(shop_orders) as shop_orders, sum(shop_amount) as shop_amount, sum(erp_orders) as erp_orders,
  sum(erp_amount) as erp_amount, sum(linked) as linked, sum(differing) as differing, sum(difference) as difference,
  sum(abs(difference)) as difference_absolute, sum(without_erp) as without_erp, sum(without_erp_amount) as without_erp_amount,
  sum(without_shop) as without_shop, sum(without_shop_amount) as without_shop_amount, sum(duplicates) as duplicates,
  sum(duplicates_amount) as duplicates_amount, sum(status_differs) as status_differs, sum(status_amount) as status_amount
from part
group by day
having sum(shop_orders) + sum(erp_orders) > 0
