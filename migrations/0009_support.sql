-- Support: what follows from conversations, messages and their history. Waits, handoffs, promises (SLA), resolutions, surveys.

-- Thresholds of the promises, per tenant and, where a channel differs, per channel.
alter table public.tenants
  add column sla_first_response_minutes integer not null default 60 check (sla_first_response_minutes between 1 and 525600),
  add column sla_resolution_minutes integer not null default 1440 check (sla_resolution_minutes between 1 and 525600),
  add column sla_first_response_by_channel jsonb not null default '{}' check (jsonb_typeof(sla_first_response_by_channel) = 'object'),
  add column sla_resolution_by_channel jsonb not null default '{}' check (jsonb_typeof(sla_resolution_by_channel) = 'object');
comment on column public.tenants.sla_first_response_minutes is 'Plazo de primera respuesta, en minutos hábiles (corridos si la bandeja no tiene horario).';
comment on column public.tenants.sla_resolution_minutes is 'Plazo de resolución, en minutos hábiles (corridos si la bandeja no tiene horario).';
comment on column public.tenants.sla_first_response_by_channel is 'Plazos de primera respuesta de canales que difieren: {"WhatsApp": 30}.';
comment on column public.tenants.sla_resolution_by_channel is 'Plazos de resolución de canales que difieren: {"Email": 2880}.';

alter table public.inboxes
  add column working_hours text[] not null default '{}',
  add column opening integer[],
  add column opening_zone text;
comment on column public.inboxes.working_hours is 'Horario según Chatwoot: "1 09:00-18:00" por cada día que abre (0 domingo … 6 sábado).';
comment on column public.inboxes.opening is 'Horario en uso: segundos de la semana (lunes 0:00 = 0) en que abre y cierra, de a pares; nulo si no tiene horario.';
comment on column public.inboxes.opening_zone is 'Zona en que vale; la de la empresa si la de Chatwoot no existe.';

alter table public.agents add column is_bot boolean not null default false;
comment on column public.agents.is_bot is 'Usuario que en realidad es un bot, según los ajustes de la conexión: lo que escribe no es respuesta de una persona.';

alter table public.messages add column is_reply boolean not null default false;
comment on column public.messages.is_reply is 'Respuesta pública de una persona: no de bots, reglas, plantillas ni notas internas.';
create index messages_surveys on public.messages (tenant_id, business_day) include (id) where content_type = 'input_csat' and deleted_at is null;

alter table public.conversations
  add column resolved_at timestamptz,
  add column resolved_at_source text check (resolved_at_source in ('event', 'webhook', 'observed', 'activity')),
  add column resolved_day date,
  add constraint resolution_has_a_source check ((resolved_at is null) = (resolved_at_source is null));
comment on column public.conversations.resolved_at is 'Última resolución, si no se ha reabierto desde entonces.';
comment on column public.conversations.resolved_at_source is 'De dónde se sabe: event (evento de Chatwoot), webhook, observed (cambio observado al sincronizar: exacto al intervalo de lectura), activity (última actividad de una conversación vista por primera vez ya resuelta: estimado).';
comment on column public.conversations.resolved_day is 'Día local de la resolución.';
create index conversations_resolved on public.conversations (tenant_id, resolved_day) include (channel, resolved_at_source)
  where resolved_day is not null and deleted_at is null;

alter table public.csat_responses
  add column survey_id uuid,
  add column counts boolean not null default true;
comment on column public.csat_responses.survey_id is 'Mensaje con la encuesta que se responde; nulo si no se conoce.';
comment on column public.csat_responses.counts is 'Si es la respuesta más reciente de su encuesta.';
create index csat_responses_day on public.csat_responses (tenant_id, business_day) include (rating) where counts and deleted_at is null;
create index csat_responses_survey on public.csat_responses (tenant_id, survey_id) where survey_id is not null;

call ops.create_fact('public.conversation_events');
alter table public.conversation_events
  add column conversation_id uuid not null,
  add column conversation_internal_id text not null,
  add column name text not null,
  add column created_at timestamptz not null,
  add column started_at timestamptz,
  add column business_day date not null,
  add column inbox_id uuid,
  add column agent_id uuid,
  add column value_seconds numeric not null,
  add column business_seconds numeric;
