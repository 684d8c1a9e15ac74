-- depends: coverage
-- Dashboards: Soporte
-- Meaning: open conversations in which a customer has been waiting for more than two hours right now (móvil; MEANING 25).
-- Grain: one row per tenant with a Chatwoot.
-- Unit: conversations; seconds.
-- Source: kpi.waits, public.conversations, public.inboxes, kpi.coverage.
-- Formula: waiting = open conversations with an incoming message that no person has answered; over_2h = of them, for more than two hours
--   of wall clock (the tile); over_2h_business = for more than two business hours of the inbox, wall clock where it has none (the alert:
--   else it rings every night).
-- Debe cuadrar con: Chatwoot, Conversaciones, filtro Sin atender (unattended), ordenadas por espera; allí espera también quien no ha
--   escrito nada.
-- Bad input: pending, snoozed and resolved conversations are left out; an outbound conversation without an answer of the customer waits
--   for nobody; a bot's answer does not end the wait; a Chatwoot that was never read to its end -> null.
-- Explain: select 'conversation' as entity, c.id, 1 as contribution from kpi.waits w join public.conversations c on c.tenant_id =
--   w.tenant_id and c.id = w.conversation_id where w.tenant_id = $1 and w.ended_at is null and w.started_at < now() - interval '2 hours'
--   and c.status = 'open' and c.deleted_at is null and $2::date is not null
create or replace view kpi.unanswered_now with (security_invoker = true) as
select
  c.tenant_id,
  case when c.covered_until is not null then n.waiting end as waiting,
  case when c.covered_until is not null then n.over_2h end as over_2h,
  case when c.covered_until is not null then n.over_2h_business end as over_2h_business,
  n.longest_seconds,
  c.covered_until as as_of
from kpi.coverage as c
cross join lateral (
  select
    count(*) as waiting,
    count(*) filter (where x.started_at < now() - interval '2 hours') as over_2h,
    count(*) filter (where x.started_at < now() - interval '2 hours'
      and coalesce(kpi.business_seconds(x.started_at, now(), i.opening, i.opening_zone), 7201) > 7200) as over_2h_business,
    floor(extract(epoch from now() - min(x.started_at)))::bigint as longest_seconds
  from kpi.waits as x
  cross join lateral (
    select y.inbox_id, y.status from public.conversations as y where y.tenant_id = x.tenant_id and y.id = x.conversation_id offset 0
  ) as v
  left join lateral (
    select y.opening, y.opening_zone from public.inboxes as y where y.tenant_id = x.tenant_id and y.id = v.inbox_id offset 0
  ) as i on true
  where x.tenant_id = c.tenant_id and x.ended_at is null and v.status = 'open'
) as n
where c.subject = 'support';

comment on view kpi.unanswered_now is
'Conversaciones abiertas en que un cliente espera respuesta de una persona en este momento (móvil): cuántas, cuántas hace más de 2 horas corridas (la tarjeta) y cuántas hace más de 2 horas hábiles de la bandeja (la alerta). Una fila por empresa con Chatwoot. Debe cuadrar con: Chatwoot, Conversaciones, filtro Sin atender, donde espera también quien no ha escrito nada.';
comment on column kpi.unanswered_now.tenant_id is 'Empresa.';
comment on column kpi.unanswered_now.waiting is 'Esperan respuesta.';
comment on column kpi.unanswered_now.over_2h is 'Hace más de 2 horas corridas.';
comment on column kpi.unanswered_now.over_2h_business is 'Hace más de 2 horas hábiles (corridas si la bandeja no tiene horario).';
comment on column kpi.unanswered_now.longest_seconds is 'La espera más larga, en segundos corridos.';
comment on column kpi.unanswered_now.as_of is 'Hasta cuándo se ha leído Chatwoot.';

grant select on kpi.unanswered_now to kpi_reader, kpi_analyst, kpi_writer;
