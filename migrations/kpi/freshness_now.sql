-- depends:
-- Dashboards: Ejecutiva, Tenant, Ventas, Soporte, Automatizaciones, Inventario
-- Meaning: how far behind each stream is at this moment.
-- Grain: one row per tenant, connection and stream.
-- Unit: seconds.
-- Source: kpi.freshness, written with every batch.
-- Formula: lag_seconds = now() - covered_until, whole seconds, never below 0 (the source's clock may run ahead of ours); is_stale = more than
--   an hour behind, or the first reading has not ended.
-- Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.
-- Bad input: a stream that never completed a reading has lag_seconds null and is stale.
-- Explain: select 'freshness' as entity, f.connection_id as id, null::numeric as contribution from kpi.freshness f where f.tenant_id = $1
--   and $2::date is not null
create or replace view kpi.freshness_now with (security_invoker = true) as
select
  f.tenant_id,
  f.connection_id,
  f.source,
  f.stream,
  f.state,
  f.problem,
  f.last_batch_at,
  f.last_success_at,
  f.covered_from,
  f.covered_until,
  case when f.covered_until is not null then greatest(floor(extract(epoch from now() - f.covered_until)), 0)::bigint end as lag_seconds,
  coalesce(f.covered_until < now() - interval '1 hour', true) as is_stale
from kpi.freshness as f;

comment on view kpi.freshness_now is
'Qué tan atrasado está cada flujo en este momento. Una fila por empresa, conexión y flujo. lag_seconds = ahora menos covered_until, nunca menos de 0; nulo si el flujo no ha terminado su primera lectura. is_stale: más de una hora de atraso, o primera lectura sin terminar. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.freshness_now.tenant_id is 'Empresa.';
comment on column kpi.freshness_now.connection_id is 'Conexión.';
comment on column kpi.freshness_now.source is 'Sistema de origen.';
comment on column kpi.freshness_now.stream is 'Flujo.';
comment on column kpi.freshness_now.state is 'new, loading, ok, held (espera a una persona) o failing.';
comment on column kpi.freshness_now.problem is 'Qué pasa y qué hacer, si algo pasa.';
comment on column kpi.freshness_now.last_batch_at is 'Última escritura.';
comment on column kpi.freshness_now.last_success_at is 'Última lectura completa.';
comment on column kpi.freshness_now.covered_from is 'Desde cuándo hay datos; nulo con covered_until puesto: todo lo que tiene el origen.';
comment on column kpi.freshness_now.covered_until is 'Hasta cuándo hay datos, por el reloj del origen.';
comment on column kpi.freshness_now.lag_seconds is 'Segundos de atraso ahora; nulo si nunca se completó una lectura.';
comment on column kpi.freshness_now.is_stale is 'Si está atrasado más de una hora o nunca se completó.';

grant select on kpi.freshness_now to kpi_reader, kpi_analyst, kpi_writer;