comment on table public.conversation_events is 'Eventos de informes de Chatwoot (respuesta, resolución, traspaso), donde el servidor los ofrece.';
comment on column public.conversation_events.conversation_id is 'Conversación a la que se preguntó por sus eventos.';
comment on column public.conversation_events.conversation_internal_id is 'Identificador interno que trae el evento: no es el número visible de la conversación.';
comment on column public.conversation_events.name is 'first_response, reply_time, conversation_resolved, conversation_opened, conversation_bot_handoff u otro.';
comment on column public.conversation_events.created_at is 'Cuándo ocurrió (su término).';
comment on column public.conversation_events.started_at is 'Desde cuándo mide.';
comment on column public.conversation_events.business_day is 'Día local en que ocurrió.';
comment on column public.conversation_events.inbox_id is 'Bandeja.';
comment on column public.conversation_events.agent_id is 'Agente; en resolución y respuestas, el asignado entonces.';
comment on column public.conversation_events.value_seconds is 'Duración según Chatwoot, en segundos corridos.';
comment on column public.conversation_events.business_seconds is 'Duración en segundos hábiles según Chatwoot; nula si la bandeja no tiene horario (Chatwoot dice 0).';
create index conversation_events_conversation on public.conversation_events (tenant_id, conversation_id);

-- What a sync observed is a fact of its own: it can be read from no other table, and a rebuild leaves it alone.
create table public.conversation_status_history (
  tenant_id uuid not null,
  conversation_id uuid not null,
  ordinal integer not null,
  status text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  observed_at timestamptz not null default now(),
  primary key (tenant_id, conversation_id, ordinal)
);
comment on table public.conversation_status_history is 'Estados de cada conversación según se observaron al sincronizar: una fila cada vez que se vio otro estado que el guardado. Entre dos lecturas puede faltar alguno.';
comment on column public.conversation_status_history.tenant_id is 'Empresa.';
comment on column public.conversation_status_history.conversation_id is 'Conversación.';
comment on column public.conversation_status_history.ordinal is '1 es el estado en que se vio por primera vez.';
comment on column public.conversation_status_history.status is 'open, resolved, pending o snoozed.';
comment on column public.conversation_status_history.valid_from is 'Desde cuándo a más tardar: el reloj de Chatwoot en la primera versión leída con ese estado.';
comment on column public.conversation_status_history.valid_until is 'Hasta cuándo: el comienzo del siguiente; nulo si es el actual.';
comment on column public.conversation_status_history.observed_at is 'Cuándo se escribió aquí.';
call ops.secure('public.conversation_status_history');

create table kpi.handoffs (
  tenant_id uuid not null,
  conversation_id uuid not null,
  ordinal integer not null,
  direction text not null check (direction in ('to_human', 'to_bot')),
  at timestamptz not null,
  day date not null,
  via text not null check (via in ('message', 'status', 'event')),
  channel text not null,
  primary key (tenant_id, conversation_id, ordinal)
);
comment on table kpi.handoffs is 'Traspasos entre el bot y las personas: to_human es el primer mensaje público de una persona tras al menos uno del bot, o el paso de pending a open, una vez por tramo con el bot; to_bot es el paso de open a pending. Debe cuadrar con: Chatwoot, bot_handoffs_count, que cuenta solo el primero de cada conversación.';
comment on column kpi.handoffs.tenant_id is 'Empresa.';
comment on column kpi.handoffs.conversation_id is 'Conversación.';
comment on column kpi.handoffs.ordinal is 'Orden dentro de la conversación.';
comment on column kpi.handoffs.direction is 'to_human o to_bot.';
comment on column kpi.handoffs.at is 'Momento.';
comment on column kpi.handoffs.day is 'Día local.';
comment on column kpi.handoffs.via is 'Cómo se sabe: message, status (cambio de estado observado) o event (evento de Chatwoot).';
comment on column kpi.handoffs.channel is 'Canal de la conversación.';
create index handoffs_day on kpi.handoffs (tenant_id, day) include (direction, conversation_id);
call ops.secure('kpi.handoffs');

