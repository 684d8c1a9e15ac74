-- The gateway: who may ask it besides people, and work that it starts for them and that outlasts a request. No secret is kept: a token is
-- known by its hash, and 32 random bytes need no slow one.

create table ops.service_tokens (
  id uuid primary key,
  name text not null,
  sha256 bytea not null,
  scopes text[] not null check (scopes <@ array['embed', 'query', 'read', 'operate', 'provision']),
  tenant_id uuid,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  last_used_day date,
  revoked_at timestamptz
);
comment on table ops.service_tokens is 'Tokens with which other programs ask the gateway (kpi token create). What is lost cannot be shown again.';
comment on column ops.service_tokens.id is 'Public part of the token.';
comment on column ops.service_tokens.name is 'What it is for.';
comment on column ops.service_tokens.sha256 is 'Hash of its secret part.';
comment on column ops.service_tokens.scopes is 'What it may ask for.';
comment on column ops.service_tokens.tenant_id is 'The only tenant it may ask about; null: every tenant.';
comment on column ops.service_tokens.created_by is 'Who made it.';
comment on column ops.service_tokens.created_at is 'When.';
comment on column ops.service_tokens.expires_at is 'From when on it is refused.';
comment on column ops.service_tokens.last_used_day is 'UTC day of its last use; null when it never was. Only the day, so that a use writes at most once a day.';
comment on column ops.service_tokens.revoked_at is 'When a person took it back.';

create table ops.dashboard_jobs (
  tenant_id uuid not null,
  id uuid not null,
  template text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  requested_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  problem text,
  result jsonb,
  primary key (tenant_id, id)
);
create unique index dashboard_jobs_one_open on ops.dashboard_jobs (tenant_id) where state in ('queued', 'running');
comment on table ops.dashboard_jobs is 'A tenant''s dashboards being put into Metabase, asked for through the gateway and done by a worker. One at a time for each tenant.';
comment on column ops.dashboard_jobs.tenant_id is 'Tenant.';
comment on column ops.dashboard_jobs.id is 'Job.';
comment on column ops.dashboard_jobs.template is 'Variant by industry.';
comment on column ops.dashboard_jobs.state is 'queued, running, done or failed. Asking again after a failure goes on where it stopped.';
comment on column ops.dashboard_jobs.requested_by is 'Who asked: a user of Clerk or a token, by id.';
comment on column ops.dashboard_jobs.created_at is 'When it was asked for.';
comment on column ops.dashboard_jobs.started_at is 'When a worker took it up.';
comment on column ops.dashboard_jobs.ended_at is 'When it ended.';
comment on column ops.dashboard_jobs.problem is 'Why it failed and what to do. Holds no secret.';
comment on column ops.dashboard_jobs.result is 'How many objects were made, changed and left as they were.';

do $$
declare t text;
begin
  foreach t in array array['service_tokens', 'dashboard_jobs'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
