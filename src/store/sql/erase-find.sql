-- Records of one person: those that carry the key $3 of kind $2 (or, of kind customer, have this id), and whoever is one identity with them
-- and is no company, for one person has several records; with them the RUT that they typed at the checkout of their orders, which need not be
-- their own: `typed` says that it is found so alone.
with named as (
  select c.id, c.kind from public.customers c
  where c.tenant_id = $1 and case $2::text
    when 'rut' then c.rut_key = $3
    when 'email' then c.email_key = $3
    when 'phone' then c.phone_key = $3
    else c.id = $3::uuid
  end
),
akin as (
  select distinct m.customer_id as id
  from named n
  join public.customer_identities i on i.tenant_id = $1 and i.customer_id = n.id
  join public.customer_identities m on m.tenant_id = $1 and m.identity_id = i.identity_id
),
known as (
  select n.id from named n union select a.id from akin a
)
select c.id, c.connection_id, c.source, c.source_id, c.rut_key, c.email_key, c.phone_key, x.typed,
  -- A company keeps what is its own; only what is the person's goes.
  c.kind = 'company' and $2 in ('email', 'phone') as partly
from (
  select k.id, bool_and(k.typed) as typed
  from (
    select id, false as typed from known
    union all
    select o.billed_to_id, true from known n join public.source_orders o on o.tenant_id = $1 and o.customer_id = n.id where o.billed_to_id is not null
  ) k
  group by k.id
) x
join public.customers c on c.tenant_id = $1 and c.id = x.id
where c.kind = 'person' or exists (select from named n where n.id = c.id)
order by c.id
