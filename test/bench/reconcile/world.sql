-- What the bench's company is made of, before it becomes facts: $1 orders of the shop over the year until $2, 274 a day of 100,000, the documents of the books
-- for them, and what is wrong with some. `bench.kind` says of every four hundredth order what was done to it, so that what is found can be
-- held against what was put in. Nothing is wrong with orders of the last thirty days: some of it is only said after some days.
create schema bench;

create table bench.size as select $1::integer as orders, $2::timestamptz as until;

create table bench.kind (slot integer, kind text);

insert into bench.kind
select slot, kind
from (values
  ('amount', array[3, 103, 203, 303]), ('shipping', array[7, 107, 207, 307]), ('missing_in_odoo', array[11, 211]), ('duplicate_in_odoo', array[13, 213]),
  ('discount', array[17, 217]), ('fee_tip', array[19]), ('tax', array[23]), ('status', array[29]), ('missing_in_shopify', array[31]), ('lines', array[37]),
  ('not_invoiced', array[41, 241]), ('invoice_draft', array[43]), ('partial_invoice', array[47]), ('refund_missing', array[53]), ('refund_amount', array[59]),
  ('refund_missing_in_shopify', array[61]), ('dte_rejected', array[67]), ('folio_duplicate', array[71, 72]), ('paid_twice', array[73]),
  ('document_type', array[79]), ('merged', array[83]), ('merged_second', array[84]), ('split', array[89]), ('gift_card', array[97]),
  -- Given back whole, with a credit note: nothing is wrong.
  ('refunded', array[5, 25, 45, 65, 85, 105, 125, 145, 165, 185, 205, 225, 245, 265, 285, 305, 325, 345, 365, 385])
) k(kind, slots)
cross join unnest(k.slots) slot;

create table bench.web as
select n, k.kind, a.at, (a.at at time zone 'America/Santiago')::date as day, 20000 + n % 97 * 1000 as goods, 3990 as shipping
from bench.size z
cross join generate_series(1, z.orders) n
left join bench.kind k on k.slot = n % 400 and n <= z.orders / 400 * 335 / 365 * 400
cross join lateral (select z.until - interval '2 hours' - (z.orders - n) * (interval '365 days' / z.orders) as at) a;

-- Which order of the shop stands on which document: side 0 is the shop, 1 its mirror, 2 a second mirror, 3 an order of the books alone.
create table bench.line as
select c.side, c.doc, l.line, l.line_kind, l.sku, l.amount, l.untaxed, l.discount
from (
  select w.*, s.side, w.n - (w.kind = 'merged_second' and s.side = 1)::integer as doc
  from (select n, coalesce(kind, 'plain') as kind, goods, shipping from bench.web) w
  cross join (values (0), (1), (2), (3)) s(side)
  where case s.side
    when 0 then w.kind <> 'missing_in_shopify'
    when 1 then w.kind <> 'missing_in_odoo'
    when 2 then w.kind in ('duplicate_in_odoo', 'split')
    else w.n % 10 = 8 end
) c
cross join lateral (values
  (1, 'product', case when c.kind = 'lines' and c.side = 1 then 'SKU-other' else 'SKU-' || c.n % 500 end, c.goods / 2
      + case when c.side = 0 then 0 when c.kind = 'amount' then 500 when c.kind = 'discount' then -1000 else 0 end,
    case when c.side > 0 and c.kind = 'tax' then 190 else 0 end, case when c.side > 0 and c.kind = 'discount' then 1000 else 0 end, not (c.kind = 'split' and c.side = 2)),
  (2, 'product', 'SKU-' || 500 + c.n % 500, c.goods - c.goods / 2, 0, 0, not (c.kind = 'split' and c.side = 1)),
  (3, 'shipping', null, c.shipping + case when c.side > 0 and c.kind = 'shipping' then 1000 else 0 end, 0, 0, c.side <> 3 and not (c.kind = 'split' and c.side = 2)),
  (4, 'tip', null, 500, 0, 0, c.kind = 'fee_tip' and c.side = 1),
  -- Sold by the shop as a card, booked as goods.
  (5, case when c.side = 0 then 'gift_card' else 'product' end, 'CARD', 10000, 0, 0, c.kind = 'gift_card' and c.side < 2)
) v(line, line_kind, sku, net, more_tax, discount, is_there)
cross join lateral (
  select v.line + case when c.side = 1 and c.doc <> c.n then 10 else 0 end as line, v.line_kind, v.sku, v.net + v.more_tax as amount,
    round(v.net / 1.19) as untaxed, v.discount
) l
where v.is_there;

create table bench.document as
select md5(l.side || '/' || l.doc)::uuid as id, l.side, l.doc, w.kind, w.at, w.day, l.total, l.shipping, l.tip, l.discount, l.total - l.shipping - l.tip as goods,
  -- Systems that round the tax of the whole and not of each line differ by a peso.
  l.untaxed + case when w.kind is null and l.side = 1 then l.doc % 3 - 1 else 0 end as untaxed
from (
  select side, doc, coalesce(sum(amount) filter (where line_kind <> 'gift_card'), 0) as total, coalesce(sum(untaxed) filter (where line_kind <> 'gift_card'), 0) as untaxed,
    coalesce(sum(amount) filter (where line_kind = 'shipping'), 0) as shipping, coalesce(sum(amount) filter (where line_kind = 'tip'), 0) as tip, sum(discount) as discount
  from bench.line
  group by side, doc
) l
join bench.web w on w.n = l.doc;

-- Every tenth document is dated a day later, credit notes twelve days after the order.
create table bench.paper as
select md5(k.kind || d.side || '/' || d.doc)::uuid as id, d.id as order_id, d.side, d.doc, d.kind as what, k.kind, k.type, d.day + k.days as day,
  case when d.kind = 'invoice_draft' then 'draft' else 'posted' end as state,
  case when k.kind = 'credit_note' then md5('invoice' || d.side || '/' || d.doc)::uuid end as reverses,
  case when (d.kind = 'partial_invoice' and k.kind = 'invoice') or (d.kind = 'refund_amount' and k.kind = 'credit_note') then 1 else 99 end as last_line
from bench.document d
cross join bench.size z
cross join lateral (values
  ('invoice', '39', (d.doc % 10 = 4 and d.at < z.until - interval '2 days')::integer, d.kind is distinct from 'not_invoiced'),
  ('credit_note', '61', 12, d.kind in ('refunded', 'refund_amount', 'refund_missing_in_shopify') and d.side < 3)
) k(kind, type, days, is_there)
where d.side > 0 and k.is_there;

create index on bench.line (side, doc);

analyze bench.line, bench.document, bench.paper, bench.web
