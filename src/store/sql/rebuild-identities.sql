-- Identities of the customers $2 (null: all) from the customers alone: connected components over RUT, e-mail, phone (for those without RUT
-- and e-mail) and company (for those without any). First everybody within reach, over more than what connects (of all customers that is
-- everybody); then, in there, walks over what several hold, that start only where no holder of a key has a smaller id, so that few reach the
-- same component twice.
with recursive reach(kind, at) as (
  select 'customer', c.id::text from public.customers c where c.tenant_id = $1 and ($2::uuid[] is null or c.id = any($2::uuid[]))
  union
  select n.kind, n.at
  from reach r
  cross join lateral (
    select v.kind, v.at
    from public.customers x
    cross join lateral (values ('rut', x.rut_key), ('email', x.email_key), ('phone', x.phone_key), ('company', x.commercial_id::text),
      ('company', x.id::text)) v(kind, at)
    where r.kind = 'customer' and x.tenant_id = $1 and x.id = r.at::uuid and v.at is not null
    union all select 'customer', x.id::text from public.customers x where r.kind = 'rut' and x.tenant_id = $1 and x.rut_key = r.at
    union all select 'customer', x.id::text from public.customers x where r.kind = 'email' and x.tenant_id = $1 and x.email_key = r.at
    union all select 'customer', x.id::text from public.customers x where r.kind = 'phone' and x.tenant_id = $1 and x.phone_key = r.at
    union all select 'customer', x.id::text from public.customers x
      where r.kind = 'company' and x.tenant_id = $1 and (x.id = r.at::uuid or x.commercial_id = r.at::uuid)
    offset 0) n
  where $2::uuid[] is not null
),
keyed as materialized (
  select c.id::text collate "C" as id, coalesce(c.rut_generic, false) or r.key is not null as generic, c.commercial_id::text as company,
    case when r.key is null then c.rut_key end as rut,
    case when e.key is null and d.key is null then c.email_key end as email,
    case when p.key is null then c.phone_key end as phone
  from (select at::uuid as id from reach where kind = 'customer') w
  cross join lateral (select x.* from public.customers x where x.tenant_id = $1 and x.id = w.id offset 0) c
  left join kpi.shared_keys r on r.tenant_id = $1 and r.kind = 'rut' and r.key = c.rut_key
  left join kpi.shared_keys e on e.tenant_id = $1 and e.kind = 'email' and e.key = c.email_key
  left join kpi.shared_keys d on d.tenant_id = $1 and d.kind = 'email_domain' and d.key = c.domain_key
  left join kpi.shared_keys p on p.tenant_id = $1 and p.kind = 'phone' and p.key = c.phone_key
),
held as materialized (
  select h.id, h.key
  from (
    select k.id, v.key, count(*) over (partition by v.key) as holders
    from keyed k
    cross join lateral (
      select 'rut:' || k.rut as key where k.rut is not null
      union all select 'email:' || k.email where k.email is not null
      union all select 'phone:' || k.phone where k.rut is null and k.email is null and k.phone is not null
      union all select 'company:' || k.company where k.rut is null and k.email is null and k.phone is null and k.company is not null
      union all select 'company:' || k.id) v
  ) h
  where h.holders > 1
),
starts as (
  select h.id from held h join (select key, min(id) as least from held group by key) m using (key) group by h.id having bool_and(h.id = m.least)
),
edges as materialized (select id as a, key collate "C" as b from held union all select key collate "C", id from held),
walk(start, at) as (
  select id, id from starts
  union
  select w.start, e.b from walk w join edges e on e.a = w.at
),
member as (
  select w.at as id, min(w.start) as identity from walk w join keyed k on k.id = w.at group by w.at
  union all
  select k.id, k.id from keyed k where not exists (select from held h where h.id = k.id)
),
judged as (
  select m.id::uuid as customer_id, m.identity::uuid as identity_id,
    bool_and(k.generic and k.rut is null and k.email is null and k.phone is null) over (partition by m.identity) as anonymous
  from member m
  join keyed k on k.id = m.id
)
select customer_id, identity_id, anonymous from judged where $2::uuid[] is null or customer_id = any($2::uuid[])