create table kpi.waits (
  tenant_id uuid not null,
  conversation_id uuid not null,
  ordinal integer not null,
  channel text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  ended_by text check (ended_by in ('reply', 'resolution')),
  day date,
  agent_id uuid,
  is_first boolean not null,
  wall_seconds bigint,
  business_seconds bigint,
  first_response_seconds bigint,
  first_response_business_seconds bigint,
  primary key (tenant_id, conversation_id, ordinal),
  constraint ended_by_something check ((ended_at is null) = (ended_by is null))
);
comment on table kpi.waits is 'Esperas de los clientes: cada una comienza con el primer mensaje sin responder y termina con la siguiente respuesta pública de una persona; pertenece al día de la respuesta. Una resolución sin respuesta la termina sin contarla.';
comment on column kpi.waits.tenant_id is 'Empresa.';
comment on column kpi.waits.conversation_id is 'Conversación.';
comment on column kpi.waits.ordinal is 'Orden dentro de la conversación.';
comment on column kpi.waits.channel is 'Canal de la conversación.';
comment on column kpi.waits.started_at is 'Primer mensaje sin responder.';
comment on column kpi.waits.ended_at is 'Respuesta o resolución; nulo si aún espera.';
comment on column kpi.waits.ended_by is 'reply (respuesta de una persona), resolution (se cerró sin responder) o nulo si aún espera.';
comment on column kpi.waits.day is 'Día local de la respuesta; nulo si no la hubo.';
comment on column kpi.waits.agent_id is 'Quién respondió; nulo si fue desde el teléfono.';
comment on column kpi.waits.is_first is 'Si ninguna persona había escrito antes en la conversación.';
comment on column kpi.waits.wall_seconds is 'Espera en segundos corridos; nulo sin respuesta.';
comment on column kpi.waits.business_seconds is 'Espera en segundos hábiles; nulo sin respuesta o si la bandeja no tiene horario.';
comment on column kpi.waits.first_response_seconds is 'En la primera respuesta: desde el inicio de la conversación o su último traspaso a una persona, en segundos corridos.';
comment on column kpi.waits.first_response_business_seconds is 'Lo mismo en segundos hábiles.';
create index waits_day on kpi.waits (tenant_id, day)
  include (channel, wall_seconds, business_seconds, first_response_seconds, first_response_business_seconds) where day is not null;
create index waits_running on kpi.waits (tenant_id, started_at) where ended_at is null;
call ops.secure('kpi.waits');

create table public.sla_results (
  tenant_id uuid not null,
  conversation_id uuid not null,
  promise text not null check (promise in ('first_response', 'resolution')),
  channel text not null,
  clock text not null check (clock in ('business', 'wall')),
  threshold_seconds integer not null,
  started_at timestamptz not null,
  due_at timestamptz not null,
  due_day date not null,
  fulfilled_at timestamptz,
  primary key (tenant_id, conversation_id, promise)
);
comment on table public.sla_results is 'Compromisos (SLA) de cada conversación en que escribió un cliente: cuándo vencen y cuándo se cumplieron. Si está cumplido, incumplido o en curso lo dicen las vistas, según la hora. No hay compromiso mientras solo atiende el bot.';
comment on column public.sla_results.tenant_id is 'Empresa.';
comment on column public.sla_results.conversation_id is 'Conversación.';
comment on column public.sla_results.promise is 'first_response (primera respuesta) o resolution (resolución).';
comment on column public.sla_results.channel is 'Canal de la conversación.';
comment on column public.sla_results.clock is 'business (horas hábiles de la bandeja) o wall (corridas: la bandeja no tiene horario).';
comment on column public.sla_results.threshold_seconds is 'Plazo.';
comment on column public.sla_results.started_at is 'Desde cuándo corre: inicio de la conversación; para la primera respuesta, también su último traspaso a una persona.';
comment on column public.sla_results.due_at is 'Vencimiento.';
comment on column public.sla_results.due_day is 'Su día local.';
comment on column public.sla_results.fulfilled_at is 'Primera respuesta de una persona, o última resolución; nulo si falta.';
create index sla_results_due on public.sla_results (tenant_id, due_day) include (channel, promise, due_at, fulfilled_at);
create index sla_results_unfulfilled on public.sla_results (tenant_id, due_at) include (promise, channel) where fulfilled_at is null;
call ops.secure('public.sla_results');

