-- Local days on which products were sold or given back by the lines $2 and the returned lines $3, as they are stored now: of the lines'
-- orders as far as those days are not known ($4), of the refunds that give them back, of the returned lines' refunds. `offset 0`: see
-- link-orders.sql.
select o.business_day::text as day, false as is_return
from unnest($4::uuid[]) p(order_id)
cross join lateral (select x.business_day from public.source_orders x where x.tenant_id = $1 and x.id = p.order_id offset 0) o
union
select r.business_day::text, true
from (
  select d.refund_id from unnest($2::uuid[]) k(id) cross join lateral (
    select x.refund_id from public.refund_lines x where x.tenant_id = $1 and x.order_line_id = k.id offset 0) d
  union
  select d.refund_id from unnest($3::uuid[]) k(id) cross join lateral (
    select x.refund_id from public.refund_lines x where x.tenant_id = $1 and x.id = k.id offset 0) d
) p
cross join lateral (select x.business_day from public.refunds x where x.tenant_id = $1 and x.id = p.refund_id offset 0) r
