-- The documents of the scope as they are compared. $1 tenant. A document stands when it is a confirmed sale; one without an exchange rate
-- counts as 0 on its side and in its findings alike.
create temporary table reconcile_document on commit drop as
select o.id, o.source = 'shopify' as is_shop, o.source_id, o.name, o.status, o.excluded_because, o.created_at, o.business_day,
  o.status in ('open', 'completed', 'refunded') as confirmed,
  o.status in ('open', 'completed', 'refunded') and o.excluded_because is null as stands,
  o.currency_source as currency, o.fx_rate as rate, coalesce(o.amount_total, 0) as amount, o.amount_total is not null as has_amount,
  o.amount_total_source as total, o.amount_tax_source as tax, o.amount_shipping_source as shipping,
  o.amount_other_source as other, o.amount_exempt_source as exempt,
  o.payment_state, o.cancelled_at, o.cancelled_but_invoiced, o.invoiced, o.channel, o.shop_order_name, o.shop_order_names
from reconcile_scope k
join public.source_orders o on o.tenant_id = $1::uuid and o.id = k.id
where o.deleted_at is null and o.source in ('shopify', 'odoo')
  -- A document of the books is on its side when it cites a shop order, or a person linked it to one.
  and (o.source = 'shopify' or o.shop_order_id is not null or o.shop_order_name is not null
    or exists (select from public.order_links l where l.tenant_id = $1 and l.erp_order_id = o.id))
