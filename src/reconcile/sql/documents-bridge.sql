-- Bridge 2 of tenant $1 for the days from $2 until $3 (exclusive): sales less what was given back -> posted documents by invoice_date, every
-- peso in exactly one line. $4: how many findings. Of the orders and documents of month-orders.sql and month-invoices.sql, in their snapshot.
--
-- Sales and the documents that state them are compared within a unit: a sale with all documents of its Odoo orders (of several web orders
-- that one Odoo order joins, all of them; of an order whose documents are the sales, all of these); documents that belong to no sale, by their
-- order or alone. Within a unit only amounts and days matter, each as what it was before, in, and after the range:
--   s  sales            p  invoices and debit notes, less what credit notes took back to be documented again (boleta -> factura)
--   r  given back       c  other credit notes
-- p over all sales of the unit is "amount" (or rounding, fx; of no sale: without_order, intercompany). What is missing in p when Odoo has
-- invoiced the order wholly, or within a unit of currency a document, is the same, on the day of the last document. The rest is time:
--   sale documented before                  invoiced_ahead                  -     sale not documented until the end  not_invoiced   -
--   document of an earlier sale             sold_before                     +     document before its sale           invoiced_ahead +
--   taken back, documented again later      document_replaced               -
--   given back before any document of it: nothing; of a sale of an earlier month       refunded_before_invoice  +
-- and likewise of what was given back:
--   without a credit note until the end     refund_without_credit_note      +     credit note of an earlier refund   credit_note_of_earlier_refund -
--   credit note without, or before, refund  credit_note_without_refund      -     its refund, later                  credit_note_without_refund    +
-- Gift cards on documents are no sale (sold) and no discount (used): gift_card. A document in the sale's foreign currency is worth what the
-- sale's rate says; the rest of its booked amount is fx. The end is read from the documents, the start from sales and refunds, the lines
-- from units: the remainder is a check, not a definition.
with b as (
  select t.currency, t.currency_decimals as decimals, power(10::numeric, -t.currency_decimals) as smallest
  from public.tenants t where t.id = $1
),
sale as materialized (
  select o.id, o.source_id, o.name, o.business_day as day, coalesce(o.amount_total, 0) as amount, o.amount_total is null as unrated,
    o.currency_source, o.fx_rate, o.invoiced, o.invoice_id, o.invoiced_order_id
  from month_order k
  cross join lateral (select x.* from public.source_orders x where x.tenant_id = $1 and x.id = k.id and x.is_sale and x.deleted_at is null offset 0) o
),
cited as materialized (
  select l.erp_order_id, s.id as sale_id, case when e.status in ('quotation', 'cancelled') then null else coalesce(e.invoiced, false) end as invoiced,
    row_number() over (partition by l.erp_order_id order by length(s.source_id), s.source_id) as place
  from sale s
  cross join lateral (select x.erp_order_id from public.order_links x where x.tenant_id = $1 and x.shop_order_id = s.id offset 0) l
  cross join lateral (
    select x.* from public.source_orders x where x.tenant_id = $1 and x.id = l.erp_order_id and x.deleted_at is null and not x.is_sale offset 0) e
),
joined as materialized (
  select c.sale_id, min(f.sale_id::text)::uuid as head
  from cited m
  join cited f on f.erp_order_id = m.erp_order_id and f.place = 1
  join cited c on c.erp_order_id = m.erp_order_id
  where m.place = 2
  group by c.sale_id
),
documented as materialized (
  select invoiced_order_id as order_id, min(id::text)::uuid as head from sale where invoiced_order_id is not null group by invoiced_order_id
),
unit_of as materialized (
  select s.id as order_id, coalesce(j.head, s.id) as unit, s.invoiced from sale s left join joined j on j.sale_id = s.id
  where s.invoiced_order_id is null
  union all
  select s.id, d.head, null from sale s join documented d on d.order_id = s.invoiced_order_id
  union all
  select d.order_id, d.head, null from documented d
  union all
  select c.erp_order_id, coalesce(j.head, c.sale_id), c.invoiced from cited c left join joined j on j.sale_id = c.sale_id where c.place = 1
),
doc as materialized (
  select i.id, i.name, i.kind, i.invoice_date as day, i.intercompany, i.currency_source, i.amount_total_source as stated,
    coalesce(i.amount_total, 0) as amount, i.amount_total is null as unrated, i.currency_source <> b.currency as is_foreign
  from month_invoice k
  cross join lateral (select x.* from public.invoices x where x.tenant_id = $1 and x.id = k.id and x.state = 'posted' and x.deleted_at is null offset 0) i
  cross join b
),
part as materialized (
  select l.invoice_id, l.order_id, sum(l.amount_source) as stated, coalesce(sum(l.amount_source) filter (where g.id is not null), 0) as gift
  from month_invoice k
  cross join lateral (select x.* from public.invoice_lines x where x.tenant_id = $1 and x.invoice_id = k.id and x.deleted_at is null offset 0) l
  left join public.source_order_lines g on g.tenant_id = $1 and g.id = l.order_line_id and g.line_kind = 'gift_card' and g.deleted_at is null
  group by l.invoice_id, l.order_id
),
-- What the lines do not say of a document belongs to no order.
said as materialized (
  select p.invoice_id, p.order_id, p.stated, p.gift from part p
  union all
  select d.id, null, d.stated - coalesce(p.stated, 0), 0
  from doc d left join (select invoice_id, sum(stated) as stated from part group by invoice_id) p on p.invoice_id = d.id
  where d.stated <> coalesce(p.stated, 0)
),
share as materialized (
  select d.id as invoice_id, d.kind, d.day, d.intercompany, d.is_foreign, d.currency_source, x.order_id, x.stated, x.gift, x.stated as booked
  from doc d join said x on x.invoice_id = d.id
  where not d.is_foreign
  union all
  -- Rounded so that the parts add up to what the books have of the whole.
  select d.id, d.kind, d.day, d.intercompany, d.is_foreign, d.currency_source, x.order_id, x.stated, x.gift,
    case when d.stated = 0 then 0 else round(d.amount * sum(x.stated) over upto / d.stated, b.decimals)
      - round(d.amount * (sum(x.stated) over upto - x.stated) / d.stated, b.decimals) end
  from doc d
  cross join b
  join said x on x.invoice_id = d.id
  where d.is_foreign
  window upto as (partition by d.id order by x.order_id, x.stated rows between unbounded preceding and current row)
),
back as materialized (
  select r.id, r.order_id, r.invoice_id, r.business_day as day, coalesce(r.amount_total, 0) as amount, r.amount_total is null as unrated, r.counts,
    r.amount_replaced_source as replaced
  from public.refunds r
  where r.tenant_id = $1 and r.deleted_at is null
),
returned as materialized (
  select coalesce(u.unit, r.order_id, r.invoice_id, r.id) as unit, r.day, r.amount
  from back r left join unit_of u on u.order_id = r.order_id
  where r.counts
),
worth as materialized (
  select coalesce(u.unit, h.order_id, h.invoice_id) as unit, h.invoice_id, h.kind, h.day, h.intercompany, h.booked, g.gift,
    h.is_foreign or coalesce(s.currency_source <> b.currency, false) as is_foreign, k.replaced,
    case
      when h.kind = 'credit_note' and h.is_foreign and r.counts and not r.unrated then r.amount
      when h.kind = 'credit_note' then h.booked - k.replaced
      when h.is_foreign and s.currency_source = h.currency_source and s.fx_rate is not null then round((h.stated - h.gift) * s.fx_rate, b.decimals)
      else h.booked - g.gift end as value
  from share h
  cross join b
  left join unit_of u on u.order_id = h.order_id
  left join (select id, invoice_id, invoiced_order_id from sale where invoiced_order_id is not null) f
    on f.invoice_id = h.invoice_id and f.invoiced_order_id = h.order_id
  left join sale s on s.id = coalesce(f.id, u.unit)
  left join back r on h.kind = 'credit_note' and r.invoice_id = h.invoice_id and r.order_id is not distinct from h.order_id
  cross join lateral (
    select case when h.kind = 'credit_note' then 0 when not h.is_foreign or h.stated = 0 then h.gift
      else round(h.booked * h.gift / h.stated, b.decimals) end as gift) g
  cross join lateral (
    select case when coalesce(r.replaced, 0) = 0 then 0 when not h.is_foreign then r.replaced
      when h.stated = 0 then 0 else round(h.booked * r.replaced / h.stated, b.decimals) end as replaced) k
),
movement as (
  select u.unit, s.day, s.amount as s, 0 as p, 0 as r, 0 as c, 0 as fx, 0 as gift, 0 as documents, s.currency_source <> b.currency as is_foreign,
    false as intercompany, true as has_sale
  from sale s join unit_of u on u.order_id = s.id cross join b
  union all
  select unit, day, 0, case when kind = 'credit_note' then -replaced else value end, 0, case when kind = 'credit_note' then value else 0 end,
    case when kind = 'credit_note' then value + replaced - booked else booked - gift - value end, gift, 1, is_foreign, intercompany, false
  from worth
  union all
  select r.unit, r.day, 0, 0, r.amount, 0, 0, 0, 0, false, false, false from returned r
),
-- Odoo calls an order invoiced that has a draft for the rest.
draft as materialized (
  select distinct coalesce(u.unit, l.order_id) as unit
  from month_invoice k
  cross join lateral (select x.id from public.invoices x where x.tenant_id = $1 and x.id = k.id and x.state = 'draft' and x.deleted_at is null offset 0) i
  cross join lateral (
    select x.order_id from public.invoice_lines x
    where x.tenant_id = $1 and x.invoice_id = i.id and x.deleted_at is null and x.order_id is not null offset 0) l
  left join unit_of u on u.order_id = l.order_id
),
complete as materialized (
  select unit, bool_and(invoiced) and unit not in (select unit from draft) as invoiced from unit_of where invoiced is not null group by unit
),
total as materialized (
  select m.unit, bool_or(m.has_sale) as has_sale, bool_or(m.intercompany) as intercompany, bool_or(m.is_foreign) as is_foreign,
    coalesce(sum(m.s) filter (where m.day < $2::date), 0) as s0, coalesce(sum(m.s) filter (where m.day < $3::date), 0) as s1, sum(m.s) as s,
    coalesce(sum(m.p) filter (where m.day < $2::date), 0) as p0, coalesce(sum(m.p) filter (where m.day < $3::date), 0) as p1, sum(m.p) as p,
    coalesce(sum(m.r) filter (where m.day < $2::date), 0) as r0, coalesce(sum(m.r) filter (where m.day < $3::date), 0) as r1, sum(m.r) as r,
    coalesce(sum(m.c) filter (where m.day < $2::date), 0) as c0, coalesce(sum(m.c) filter (where m.day < $3::date), 0) as c1, sum(m.c) as c,
    coalesce(sum(m.fx) filter (where m.day >= $2::date and m.day < $3::date), 0) as fx,
    coalesce(sum(m.gift) filter (where m.day >= $2::date and m.day < $3::date), 0) as gift,
    max(m.day) filter (where m.p > 0) as last_p, max(m.day) filter (where m.c > 0) as last_c, sum(m.documents) as documents
  from movement m
  group by m.unit
  having bool_or(m.day >= $2::date and m.day < $3::date)
),
-- Most units agree all along: nothing is to be decided of them.
open_unit as materialized (
  select t.* from total t
  where (t.s0, t.s1, t.s, t.r0, t.r1, t.r, t.fx, t.gift) is distinct from (t.p0, t.p1, t.p, t.c0, t.c1, t.c, 0::numeric, 0::numeric)
),
-- What was given back before it was documented needs no document: of a sale without any, and of one that was documented for the rest.
undocumented as materialized (
  select t.*, b.smallest * greatest(t.documents, 1) as tolerance,
    case when t.last_p is not null and t.s > t.p and (coalesce(d.invoiced, false) or t.s - t.p <= b.smallest * t.documents) then t.s - t.p else 0 end as short
  from open_unit t
  cross join b
  left join complete d on d.unit = t.unit
),
net as materialized (
  select t.unit, case when t.documents = 0 then least(t.s, t.r) else greatest(0, least(t.short, sum(r.amount) - t.c)) end as amount
  from undocumented t
  join returned r on r.unit = t.unit and (t.documents = 0 or r.day <= t.last_p)
  where t.s > 0 and (t.documents = 0 or (t.short > 0 and t.r > t.c))
  group by t.unit, t.documents, t.s, t.r, t.short, t.c
),
-- Sales and refunds without that; what it clears of an earlier month's sale is a line.
cleared as (
  select t.unit, t.has_sale, t.intercompany, t.is_foreign, t.tolerance, t.p0, t.p1, t.p, t.c0, t.c1, t.c, t.fx, t.gift, t.last_p, t.last_c, t.documents,
    t.s - n.all as s, t.s0 - n.before - n.old as s0, t.s1 - n.until as s1, t.r - n.all as r, t.r0 - n.before as r0, t.r1 - n.until as r1,
    t.short - case when t.documents = 0 then 0 else n.all end as short, n.old as cleared
  from undocumented t
  left join net x on x.unit = t.unit
  cross join lateral (
    -- `least` passes over nulls.
    select coalesce(x.amount, 0) as all, least(coalesce(x.amount, 0), t.s0, t.r0) as before, least(coalesce(x.amount, 0), t.s1, t.r1) as until) m
  cross join lateral (select m.all, m.before, m.until, greatest(0, m.until - m.before - (t.s1 - t.s0)) as old) n
),
-- What never evens out: more documented than sold or given back, and less although nothing more is to come.
residue as (
  select t.*, greatest(t.p0 - t.s, 0) as over0, greatest(t.p1 - t.s, 0) as over1, greatest(t.c0 - t.r, 0) as beyond0, greatest(t.c1 - t.r, 0) as beyond1,
    case when t.last_c is not null and t.r > t.c and t.r - t.c <= b.smallest * t.documents then t.r - t.c else 0 end as unsaid
  from cleared t
  cross join b
),
evened as (
  select x.*, x.p0 - x.over0 + case when x.last_p < $2::date then x.short else 0 end as q0,
    x.p1 - x.over1 + case when x.last_p < $3::date then x.short else 0 end as q1,
    x.c0 - x.beyond0 + case when x.last_c < $2::date then x.unsaid else 0 end as d0,
    x.c1 - x.beyond1 + case when x.last_c < $3::date then x.unsaid else 0 end as d1,
    x.over1 - x.over0 - case when x.last_p >= $2::date and x.last_p < $3::date then x.short else 0 end as difference,
    x.beyond1 - x.beyond0 - case when x.last_c >= $2::date and x.last_c < $3::date then x.unsaid else 0 end as credited
  from residue x
),
timed as materialized (
  select e.*, a.ahead, a.same, a.late, v.before, v.credited_same, v.credited_late
  from evened e
  cross join lateral (select least(greatest(e.q0 - e.s0, 0), e.s1 - e.s0) as ahead) h
  cross join lateral (select greatest(0, least(e.q1 - e.q0, e.s1 - e.s0 - h.ahead)) as same) g
  cross join lateral (select h.ahead, g.same, greatest(0, least(e.q1 - e.q0 - g.same, e.s0 - e.q0)) as late) a
  cross join lateral (select least(greatest(e.d0 - e.r0, 0), e.r1 - e.r0) as before) i
  cross join lateral (select greatest(0, least(e.d1 - e.d0, e.r1 - e.r0 - i.before)) as same) j
  cross join lateral (select i.before, j.same as credited_same, greatest(0, least(e.d1 - e.d0 - j.same, e.r0 - e.d0)) as credited_late) v
),
finding as materialized (
  select t.unit, l.line, sum(l.amount) as amount
  from timed t
  cross join lateral (values
    ('not_invoiced', -(t.s1 - t.s0 - t.ahead - t.same)),
    ('invoiced_ahead', -t.ahead + greatest(0, t.q1 - t.q0 - t.same - t.late)),
    ('sold_before', t.late),
    ('refunded_before_invoice', t.cleared),
    ('document_replaced', least(0, t.q1 - t.q0 - t.same - t.late)),
    ('refund_without_credit_note', t.r1 - t.r0 - t.before - t.credited_same),
    ('credit_note_of_earlier_refund', -t.credited_late),
    ('credit_note_without_refund', t.before - (t.d1 - t.d0 - t.credited_same - t.credited_late)),
    ('gift_card', t.gift),
    ('fx', t.fx),
    (case when not t.has_sale then case when t.intercompany then 'intercompany' else 'without_order' end
      when abs(t.s - t.p) <= t.tolerance then 'rounding' when t.is_foreign then 'fx' else 'amount' end, t.difference),
    (case when not t.has_sale then case when t.intercompany then 'intercompany' else 'without_order' end
      when abs(t.r - t.c) <= t.tolerance then 'rounding' else 'credit_note_without_refund' end, -t.credited)
  ) l (line, amount)
  where l.amount <> 0
  group by t.unit, l.line
  having sum(l.amount) <> 0
),
matched as (
  select coalesce(sum(m.invoiced), 0) as invoiced, coalesce(sum(m.credited), 0) as credited
  from (
    select t.same as invoiced, t.credited_same as credited from timed t
    union all
    select t.s1 - t.s0, t.r1 - t.r0 from total t where not exists (select 1 from open_unit o where o.unit = t.unit)
  ) m
),
line as (
  select f.line, count(*)::integer as findings, sum(f.amount) as amount from finding f group by f.line
),
worst as (
  select f.*, row_number() over (order by array_position($5::text[], f.line), abs(f.amount) desc, f.unit) as place from finding f
  order by array_position($5::text[], f.line), abs(f.amount) desc, f.unit limit $4
),
sold as (select count(*) as n, coalesce(sum(amount), 0) as amount, count(*) filter (where unrated) as unrated from sale where day >= $2::date and day < $3::date),
given as (select count(*) as n, coalesce(sum(amount), 0) as amount, count(*) filter (where unrated) as unrated from back where counts and day >= $2::date and day < $3::date),
issued as (
  select count(*) as n, coalesce(sum(case when kind = 'credit_note' then -amount else amount end), 0) as amount, count(*) filter (where unrated) as unrated
  from doc where day >= $2::date and day < $3::date
)
select b.currency, sold.n::integer as sales, trim_scale(sold.amount)::text as "salesAmount", given.n::integer as refunds,
  trim_scale(given.amount)::text as "refundsAmount", issued.n::integer as documents, trim_scale(issued.amount)::text as "documentsAmount",
  (sold.unrated + given.unrated + issued.unrated)::integer as "withoutRate",
  trim_scale(matched.invoiced)::text as "invoicedAmount",
  trim_scale(matched.credited)::text as "creditedAmount",
  trim_scale(issued.amount - sold.amount + given.amount - coalesce((select sum(l.amount) from line l), 0))::text as remainder,
  coalesce((select jsonb_agg(jsonb_build_object('line', l.line, 'findings', l.findings, 'amount', trim_scale(l.amount)::text)
    order by array_position($5::text[], l.line)) from line l), '[]') as lines,
  coalesce((select jsonb_agg(jsonb_build_object('line', w.line, 'amount', trim_scale(w.amount)::text, 'orderId', s.id, 'order', s.name, 'day', s.day,
      'orderAmount', trim_scale(s.amount)::text, 'documents', coalesce(n.names, '[]')) order by w.place)
    from worst w
    left join sale s on s.id = w.unit
    left join (
      select x.unit, jsonb_agg(distinct jsonb_build_object('name', d.name, 'day', d.day)) as names
      from (select distinct h.unit, h.invoice_id from worth h where h.unit in (select unit from worst)) x
      join doc d on d.id = x.invoice_id
      group by x.unit
    ) n on n.unit = w.unit), '[]') as findings
from b, sold, given, issued, matched
