-- Takes what tells a customer apart from the rows $2 of identities $3 of tenant $1. What was one stays one, by a key that is made of a
-- secret nobody keeps ($4): numbers made of identities do not move. The hash stays: read again unchanged, the row is not written again.
update public.customers c
set rut_display = null, rut_valid = null, comuna = null, region = null, identity_key = null, rut_key = null, domain_key = null,
  phone_key = null,
  email_key = case when not i.anonymous then left(encode(sha256(convert_to($4 || i.identity_id::text, 'UTF8')), 'hex'), 32) end,
  rut_generic = case when i.anonymous then true else c.rut_generic end
from unnest($2::uuid[], $3::uuid[]) as k(id, identity_id)
join public.customer_identities i on i.tenant_id = $1 and i.customer_id = k.id and i.identity_id = k.identity_id
where c.tenant_id = $1 and c.id = k.id
  -- Somebody who has bought meanwhile stays, and all that are one with them.
  and not exists (
    select from public.customer_identities m join public.source_orders o on o.tenant_id = $1 and o.customer_id = m.customer_id
    where m.tenant_id = $1 and m.identity_id = i.identity_id)
  and not exists (
    select from public.customer_identities m join public.source_orders o on o.tenant_id = $1 and o.billed_to_id = m.customer_id
    where m.tenant_id = $1 and m.identity_id = i.identity_id)
