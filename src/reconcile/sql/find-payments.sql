-- What was paid for the shop's orders: more than they cost (overpaid; paid_twice from twice the amount on), kept although they were cancelled
-- (cancelled_not_refunded), and paid on one side only (payment).
insert into reconcile_finding (class, component, value, group_id, shop_order_id, erp_order_id, shop_name, erp_name, anchored_at, business_day, data)
-- Most orders were paid what they cost: no more is asked of them.
with odd as materialized (
  select y.*, coalesce((t.total_tolerance ->> y.currency)::numeric, 0) as tolerance, t.decimals
  from reconcile_payments y
  cross join reconcile_terms t
  where y.received - y.total > coalesce((t.total_tolerance ->> y.currency)::numeric, 0) or y.cancelled_at is not null
),
given as (
  select r.order_id, sum(coalesce(r.amount_paid_back_source, 0)) as paid_back
  from odd y
  join public.refunds r on r.tenant_id = $1::uuid and r.order_id = y.order_id and r.deleted_at is null
  group by r.order_id
),
cards as (
  select l.order_id, sum(l.amount_source) as sold
  from odd y
  join public.source_order_lines l on l.tenant_id = $1 and l.order_id = y.order_id and l.deleted_at is null
  where y.received > y.total and l.line_kind = 'gift_card' and l.amount_source > 0
  group by l.order_id
),
shop as (
  select g.group_id, g.pair_ids, g.erp_names, g.anchored_at, g.business_day, y.order_id as id, y.name, y.cancelled_at, y.rate, y.received, y.paid_back,
    y.total + coalesce(c.sold, 0) as due,
    -- Money given back beside the refunds (what an edit took out) lowers what was received.
    y.received - greatest(y.paid_back - coalesce(v.paid_back, 0), 0) as kept, y.decimals, y.tolerance
  from odd y
  join reconcile_group g on g.group_id = y.group_id and g.in_range and g.reason is null
  left join given v on v.order_id = y.order_id
  left join cards c on c.order_id = y.order_id
)
select f.class, 'payment', round(f.value * coalesce(s.rate, 1), s.decimals), s.group_id, s.id, s.pair_ids[1], s.name, s.erp_names[1], s.anchored_at, s.business_day,
  jsonb_build_object('received', trim_scale(s.received), 'due', trim_scale(s.due), 'paid_back', trim_scale(s.paid_back))
from shop s
cross join lateral (
  select case when s.kept >= 2 * s.due then 'paid_twice' else 'overpaid' end as class, s.kept - s.due as value
  where s.due > 0 and s.kept - s.due > s.tolerance
  union all
  select 'cancelled_not_refunded', s.received - s.paid_back
  where s.cancelled_at is not null and s.received > s.paid_back and s.received > 0
) f
union all
-- A payment takes some days to be booked. Reversed and "in payment" are paid.
select 'payment', 'payment', sum(i.amount), g.group_id, g.shop_ids[1], g.pair_ids[1], g.shop_names[1], g.erp_names[1], g.anchored_at, g.business_day,
  jsonb_build_object('shop', min(i.shop_payment_state), 'erp', min(i.payment_state), 'documents', jsonb_agg(i.name order by i.name))
from reconcile_issued i
join reconcile_group g on g.group_id = i.group_id and g.reason is null and g.sales > 0 and g.pairs > 0
cross join reconcile_terms t
where i.kind = 'invoice' and i.state = 'posted' and t.doc_fresh and i.invoice_date + t.days < t.today
  and (i.shop_payment_state = 'paid' and i.payment_state in ('not_paid', 'partial') or i.shop_payment_state = 'unpaid' and i.payment_state in ('paid', 'in_payment'))
  -- What a credit note took back whole is not paid, and need not be.
  and not exists (select from reconcile_issued n where n.kind = 'credit_note' and n.state = 'posted' and n.reversed_invoice_id = i.invoice_id and n.amount >= i.amount)
group by g.group_id, g.shop_ids, g.pair_ids, g.shop_names, g.erp_names, g.anchored_at, g.business_day
