-- Where public.user_tenants is not what users, organisations and memberships say, for the users $1 (null: all). A user's own metadata
-- decide; only where they say nothing its organisations do. A role is the metadata's, else the organisation's. The tenant is null in
-- no row; `wanted` false: the row must go.
with wanted as (
  select s.tenant_id, u.id as user_id, coalesce(u.stated_role, r.role) as role, 'metadata' as because
  from public.users u
  cross join lateral (select distinct x.tenant_id from unnest(u.stated_tenants) as x(tenant_id)) s
  left join lateral (
    select min(m.role) as role
    from ops.clerk_memberships m
    join ops.clerk_organizations o on o.id = m.organization_id
    where m.user_id = u.id and m.deleted_at is null and coalesce(o.stated_tenant, o.mapped_tenant) = s.tenant_id
  ) r on true
  where u.deleted_at is null and u.stated <> 'none' and ($1::text[] is null or u.id = any ($1::text[]))
  union all
  select coalesce(o.stated_tenant, o.mapped_tenant), u.id, coalesce(u.stated_role, min(m.role)), 'organization'
  from public.users u
  join ops.clerk_memberships m on m.user_id = u.id and m.deleted_at is null
  join ops.clerk_organizations o on o.id = m.organization_id
  where u.deleted_at is null and u.stated = 'none' and coalesce(o.stated_tenant, o.mapped_tenant) is not null
    and ($1::text[] is null or u.id = any ($1::text[]))
  group by coalesce(o.stated_tenant, o.mapped_tenant), u.id
)
select coalesce(w.tenant_id, h.tenant_id) as tenant_id, coalesce(w.user_id, h.user_id) as user_id, w.role, w.because,
  w.user_id is not null as wanted
from (select w.* from wanted w join public.tenants t on t.id = w.tenant_id and t.status <> 'erased') w
full join (select m.* from public.user_tenants m where $1::text[] is null or m.user_id = any ($1::text[])) h
  on h.tenant_id = w.tenant_id and h.user_id = w.user_id
where (w.user_id is null or h.user_id is null or (w.role, w.because) is distinct from (h.role, h.because))
order by 1, 2
