-- The documents of that bridge: those of the days from $2 until $3 (exclusive) of tenant $1, and all of its orders, of whatever day and state.
create temporary table month_invoice on commit drop as
select i.id from public.invoices i where i.tenant_id = $1::uuid and i.state = 'posted' and i.invoice_date >= $2::date and i.invoice_date < $3::date
union
select l.invoice_id
from month_order k
cross join lateral (
  select x.invoice_id from public.invoice_lines x where x.tenant_id = $1 and x.order_id = k.id and x.deleted_at is null offset 0) l
union
select r.invoice_id
from public.refunds r
where r.tenant_id = $1 and r.counts and r.business_day >= $2::date and r.business_day < $3::date and r.invoice_id is not null
