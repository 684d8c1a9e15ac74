-- What persons, or a source about an account, ask of everybody who holds their data, as a source passes it on.

create table ops.privacy_requests (
  tenant_id uuid not null,
  connection_id uuid not null,
  id text not null,
  topic text not null check (topic in ('data_request', 'redact', 'account_redact')),
  reference text,
  state text not null default 'open' check (state in ('open', 'done')),
  job_id uuid,
  received_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp() + interval '30 days',
  closed_at timestamptz,
  closed_by text,
  note text,
  primary key (tenant_id, connection_id, id)
);
comment on table ops.privacy_requests is 'Requests about personal data that a source passed on. Who is meant is not in here: pseudonyms are with the job that does it, until it is done.';
comment on column ops.privacy_requests.tenant_id is 'Tenant.';
comment on column ops.privacy_requests.connection_id is 'Connection whose source passed it on.';
comment on column ops.privacy_requests.id is 'Id of the message: the same for every delivery of it.';
comment on column ops.privacy_requests.topic is 'data_request: what is stored of a person; redact: erase a person; account_redact: the account is to be erased, which a person decides.';
comment on column ops.privacy_requests.reference is 'Number of the request in the source, for the answer.';
comment on column ops.privacy_requests.state is 'open, or done.';
comment on column ops.privacy_requests.job_id is 'Job in ops.tenant_jobs that erases or gathers; null: a person has to act.';
comment on column ops.privacy_requests.received_at is 'When it came.';
comment on column ops.privacy_requests.due_at is 'When it has to be answered.';
comment on column ops.privacy_requests.closed_at is 'When it was done.';
comment on column ops.privacy_requests.closed_by is 'Who says so; the job itself for an erasure.';
comment on column ops.privacy_requests.note is 'What that person said of it.';
create index privacy_requests_open on ops.privacy_requests (due_at) where state = 'open';
create index privacy_requests_job on ops.privacy_requests (tenant_id, job_id) where job_id is not null;

alter table ops.privacy_requests enable row level security;
alter table ops.privacy_requests force row level security;
create policy service on ops.privacy_requests to kpi_writer using (true) with check (true);
grant select, insert, update, delete on ops.privacy_requests to kpi_writer;