create table kpi.conversation_days (
  tenant_id uuid not null,
  conversation_id uuid not null,
  day date not null,
  sender text not null,
  agent_id uuid,
  channel text not null,
  incoming integer not null,
  outgoing integer not null,
  templates integer not null,
  failed integer not null,
  replies integer not null,
  primary key (tenant_id, conversation_id, day, sender)
);
comment on table kpi.conversation_days is 'Mensajes públicos por conversación, día local y quién los envió; sin notas internas ni avisos del sistema.';
comment on column kpi.conversation_days.tenant_id is 'Empresa.';
comment on column kpi.conversation_days.conversation_id is 'Conversación.';
comment on column kpi.conversation_days.day is 'Día local.';
comment on column kpi.conversation_days.sender is 'El agente, u other: el cliente, bots, reglas, el teléfono.';
comment on column kpi.conversation_days.agent_id is 'Agente, si lo es.';
comment on column kpi.conversation_days.channel is 'Canal de la conversación.';
comment on column kpi.conversation_days.incoming is 'Mensajes del cliente.';
comment on column kpi.conversation_days.outgoing is 'Mensajes enviados, sin plantillas ni fallidos.';
comment on column kpi.conversation_days.templates is 'Plantillas y mensajes automáticos, sin fallidos.';
comment on column kpi.conversation_days.failed is 'Los que no se pudieron entregar.';
comment on column kpi.conversation_days.replies is 'Respuestas públicas de personas, también las fallidas.';
create index conversation_days_day on kpi.conversation_days (tenant_id, day)
  include (channel, agent_id, conversation_id, incoming, outgoing, templates, failed, replies);
call ops.secure('kpi.conversation_days');

-- Business time. An opening week is an array of pairs: seconds of the week, Monday 0:00 = 0, at which it opens and closes, in order,
-- without overlap. All is decided by the wall clock of the inbox's zone: an hour that the clock repeats counts twice, one that it skips
-- does not count.

-- Seconds that are open from Monday 2001-01-01 0:00 until this reading of the wall clock.
create function kpi.opening_seconds(reading timestamp, opening integer[]) returns bigint
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
declare
  total constant bigint := floor(extract(epoch from reading - timestamp '2001-01-01'));
  second constant integer := ((total % 604800) + 604800) % 604800;
  per_week bigint := 0;
  this_week bigint := 0;
begin
  for i in 1 .. cardinality(opening) / 2 loop
    per_week := per_week + opening[2 * i] - opening[2 * i - 1];
    this_week := this_week + least(greatest(second - opening[2 * i - 1], 0), opening[2 * i] - opening[2 * i - 1]);
  end loop;
  return ((total - second) / 604800) * per_week + this_week;
end $$;
comment on function kpi.opening_seconds(timestamp, integer[]) is 'Segundos hábiles desde el lunes 1 de enero de 2001 hasta esta hora local.';

-- The first whole minute after $1 and not after $2 at which the zone's clock was set; null when it was not (or twice, which no zone does
-- within the 20 days that are asked for).
create function kpi.clock_change(after_instant timestamptz, until_instant timestamptz, zone text) returns timestamptz
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
declare
  low bigint := floor(extract(epoch from after_instant) / 60);
  high bigint := ceil(extract(epoch from until_instant) / 60);
  middle bigint;
  was constant interval := (after_instant at time zone zone) - (after_instant at time zone 'UTC');
begin
  if (until_instant at time zone zone) - (until_instant at time zone 'UTC') = was then
    return null;
  end if;
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (to_timestamp(middle * 60) at time zone zone) - (to_timestamp(middle * 60) at time zone 'UTC') = was then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return to_timestamp(high * 60);
end $$;
comment on function kpi.clock_change(timestamptz, timestamptz, text) is 'Cuándo cambió la hora de la zona entre dos momentos.';

create function kpi.business_seconds(from_instant timestamptz, until_instant timestamptz, opening integer[], zone text) returns bigint
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
declare
  at timestamptz := from_instant;
  upto timestamptz;
  shift interval;
  total bigint := 0;
