-- depends: freshness_now
-- Dashboards: Ejecutiva, Tenant, Ventas, Soporte, Automatizaciones, Inventario
-- Meaning: until when all of a dashboard's numbers are complete, and which stream holds it back.
-- Grain: one row per tenant and dashboard that has at least one of its streams connected.
-- Unit: instants; seconds.
-- Source: kpi.freshness_now; the streams that the KPIs of each dashboard are made from.
-- Formula: as_of = the oldest covered_until of those streams; held_back_by = that stream, as 'source stream'. is_stale = any of them is;
--   records_refused = their open quarantine together.
-- Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.
-- Bad input: one of the streams never completed a reading -> as_of null, and that one holds it back. A source that is not connected holds
--   nothing back. Names alone (agents) and exchange rates hold nothing back: a sale without a rate says so itself.
-- Explain: select 'freshness' as entity, f.connection_id as id, null::numeric as contribution from kpi.freshness f where f.tenant_id = $1 and
--   $2::date is not null
create or replace view kpi.dashboard_as_of with (security_invoker = true) as
select
  f.tenant_id,
  n.dashboard,
  case when count(*) = count(f.covered_until) then min(f.covered_until) end as as_of,
  (array_agg(f.source || ' ' || f.stream order by f.covered_until nulls first, f.source, f.stream))[1] as held_back_by,
  case when count(*) = count(f.covered_until) then max(f.lag_seconds) end as lag_seconds,
  bool_or(f.is_stale) as is_stale,
  count(*) filter (where f.is_stale) as stale_streams,
  sum(f.quarantine_open)::bigint as records_refused,
  bool_or(f.backfills_running > 0) as is_backfilling
from kpi.freshness_now as f
join (values
  ('shopify', 'orders', array['Ejecutiva', 'Tenant', 'Ventas']),
  ('odoo', 'orders', array['Ejecutiva', 'Tenant', 'Ventas']),
  ('odoo', 'order_lines', array['Tenant', 'Ventas']),
  ('odoo', 'customers', array['Ventas']),
  ('shopify', 'abandoned_checkouts', array['Ventas']),
  ('odoo', 'invoices', array['Ejecutiva', 'Tenant', 'Ventas']),
  ('odoo', 'pos_orders', array['Ejecutiva', 'Tenant', 'Ventas']),
  ('shopify', 'products', array['Tenant', 'Ventas', 'Inventario']),
  ('odoo', 'products', array['Tenant', 'Ventas', 'Inventario']),
  ('shopify', 'locations', array['Inventario']),
  ('odoo', 'locations', array['Inventario']),
  ('shopify', 'inventory_levels', array['Tenant', 'Inventario']),
  ('odoo', 'inventory_levels', array['Tenant', 'Inventario']),
  ('chatwoot', 'conversations', array['Ejecutiva', 'Tenant', 'Soporte']),
  ('chatwoot', 'inboxes', array['Soporte']),
  ('chatwoot', 'csat_responses', array['Soporte']),
  ('n8n', 'executions', array['Ejecutiva', 'Tenant', 'Automatizaciones']),
  ('n8n', 'workflows', array['Automatizaciones'])
) as s(source, stream, dashboards) on s.source = f.source and s.stream = f.stream
cross join lateral unnest(s.dashboards) as n(dashboard)
group by f.tenant_id, n.dashboard;

comment on view kpi.dashboard_as_of is
'Hasta cuándo están completas todas las cifras de un tablero, y qué flujo lo retiene. Una fila por empresa y tablero con al menos uno de sus flujos conectado. as_of = el covered_until más antiguo de los flujos de los que salen sus cifras; nulo si alguno no ha terminado su primera lectura. Un origen no conectado no retiene nada. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.dashboard_as_of.tenant_id is 'Empresa.';
comment on column kpi.dashboard_as_of.dashboard is 'Tablero: Ejecutiva, Tenant, Ventas, Soporte, Automatizaciones o Inventario.';
comment on column kpi.dashboard_as_of.as_of is 'Hasta cuándo está completo; nulo si algún flujo no ha terminado su primera lectura.';
comment on column kpi.dashboard_as_of.held_back_by is 'Flujo que lo retiene: origen y flujo.';
comment on column kpi.dashboard_as_of.lag_seconds is 'Segundos de atraso ahora; nulo si as_of es nulo.';
comment on column kpi.dashboard_as_of.is_stale is 'Si alguno de sus flujos está atrasado.';
comment on column kpi.dashboard_as_of.stale_streams is 'Cuántos de sus flujos están atrasados.';
comment on column kpi.dashboard_as_of.records_refused is 'Registros rechazados de sus flujos que esperan a una persona: no están en las cifras.';
comment on column kpi.dashboard_as_of.is_backfilling is 'Si se está releyendo historia de alguno de sus flujos.';

grant select on kpi.dashboard_as_of to kpi_reader, kpi_analyst, kpi_writer;
