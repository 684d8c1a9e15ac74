-- depends: coverage
-- Dashboards: Soporte
-- Meaning: promises that are running or overdue right now (móvil; MEANING 24).
-- Grain: one row per tenant with a Chatwoot and promise.
-- Unit: promises.
-- Source: public.sla_results, kpi.coverage.
-- Formula: running = not fulfilled and not due; overdue = not fulfilled and due; due_within_hour = running ones that fall due within an
--   hour; next_due_at = the next of them. Of conversations that are not resolved.
-- Debe cuadrar con: Chatwoot, Informes, SLA, conversaciones en curso y con incumplimiento; sus plazos son los de Chatwoot.
-- Bad input: a Chatwoot that was never read to its end -> null. Resolved without a reply -> no longer overdue here (nobody waits), but
--   missed in kpi.sla_by_day.
-- Explain: select 'conversation' as entity, r.conversation_id as id, 1 as contribution from public.sla_results r where r.tenant_id = $1
--   and r.fulfilled_at is null and $2::date is not null
create or replace view kpi.sla_now with (security_invoker = true) as
select
  c.tenant_id,
  p.promise,
  case when c.covered_until is not null then n.running end as running,
  case when c.covered_until is not null then n.overdue end as overdue,
  case when c.covered_until is not null then n.due_within_hour end as due_within_hour,
  n.next_due_at,
  c.covered_until as as_of
from kpi.coverage as c
cross join (values ('first_response'), ('resolution')) as p(promise)
cross join lateral (
  select
    count(*) filter (where x.due_at > now()) as running,
    count(*) filter (where x.due_at <= now()) as overdue,
    count(*) filter (where x.due_at > now() and x.due_at <= now() + interval '1 hour') as due_within_hour,
    min(x.due_at) filter (where x.due_at > now()) as next_due_at
  from public.sla_results as x
  cross join lateral (
    select y.status from public.conversations as y where y.tenant_id = x.tenant_id and y.id = x.conversation_id offset 0
  ) as v
  where x.tenant_id = c.tenant_id and x.promise = p.promise and x.fulfilled_at is null and v.status <> 'resolved'
) as n
where c.subject = 'support';

comment on view kpi.sla_now is
'Compromisos (SLA) en curso y vencidos en este momento (móvil), por empresa con Chatwoot y compromiso. Los de conversaciones resueltas sin respuesta ya no esperan aquí; en kpi.sla_by_day son incumplidos. Debe cuadrar con: Chatwoot, Informes, SLA, con los plazos de Chatwoot.';
comment on column kpi.sla_now.tenant_id is 'Empresa.';
comment on column kpi.sla_now.promise is 'first_response o resolution.';
comment on column kpi.sla_now.running is 'En curso.';
comment on column kpi.sla_now.overdue is 'Vencidos sin cumplir.';
comment on column kpi.sla_now.due_within_hour is 'Vencen dentro de una hora.';
comment on column kpi.sla_now.next_due_at is 'El próximo vencimiento.';
comment on column kpi.sla_now.as_of is 'Hasta cuándo se ha leído Chatwoot.';

grant select on kpi.sla_now to kpi_reader, kpi_analyst, kpi_writer;
