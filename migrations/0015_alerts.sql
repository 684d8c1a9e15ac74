-- Alerts: which rules hold, what state each subject is in, what was told, and what still has to be delivered.

alter table public.tenants
  add column closed_weekdays smallint[] not null default '{7}'
    check (closed_weekdays <@ '{1,2,3,4,5,6,7}'::smallint[] and cardinality(closed_weekdays) < 7),
  add column closed_on_holidays boolean not null default true,
  add column closed_dates date[] not null default '{}';
comment on column public.tenants.closed_weekdays is 'Días de la semana sin atención (1 lunes … 7 domingo): sus ventas no dan alerta.';
comment on column public.tenants.closed_on_holidays is 'Si los feriados irrenunciables de Chile (1-1, 1-5, 18-9, 19-9, 25-12) son días sin atención.';
comment on column public.tenants.closed_dates is 'Otras fechas sin atención: elecciones, inventario, vacaciones.';

create table ops.alert_rules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid,
  kind text not null,
  threshold numeric,
  currency text check (currency ~ '^[A-Z]{3}$'),
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  severity text not null check (severity in ('info', 'warning', 'critical')),
  cooldown_minutes integer not null check (cooldown_minutes between 0 and 525600),
  for_minutes integer not null check (for_minutes between 0 and 525600),
  enabled boolean not null default true,
  changed_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (tenant_id, kind)
);
comment on table ops.alert_rules is 'Rules that differ from the built-in ones. A tenant''s own wins over the one for all tenants, which wins over the built-in.';
comment on column ops.alert_rules.id is 'Rule.';
comment on column ops.alert_rules.tenant_id is 'Tenant; null: all tenants without a rule of their own.';
comment on column ops.alert_rules.kind is 'Kind of rule, one of the code''s list.';
comment on column ops.alert_rules.threshold is 'Limit, in the kind''s unit; null: the kind''s own.';
comment on column ops.alert_rules.currency is 'Currency of the threshold, for kinds measured in money: tenants of another one are not judged by it.';
comment on column ops.alert_rules.options is 'Options of the kind.';
comment on column ops.alert_rules.severity is 'info, warning or critical.';
comment on column ops.alert_rules.cooldown_minutes is 'No second message that the same subject fires within so many minutes.';
comment on column ops.alert_rules.for_minutes is 'A state counts only after it has lasted so many minutes, in both directions.';
comment on column ops.alert_rules.enabled is 'False: not evaluated.';
comment on column ops.alert_rules.changed_at is 'Last change.';

create table ops.alert_targets (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid,
  secret_ref text not null,
  changed_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (tenant_id)
);
comment on table ops.alert_targets is 'Where alerts go. Address and key are behind a reference, as a connection''s secrets are.';
comment on column ops.alert_targets.id is 'Target.';
comment on column ops.alert_targets.tenant_id is 'Tenant; null: all tenants without a target of their own.';
comment on column ops.alert_targets.secret_ref is 'Reference to an entry with url and secret (env:, file:, vault:); never the values.';
comment on column ops.alert_targets.changed_at is 'Last change.';

create table ops.alert_evaluations (
  tenant_id uuid primary key,
  next_run_at timestamptz not null default '-infinity',
  evaluated_at timestamptz,
  unknown jsonb not null default '{}',
  problems jsonb not null default '{}'
);
comment on table ops.alert_evaluations is 'When a tenant''s rules are due; its row is the lock, so that two workers never evaluate one tenant at once.';
comment on column ops.alert_evaluations.tenant_id is 'Tenant.';
comment on column ops.alert_evaluations.next_run_at is 'When it is due.';
comment on column ops.alert_evaluations.evaluated_at is 'Last evaluation.';
comment on column ops.alert_evaluations.unknown is 'Kinds that could not be judged then, and why (Spanish).';
comment on column ops.alert_evaluations.problems is 'Kinds whose statement failed then, by SQLSTATE.';

