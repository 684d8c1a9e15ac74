-- Every customer whose identity the customers $2 may change: whoever shares a usable key or a company with them, and all who had one
-- identity with any of these. Closed: keys of the others have not changed, so nothing beyond can be reached. Keys that many share
-- ($3 RUT, $4 e-mail, $5 e-mail domain, $6 phone) connect nobody. Each row with its usable keys and the identity it has.
with usable as (
  select c.id, c.commercial_id, c.rut, c.email, c.phone
  from unnest($2::uuid[]) k(id)
  cross join lateral (
    select x.id, x.commercial_id,
      case when x.rut_key <> all ($3::text[]) then x.rut_key end as rut,
      case when x.email_key <> all ($4::text[]) and x.domain_key <> all ($5::text[]) then x.email_key end as email,
      case when x.phone_key <> all ($6::text[]) then x.phone_key end as phone
    from public.customers x where x.tenant_id = $1 and x.id = k.id offset 0) c
),
near as (
  select u.id from usable u
  union
  select o.id from (select distinct rut from usable where rut is not null) u
  cross join lateral (select x.id from public.customers x where x.tenant_id = $1 and x.rut_key = u.rut offset 0) o
  union
  select o.id from (select distinct email from usable where email is not null) u
  cross join lateral (select x.id from public.customers x where x.tenant_id = $1 and x.email_key = u.email offset 0) o
  union
  select o.id from (select distinct phone from usable where rut is null and email is null and phone is not null) u
  cross join lateral (select x.id from public.customers x where x.tenant_id = $1 and x.phone_key = u.phone offset 0) o
  union
  -- Their contacts, and the contacts of the same company; the company may not have come yet.
  select o.id from (
    select id as company from usable
    union
    select commercial_id from usable where rut is null and email is null and phone is null and commercial_id is not null) u
  cross join lateral (select x.id from public.customers x where x.tenant_id = $1 and x.commercial_id = u.company offset 0) o
  union
  select commercial_id from usable where rut is null and email is null and phone is null and commercial_id is not null
),
had as (
  select distinct i.identity_id from near
  cross join lateral (select x.identity_id from public.customer_identities x where x.tenant_id = $1 and x.customer_id = near.id offset 0) i
),
members as (
  select id from near
  union
  select m.customer_id from had
  cross join lateral (select x.customer_id from public.customer_identities x where x.tenant_id = $1 and x.identity_id = had.identity_id offset 0) m
)
select c.id, c.commercial_id, c.rut, c.email, c.phone, coalesce(c.generic, false) as generic, i.identity_id as before,
  i.anonymous as was_anonymous
from members
cross join lateral (
  select x.id, x.commercial_id,
    case when x.rut_key <> all ($3::text[]) then x.rut_key end as rut,
    case when x.email_key <> all ($4::text[]) and x.domain_key <> all ($5::text[]) then x.email_key end as email,
    case when x.phone_key <> all ($6::text[]) then x.phone_key end as phone,
    x.rut_generic or x.rut_key = any ($3::text[]) as generic
  from public.customers x where x.tenant_id = $1 and x.id = members.id offset 0) c
left join lateral (
  select x.identity_id, x.anonymous from public.customer_identities x where x.tenant_id = $1 and x.customer_id = members.id offset 0
) i on true
