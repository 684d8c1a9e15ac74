-- What of the credit notes of orders $2 another document of the same order invoiced again (boleta annulled, factura issued): replaced, not
-- given back. Of an order with two posted invoices or more, replaced is what was invoiced beyond the order, or beyond its lines, up to what
-- was credited; a credit note that a later document equals to the peso takes it first, then the oldest. Where issued documents are what
-- counts, only a whole credit note is replaced, by a later document of as much, one each: that document is no further sale
-- (settle-invoiced.sql); every other one counts, and so does what it follows. `offset 0`: see link-orders.sql.
with docs as materialized (
  select k.id as order_id, l.order_line_id, l.amount_source, l.currency_source, i.id as invoice_id, i.kind, i.invoice_date
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select 1 from public.refunds x where x.tenant_id = $1 and x.order_id = k.id and x.invoice_id is not null and x.deleted_at is null limit 1) has
  cross join lateral (
    select x.invoice_id, x.order_line_id, x.amount_source, x.currency_source from public.invoice_lines x
    where x.tenant_id = $1 and x.order_id = k.id and x.deleted_at is null offset 0) l
  cross join lateral (
    select x.id, x.kind, x.invoice_date from public.invoices x
    where x.tenant_id = $1 and x.id = l.invoice_id and x.state = 'posted' and x.deleted_at is null offset 0) i
),
whole as (
  select order_id, coalesce(sum(amount_source) filter (where kind = 'credit_note'), 0) as credited,
    coalesce(sum(amount_source) filter (where kind <> 'credit_note'), 0) as invoiced,
    count(distinct invoice_id) filter (where kind <> 'credit_note') as invoices,
    case when count(distinct currency_source) = 1 then min(currency_source) end as currency
  from docs group by order_id
),
by_line as (
  select d.order_id, sum(least(d.credited, greatest(d.invoiced - s.amount_source, 0))) as over
  from (
    select order_id, order_line_id, min(currency_source) as currency,
      coalesce(sum(amount_source) filter (where kind = 'credit_note'), 0) as credited,
      coalesce(sum(amount_source) filter (where kind <> 'credit_note'), 0) as invoiced
    from docs where order_line_id is not null group by order_id, order_line_id
  ) d
  cross join lateral (
    select x.amount_source from public.source_order_lines x
    where x.tenant_id = $1 and x.id = d.order_line_id and x.currency_source = d.currency and x.line_kind <> 'down_payment'
      and x.deleted_at is null offset 0) s
  group by d.order_id
),
replaced as (
  select w.order_id, case when w.invoices < 2 or w.currency is null then 0
      -- Documents round each on their own: a peso each is none.
      when w.credited - r.amount <= w.invoices * power(10::numeric, -t.currency_decimals) then w.credited else r.amount end as amount
  from whole w
  join public.tenants t on t.id = $1
  cross join lateral (
    select x.currency_source, x.amount_total_source, x.amount_total from public.source_orders x
    where x.tenant_id = $1 and x.id = w.order_id offset 0) o
  left join by_line b on b.order_id = w.order_id
  cross join lateral (
    select least(w.credited, greatest(0, coalesce(b.over, 0), coalesce(w.invoiced
      - case w.currency when o.currency_source then o.amount_total_source when t.currency then o.amount_total end, 0))) as amount
  ) r
),
wanted as materialized (
  select n.id, case when t.sales_basis = 'orders' then greatest(0, least(n.amount_total_source, n.replaced - n.before))
      when n.place <= n.equals and n.replaced - n.before >= n.amount_total_source then n.amount_total_source else 0 end as replaced
  from public.tenants t
  cross join (
    select r.id, r.amount_total_source, coalesce(p.amount, 0) as replaced, e.equals,
      row_number() over (partition by r.order_id, r.amount_total_source order by e.equals > 0 desc, r.created_on, length(r.source_id), r.source_id) as place,
      coalesce(sum(r.amount_total_source) over (partition by r.order_id order by e.equals > 0 desc, r.created_on, length(r.source_id), r.source_id
        rows between unbounded preceding and 1 preceding), 0) as before
    from unnest($2::uuid[]) k(id)
    cross join lateral (
      select x.id, x.source_id, x.order_id, x.invoice_id, x.created_on, x.amount_total_source from public.refunds x
      where x.tenant_id = $1 and x.order_id = k.id and x.invoice_id is not null and x.deleted_at is null offset 0) r
    left join replaced p on p.order_id = r.order_id
    cross join lateral (
      select count(*) as equals from (
        select 1 from docs d
        where d.order_id = r.order_id and d.kind <> 'credit_note' and d.invoice_date >= r.created_on
          and d.invoice_id is distinct from (select x.reversed_invoice_id from public.invoices x where x.tenant_id = $1 and x.id = r.invoice_id)
        group by d.invoice_id having sum(d.amount_source) = r.amount_total_source) later
    ) e
  ) n
  where t.id = $1
)
update public.refunds r
set amount_replaced_source = w.replaced,
  amount_total = case when r.currency_source = t.currency then r.amount_total_source - w.replaced
    else round((r.amount_total_source - w.replaced) * r.fx_rate, t.currency_decimals) end,
  amount_untaxed = case when r.currency_source = t.currency then u.untaxed else round(u.untaxed * r.fx_rate, t.currency_decimals) end
from wanted w
cross join lateral (select x.id, x.amount_total_source, x.amount_untaxed_source, x.currency_source from public.refunds x
  where x.tenant_id = $1 and x.id = w.id offset 0) f
join public.tenants t on t.id = $1
cross join lateral (
  select case when f.amount_total_source = 0 then f.amount_untaxed_source
    else f.amount_untaxed_source - round(f.amount_untaxed_source * w.replaced / f.amount_total_source,
      case when f.currency_source = t.currency then t.currency_decimals else 2 end) end as untaxed
) u
where r.tenant_id = $1 and r.id = any (array(select id from wanted)) and r.id = w.id and r.amount_replaced_source <> w.replaced
returning r.order_id, r.business_day::text as day
