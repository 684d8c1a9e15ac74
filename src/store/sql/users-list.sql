-- Living users with their tenants, and what keeps one from having any (or all that its metadata name). $1: only those for a person to
-- look at. Reasons: unknown_tenant (the metadata name a tenant that is not here), unmapped_organization, no_hint.
select l.* from (
  select u.id, u.banned, u.locked, u.created_at, u.last_sign_in_day::text as last_sign_in_day,
    coalesce((select jsonb_agg(jsonb_build_object('rut', t.rut, 'role', m.role, 'because', m.because) order by t.rut)
      from public.user_tenants m join public.tenants t on t.id = m.tenant_id where m.user_id = u.id), '[]') as tenants,
    array(select m.organization_id from ops.clerk_memberships m where m.user_id = u.id and m.deleted_at is null order by 1) as organizations,
    case
      when u.stated = 'unknown' then 'unknown_tenant'
      when exists (select from public.user_tenants m where m.user_id = u.id) then null
      when exists (select from ops.clerk_memberships m where m.user_id = u.id and m.deleted_at is null) then 'unmapped_organization'
      else 'no_hint'
    end as unassigned_because
  from public.users u
  where u.deleted_at is null
) l
where not $1::boolean or l.unassigned_because is not null
order by l.created_at desc nulls last, l.id
