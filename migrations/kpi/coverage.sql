-- depends:
-- Dashboards: Ejecutiva, Tenant, Ventas, Soporte, Automatizaciones, Inventario
-- Meaning: which local days of each subject the data cover wholly, so that unknown is never shown as zero (MEANING 15). A number for a day or
--   period that is not wholly inside is null.
-- Grain: one row per tenant and subject for which a source is connected. Subjects: sales, documents, carts, customers, inventory, support, csat,
--   automation.
-- Unit: instants; local days of the tenant.
-- Source: kpi.freshness: what each stream has proved to cover.
-- Formula: of the streams that a subject needs, covered_from = the latest of their starts, covered_until = the earliest of their ends.
--   first_day = the first local day that begins inside; last_day = the last that has ended inside; both null where no day does both.
--   covered_from -infinity: everything the source has.
--   Invoices and the point of sale count for sales where they are used: a stream that has ended and covers nothing says that its app is
--   not installed, or may not be read, and makes no sale unknown; documents are then not covered at all.
-- Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.
-- Bad input: a stream that never completed a reading -> covered_until, first_day and last_day null: nothing is covered. One that began today ->
--   first_day and last_day null: no day is covered wholly yet. No source for a subject -> no row.
-- Explain: select 'freshness' as entity, f.connection_id as id, null::numeric as contribution from kpi.freshness f where f.tenant_id = $1
--   and $2::date is not null
-- One level, so that the days are made once for each row: those of a select around it would be made again wherever a query names them.
create or replace view kpi.coverage with (security_invoker = true) as
select
  f.tenant_id,
  n.subject,
  max(coalesce(f.covered_from, '-infinity')) as covered_from,
  case when count(*) = count(f.covered_until) then min(f.covered_until) end as covered_until,
  case when count(*) = count(f.covered_until)
    and (max(coalesce(f.covered_from, '-infinity')) at time zone t.time_zone)::date
        + case when max(coalesce(f.covered_from, '-infinity'))
          > (date_trunc('day', max(coalesce(f.covered_from, '-infinity')) at time zone t.time_zone) at time zone t.time_zone) then 1 else 0 end
      <= (min(f.covered_until) at time zone t.time_zone)::date - 1
    then (max(coalesce(f.covered_from, '-infinity')) at time zone t.time_zone)::date
        + case when max(coalesce(f.covered_from, '-infinity'))
          > (date_trunc('day', max(coalesce(f.covered_from, '-infinity')) at time zone t.time_zone) at time zone t.time_zone) then 1 else 0 end end as first_day,
  case when count(*) = count(f.covered_until)
    and (max(coalesce(f.covered_from, '-infinity')) at time zone t.time_zone)::date
        + case when max(coalesce(f.covered_from, '-infinity'))
          > (date_trunc('day', max(coalesce(f.covered_from, '-infinity')) at time zone t.time_zone) at time zone t.time_zone) then 1 else 0 end
      <= (min(f.covered_until) at time zone t.time_zone)::date - 1
    then (min(f.covered_until) at time zone t.time_zone)::date - 1 end as last_day
from kpi.freshness as f
join (values
  ('sales', 'shopify', 'orders'),
  ('sales', 'odoo', 'orders'),
  ('sales', 'odoo', 'invoices'),
  ('sales', 'odoo', 'pos_orders'),
  ('documents', 'odoo', 'invoices'),
  ('carts', 'shopify', 'abandoned_checkouts'),
  ('carts', 'shopify', 'orders'),
  ('carts', 'odoo', 'orders'),
  ('carts', 'odoo', 'customers'),
  ('customers', 'shopify', 'orders'),
  ('customers', 'odoo', 'orders'),
  ('customers', 'odoo', 'customers'),
  ('inventory', 'shopify', 'inventory_levels'),
  ('inventory', 'odoo', 'inventory_levels'),
  ('support', 'chatwoot', 'conversations'),
  ('csat', 'chatwoot', 'csat_responses'),
  ('automation', 'n8n', 'executions')
) as n(subject, source, stream) on n.source = f.source and n.stream = f.stream
join public.tenants as t on t.id = f.tenant_id
where n.subject <> 'sales' or n.stream = 'orders' or f.covered_until is not null or f.last_success_at is null
group by f.tenant_id, n.subject, t.time_zone;

comment on view kpi.coverage is
'Qué días locales cubren por completo los datos de cada materia, para que lo desconocido nunca se muestre como cero. Una fila por empresa y materia con un origen conectado: sales, documents, carts, customers, inventory, support, csat, automation. Un día o período que no está por completo entre first_day y last_day no tiene cifra. Los documentos y el punto de venta cuentan para sales donde se usan: un flujo que terminó sin cubrir nada es de una aplicación que no está instalada o no se puede leer. covered_from -infinity: todo lo que tiene el origen. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.coverage.tenant_id is 'Empresa.';
comment on column kpi.coverage.subject is 'Materia: sales, documents, carts, customers, inventory, support, csat o automation.';
comment on column kpi.coverage.covered_from is 'Desde cuándo hay datos de todos los flujos que necesita; -infinity: todo lo que tiene el origen.';
comment on column kpi.coverage.covered_until is 'Hasta cuándo; nulo si algún flujo no ha completado su primera lectura.';
comment on column kpi.coverage.first_day is 'Primer día local cubierto por completo; nulo si aún no hay ninguno.';
comment on column kpi.coverage.last_day is 'Último día local cubierto por completo; nulo si aún no hay ninguno.';

grant select on kpi.coverage to kpi_reader, kpi_analyst, kpi_writer;
