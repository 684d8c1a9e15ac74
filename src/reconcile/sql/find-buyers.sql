-- Matched orders whose RUT typed at the checkout is not that of Odoo's customer (customer_rut): another one (other), one with a wrong check
-- digit (invalid), or none, or the one that many share, although it was a company's (nobody): no factura can come of that. What was typed with
-- a wrong digit, or is shared by many, names nobody and is not compared; a person's boleta need not bear a RUT. The RUT itself is in no finding.
-- $1 tenant.
insert into reconcile_finding (class, component, group_id, shop_order_id, erp_order_id, shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data)
select distinct on (g.group_id, o.id) 'customer_rut', 'buyer', g.group_id, o.id, e.id, o.name, e.name, g.shop_amount, g.pair_amount, g.anchored_at, g.business_day,
  jsonb_build_object('reason', case when b.rut_key is not null then 'other' when b.rut_valid = false then 'invalid' else 'nobody' end, 'buyer', t.kind)
from reconcile_group g
join reconcile_part s on s.group_id = g.group_id and s.role = 'shop'
join public.source_orders o on o.tenant_id = $1::uuid and o.id = s.id
join public.customers t on t.tenant_id = $1 and t.id = o.billed_to_id and t.rut_key is not null and t.deleted_at is null
join reconcile_part p on p.group_id = g.group_id and p.role = 'pair'
join public.source_orders e on e.tenant_id = $1 and e.id = p.id
cross join lateral (
  -- A contact without a RUT of its own has that of its company.
  select coalesce(c.rut_key, k.rut_key) as rut_key, coalesce(c.rut_valid, k.rut_valid) as rut_valid
  from public.customers c
  left join public.customers k on k.tenant_id = $1 and k.id = c.commercial_id and k.id <> c.id and k.deleted_at is null
  where c.tenant_id = $1 and c.id = e.customer_id and c.deleted_at is null
) b
where g.in_range and g.reason is null and g.sales > 0 and g.pairs > 0
  and (b.rut_key <> t.rut_key or b.rut_key is null and (b.rut_valid = false or t.kind = 'company'))
order by g.group_id, o.id, length(e.source_id), e.source_id
