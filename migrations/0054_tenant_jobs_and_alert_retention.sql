-- What is done to a company as a whole, or to one person in it, by a worker and watched meanwhile; and how long told alerts are kept.

create table ops.tenant_jobs (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('export', 'erase', 'customer_export', 'customer_erase')),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  requested_by text not null,
  reason text not null,
  about jsonb not null default '{}' check (jsonb_typeof(about) = 'object'),
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  problem text,
  result jsonb,
  primary key (tenant_id, id)
);
comment on table ops.tenant_jobs is 'Exports and erasures that were asked for over HTTP or by a source: who, why and how far. Erasing a company leaves the row that tells of it.';
comment on column ops.tenant_jobs.tenant_id is 'Tenant.';
comment on column ops.tenant_jobs.id is 'Job.';
comment on column ops.tenant_jobs.kind is 'export: its tables as files; erase: the company; customer_export, customer_erase: one person.';
comment on column ops.tenant_jobs.state is 'queued, running, done or failed.';
comment on column ops.tenant_jobs.requested_by is 'Who.';
comment on column ops.tenant_jobs.reason is 'Why.';
comment on column ops.tenant_jobs.about is 'Whom it is about, in pseudonyms, and how it is to be done; emptied when it ends.';
comment on column ops.tenant_jobs.created_at is 'When it was asked for.';
comment on column ops.tenant_jobs.started_at is 'When a worker took it up first.';
comment on column ops.tenant_jobs.ended_at is 'When it ended.';
comment on column ops.tenant_jobs.problem is 'Why it failed. Holds no secret.';
comment on column ops.tenant_jobs.result is 'Counts, and the files of an export.';
-- One at a time of those that concern all of a company.
create unique index tenant_jobs_open on ops.tenant_jobs (tenant_id, kind)
  where state in ('queued', 'running') and kind in ('export', 'erase');

alter table ops.tenant_jobs enable row level security;
alter table ops.tenant_jobs force row level security;
create policy service on ops.tenant_jobs to kpi_writer using (true) with check (true);
grant select, insert, update, delete on ops.tenant_jobs to kpi_writer;

alter table ops.retention drop constraint retention_kind_check;
alter table ops.retention
  add constraint retention_kind_check check (kind in ('raw', 'quarantine', 'runs', 'messages', 'customers', 'alerts'));
comment on column ops.retention.kind is 'raw payloads, closed quarantine, runs, what messages say of the team, what customers without a purchase left, alerts that were told.';
