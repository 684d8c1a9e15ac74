-- kpi.shop_erp_daily from the facts, for the local days $2 (null: all). Touch key: local day of the shop order, or of an Odoo document that
-- cites one and has none. The two sides, and which document is whose, are those of the reconciliation (compare.sql): of the documents of
-- a shop order that stand the first is its pair, any further one a duplicate; one of zero value is a pair where there is no other. Orders are
-- compared, whichever of Odoo's documents is the sale.
-- `offset 0`: see link-orders.sql.
with document as materialized (
  select d.*, d.status in ('open', 'completed', 'refunded') and d.excluded_because is null as stands
  from (
    select o.id, o.source, o.source_id, o.business_day, o.status, o.excluded_because, o.currency_source, o.amount_total_source,
      coalesce(o.amount_total, 0) as amount, coalesce(o.shop_order_id, o.shop_order_name) is not null as cites
    from public.source_orders o
    where $2::date[] is null and o.tenant_id = $1 and o.invoiced_order_id is null and (o.is_sale or o.deleted_at is null)
    union all
    -- Each day and kind by itself, as the index has them: see aggregate-product-days.sql.
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
shop as (
  select s.business_day as day, s.stands, s.amount, 0 as mirrors, null::numeric as pair_amount, false as pair_is_zero, null::boolean as differs,
    0 as standing, 0::numeric as standing_amount, false as paired
  from document s where s.source = 'shopify' and s.id not in (select id from linked)
  union all
  select s.business_day, s.stands, s.amount, m.mirrors, m.pair_amount, m.pair_is_zero, m.differs, m.standing, m.standing_amount,
    m.pair is not null and (not m.pair_is_zero or s.stands)
  from linked
  join document s on s.id = linked.id
  cross join lateral (
    select count(*) as mirrors, (array_agg(e.id order by e.ord) filter (where e.counts))[1] as pair,
      (array_agg(e.amount order by e.ord) filter (where e.counts))[1] as pair_amount,
      coalesce((array_agg(e.zero order by e.ord) filter (where e.counts))[1], false) as pair_is_zero,
      (array_agg(e.differs order by e.ord) filter (where e.counts))[1] as differs,
      count(*) filter (where e.counts and not e.zero) as standing, coalesce(sum(e.amount) filter (where e.counts and not e.zero), 0) as standing_amount
    from (
      select x.id, coalesce(x.amount_total, 0) as amount, x.excluded_because is not null as zero,
        x.status in ('open', 'completed', 'refunded') and coalesce(x.excluded_because, 'zero_value') = 'zero_value' as counts,
        x.currency_source <> s.currency_source or x.amount_total_source <> s.amount_total_source or coalesce(x.amount_total, 0) <> s.amount as differs,
        row_number() over (order by x.excluded_because is not null, length(x.source_id), x.source_id) as ord
      from public.order_links k
      cross join lateral (
        select y.* from public.source_orders y where y.tenant_id = $1 and y.id = k.erp_order_id and y.deleted_at is null offset 0) x
      where k.tenant_id = $1 and k.shop_order_id = s.id
        -- A document with several shop orders belongs to one: a sale before others, then the lowest number.
        and s.id = (
          select z.id
          from public.order_links n
          cross join lateral (select y.* from public.source_orders y where y.tenant_id = $1 and y.id = n.shop_order_id offset 0) z
          where n.tenant_id = $1 and n.erp_order_id = k.erp_order_id
          order by z.status in ('open', 'completed', 'refunded') and z.excluded_because is null desc, length(z.source_id), z.source_id
          limit 1)
    ) e
  ) m
),
part as (
  select day, case when stands then 1 else 0 end as shop_orders, case when stands then amount else 0 end as shop_amount,
    case when paired and pair_is_zero then 1 else standing end as erp_orders, standing_amount as erp_amount,
    case when stands and paired then 1 else 0 end as linked,
    case when stands and paired and differs then 1 else 0 end as differing,
    case when stands and paired and differs then pair_amount - amount else 0 end as difference,
    case when stands and mirrors = 0 then 1 else 0 end as without_erp, case when stands and mirrors = 0 then amount else 0 end as without_erp_amount,
    0 as without_shop, 0 as without_shop_amount,
    case when pair_is_zero then 0 else greatest(standing - 1, 0) end as duplicates,
    case when standing > 1 and not pair_is_zero then standing_amount - pair_amount else 0 end as duplicates_amount,
    case when stands <> paired and mirrors > 0 then 1 else 0 end as status_differs,
    case when mirrors = 0 or stands = paired then 0 when stands then -amount else pair_amount end as status_amount
  from shop
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
