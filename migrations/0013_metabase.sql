-- What this service has put into a Metabase: which object there is ours, and what it was made from. No secret is kept here, only ids and
-- hashes. The content over all companies belongs to no tenant and is kept under the nil uuid.

create table ops.metabase_objects (
  tenant_id uuid not null,
  instance text not null,
  kind text not null check (kind in ('database', 'collection', 'card', 'dashboard')),
  key text not null,
  metabase_id bigint not null check (metabase_id > 0),
  spec_hash text not null,
  applied_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, instance, kind, key)
);
comment on table ops.metabase_objects is 'Objects of a Metabase that this service made and keeps as they are meant to be.';
comment on column ops.metabase_objects.tenant_id is 'Tenant; the nil uuid for what belongs to the whole service.';
comment on column ops.metabase_objects.instance is 'Origin of the Metabase: ids mean nothing elsewhere.';
comment on column ops.metabase_objects.kind is 'database, collection, card or dashboard.';
comment on column ops.metabase_objects.key is 'Our name of it: "ventas" for a dashboard, "ventas/ticket_medio" for a card.';
comment on column ops.metabase_objects.metabase_id is 'Its id there.';
comment on column ops.metabase_objects.spec_hash is 'sha256 of what it was made from, to tell a changed template from a change made by hand.';
comment on column ops.metabase_objects.applied_at is 'When it was last written.';

create table ops.metabase_locks (
  tenant_id uuid not null,
  instance text not null,
  holder uuid not null,
  held_until timestamptz not null,
  primary key (tenant_id, instance)
);
comment on table ops.metabase_locks is 'Who is writing a tenant''s content into a Metabase. A row, because a session lock means nothing behind a pooler.';
comment on column ops.metabase_locks.tenant_id is 'Tenant; the nil uuid for what belongs to the whole service.';
comment on column ops.metabase_locks.instance is 'Origin of the Metabase.';
comment on column ops.metabase_locks.holder is 'The run that writes.';
comment on column ops.metabase_locks.held_until is 'Until when; a run that lives pushes it on.';

do $$
declare t text;
begin
  foreach t in array array['metabase_objects', 'metabase_locks'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
