-- What was invoiced of matched orders: nothing although a boleta or factura is expected (not_invoiced), only a draft (invoice_draft), a part
-- (partial_invoice), another amount than the order has now (edited_after_invoice), in another month (date_cutoff), and although the order was
-- cancelled (cancelled_but_invoiced). Which document is expected is a setting by gateway or channel.
insert into reconcile_finding (class, component, value, group_id, shop_order_id, erp_order_id, shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data)
with issued as (
  select i.group_id,
    count(*) filter (where i.state = 'posted' and i.kind = 'invoice') as posted,
    count(*) filter (where i.state = 'draft' and i.kind = 'invoice') as drafts,
    sum(i.share) filter (where i.state = 'posted' and i.kind = 'invoice') as invoiced,
    min(i.currency) as currency, max(i.currency) as other_currency,
    sum(i.amount) filter (where i.state = 'draft' and i.kind = 'invoice') as drafted,
    min(i.invoice_date) filter (where i.state = 'posted' and i.kind = 'invoice') as first_date
  from reconcile_issued i
  group by i.group_id
),
-- Credit notes that another document of the same order made good: both counted once.
replaced as (
  select i.group_id, sum(least(r.amount_replaced_source, i.share)) as amount
  from reconcile_issued i
  join public.refunds r on r.tenant_id = $1::uuid and r.invoice_id = i.invoice_id and r.order_id = i.order_id and r.deleted_at is null
  where i.kind = 'credit_note' and r.amount_replaced_source > 0
  group by i.group_id
),
-- Nobody asks for it where every order expects the same.
gateway as (
  select y.group_id, min(y.gateway) as gateway from reconcile_payments y join reconcile_terms t on t.document_expected <> '{}' group by y.group_id
),
compared as (
  select g.group_id, g.shop_ids, g.pair_ids, g.shop_names, g.erp_names, g.shop_amount, g.pair_amount, g.anchored_at, g.business_day, g.surplus, g.cancelled_but_invoiced,
    g.currency, g.shop_status, g.shop_channel, g.pair_invoiced, g.pair_day, coalesce(g.pair_rate, 1) as rate, y.gateway, coalesce(i.posted, 0) as posted,
    coalesce(i.drafts, 0) as drafts, i.drafted, i.first_date, coalesce(i.first_date, g.pair_day) as booked_on,
    -- In the order's currency: its documents may be booked at the rate of another day. Its own total lacks what was paid by gift card.
    case when i.currency = i.other_currency and i.currency = g.pair_currency then coalesce(i.invoiced, 0) - coalesce(r.amount, 0) end as invoiced,
    g.pair_total - coalesce(l.pair_paid_by_card, 0) as to_invoice
  from reconcile_group g
  left join reconcile_lines l on l.group_id = g.group_id and l.pair_paid_by_card <> 0
  left join issued i on i.group_id = g.group_id
  left join replaced r on r.group_id = g.group_id
  left join gateway y on y.group_id = g.group_id
  where g.in_range and g.reason is null and g.sales > 0 and g.pairs > 0
),
-- Materialized: most were invoiced in their month for what they are, and none of the rules is asked of them.
expected as materialized (
  select c.*, t.decimals,
    case when t.invoices_elsewhere then 'external'
      else coalesce(t.document_expected ->> c.gateway, t.document_expected ->> c.shop_channel, 'boleta') end as document,
    t.doc_fresh and c.business_day + t.days < t.today and c.anchored_at >= t.doc_from as is_due,
    coalesce((t.total_tolerance ->> c.currency)::numeric, 0) as tolerance
  from compared c
  cross join reconcile_terms t
  where c.posted = 0 or c.invoiced <> c.to_invoice or c.booked_on <> c.business_day or c.pair_day <> c.business_day or c.cancelled_but_invoiced
)
select f.class, f.component, f.value, e.group_id, e.shop_ids[1], e.pair_ids[1], e.shop_names[1], e.erp_names[1], e.shop_amount, e.pair_amount, e.anchored_at,
  e.business_day, f.data
from expected e
cross join lateral (
  select 'not_invoiced' as class, 'document' as component, e.pair_amount as value, jsonb_build_object('expected', e.document) as data
  where e.is_due and e.document in ('boleta', 'factura') and e.shop_status = 'completed' and e.posted = 0 and e.drafts = 0 and not e.cancelled_but_invoiced
  union all
  select 'invoice_draft', 'document', e.drafted, '{}'
  where e.is_due and e.document <> 'external' and e.posted = 0 and e.drafts > 0
  union all
  select 'partial_invoice', 'document', round((e.to_invoice - e.invoiced) * e.rate, e.decimals), jsonb_build_object('invoiced', trim_scale(e.invoiced), 'order', trim_scale(e.to_invoice))
  where e.is_due and e.posted > 0 and e.invoiced is not null and e.to_invoice - e.invoiced > e.tolerance and e.pair_invoiced is distinct from true
  union all
  select 'edited_after_invoice', 'document', round((e.to_invoice - e.invoiced) * e.rate, e.decimals), jsonb_build_object('invoiced', trim_scale(e.invoiced), 'order', trim_scale(e.to_invoice))
  where e.posted > 0 and e.invoiced is not null and abs(e.to_invoice - e.invoiced) > e.tolerance and (e.pair_invoiced or e.invoiced > e.to_invoice)
    and not e.cancelled_but_invoiced and e.surplus = 0
  union all
  select 'date_cutoff', 'date', e.shop_amount,
    jsonb_strip_nulls(jsonb_build_object('sold_on', e.business_day, 'ordered_on', e.pair_day, 'invoiced_on', e.first_date))
  where date_trunc('month', e.business_day::timestamp) <> date_trunc('month', e.booked_on::timestamp)
    or date_trunc('month', e.business_day::timestamp) <> date_trunc('month', e.pair_day::timestamp)
  union all
  select 'cancelled_but_invoiced', 'document', e.pair_amount, '{}' where e.cancelled_but_invoiced
) f
