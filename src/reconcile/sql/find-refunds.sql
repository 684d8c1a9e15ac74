-- Refunds of the shop one by one against the credit notes of the books' orders: of equal amount first, in the order of their days; then, what
-- is left on both sides, in that order. A refund without a note is refund_missing once its days are over, where a document was issued that a
-- note could be of; a note without a refund is refund_missing_in_shopify; a couple of different amounts is refund_amount. Also money not paid
-- back (refund_not_paid), more refunded than the order was worth, six months after the document (no IVA is got back then), and refund and note
-- in different months. `value`: the refund; of refund_amount, note minus refund. $1 tenant.
insert into reconcile_finding (class, component, value, group_id, shop_order_id, erp_order_id, refund_id, invoice_id, shop_name, erp_name, anchored_at, business_day, data)
with given as (
  select g.group_id, r.id, r.order_id, r.business_day as day, coalesce(r.amount_total, 0) as amount,
    case when r.amount_total_source = 0 then 0 else coalesce(r.amount_total, 0) - coalesce(r.amount_paid_back, r.amount_total, 0) end as not_paid
  from reconcile_group g
  join reconcile_part p on p.group_id = g.group_id and p.role = 'shop'
  join public.refunds r on r.tenant_id = $1::uuid and r.order_id = p.id and r.deleted_at is null
  where g.in_range and g.reason is null and r.amount_total_source > 0
),
noted as (
  select g.group_id, r.id, r.order_id, r.invoice_id, r.business_day as day, coalesce(r.amount_total, 0) as amount
  from reconcile_group g
  join reconcile_part p on p.group_id = g.group_id and p.role in ('pair', 'surplus', 'erp_other')
  join public.refunds r on r.tenant_id = $1 and r.order_id = p.id and r.deleted_at is null
  where g.in_range and g.reason is null and g.sales > 0 and r.amount_total_source - r.amount_replaced_source > 0
),
given_in_turn as (select *, row_number() over (partition by group_id, amount order by day, id) as turn from given),
noted_in_turn as (select *, row_number() over (partition by group_id, amount order by day, id) as turn from noted),
alike as (
  select a.group_id, a.id as given_id, b.id as noted_id
  from given_in_turn a
  join noted_in_turn b on b.group_id = a.group_id and b.amount = a.amount and b.turn = a.turn
),
given_left as (
  select a.*, row_number() over (partition by a.group_id order by a.day, a.id) as turn from given a where a.id not in (select given_id from alike)
),
noted_left as (
  select b.*, row_number() over (partition by b.group_id order by b.day, b.id) as turn from noted b where b.id not in (select noted_id from alike)
),
couple as (
  select group_id, given_id, noted_id from alike
  union all
  select coalesce(a.group_id, b.group_id), a.id, b.id
  from given_left a
  full join noted_left b on b.group_id = a.group_id and b.turn = a.turn
),
-- What the orders of the group were invoiced with.
papers as (
  select group_id, min(invoice_date) as first_date
  from reconcile_issued
  where state = 'posted' and kind = 'invoice' and group_id in (select group_id from couple)
  group by group_id
),
found as (
  select g.group_id, g.shop_ids, g.pair_ids, g.shop_names, g.erp_names, g.anchored_at, g.business_day, g.pairs, g.shop_amount,
    a.id as refund_id, b.invoice_id, coalesce(b.order_id, g.pair_ids[1]) as erp_order_id, a.order_id as shop_order_id,
    a.day as given_on, b.day as noted_on, a.amount as given, b.amount as noted, a.not_paid, p.first_date,
    n.reversed_date as reverses_of,
    sum(a.amount) over (partition by g.group_id order by a.day, a.id) as given_so_far
  from couple c
  join reconcile_group g on g.group_id = c.group_id
  left join given a on a.id = c.given_id
  left join noted b on b.id = c.noted_id
  left join papers p on p.group_id = g.group_id
  left join reconcile_issued n on n.invoice_id = b.invoice_id and n.order_id = b.order_id and n.reversed_date is not null
)
select f.class, f.component, f.value, o.group_id, coalesce(o.shop_order_id, o.shop_ids[1]), o.erp_order_id, o.refund_id, o.invoice_id, o.shop_names[1], o.erp_names[1],
  o.anchored_at, o.business_day,
  jsonb_strip_nulls(jsonb_build_object('refunded_on', o.given_on, 'credited_on', o.noted_on, 'refund', trim_scale(o.given), 'credit_note', trim_scale(o.noted))) || f.data
from found o
cross join reconcile_terms t
cross join lateral (
  select 'refund_missing' as class, 'refund' as component, o.given as value, '{}'::jsonb as data
  where o.noted is null and o.pairs > 0 and o.first_date is not null and not t.invoices_elsewhere and t.doc_fresh and o.given_on + t.days < t.today
  union all
  select 'refund_missing_in_shopify', 'refund', o.noted, '{}' where o.given is null and t.shop_fresh
  union all
  select 'refund_amount', 'refund', o.noted - o.given, '{}' where o.noted <> o.given
  union all
  select 'refund_amount', 'refund', o.given_so_far - o.shop_amount, jsonb_build_object('reason', 'more_than_order', 'order', trim_scale(o.shop_amount))
  where o.noted is not distinct from coalesce(o.given, o.noted) and o.given_so_far > o.shop_amount and o.given_so_far - o.given <= o.shop_amount
  union all
  select 'refund_not_paid', 'refund', o.not_paid, '{}' where o.not_paid > 0
  union all
  select 'refund_after_6_months', 'refund', coalesce(o.noted, o.given), jsonb_build_object('days_since_document', coalesce(o.noted_on, o.given_on) - coalesce(o.reverses_of, o.first_date))
  where coalesce(o.noted_on, o.given_on) > coalesce(o.reverses_of, o.first_date) + interval '6 months'
  union all
  select 'date_cutoff', 'refund', o.given, '{}' where date_trunc('month', o.given_on::timestamp) <> date_trunc('month', o.noted_on::timestamp)
) f
