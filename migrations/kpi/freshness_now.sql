-- depends:
-- Dashboards: Ejecutiva, Tenant, Ventas, Soporte, Automatizaciones, Inventario
-- Meaning: how far behind each stream is at this moment, whether its source can be reached, and what is known to be missing.
-- Grain: one row per tenant, connection and stream.
-- Unit: seconds; records; instants.
-- Source: kpi.freshness, written with every batch, at the end of every run and when a backfill begins or ends.
-- Formula: lag_seconds = now() - covered_until, whole seconds, never below 0 (the source's clock may run ahead of ours). stale_because, the
--   first that applies: never (the first reading has not ended), not_read (no reading ended for three intervals and two minutes), behind
--   (covered_until older than the larger of that and an hour). is_stale = any of them. In the quiet hours of a source, and until as long after
--   them, nothing but never is said.
-- Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo (kpi status).
-- Bad input: a stream that never completed a reading has lag_seconds null and is stale. One whose interval is not known is measured by five
--   minutes.
-- Explain: select 'freshness' as entity, f.connection_id as id, null::numeric as contribution from kpi.freshness f where f.tenant_id = $1 and
--   $2::date is not null
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
  s.stale_because is not null as is_stale,
  s.stale_because,
  f.interval_seconds,
  f.error_kind,
  f.error_code,
  f.failing_since,
  f.quarantine_open,
  -- In Spanish, as whoever reads the numbers does; what was kept by a release that knew no Spanish, as it was said.
  (select string_agg(coalesce(n.said ->> 'es', n.said ->> 'message'), '; ' order by n.said ->> 'code')
    from jsonb_array_elements(f.notices) as n(said)) as known_gaps,
  f.backfills_running,
  f.backfill_from,
  f.backfill_until,
  -- What a release that knew no Spanish wrote is told, too; and never what is over.
  case when f.problem is not null then coalesce(f.problem_es, 'La última lectura no terminó bien.') end as problem_es
from kpi.freshness as f
join public.tenants as t on t.id = f.tenant_id
cross join lateral (select make_interval(secs => 3 * coalesce(f.interval_seconds, 300) + 120) as allowed) as a
cross join lateral (select greatest(a.allowed, interval '1 hour') as allowed) as b
cross join lateral (select kpi.last_quiet(now(), t.time_zone, f.quiet_from, f.quiet_until) as until) as q
cross join lateral (
  select case
    when f.covered_until is null and f.last_success_at is null then 'never'
    when f.last_success_at < now() - a.allowed and q.until < now() - a.allowed then 'not_read'
    when f.covered_until < now() - b.allowed and q.until < now() - b.allowed then 'behind'
  end as stale_because
) as s;

comment on view kpi.freshness_now is
'Qué tan atrasado está cada flujo en este momento, si se llega a su origen y qué se sabe que falta. Una fila por empresa, conexión y flujo. lag_seconds = ahora menos covered_until, nunca menos de 0; nulo si el flujo no ha terminado su primera lectura. stale_because dice por qué está atrasado: never (primera lectura sin terminar), not_read (ninguna lectura terminó en tres intervalos y dos minutos) o behind (covered_until más antiguo que eso y que una hora); en las horas de descanso del origen no lo está. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.freshness_now.tenant_id is 'Empresa.';
comment on column kpi.freshness_now.connection_id is 'Conexión.';
comment on column kpi.freshness_now.source is 'Sistema de origen.';
comment on column kpi.freshness_now.stream is 'Flujo.';
comment on column kpi.freshness_now.state is 'new, loading, ok, held (espera a una persona) o failing.';
comment on column kpi.freshness_now.problem is 'Qué pasa y qué hacer, si algo pasa, en inglés para quien opera el servicio.';
comment on column kpi.freshness_now.last_batch_at is 'Última escritura.';
comment on column kpi.freshness_now.last_success_at is 'Última lectura completa.';
comment on column kpi.freshness_now.covered_from is 'Desde cuándo hay datos; nulo con covered_until puesto: todo lo que tiene el origen.';
comment on column kpi.freshness_now.covered_until is 'Hasta cuándo hay datos, por el reloj del origen.';
comment on column kpi.freshness_now.lag_seconds is 'Segundos de atraso ahora; nulo si nunca se completó una lectura.';
comment on column kpi.freshness_now.is_stale is 'Si está atrasado.';
comment on column kpi.freshness_now.stale_because is 'Por qué está atrasado: never, not_read o behind; nulo si no lo está.';
comment on column kpi.freshness_now.interval_seconds is 'Segundos entre dos lecturas.';
comment on column kpi.freshness_now.error_kind is 'Por qué falla: config (debe actuar una persona), transient (el origen no responde), data o bug; nulo si no falla.';
comment on column kpi.freshness_now.error_code is 'Palabra estable del error.';
comment on column kpi.freshness_now.failing_since is 'Desde cuándo falla; nulo si no falla.';
comment on column kpi.freshness_now.quarantine_open is 'Registros rechazados que esperan a una persona: no están en las cifras.';
comment on column kpi.freshness_now.known_gaps is 'Lo que el origen no puede entregar, según él mismo, en castellano; nulo si nada.';
comment on column kpi.freshness_now.backfills_running is 'Relecturas de historia en curso.';
comment on column kpi.freshness_now.backfill_from is 'Desde cuándo releen las que están en curso.';
comment on column kpi.freshness_now.backfill_until is 'Hasta cuándo releen las que están en curso.';
comment on column kpi.freshness_now.problem_es is 'Qué pasa y qué hacer, si algo pasa, en castellano para quien lee las cifras.';

grant select on kpi.freshness_now to kpi_reader, kpi_analyst, kpi_writer;
