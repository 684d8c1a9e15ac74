-- Staged customers of tenant $1 that were erased on request: what a source still says of them is not stored. Of a company only the erased
-- person's keys go.
with hit as (
  select s.id, bool_or(s.kind <> 'company' or e.kind in ('rut', 'customer')) as whole, array_agg(e.key) as keys
  from stage_customer s
  join ops.erased e on e.tenant_id = $1 and (e.kind, e.key) in (('rut', s.rut_key), ('email', s.email_key), ('phone', s.phone_key), ('customer', s.id::text))
  group by s.id
)
update stage_customer s
set rut_display = case when h.whole then null else s.rut_display end,
  rut_valid = case when h.whole then null else s.rut_valid end,
  comuna = case when h.whole then null else s.comuna end,
  region = case when h.whole then null else s.region end,
  commercial_id = case when h.whole then null else s.commercial_id end,
  rut_key = case when h.whole then null else s.rut_key end,
  identity_key = case when h.whole or s.identity_key = any (h.keys) then null else s.identity_key end,
  email_key = case when h.whole or s.email_key = any (h.keys) then null else s.email_key end,
  domain_key = case when h.whole or s.email_key = any (h.keys) then null else s.domain_key end,
  phone_key = case when h.whole or s.phone_key = any (h.keys) then null else s.phone_key end,
  rut_generic = case when h.whole then true else s.rut_generic end,
  raw = case when h.whole then null else s.raw end
from hit h
where s.id = h.id
