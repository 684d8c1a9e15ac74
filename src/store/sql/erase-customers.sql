-- Takes everything personal from the customers $2 of tenant $1; from the companies $3 only the keys $4. The hash stays: read again
-- unchanged, they are not written again.
update public.customers c
set rut_display = case when k.whole then null else c.rut_display end,
  rut_valid = case when k.whole then null else c.rut_valid end,
  comuna = case when k.whole then null else c.comuna end,
  region = case when k.whole then null else c.region end,
  commercial_id = case when k.whole then null else c.commercial_id end,
  rut_key = case when k.whole then null else c.rut_key end,
  identity_key = case when k.whole or c.identity_key = any ($4::text[]) then null else c.identity_key end,
  email_key = case when k.whole or c.email_key = any ($4::text[]) then null else c.email_key end,
  domain_key = case when k.whole or c.email_key = any ($4::text[]) then null else c.domain_key end,
  phone_key = case when k.whole or c.phone_key = any ($4::text[]) then null else c.phone_key end,
  rut_generic = case when k.whole then true else c.rut_generic end
from (select unnest($2::uuid[]) as id, true as whole union all select unnest($3::uuid[]), false) k
where c.tenant_id = $1 and c.id = k.id
