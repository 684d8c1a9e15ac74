-- Whose month is exported: company $1, and the bounds of its month from $2 until $3 (exclusive) as instants, days being its own.
select t.company_name as name, t.rut, t.time_zone as "timeZone", t.currency, t.currency_decimals as decimals,
  array(select distinct c.source from ops.connections c where c.tenant_id = t.id) as sources,
  to_char($2::date::timestamp at time zone t.time_zone at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "from",
  to_char($3::date::timestamp at time zone t.time_zone at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "until",
  to_char(now() at time zone t.time_zone, 'YYYY-MM-DD HH24:MI') as "madeAt"
from public.tenants t
where t.id = $1::uuid
