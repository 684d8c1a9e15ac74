-- The differing rows of one tenant ($2, see user-tenants-differing.sql), put right.
with differing as (
  select r.user_id, r.role, r.because, r.wanted
  from jsonb_to_recordset($2::jsonb) as r(user_id text, role text, because text, wanted boolean)
),
gone as (
  delete from public.user_tenants m using differing d where m.tenant_id = $1 and m.user_id = d.user_id and not d.wanted
)
insert into public.user_tenants as m (tenant_id, user_id, role, because)
select $1, d.user_id, d.role, d.because from differing d where d.wanted
on conflict (tenant_id, user_id) do update set role = excluded.role, because = excluded.because
