-- Clearing of tenant $1 for the days from $2 until $3 (exclusive), by gateway: what the shop took through it, less what it gave back, -> what
-- the books hold of it, every peso in exactly one line. $4: how many findings, $5: the lines in their order. One statement, one snapshot.
--
-- The shop's side are the successful transactions of its orders, by their local day; gift cards are no money. The books' side are posted
-- payments of customers by their date. A part of a payment that pays a document of a web order, or else cites one, belongs to that order's
-- gateway (of several, to the one the journal is called after, else to the one that took most); any other to the gateway its journal is
-- called after, or to none.
--
-- Within an order and gateway only amounts and days matter, as in documents-bridge.sql:
--   s  taken     b  paid in     r  given back     c  paid out
-- b beyond all s is "amount", or without_shop where the shop took nothing; b short of s is payment_fee once Odoo calls the document paid and
-- no more is missing than the gateway's own fee, or a tenth where it does not say its fees; then "amount". The rest is time:
--   taken, not in the books until the end    not_in_books         -     taken before, booked now     booked_later           +
--   booked before it was taken               booked_before      + and -
--   given back, not in the books             refund_not_in_books  +     of earlier refunds           refund_booked_later    -
--   paid out, nothing given back             refund_without_shop  -     given back later             refund_without_shop    +
with b as (
  select t.currency, power(10::numeric, -t.currency_decimals) as smallest, t.currency_decimals as decimals from public.tenants t where t.id = $1
),
taken as materialized (
  select p.order_id, p.gateway, p.business_day as day, upper(p.kind) = 'REFUND' as back, o.name,
    case when p.currency_source = b.currency then p.amount_source else round(p.amount_source * o.fx_rate, b.decimals) end as amount
  from public.order_payments p
  join public.source_orders o on o.tenant_id = $1 and o.id = p.order_id and o.deleted_at is null and o.excluded_because is distinct from 'test'
  cross join b
  where p.tenant_id = $1 and p.deleted_at is null and upper(p.status) = 'SUCCESS' and not p.is_test and p.gateway <> 'gift_card'
    and upper(p.kind) in ('SALE', 'CAPTURE', 'REFUND')
),
gateway as materialized (
  select g.gateway, regexp_replace(lower(g.gateway), '[^a-z0-9]', '', 'g') as called
  from (select gateway from taken union select gateway from public.payouts where tenant_id = $1 and deleted_at is null) g
),
takes as materialized (
  select order_id, gateway, sum(case when back then 0 else amount end) as amount from taken group by order_id, gateway
),
-- The web order of each document: of several, the one that most of it is of.
document as materialized (
  select distinct on (x.invoice_id) x.invoice_id, x.order_id, x.payment_state
  from (
    select l.invoice_id, k.shop_order_id as order_id, i.payment_state, sum(l.amount_source) as amount
    from public.invoice_lines l
    join public.invoices i on i.tenant_id = $1 and i.id = l.invoice_id and i.deleted_at is null
    join (
      select distinct on (c.erp_order_id) c.erp_order_id, c.shop_order_id
      from public.order_links c
      join public.source_orders s on s.tenant_id = $1 and s.id = c.shop_order_id and s.deleted_at is null
      where c.tenant_id = $1
      order by c.erp_order_id, length(s.source_id), s.source_id
    ) k on k.erp_order_id = l.order_id
    where l.tenant_id = $1 and l.deleted_at is null
    group by l.invoice_id, k.shop_order_id, i.payment_state
  ) x
  order by x.invoice_id, x.amount desc, x.order_id
),
paid as materialized (select order_id from document where payment_state in ('paid', 'in_payment') group by order_id),
payment as materialized (
  select p.id, p.name, p.payment_date as day, p.direction = 'outbound' as back, p.journal,
    regexp_replace(lower(translate(p.journal, 'ÁÉÍÓÚÑáéíóúñ', 'AEIOUNaeioun')), '[^a-z0-9]', '', 'g') as called,
    case when p.currency_source = b.currency then p.amount_source when p.currency_company = b.currency then p.amount_company end as amount
  from public.payments p cross join b
  where p.tenant_id = $1 and p.state = 'posted' and p.deleted_at is null
),
part as materialized (
  select a.payment_id, d.order_id, sum(a.amount_company) as amount
  from public.payment_allocations a
  join b on b.currency = a.currency_company
  join document d on d.invoice_id = a.invoice_id
  where a.tenant_id = $1 and a.deleted_at is null
  group by a.payment_id, d.order_id
),
-- Which gateway each journal is called after, if any.
journal as materialized (
  select distinct on (p.journal) p.journal, p.called, g.gateway
  from (select distinct journal, called from payment) p
  join gateway g on g.called <> '' and strpos(p.called, g.called) > 0
  order by p.journal, length(g.called) desc, g.gateway
),
-- The one web order that a payment cites, by its own name or by that of its order in the books.
cites as materialized (
  select c.payment_id, min(n.order_id::text)::uuid as order_id
  from (
    select p.id as payment_id, regexp_replace(w.word, '^.*#', '#') as word
    from public.payments p cross join lateral string_to_table(p.reference, ' ') w (word)
    where p.tenant_id = $1 and p.deleted_at is null and p.reference is not null
  ) c
  join (
    select o.name, o.id as order_id from public.source_orders o where o.tenant_id = $1 and o.source = 'shopify' and o.deleted_at is null
    union
    select e.name, k.shop_order_id from public.source_orders e join public.order_links k on k.tenant_id = $1 and k.erp_order_id = e.id
    where e.tenant_id = $1 and e.deleted_at is null
  ) n on n.name = c.word
  group by c.payment_id
  having count(distinct n.order_id) = 1
),
whole as materialized (
  select payment_id, order_id, amount from part
  union all
  select p.id, c.order_id, coalesce(p.amount, 0) - coalesce(a.amount, 0)
  from payment p left join cites c on c.payment_id = p.id left join (select payment_id, sum(amount) as amount from part group by payment_id) a on a.payment_id = p.id
  where coalesce(p.amount, 0) <> coalesce(a.amount, 0)
),
-- The gateway of an order's payments: the one its journal is called after, if the order was paid by it, else the one that took most.
most as materialized (select distinct on (order_id) order_id, gateway from takes order by order_id, amount desc, gateway),
booked as materialized (
  select x.payment_id, p.name, p.day, p.back, p.journal, x.order_id, x.amount, coalesce(o.gateway, m.gateway, j.gateway) as gateway
  from whole x
  join payment p on p.id = x.payment_id
  left join journal j on j.journal = p.journal
  left join takes o on o.order_id = x.order_id and o.gateway = j.gateway
  left join most m on m.order_id = x.order_id
),
fee as materialized (
  select order_id, gateway, sum(amount_fee_source) as amount from public.payout_transactions
  where tenant_id = $1 and deleted_at is null and not is_test and order_id is not null group by order_id, gateway
),
movement as (
  select t.gateway, t.order_id as unit, t.day, case when t.back then 0 else coalesce(t.amount, 0) end as s, 0 as b,
    case when t.back then coalesce(t.amount, 0) else 0 end as r, 0 as c
  from taken t
  union all
  select k.gateway, coalesce(k.order_id, k.payment_id), k.day, 0, case when k.back then 0 else k.amount end, 0, case when k.back then k.amount else 0 end
  from booked k where k.gateway is not null
),
total as materialized (
  select m.gateway, m.unit,
    coalesce(sum(m.s) filter (where m.day < $2::date), 0) as s0, coalesce(sum(m.s) filter (where m.day < $3::date), 0) as s1, sum(m.s) as s,
    coalesce(sum(m.b) filter (where m.day < $2::date), 0) as b0, coalesce(sum(m.b) filter (where m.day < $3::date), 0) as b1, sum(m.b) as b,
    coalesce(sum(m.r) filter (where m.day < $2::date), 0) as r0, coalesce(sum(m.r) filter (where m.day < $3::date), 0) as r1, sum(m.r) as r,
    coalesce(sum(m.c) filter (where m.day < $2::date), 0) as c0, coalesce(sum(m.c) filter (where m.day < $3::date), 0) as c1, sum(m.c) as c,
    max(m.day) filter (where m.b > 0) as last_b
  from movement m
  group by m.gateway, m.unit
  having bool_or(m.day >= $2::date and m.day < $3::date)
),
-- Most orders agree all along: nothing is to be decided of them.
open_unit as materialized (
  select t.* from total t where (t.s0, t.s1, t.s, t.r0, t.r1, t.r) is distinct from (t.b0, t.b1, t.b, t.c0, t.c1, t.c)
),
residue as (
  select t.*, greatest(t.b0 - t.s, 0) as over0, greatest(t.b1 - t.s, 0) as over1, greatest(t.c0 - t.r, 0) as beyond0, greatest(t.c1 - t.r, 0) as beyond1,
    case when t.last_b is not null and t.s > t.b and (p.order_id is not null or t.s - t.b <= b.smallest) then t.s - t.b else 0 end as short,
    t.s - t.b <= greatest(coalesce(f.amount, t.s / 10), b.smallest) as is_fee
  from open_unit t
  cross join b
  left join paid p on p.order_id = t.unit
  left join fee f on f.order_id = t.unit and f.gateway = t.gateway
),
timed as materialized (
  select x.gateway, x.unit, x.s, x.is_fee, x.s1 - x.s0 as taken, x.r1 - x.r0 as given, q.q1 - q.q0 as booked, d.d1 - d.d0 as paid_back,
    x.over1 - x.over0 as over, x.beyond1 - x.beyond0 as beyond, case when x.last_b >= $2::date and x.last_b < $3::date then x.short else 0 end as short,
    least(greatest(q.q0 - x.s0, 0), x.s1 - x.s0) as ahead, x.s0 - q.q0 as owed,
    least(greatest(d.d0 - x.r0, 0), x.r1 - x.r0) as before, x.r0 - d.d0 as due
  from residue x
  cross join lateral (
    select x.b0 - x.over0 + case when x.last_b < $2::date then x.short else 0 end as q0,
      x.b1 - x.over1 + case when x.last_b < $3::date then x.short else 0 end as q1) q
  cross join lateral (select x.c0 - x.beyond0 as d0, x.c1 - x.beyond1 as d1) d
),
finding as materialized (
  select t.gateway, t.unit, l.line, sum(l.amount) as amount
  from timed t
  cross join lateral (select greatest(0, least(t.booked, t.taken - t.ahead)) as same, greatest(0, least(t.paid_back, t.given - t.before)) as same_back) g
  cross join lateral (
    select greatest(0, least(t.booked - g.same, t.owed)) as late, greatest(0, least(t.paid_back - g.same_back, t.due)) as late_back) h
  cross join lateral (values
    ('not_in_books', -(t.taken - t.ahead - g.same)),
    ('booked_later', h.late),
    ('booked_before', t.booked - g.same - h.late - t.ahead),
    ('payment_fee', case when t.is_fee then -t.short else 0 end),
    ('refund_not_in_books', t.given - t.before - g.same_back),
    ('refund_booked_later', -h.late_back),
    ('refund_without_shop', t.before - (t.paid_back - g.same_back - h.late_back) - t.beyond),
    (case when t.s = 0 then 'without_shop' else 'amount' end, t.over - case when t.is_fee then 0 else t.short end)
  ) l (line, amount)
  where l.amount <> 0
  group by t.gateway, t.unit, l.line
  having sum(l.amount) <> 0
),
line as (select f.gateway, f.line, count(*)::integer as findings, sum(f.amount) as amount from finding f group by f.gateway, f.line),
shop as (
  select gateway, count(distinct order_id)::integer as orders, sum(case when back then 0 else coalesce(amount, 0) end) as taken,
    sum(case when back then coalesce(amount, 0) else 0 end) as given, count(*) filter (where amount is null)::integer as unrated
  from taken where day >= $2::date and day < $3::date group by gateway
),
fees as (
  select f.gateway, sum(f.amount_fee_source) as amount from public.payout_transactions f cross join b
  where f.tenant_id = $1 and f.deleted_at is null and not f.is_test and f.currency_source = b.currency
    and f.business_day >= $2::date and f.business_day < $3::date group by f.gateway
),
payout as (
  select p.gateway, count(*)::integer as payouts, sum(p.amount_source) as amount from public.payouts p cross join b
  where p.tenant_id = $1 and p.deleted_at is null and p.currency_source = b.currency and p.status not in ('FAILED', 'CANCELED')
    and p.business_day >= $2::date and p.business_day < $3::date group by p.gateway
),
books as (
  select gateway, sum(case when back then -amount else amount end) as amount, count(distinct payment_id)::integer as payments,
    array_agg(distinct journal order by journal) as journals
  from booked where gateway is not null and day >= $2::date and day < $3::date group by gateway
),
worst as (
  select f.*, row_number() over (order by array_position($5::text[], f.line), abs(f.amount) desc, f.gateway, f.unit) as place from finding f
  order by array_position($5::text[], f.line), abs(f.amount) desc, f.gateway, f.unit limit $4
)
select b.currency,
  coalesce((select jsonb_agg(jsonb_build_object('gateway', g.gateway, 'orders', coalesce(s.orders, 0), 'taken', trim_scale(coalesce(s.taken, 0))::text,
      'givenBack', trim_scale(coalesce(s.given, 0))::text, 'fees', trim_scale(f.amount)::text, 'payouts', coalesce(p.payouts, 0),
      'paidOut', trim_scale(p.amount)::text, 'journals', coalesce(to_jsonb(k.journals), '[]'), 'payments', coalesce(k.payments, 0),
      'inBooks', trim_scale(coalesce(k.amount, 0))::text,
      'difference', trim_scale(coalesce(k.amount, 0) - coalesce(s.taken, 0) + coalesce(s.given, 0))::text,
      'lines', coalesce((select jsonb_agg(jsonb_build_object('line', l.line, 'findings', l.findings, 'amount', trim_scale(l.amount)::text)
        order by array_position($5::text[], l.line)) from line l where l.gateway = g.gateway), '[]'),
      'remainder', trim_scale(coalesce(k.amount, 0) - coalesce(s.taken, 0) + coalesce(s.given, 0)
        - coalesce((select sum(l.amount) from line l where l.gateway = g.gateway), 0))::text,
      'withoutRate', coalesce(s.unrated, 0)) order by g.gateway)
    from gateway g
    left join shop s on s.gateway = g.gateway
    left join fees f on f.gateway = g.gateway
    left join payout p on p.gateway = g.gateway
    left join books k on k.gateway = g.gateway
    where s.gateway is not null or f.gateway is not null or p.gateway is not null or k.gateway is not null), '[]') as gateways,
  coalesce((select jsonb_agg(jsonb_build_object('gateway', w.gateway, 'line', w.line, 'amount', trim_scale(w.amount)::text, 'orderId', o.id,
      'order', o.name, 'day', o.business_day, 'payments', coalesce(n.names, '[]')) order by w.place)
    from worst w
    left join public.source_orders o on o.tenant_id = $1 and o.id = w.unit
    left join (
      select coalesce(k.order_id, k.payment_id) as unit, jsonb_agg(jsonb_build_object('name', k.name, 'journal', k.journal, 'day', k.day) order by k.day, k.name) as names
      from booked k where coalesce(k.order_id, k.payment_id) in (select unit from worst) group by 1
    ) n on n.unit = w.unit), '[]') as findings
from b
