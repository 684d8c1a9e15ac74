-- Records of one person: those that carry the key $3 of kind $2 (or, of kind customer, have this id), and whoever is one identity with them
-- and is no company, for one person has several records.
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
)
select c.id, c.connection_id, c.source, c.source_id, c.rut_key, c.email_key, c.phone_key,
  -- A company keeps what is its own; only what is the person's goes.
  c.kind = 'company' and $2 in ('email', 'phone') as partly
from (select id from named union select id from akin) x
join public.customers c on c.tenant_id = $1 and c.id = x.id
where c.kind = 'person' or exists (select from named n where n.id = c.id)
order by c.id
