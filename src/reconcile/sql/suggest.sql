-- For sales without a document and documents without a sale: what on the other side has no partner either, and the same total in the same
-- currency within a day; of documents that cite an order that is not there, a reference one character off; of references that several shops
-- have, each order they may mean, whatever it amounts to. A person links; nothing is linked by amount and date, nor by a reference that is
-- nearly right. $1 tenant.
with wanted as materialized (
  select f.key, f.class, f.shop_order_id is not null as is_shop, d.id, d.currency, d.total, d.business_day, d.shop_order_name
  from reconcile_finding f
  join reconcile_document d on d.id = coalesce(f.shop_order_id, f.erp_order_id)
  where f.class in ('missing_in_odoo', 'missing_in_shopify', 'duplicate_ref')
),
-- Each day is read once, however many of its documents have no partner.
wanted_near as materialized (select w.*, w.business_day + n as day from wanted w cross join generate_series(-1, 1) n),
near as materialized (
  select x.*
  from (select distinct day from wanted_near) d
  cross join lateral (
    select x.id, x.name, x.source, x.shop, x.business_day, x.currency_source, x.amount_total_source, x.shop_order_name
    from public.source_orders x
    where x.tenant_id = $1::uuid and x.is_sale and x.invoiced_order_id is null and x.business_day = d.day
    union all
    -- Orders that would be sales, but for the company's counting by their documents.
    select x.id, x.name, x.source, x.shop, x.business_day, x.currency_source, x.amount_total_source, x.shop_order_name
    from public.source_orders x
    where x.tenant_id = $1 and not x.is_sale and x.silent_because in ('invoiced', 'not_invoiced') and x.deleted_at is null
      and x.excluded_because is null and x.status in ('open', 'completed', 'refunded') and x.business_day = d.day
      and (select t.sales_basis = 'invoices' from public.tenants t where t.id = $1)
  ) x
),
alike as (
  select w.key, o.id, o.name, o.source, o.shop, o.business_day, abs(o.business_day - w.business_day) as days, false as is_cited,
    -- One character more, fewer, or another.
    w.shop_order_name is not null and o.shop_order_name is not null and not w.is_shop and (
      length(o.shop_order_name) = length(w.shop_order_name) and exists (
        select from generate_series(1, length(w.shop_order_name)) i
        where overlay(w.shop_order_name placing '' from i for 1) = overlay(o.shop_order_name placing '' from i for 1))
      or length(w.shop_order_name) = length(o.shop_order_name) + 1 and exists (
        select from generate_series(1, length(w.shop_order_name)) i where overlay(w.shop_order_name placing '' from i for 1) = o.shop_order_name)
      or length(o.shop_order_name) = length(w.shop_order_name) + 1 and exists (
        select from generate_series(1, length(o.shop_order_name)) i where overlay(o.shop_order_name placing '' from i for 1) = w.shop_order_name)
    ) as name_is_near
  from wanted_near w
  join near o on o.business_day = w.day and o.currency_source = w.currency and o.amount_total_source = w.total
    and o.source = case when w.is_shop then 'odoo' else 'shopify' end
),
cited as (
  select w.key, o.id, o.name, o.source, o.shop, o.business_day, abs(o.business_day - w.business_day) as days, true, true
  from wanted w
  join ops.cited_orders c on c.tenant_id = $1 and c.erp_order_id = w.id
  join public.source_orders o on o.tenant_id = $1 and o.id = c.shop_order_id
  where w.class = 'duplicate_ref'
),
candidate as (
  select distinct on (c.key, c.id) c.*
  from (select * from alike union all select * from cited) c
  where not exists (select from public.order_links l where l.tenant_id = $1 and c.id in (l.shop_order_id, l.erp_order_id))
  order by c.key, c.id, c.is_cited desc
),
best as (
  select c.key, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', c.id, 'name', c.name, 'source', c.source, 'shop', c.shop, 'day', c.business_day,
    'because', case when c.is_cited then 'same_reference' when c.name_is_near then 'near_reference' else 'amount_and_day' end))
    order by c.is_cited desc, c.name_is_near desc, c.days, c.name, c.id) as documents
  from (select *, row_number() over (partition by key order by is_cited desc, name_is_near desc, days, name, id) as place from candidate) c
  where c.place <= 5
  group by c.key
)
update reconcile_finding f set suggestion = b.documents from best b where b.key = f.key