create table ops.alert_states (
  tenant_id uuid not null,
  kind text not null,
  subject text not null,
  title text not null,
  state text not null check (state in ('ok', 'pending', 'firing')),
  since timestamptz not null,
  breach_since timestamptz,
  ok_since timestamptz,
  announced boolean not null default false,
  notified_at timestamptz,
  notified_occasion text,
  value numeric,
  primary key (tenant_id, kind, subject)
);
comment on table ops.alert_states is 'State of each subject that is, or lately was, over its limit. A subject without a row is ok.';
comment on column ops.alert_states.tenant_id is 'Tenant.';
comment on column ops.alert_states.kind is 'Kind of rule.';
comment on column ops.alert_states.subject is 'What is judged: a product, a stream, or the whole.';
comment on column ops.alert_states.title is 'Its name for people (Spanish).';
comment on column ops.alert_states.state is 'ok, pending (over the limit, not yet long enough) or firing.';
comment on column ops.alert_states.since is 'Since when it is in this state.';
comment on column ops.alert_states.breach_since is 'Since when it is over the limit.';
comment on column ops.alert_states.ok_since is 'Firing: since when it is within the limit again.';
comment on column ops.alert_states.announced is 'Firing: whether that was told; a cooldown may hold it back.';
comment on column ops.alert_states.notified_at is 'Last time that its firing was told; the cooldown counts from here.';
comment on column ops.alert_states.notified_occasion is 'Of what it was told (a day): another one is news.';
comment on column ops.alert_states.value is 'Last value.';

create table ops.alert_deliveries (
  tenant_id uuid not null,
  id uuid not null,
  number bigint generated always as identity,
  kind text not null,
  event text not null check (event in ('firing', 'resolved', 'test')),
  body text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'dead')),
  attempts integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  next_try_at timestamptz not null default clock_timestamp(),
  claimed_until timestamptz not null default '-infinity',
  sent_at timestamptz,
  last_status integer,
  last_error text,
  primary key (tenant_id, id)
);
comment on table ops.alert_deliveries is 'Outbox: written in the transaction that changes the states, sent afterwards, so that neither is ever without the other.';
comment on column ops.alert_deliveries.tenant_id is 'Tenant.';
comment on column ops.alert_deliveries.id is 'Idempotency key: the same at every attempt.';
comment on column ops.alert_deliveries.number is 'Order: messages of one kind leave in it.';
comment on column ops.alert_deliveries.kind is 'Kind of rule.';
comment on column ops.alert_deliveries.event is 'firing, resolved or test.';
comment on column ops.alert_deliveries.body is 'The bytes that are signed and sent, the same at every attempt. Counts and amounts only.';
comment on column ops.alert_deliveries.state is 'waiting, sent, or dead (waits for a person: kpi alerts retry).';
comment on column ops.alert_deliveries.attempts is 'Attempts begun; a result counts only for the attempt it belongs to.';
comment on column ops.alert_deliveries.created_at is 'When it was written.';
comment on column ops.alert_deliveries.next_try_at is 'Not before this.';
comment on column ops.alert_deliveries.claimed_until is 'A worker is at it until then; after a crash another one takes it.';
comment on column ops.alert_deliveries.sent_at is 'When the receiver accepted it.';
comment on column ops.alert_deliveries.last_status is 'HTTP status of the last answer.';
comment on column ops.alert_deliveries.last_error is 'What went wrong last. Holds no secret.';
create index alert_deliveries_waiting on ops.alert_deliveries (tenant_id, kind, number) where state = 'waiting';
create index alert_deliveries_due on ops.alert_deliveries (next_try_at) where state = 'waiting';

create table ops.alert_events (
  tenant_id uuid not null,
  id bigint generated always as identity,
  at timestamptz not null,
  kind text not null,
  subject text not null,
  title text not null,
  event text not null check (event in ('firing', 'resolved')),
  occasion text,
  value numeric,
  threshold numeric,
  severity text not null,
  delivery_id uuid not null,
  primary key (tenant_id, id)
);
comment on table ops.alert_events is 'Every change of state that was told, in the transaction that made it.';
comment on column ops.alert_events.tenant_id is 'Tenant.';
comment on column ops.alert_events.id is 'Number.';
comment on column ops.alert_events.at is 'When it was evaluated.';
comment on column ops.alert_events.kind is 'Kind of rule.';
comment on column ops.alert_events.subject is 'What was judged.';
comment on column ops.alert_events.title is 'Its name for people (Spanish).';
comment on column ops.alert_events.event is 'firing or resolved.';
comment on column ops.alert_events.occasion is 'Of what (a day).';
comment on column ops.alert_events.value is 'The value then.';
comment on column ops.alert_events.threshold is 'The limit then.';
comment on column ops.alert_events.severity is 'info, warning or critical.';
comment on column ops.alert_events.delivery_id is 'The message that tells it.';
create index alert_events_recent on ops.alert_events (tenant_id, at desc);

do $$
declare t text;
begin
  foreach t in array array['alert_rules', 'alert_targets', 'alert_evaluations', 'alert_states', 'alert_deliveries', 'alert_events'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
