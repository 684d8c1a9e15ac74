-- kpi.carts from the facts, for the identities $2 (null: all). Touch key: identity. Time-free: whether a cart is abandoned yet is the
-- view's to say. Carts of one identity within 24 hours of the first are one, so the carts are walked in their order.
with recursive cart as materialized (
  select i.identity_id, c.id, c.source, c.created_at, c.changed_at, c.completed_at, c.currency_source, c.amount_total_source,
    -- Of two opened in one second the later number is the later; our own ids have no order.
    row_number() over (
      partition by i.identity_id order by c.created_at, c.source, length(c.source_id), c.source_id collate "C") as n
  from public.customer_identities i
  cross join lateral (
    select x.id, x.source, x.source_id, x.created_at, greatest(x.source_updated_at, x.created_at) as changed_at, x.completed_at, x.currency_source,
      x.amount_total_source
    from public.abandoned_checkouts x
    where x.tenant_id = $1 and x.customer_id = i.customer_id and x.has_contact and x.deleted_at is null
      -- Asked once and not for each customer, here and below: most companies have one of the two.
      and (select exists (select from public.abandoned_checkouts y where y.tenant_id = $1))
    union all
    -- Odoo: a draft of the website is a cart; once confirmed, date_order says when. The contact is the partner's.
    select x.id, x.source, x.source_id, coalesce(x.source_created_at, x.created_at), greatest(x.source_updated_at, x.source_created_at),
      case when x.status <> 'quotation' then x.created_at end, x.currency_source, x.amount_total_source
    from public.source_orders x
    join public.customers k on k.tenant_id = $1 and k.id = i.customer_id
    where x.tenant_id = $1 and x.customer_id = i.customer_id and x.source = 'odoo' and x.channel = 'website' and x.deleted_at is null
      and (x.is_sale or (x.status = 'quotation' and split_part(x.source_status, '/', 1) = 'draft'))
      and coalesce(k.rut_key, k.email_key, k.phone_key) is not null and not i.anonymous
      -- A fact has the connection it came by, also when that is paused.
      and (select exists (select from ops.connections y where y.tenant_id = $1 and y.source = 'odoo'))
    offset 0) c
  where i.tenant_id = $1 and ($2::uuid[] is null or i.identity_id = any($2::uuid[]))
),
walk as (
  select identity_id, n, id as cart_id, created_at as opened_at from cart where n = 1
  union all
  select c.identity_id, c.n, case when one then w.cart_id else c.id end, case when one then w.opened_at else c.created_at end
  from walk w
  join cart c on c.identity_id = w.identity_id and c.n = w.n + 1
  cross join lateral (select c.created_at < w.opened_at + interval '24 hours' as one) together
),
grouped as (
  select w.identity_id, w.cart_id, w.opened_at, count(*) as carts, max(c.changed_at) as changed_at, min(c.completed_at) as completed_at,
    (array_agg(c.source order by c.n desc))[1] as source, (array_agg(c.currency_source order by c.n desc))[1] as currency_source,
    (array_agg(c.amount_total_source order by c.n desc))[1] as amount_total_source
  from walk w
  join cart c on c.identity_id = w.identity_id and c.n = w.n
  group by w.identity_id, w.cart_id, w.opened_at
)
select $1::uuid as tenant_id, g.identity_id, g.cart_id, g.source, g.carts, g.opened_at,
  (g.opened_at at time zone t.time_zone)::date as day, g.changed_at, g.completed_at,
  (g.completed_at at time zone t.time_zone)::date as completed_day, b.bought_at, g.currency_source, g.amount_total_source,
  case when g.currency_source = t.currency then g.amount_total_source end as amount_total
from grouped g
join public.tenants t on t.id = $1
left join lateral (
  select min(o.at) as bought_at
  from public.customer_identities i
  cross join lateral (
    select x.created_at as at from public.source_orders x
    where x.tenant_id = $1 and x.customer_id = i.customer_id and x.is_sale and x.created_at >= g.opened_at
      and x.created_at <= g.changed_at + interval '168 hours'
    offset 0) o
  where i.tenant_id = $1 and i.identity_id = g.identity_id and g.completed_at is null
) b on true
