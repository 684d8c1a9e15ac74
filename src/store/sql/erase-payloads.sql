-- Payloads of the customers $2 of tenant $1, and of what they bought, left in a cart or paid.
delete from raw.records r
using (
  select unnest($2::uuid[]) as id
  union select o.id from public.source_orders o where o.tenant_id = $1 and o.customer_id = any ($2::uuid[])
  union select o.id from public.source_orders o where o.tenant_id = $1 and o.billed_to_id = any ($2::uuid[])
  union select a.id from public.abandoned_checkouts a where a.tenant_id = $1 and a.customer_id = any ($2::uuid[])
  union select v.id from public.invoices v where v.tenant_id = $1 and v.customer_id = any ($2::uuid[])
  union select p.id from public.payments p where p.tenant_id = $1 and p.customer_id = any ($2::uuid[])
) k
where r.tenant_id = $1 and r.id = k.id
