-- $1 companies with four sources of three streams each. Nothing is due for a day, no alert rules either.
with company as (
  insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone, industry)
  select gen_random_uuid(), (10000000 + n) || '-0', false, 'Empresa ' || n, 'CLP', 0, 'America/Santiago', 'retail'
  from generate_series(1, $1::integer) n
  returning id
),
source as (
  insert into ops.connections (tenant_id, id, source, name, account_key, settings, secret_ref, host)
  select c.id, gen_random_uuid(), s.name, s.name, c.id || s.name, '{}', 'local:none', 'http://127.0.0.1'
  from company c cross join unnest(array['odoo', 'shopify', 'chatwoot', 'n8n']) s(name)
  returning tenant_id, id
),
judged as (
  insert into ops.alert_evaluations (tenant_id, next_run_at) select id, now() + interval '1 day' from company
)
insert into ops.streams (tenant_id, connection_id, stream, lane, next_run_at, last_success_at)
select c.tenant_id, c.id, 'stream ' || n, 'live', now() + interval '1 day', now() from source c cross join generate_series(1, 3) n
