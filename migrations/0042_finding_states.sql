-- What becomes of a finding: when it was first and last seen, what a person said of it, and that it went and came back. And what is open by
-- day and class, for those who read KPIs.

create table ops.finding_states (
  tenant_id uuid not null,
  number bigint generated always as identity,
  key text not null,
  class text not null,
  component text,
  group_id uuid not null,
  state text not null check (state in ('open', 'explained', 'resolved', 'reappeared')),
  is_there boolean not null,
  amount numeric not null,
  value numeric,
  business_day date not null,
  finding jsonb not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  state_at timestamptz not null,
  state_by text,
  note text,
  primary key (tenant_id, key)
);
comment on table ops.finding_states is 'Every finding there ever was of what is compared now, what was said of it and what became of it.';
comment on column ops.finding_states.tenant_id is 'Tenant.';
comment on column ops.finding_states.number is 'What people call it.';
comment on column ops.finding_states.key is 'As in ops.findings: its class and the documents it is about.';
comment on column ops.finding_states.class is 'Class.';
comment on column ops.finding_states.component is 'As in ops.findings.';
comment on column ops.finding_states.group_id is 'Group of documents, as last seen.';
comment on column ops.finding_states.state is 'open; explained by a person; resolved, by a person or because it is no more; reappeared: it was resolved and is there.';
comment on column ops.finding_states.is_there is 'Whether the last comparison that could tell found it.';
comment on column ops.finding_states.amount is 'Books minus shop in the tenant''s currency, as last seen.';
comment on column ops.finding_states.value is 'What a flag is about, as last seen.';
comment on column ops.finding_states.business_day is 'Local day of the original.';
comment on column ops.finding_states.finding is 'The rest of it, as last seen: ids, names, amounts and parameters of the explanation.';
comment on column ops.finding_states.first_seen_at is 'The instant of the comparison that found it first.';
comment on column ops.finding_states.last_seen_at is 'The instant of the comparison that found it last.';
comment on column ops.finding_states.state_at is 'Since when it is in this state.';
comment on column ops.finding_states.state_by is 'Who put it there; null: a comparison.';
comment on column ops.finding_states.note is 'What a person last wrote about it.';
create unique index finding_states_number on ops.finding_states (tenant_id, number);
create index finding_states_day on ops.finding_states (tenant_id, business_day) where is_there;
create index finding_states_group on ops.finding_states (tenant_id, group_id) where is_there;

create table ops.finding_events (
  tenant_id uuid not null,
  number bigint not null,
  happened_at timestamptz not null,
  id bigint generated always as identity,
  state text not null,
  amount numeric not null,
  value numeric,
  actor text,
  note text,
  reason text,
  primary key (tenant_id, number, id)
);
comment on table ops.finding_events is 'The history of each finding: every change of its state.';
comment on column ops.finding_events.tenant_id is 'Tenant.';
comment on column ops.finding_events.number is 'As in ops.finding_states.';
comment on column ops.finding_events.happened_at is 'When: of a comparison, the instant it spoke for.';
comment on column ops.finding_events.id is 'Order among events.';
comment on column ops.finding_events.state is 'The state it came into.';
comment on column ops.finding_events.amount is 'Its amount then.';
comment on column ops.finding_events.value is 'Its value then.';
comment on column ops.finding_events.actor is 'Who; null: a comparison.';
comment on column ops.finding_events.note is 'What the person wrote.';
comment on column ops.finding_events.reason is 'Why, in the person''s words.';

do $$
declare t text;
begin
  foreach t in array array['finding_states', 'finding_events'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;

create table kpi.reconciliation_daily (
  tenant_id uuid not null,
  day date not null,
  class text not null,
  findings bigint not null,
  amount numeric not null,
  value numeric,
  open bigint not null,
  explained bigint not null,
  primary key (tenant_id, day, class)
);
comment on table kpi.reconciliation_daily is 'Diferencias vigentes entre la tienda y Odoo por día local y clase; se corrige con cada conciliación.';
comment on column kpi.reconciliation_daily.tenant_id is 'Empresa.';
comment on column kpi.reconciliation_daily.day is 'Día local del documento original.';
comment on column kpi.reconciliation_daily.class is 'Clase de la diferencia.';
comment on column kpi.reconciliation_daily.findings is 'Hallazgos.';
comment on column kpi.reconciliation_daily.amount is 'Odoo menos tienda, en la moneda de la empresa; cada peso en una sola clase.';
comment on column kpi.reconciliation_daily.value is 'De qué tratan los hallazgos sin monto propio (devoluciones, documentos); nulo si no tratan de dinero.';
comment on column kpi.reconciliation_daily.open is 'Hallazgos abiertos o reaparecidos.';
comment on column kpi.reconciliation_daily.explained is 'Hallazgos explicados por una persona.';
call ops.secure('kpi.reconciliation_daily');
