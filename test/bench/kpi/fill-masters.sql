-- Tenants of the bench ($1 of them), their connections and what hangs on neither time nor sales: products, stock, inboxes, agents,
-- workflows. Ids are hashes of names, so that the other files find them without a look-up.
with tenant as (
  insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone)
  select md5('tenant' || t)::uuid, (76000000 + t) || '-0', false, 'Empresa ' || t, 'CLP', 0, 'America/Santiago'
  from generate_series(1, $1::int) t
  returning id
),
writers as (
  insert into ops.tenant_write (tenant_id, family)
  select id, f from tenant, unnest(array['sales', 'support', 'automation', 'inventory']) f
),
connected as (
  insert into ops.connections (tenant_id, id, source, name, account_key, settings, secret_ref, host)
  select id, md5(id || source)::uuid, source, source, id || source, '{}', 'env:NONE', 'http://127.0.0.1'
  from tenant, unnest(array['shopify', 'odoo', 'chatwoot', 'n8n']) source
),
streams as (
  select id as tenant_id, md5(id || s.source)::uuid as connection_id, s.source, s.stream
  from tenant, (values ('shopify', 'orders'), ('shopify', 'abandoned_checkouts'), ('shopify', 'inventory_levels'), ('odoo', 'orders'),
    ('odoo', 'customers'), ('odoo', 'inventory_levels'), ('odoo', 'invoices'), ('chatwoot', 'conversations'), ('chatwoot', 'csat_responses'),
    ('n8n', 'executions')) s(source, stream)
),
read as (
  insert into ops.streams (tenant_id, connection_id, stream, lane, covered_until, last_success_at)
  select tenant_id, connection_id, stream, 'live', $2::timestamptz, $2::timestamptz from streams
)
insert into kpi.freshness (tenant_id, connection_id, stream, source, last_batch_at, last_success_at, covered_until, state)
select tenant_id, connection_id, stream, source, $2, $2, $2, 'ok' from streams;
