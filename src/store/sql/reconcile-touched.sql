-- Writes down what of tenant $1 shop and books must be compared for again: $2 days known, the days of the orders $3, of invoices $4 and of the
-- orders they are of, and of the orders of payments $5; $6 whether these orders are all of it, or all orders of these days are. `offset 0`: see
-- link-orders.sql.
insert into ops.reconcile_touched (tenant_id, day, order_ids)
select $1::uuid, d.day, case when $6::boolean then coalesce(array_agg(d.id) filter (where d.id is not null), '{}') end
from (
  select unnest($2::date[]) as day, null::uuid as id
  union
  select o.business_day, o.id
  from (
    select unnest($3::uuid[]) as id
    union
    select l.order_id from unnest($4::uuid[]) k(id) cross join lateral (
      select x.order_id from public.invoice_lines x where x.tenant_id = $1 and x.invoice_id = k.id offset 0) l
    union
    select p.order_id from unnest($5::uuid[]) k(id) cross join lateral (
      select x.order_id from public.order_payments x where x.tenant_id = $1 and x.id = k.id offset 0) p
  ) n
  cross join lateral (select x.id, x.business_day from public.source_orders x where x.tenant_id = $1 and x.id = n.id offset 0) o
  union
  select i.day, null from unnest($4::uuid[]) k(id) cross join lateral (
    select x.invoice_date as day from public.invoices x where x.tenant_id = $1 and x.id = k.id and x.invoice_date is not null offset 0) i
) d
group by d.day
