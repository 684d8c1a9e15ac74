-- Local day, what another document replaced (the rule is told in settle-replaced.sql), amounts in the tenant's currency, and whether each
-- refund counts: when the document it belongs to speaks, and something of it was given back. Refunds $2 (null: all).
with credited as (
  select distinct r.order_id
  from public.refunds r
  where r.tenant_id = $1 and r.invoice_id is not null and r.order_id is not null and ($2::uuid[] is null or r.id = any($2::uuid[]))
),
line as materialized (
  select l.order_id, l.order_line_id, l.amount_source as amount, l.currency_source as currency, l.invoice_id, i.invoice_date, i.kind = 'credit_note' as credit
  from credited
  cross join lateral (
    select * from public.invoice_lines x where x.tenant_id = $1 and x.order_id = credited.order_id and x.deleted_at is null offset 0) l
  cross join lateral (
    select x.invoice_date, x.kind from public.invoices x
    where x.tenant_id = $1 and x.id = l.invoice_id and x.state = 'posted' and x.deleted_at is null offset 0) i
),
line_over as (
  select x.order_id, sum(least(x.credited, greatest(0, x.invoiced - s.amount_source))) as amount
  from (
    select order_id, order_line_id, min(currency) as currency, sum(case when credit then amount else 0 end) as credited,
      sum(case when credit then 0 else amount end) as invoiced
    from line group by order_id, order_line_id
  ) x
  cross join lateral (
    select y.amount_source from public.source_order_lines y
    where y.tenant_id = $1 and y.id = x.order_line_id and y.deleted_at is null and y.line_kind <> 'down_payment' and y.currency_source = x.currency
    offset 0) s
  group by x.order_id
),
order_over as (
  select o.id as order_id, x.credited, x.invoices, t.currency_decimals,
    least(x.credited, greatest(0, x.invoiced - case when x.currency = o.currency_source then o.amount_total_source
      when x.currency = t.currency then o.amount_total end, v.amount)) as over
  from (
    select order_id, sum(case when credit then amount else 0 end) as credited, sum(case when credit then 0 else amount end) as invoiced,
      count(distinct case when not credit then invoice_id end) as invoices, min(currency) as currency
    from line group by order_id having min(currency) = max(currency)
  ) x
  cross join lateral (select y.* from public.source_orders y where y.tenant_id = $1 and y.id = x.order_id offset 0) o
  join public.tenants t on t.id = $1
  left join line_over v on v.order_id = o.id
),
to_replace as (
  select order_id, case when credited - over <= invoices * power(10::numeric, -currency_decimals) then credited else over end as amount
  from order_over where invoices > 1
),
credit as (
  select r.id, r.source_id, r.order_id, r.created_on, r.amount_total_source as amount, (
      select count(*) from (
        select 1 from line d
        where d.order_id = r.order_id and not d.credit and d.invoice_date >= r.created_on and d.invoice_id is distinct from n.reversed_invoice_id
        group by d.invoice_id having sum(d.amount) = r.amount_total_source) e) as later
  from to_replace w
  cross join lateral (
    select y.* from public.refunds y
    where y.tenant_id = $1 and y.order_id = w.order_id and y.invoice_id is not null and y.deleted_at is null offset 0) r
  left join lateral (
    select y.reversed_invoice_id from public.invoices y where y.tenant_id = $1 and y.id = r.invoice_id offset 0) n on true
),
queue as (
  select c.id, c.amount, c.later, w.amount - (sum(c.amount) over (partition by c.order_id order by c.later > 0 desc, c.created_on, length(c.source_id), c.source_id) - c.amount) as left_over,
    rank() over (partition by c.order_id, c.amount order by c.later = 0, c.created_on, length(c.source_id), c.source_id) as nth
  from credit c join to_replace w on w.order_id = c.order_id
),
gone as (
  select q.id, least(q.amount, q.left_over) as amount
  from queue q
  join public.tenants t on t.id = $1
  where q.left_over > 0 and (t.sales_basis = 'orders' or (q.left_over >= q.amount and q.later >= q.nth))
)
select r.id, coalesce((r.created_on + time '12:00') at time zone t.time_zone, r.created_at) as created_at, d.business_day, f.rate as fx_rate, f.rate_date as fx_date, d.replaced as amount_replaced_source,
  case when d.own then r.amount_total_source - d.replaced
    else round((r.amount_total_source - d.replaced) * f.rate, t.currency_decimals) end as amount_total,
  case when d.own then r.amount_untaxed_source - round(d.untaxed_share, t.currency_decimals)
    else round((r.amount_untaxed_source - round(d.untaxed_share, 2)) * f.rate, t.currency_decimals) end as amount_untaxed,
  case when d.own then r.amount_paid_back_source else round(r.amount_paid_back_source * f.rate, t.currency_decimals) end as amount_paid_back,
  r.deleted_at is null and not (d.replaced > 0 and d.replaced >= r.amount_total_source) and case
    when o.id is not null and o.deleted_at is null
      then o.excluded_because is null and o.status <> 'cancelled' and coalesce(o.silent_because in ('invoiced', 'not_invoiced'), true)
    else r.order_id is null or (r.invoice_id is not null and t.sales_basis = 'invoices') end as counts
from public.tenants t
join public.refunds r on r.tenant_id = t.id
left join lateral (
  select x.id, x.silent_because, x.deleted_at, x.excluded_because, x.status from public.source_orders x where x.tenant_id = $1 and x.id = r.order_id offset 0
) o on true
left join gone g on g.id = r.id
cross join lateral (
  select coalesce(r.created_on, (r.created_at at time zone t.time_zone)::date) as business_day, r.currency_source = t.currency as own,
    case when r.deleted_at is null then coalesce(g.amount, 0) else r.amount_replaced_source end as replaced,
    case when r.amount_total_source = 0 then 0
      else r.amount_untaxed_source * case when r.deleted_at is null then coalesce(g.amount, 0) else r.amount_replaced_source end / r.amount_total_source end as untaxed_share
) d
left join lateral (
  select 1::numeric as rate, null::date as rate_date where d.own
  union all
  (select x.rate, x.rate_date
   from public.exchange_rates x
   where not d.own and x.tenant_id = t.id and x.currency = r.currency_source and x.base_currency = t.currency and x.deleted_at is null
     and x.rate_date between d.business_day - 7 and d.business_day
   order by x.rate_date desc, x.id
   limit 1)
) f on true
where t.id = $1 and ($2::uuid[] is null or r.id = any($2::uuid[]))
