-- Identities of the buyers of the orders $2 and carts $3, of the customers $4, who were theirs before, and of those of the customers $5
-- who have a cart in Odoo: whether it counts hangs on contact data that may come and go without a change of identity.
select distinct i.identity_id
from (
  select o.customer_id from unnest($2::uuid[]) k(id)
  cross join lateral (select x.customer_id from public.source_orders x where x.tenant_id = $1 and x.id = k.id offset 0) o
  union
  select c.customer_id from unnest($3::uuid[]) k(id)
  cross join lateral (select x.customer_id from public.abandoned_checkouts x where x.tenant_id = $1 and x.id = k.id offset 0) c
  union
  select k.id from unnest($4::uuid[]) k(id)
  union
  select k.id from unnest($5::uuid[]) k(id)
  cross join lateral (
    select from public.source_orders x
    where x.tenant_id = $1 and x.customer_id = k.id and x.source = 'odoo' and x.channel = 'website' offset 0 limit 1) o
) b
cross join lateral (
  select x.identity_id from public.customer_identities x where x.tenant_id = $1 and x.customer_id = b.customer_id offset 0) i
