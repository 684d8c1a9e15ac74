-- How long what is only needed for a while is kept. Amounts, documents and what numbers are made of stay.

create table ops.retention (
  tenant_id uuid not null,
  kind text not null check (kind in ('raw', 'quarantine', 'runs', 'messages', 'customers')),
  source text not null default '',
  stream text not null default '',
  entities text[] not null default '{}',
  days integer not null check (days between 1 and 3650),
  set_by text not null,
  set_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, kind, source, stream),
  constraint one_stream check ((source = '') = (stream = '') and (stream = '' or (kind = 'raw' and entities <> '{}')))
);
comment on table ops.retention is 'Days that a person chose for a tenant; what is not here is kept as long as the service''s defaults say.';
comment on column ops.retention.tenant_id is 'Tenant.';
comment on column ops.retention.kind is 'raw payloads, closed quarantine, runs, what messages say of the team, what customers without a purchase left.';
comment on column ops.retention.source is 'Connector, when it is about one stream''s payloads; empty: all.';
comment on column ops.retention.stream is 'That stream.';
comment on column ops.retention.entities is 'Kinds of record that this stream yields. Of several streams that yield one, the longest holds.';
comment on column ops.retention.days is 'Days.';
comment on column ops.retention.set_by is 'Who said so; why is in ops.audit.';
comment on column ops.retention.set_at is 'When.';

create table ops.retention_runs (
  tenant_id uuid primary key,
  ended_at timestamptz not null,
  deleted jsonb not null
);
comment on table ops.retention_runs is 'The last night''s work of each tenant; every piece of it is in ops.audit.';
comment on column ops.retention_runs.tenant_id is 'Tenant.';
comment on column ops.retention_runs.ended_at is 'When nothing was left to do.';
comment on column ops.retention_runs.deleted is 'What its last piece removed, by kind.';

do $$
declare t text;
begin
  foreach t in array array['retention', 'retention_runs'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;

-- What is old enough is found without reading what is not.
create index records_age on raw.records (tenant_id, connection_id, entity, synced_at);
create index runs_age on ops.runs (tenant_id, started_at);
create index messages_gone on public.messages (tenant_id, created_at) where deleted_at is not null;
create index messages_internal on public.messages (tenant_id, created_at)
  where agent_id is not null and (private or direction = 'activity');
