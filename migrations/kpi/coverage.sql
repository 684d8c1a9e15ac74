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
-- Most cards read this, and planning them takes longer than reading: the days by functions, which the planner does not take apart, of each stream
-- (those of the latest start and the earliest end are the latest and the earliest of them), and in one level, so that they are made once.
create or replace function kpi.first_whole_day(since timestamptz, zone text) returns date
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
begin
  -- A day that had begun before is not covered wholly.
  return (since at time zone zone)::date + (since > (since at time zone zone)::date::timestamp at time zone zone)::integer;
end $$;

comment on function kpi.first_whole_day(timestamptz, text) is 'Primer día local que empieza en este momento o después.';

create or replace function kpi.last_whole_day(until timestamptz, zone text) returns date
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
begin
  return (until at time zone zone)::date - 1;
end $$;

comment on function kpi.last_whole_day(timestamptz, text) is 'Último día local que ha terminado en este momento.';

revoke execute on function kpi.first_whole_day(timestamptz, text), kpi.last_whole_day(timestamptz, text) from public;
grant execute on function kpi.first_whole_day(timestamptz, text), kpi.last_whole_day(timestamptz, text) to kpi_reader, kpi_analyst, kpi_writer;

create or replace view kpi.coverage with (security_invoker = true) as
select
  f.tenant_id,
  n.subject,
  max(coalesce(f.covered_from, '-infinity')) as covered_from,
  case when count(*) = count(f.covered_until) then min(f.covered_until) end as covered_until,
  case when count(*) = count(f.covered_until) and max(kpi.first_whole_day(coalesce(f.covered_from, '-infinity'), t.time_zone))
    <= min(kpi.last_whole_day(f.covered_until, t.time_zone))
    then max(kpi.first_whole_day(coalesce(f.covered_from, '-infinity'), t.time_zone)) end as first_day,
  case when count(*) = count(f.covered_until) and max(kpi.first_whole_day(coalesce(f.covered_from, '-infinity'), t.time_zone))
    <= min(kpi.last_whole_day(f.covered_until, t.time_zone))
    then min(kpi.last_whole_day(f.covered_until, t.time_zone)) end as last_day
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
group by f.tenant_id, n.subject;

comment on view kpi.coverage is
'Qué días locales cubren por completo los datos de cada materia, para que lo desconocido nunca se muestre como cero. Una fila por empresa y materia con un origen conectado: sales, documents, carts, customers, inventory, support, csat, automation. Un día o período que no está por completo entre first_day y last_day no tiene cifra. Los documentos y el punto de venta cuentan para sales donde se usan: un flujo que terminó sin cubrir nada es de una aplicación que no está instalada o no se puede leer. covered_from -infinity: todo lo que tiene el origen. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.coverage.tenant_id is 'Empresa.';
comment on column kpi.coverage.subject is 'Materia: sales, documents, carts, customers, inventory, support, csat o automation.';
comment on column kpi.coverage.covered_from is 'Desde cuándo hay datos de todos los flujos que necesita; -infinity: todo lo que tiene el origen.';
comment on column kpi.coverage.covered_until is 'Hasta cuándo; nulo si algún flujo no ha completado su primera lectura.';
comment on column kpi.coverage.first_day is 'Primer día local cubierto por completo; nulo si aún no hay ninguno.';
comment on column kpi.coverage.last_day is 'Último día local cubierto por completo; nulo si aún no hay ninguno.';

grant select on kpi.coverage to kpi_reader, kpi_analyst, kpi_writer;
