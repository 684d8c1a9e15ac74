-- Who speaks for a sale. Of linked documents the tenant's speaking source does.
--   The shop speaks: each of its orders for itself, its mirrors are silent. An Odoo document that cites a shop order which has not come
--   waits, uncounted, until the shop's stream has passed its date plus 60 minutes of grace; before the shop's first covered day it
--   speaks for itself.
--   Odoo speaks: a document answers for the shop orders it is linked to, except as a quotation (nothing is sold yet), for a test order,
--   or, cancelled, for an order that has received money (that stays a sale). A shop order for which one answers is silent. Of several that
--   answer for one order the first speaks, a confirmed one before others, then by the lowest number, and the others are duplicates. None
--   waits: it would speak anyway.
-- Where the company counts by issued documents (sales_basis), an Odoo order that would speak leaves the word to its documents, which
-- settle-invoiced.sql settles: "invoiced"; "not_invoiced" while one for it, or for the rest of it, is to come. Until then it answers for no shop
-- order either, as a quotation does not. What Odoo calls invoiced, and no document here is of, was documented at the counter: it speaks.
-- $2 orders to settle; $3, $4, $5 the connection whose coverage this batch commits, and that coverage; $6 says that there is one, and
-- then the orders that coverage alone may change are settled too: those that wait, and those that cite a shop order and are younger than
-- what is covered. `offset 0`: see link-orders.sql.
with recursive shop as (
  select count(*) > 0 as connected,
    max(coalesce(case when c.id = $3::uuid then $4::timestamptz else s.covered_from end, '-infinity')) as covered_from,
    min(coalesce(case when c.id = $3::uuid then $5::timestamptz else s.covered_until end, '-infinity')) as covered_until
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  where c.tenant_id = $1 and c.source = 'shopify' and c.status = 'active'
),
voice as (
  -- While it is being changed who speaks, documents of one sale change over together, or the sale would count twice, or not at all.
  select t.speaking_source, t.sales_basis = 'invoices' as by_document, t.speaking_source = 'odoo' or exists (
    select 1 from ops.recomputations r
    where r.tenant_id = $1 and r.state = 'running' and r.tables && array['public.source_orders', 'public.source_orders.speaks']) as together
  from public.tenants t where t.id = $1
),
touched as (
  select k.id from unnest($2::uuid[]) k(id)
  union
  -- The orders of touched documents.
  select y.id from voice cross join unnest($2::uuid[]) k(id) cross join lateral (
    select x.invoiced_order_id as id from public.source_orders x
    where x.tenant_id = $1 and x.id = k.id and x.invoiced_order_id is not null offset 0) y
  where voice.by_document or voice.together
  union
  select w.id from public.source_orders w where $6::boolean and w.tenant_id = $1 and w.silent_because = 'waiting'
  union
  select y.id from shop cross join lateral (
    select x.id from public.source_orders x
    where $6::boolean and x.tenant_id = $1 and x.source = 'odoo' and (x.shop_order_id is not null or x.shop_order_name is not null)
      and x.created_at > shop.covered_until - interval '60 minutes') y
),
-- Where Odoo speaks, a document's voice depends on those it shares a shop order with.
ids(id) as (
  select id from touched
  union
  select l.id from voice cross join ids cross join lateral (
    (select x.shop_order_id as id from public.order_links x where x.tenant_id = $1 and x.erp_order_id = ids.id offset 0)
    union all
    (select x.erp_order_id from public.order_links x where x.tenant_id = $1 and x.shop_order_id = ids.id offset 0)) l
  where voice.together
),
decided as materialized (
  select w.id, w.because
  from (
    select v.id, v.was, case
      when v.because is not null or not v.by_document then v.because
      when v.invoiced is false then 'not_invoiced'
      when exists (
        select 1 from public.source_orders h where h.tenant_id = $1 and h.invoiced_order_id = v.id and h.deleted_at is null offset 0) then 'invoiced'
      when v.invoiced is null then 'not_invoiced'
    end as because
    from (
      select o.id, o.silent_because as was, voice.by_document and o.source = 'odoo' as by_document, o.invoiced, case
        when voice.speaking_source = 'odoo' and o.source = 'shopify' then (
          select 'mirror'
          from public.order_links k
          cross join lateral (
            select x.id, x.status, x.invoiced from public.source_orders x where x.tenant_id = $1 and x.id = k.erp_order_id offset 0) e
          where k.tenant_id = $1 and k.shop_order_id = o.id and e.status <> 'quotation' and o.excluded_because is distinct from 'test'
            and (not voice.by_document or e.invoiced is true or e.status = 'cancelled' or exists (
              select 1 from public.source_orders h where h.tenant_id = $1 and h.invoiced_order_id = e.id and h.deleted_at is null offset 0))
            and not (e.status = 'cancelled' and coalesce(o.payment_state in ('partial', 'paid'), false))
          limit 1)
        when voice.speaking_source = 'odoo' and o.source = 'odoo' then (
          select case when bool_or(p.first = o.id) then null when bool_or(p.answers) then 'duplicate' when count(*) > 0 then 'mirror' end
          from public.order_links k
          cross join lateral (
            select x.id, x.excluded_because is not distinct from 'test' as test, coalesce(x.payment_state in ('partial', 'paid'), false) as received
            from public.source_orders x where x.tenant_id = $1 and x.id = k.shop_order_id offset 0) s
          cross join lateral (
            select o.status <> 'quotation' and not s.test and not (o.status = 'cancelled' and s.received) and (
                not voice.by_document or o.invoiced is true or o.status = 'cancelled' or exists (
                  select 1 from public.source_orders h where h.tenant_id = $1 and h.invoiced_order_id = o.id and h.deleted_at is null offset 0)) as answers,
              (select e.id
               from public.order_links m
               cross join lateral (select x.* from public.source_orders x where x.tenant_id = $1 and x.id = m.erp_order_id offset 0) e
               where m.tenant_id = $1 and m.shop_order_id = s.id and e.status <> 'quotation' and not s.test
                 and not (e.status = 'cancelled' and s.received)
                 and (not voice.by_document or e.invoiced is true or e.status = 'cancelled' or exists (
                   select 1 from public.source_orders h where h.tenant_id = $1 and h.invoiced_order_id = e.id and h.deleted_at is null offset 0))
               order by e.excluded_because is null and e.status <> 'cancelled' desc, length(e.source_id), e.source_id, e.id
               limit 1) as first
          ) p
          where k.tenant_id = $1 and k.erp_order_id = o.id)
        when o.source = 'odoo' and exists (select 1 from public.order_links k where k.tenant_id = $1 and k.erp_order_id = o.id offset 0) then 'mirror'
        when o.source = 'odoo' and (o.shop_order_id is not null or o.shop_order_name is not null)
          and shop.connected and o.created_at >= shop.covered_from and o.created_at + interval '60 minutes' > shop.covered_until then 'waiting'
        end as because
      from ids
      cross join lateral (
        select * from public.source_orders x where x.tenant_id = $1 and x.id = ids.id and x.invoiced_order_id is null offset 0) o
      cross join shop
      cross join voice
      -- What is asked of links is asked once: pulled up, it is planned and run wherever the answer is used (14 ms of planning, now 3).
      -- And an `exists` that is no probe is planned as a list of all of the tenant's links or documents.
      offset 0
    ) v
    offset 0
  ) w
  where w.was is distinct from w.because
)
update public.source_orders o
set speaks = d.because is null, silent_because = d.because
from decided d
where o.tenant_id = $1 and o.id = any (array(select id from decided)) and o.id = d.id
returning o.id, o.business_day::text as day