begin
  if opening is null or from_instant is null or until_instant is null then
    return null;
  end if;
  while at < until_instant loop
    upto := least(until_instant, at + interval '480 hours');
    upto := coalesce(kpi.clock_change(at, upto, zone), upto);
    -- The clock as it runs up to this moment, before it is set.
    shift := (at at time zone zone) - (at at time zone 'UTC');
    total := total + kpi.opening_seconds((upto at time zone 'UTC') + shift, opening) - kpi.opening_seconds(at at time zone zone, opening);
    at := upto;
  end loop;
  return total;
end $$;
comment on function kpi.business_seconds(timestamptz, timestamptz, integer[], text) is 'Segundos hábiles entre dos momentos; nulo sin horario.';

-- When so many business seconds have passed since $1 (at least one); without hours, so many seconds.
create function kpi.business_due(from_instant timestamptz, seconds integer, opening integer[], zone text) returns timestamptz
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
declare
  at timestamptz := from_instant;
  remaining bigint := seconds;
  per_week bigint := 0;
  shift interval;
  start bigint;
  target bigint;
  rest bigint;
  due timestamptz;
  upto timestamptz;
  change timestamptz;
begin
  if opening is null or from_instant is null then
    return from_instant + seconds * interval '1 second';
  end if;
  for i in 1 .. cardinality(opening) / 2 loop
    per_week := per_week + opening[2 * i] - opening[2 * i - 1];
  end loop;
  loop
    shift := (at at time zone zone) - (at at time zone 'UTC');
    start := kpi.opening_seconds(at at time zone zone, opening);
    target := start + remaining;
    rest := target - ((target - 1) / per_week) * per_week;
    for i in 1 .. cardinality(opening) / 2 loop
      if rest <= opening[2 * i] - opening[2 * i - 1] then
        due := ((timestamp '2001-01-01' + ((target - 1) / per_week) * interval '168 hours'
                 + (opening[2 * i - 1] + rest) * interval '1 second') - shift) at time zone 'UTC';
        exit;
      end if;
      rest := rest - (opening[2 * i] - opening[2 * i - 1]);
    end loop;
    upto := least(due, at + interval '480 hours');
    change := kpi.clock_change(at, upto, zone);
    if change is null and upto = due then
      return due;
    end if;
    upto := coalesce(change, upto);
    remaining := remaining - (kpi.opening_seconds((upto at time zone 'UTC') + shift, opening) - start);
    -- The clock is set at the very moment it falls due.
    if remaining = 0 then
      return due;
    end if;
    at := upto;
  end loop;
end $$;
comment on function kpi.business_due(timestamptz, integer, integer[], text) is 'Cuándo se cumplen tantos segundos hábiles; corridos si no hay horario.';

-- Pairs of week seconds of "1 09:00-18:00" (0 Sunday … 6 Saturday); null when nothing is open.
create function kpi.opening_of(working_hours text[]) returns integer[]
  language sql immutable parallel safe
  set search_path = pg_catalog
  return (
    select array_agg(e.second order by p.opens, e.second)
    from unnest(working_hours) as h(line)
    cross join lateral (
      select (split_part(h.line, ' ', 1)::integer + 6) % 7 * 86400 as midnight,
        extract(epoch from split_part(split_part(h.line, ' ', 2), '-', 1)::interval)::integer as opens,
        extract(epoch from split_part(split_part(h.line, ' ', 2), '-', 2)::interval)::integer as closes) as d
    cross join lateral (select d.midnight + d.opens as opens, d.midnight + d.closes as closes) as p
    cross join lateral (values (p.opens), (p.closes)) as e(second)
    where p.closes > p.opens);
comment on function kpi.opening_of(text[]) is 'Horario en segundos de la semana.';

revoke execute on function kpi.opening_seconds(timestamp, integer[]), kpi.clock_change(timestamptz, timestamptz, text),
  kpi.business_seconds(timestamptz, timestamptz, integer[], text), kpi.business_due(timestamptz, integer, integer[], text),
  kpi.opening_of(text[]) from public;
grant execute on function kpi.opening_seconds(timestamp, integer[]), kpi.clock_change(timestamptz, timestamptz, text),
  kpi.business_seconds(timestamptz, timestamptz, integer[], text), kpi.business_due(timestamptz, integer, integer[], text),
  kpi.opening_of(text[]) to kpi_reader, kpi_analyst, kpi_writer;
