-- What the shop received and paid back for each order, by its successful transactions, beside what the order costs. $1 tenant.
create temporary table reconcile_payments on commit drop as
select p.group_id, p.id as order_id, p.name, p.total, p.currency, p.rate, p.cancelled_at,
  coalesce(sum(x.amount_source) filter (where x.kind in ('SALE', 'CAPTURE')), 0) as received,
  coalesce(sum(x.amount_source) filter (where x.kind = 'REFUND'), 0) as paid_back,
  coalesce(sum(x.amount_source) filter (where x.kind in ('SALE', 'CAPTURE') and x.gateway = 'gift_card'), 0) as by_card,
  min(x.gateway) filter (where x.kind in ('SALE', 'CAPTURE') and x.gateway <> 'gift_card') as gateway
from reconcile_part p
join reconcile_group g on g.group_id = p.group_id and g.in_range
join public.order_payments x on x.tenant_id = $1::uuid and x.order_id = p.id and x.deleted_at is null
where p.role = 'shop' and x.status = 'SUCCESS' and not x.is_test
group by p.group_id, p.id, p.name, p.total, p.currency, p.rate, p.cancelled_at
