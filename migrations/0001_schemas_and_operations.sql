-- Schemas, tenants and the service's own state. Runs as kpi_owner, which is never a superuser.
-- Rights are named table by table; nothing is granted by default, so a forgotten table is closed, not open.

create schema kpi;
create schema raw;
create schema ops;
comment on schema kpi is 'Indicadores: tablas agregadas y vistas que leen los tableros.';
comment on schema raw is 'Last payload of each record after the connector''s white-list. Service only.';
comment on schema ops is 'The service''s own state: connections, cursors, runs, quarantine, reconciliation. Service only.';

grant usage on schema public, kpi to kpi_reader, kpi_analyst, kpi_writer;
grant usage on schema raw, ops to kpi_writer;

create table public.tenants (
  id uuid primary key,
  rut text not null unique,
  rut_valid boolean not null,
  company_name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  currency_decimals smallint not null check (currency_decimals between 0 and 4),
  time_zone text not null,
  industry text not null default 'retail' check (industry in ('retail', 'services', 'restaurants')),
  status text not null default 'active' check (status in ('active', 'paused', 'erased')),
  speaking_source text not null default 'shopify' check (speaking_source in ('shopify', 'odoo')),
  reader_role text unique,
  created_at timestamptz not null default now()
);
comment on table public.tenants is 'Empresas (PYMEs). Cada una ve solo su propia fila.';
comment on column public.tenants.id is 'Identificador de la empresa; es el tenant_id de todas las tablas.';
comment on column public.tenants.rut is 'RUT canónico, sin puntos y con guion: 76042235-5.';
comment on column public.tenants.rut_valid is 'Si el dígito verificador es correcto (módulo 11).';
comment on column public.tenants.company_name is 'Razón social.';
comment on column public.tenants.currency is 'Moneda en que se informa (ISO 4217). Todo monto sin sufijo está en ella.';
comment on column public.tenants.currency_decimals is 'Decimales de la moneda: CLP 0, USD 2.';
comment on column public.tenants.time_zone is 'Zona horaria IANA; decide el día local de cada hecho.';
comment on column public.tenants.industry is 'Rubro, elige las tarjetas del tablero.';
comment on column public.tenants.status is 'active, paused (no se sincroniza) o erased.';
comment on column public.tenants.speaking_source is 'Qué documento habla cuando una venta está en Shopify y en Odoo.';
comment on column public.tenants.reader_role is 'Rol de base de datos con que la empresa lee lo suyo.';
comment on column public.tenants.created_at is 'Cuándo se creó la empresa en este servicio.';

-- Whose rows may the current role read? Argument-less on purpose: nobody can ask it about another role.
create function kpi.current_tenant() returns uuid
  language sql stable security invoker
  set search_path = pg_catalog
  return (select t.id from public.tenants t where t.reader_role = current_user::text);
comment on function kpi.current_tenant() is 'Empresa del rol que pregunta; nulo si el rol no es de ninguna.';
revoke execute on function kpi.current_tenant() from public;
grant execute on function kpi.current_tenant() to kpi_reader;

-- The tenant of the writer's transaction. A setting is safe here only because no reader policy uses it.
create function ops.writing_tenant() returns uuid
  language sql stable security invoker
  set search_path = pg_catalog
  return nullif(pg_catalog.current_setting('app.tenant_id', true), '')::uuid;
comment on function ops.writing_tenant() is 'Tenant named by the writer''s transaction (set_config app.tenant_id).';
revoke execute on function ops.writing_tenant() from public;
grant execute on function ops.writing_tenant() to kpi_writer;

alter table public.tenants enable row level security;
alter table public.tenants force row level security;
create policy own_row on public.tenants for select to kpi_reader using (reader_role = current_user::text);
create policy every_row on public.tenants for select to kpi_analyst using (true);
-- The scheduler must see which tenants there are; what it may change is still one tenant at a time.
create policy service_lists on public.tenants for select to kpi_writer using (current_user = 'kpi_writer');
create policy service_adds on public.tenants for insert to kpi_writer with check (id = (select ops.writing_tenant()));
create policy service_changes on public.tenants for update to kpi_writer
  using (id = (select ops.writing_tenant())) with check (id = (select ops.writing_tenant()));
grant select on public.tenants to kpi_reader, kpi_analyst;
grant select, insert, update on public.tenants to kpi_writer;

create table ops.kpi_files (
  name text primary key,
  sha256 text not null,
  applied_at timestamptz not null default now()
);
comment on table ops.kpi_files is 'Which version of each file of migrations/kpi is in force.';
comment on column ops.kpi_files.name is 'File name.';
comment on column ops.kpi_files.sha256 is 'Hash of the file and of everything it depends on.';
comment on column ops.kpi_files.applied_at is 'When it was applied.';

create sequence ops.read_seq;
comment on sequence ops.read_seq is 'Drawn before a page is requested: of two versions with the same source clock the later read wins.';
grant usage on sequence ops.read_seq to kpi_writer;

create table ops.tenant_write (
  tenant_id uuid not null,
  family text not null check (family in ('sales', 'support', 'automation', 'inventory')),
  version bigint not null default 0,
  primary key (tenant_id, family)
);
comment on table ops.tenant_write is 'One committing writer per tenant and family: its row is the lock (readers have no right on ops; they could take advisory locks).';
comment on column ops.tenant_write.tenant_id is 'Tenant.';
comment on column ops.tenant_write.family is 'Tables that are written together.';
comment on column ops.tenant_write.version is 'Counts committed batches; a batch that finds it moved plans again.';

create table ops.connections (
  tenant_id uuid not null,
  id uuid not null,
  source text not null,
  name text not null,
  account_key text not null,
  settings jsonb not null,
  secret_ref text not null,
  host text not null,
  status text not null default 'active' check (status in ('active', 'paused')),
  source_version text,
  created_at timestamptz not null default now(),
  checked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, source, account_key)
);
comment on table ops.connections is 'A tenant''s account in a source. Connecting the same account again keeps the row.';
comment on column ops.connections.tenant_id is 'Tenant.';
comment on column ops.connections.id is 'Connection.';
comment on column ops.connections.source is 'Connector: odoo, shopify, chatwoot, n8n.';
comment on column ops.connections.name is 'Name shown to people.';
comment on column ops.connections.account_key is 'What makes it the same account.';
comment on column ops.connections.settings is 'Settings without secrets.';
comment on column ops.connections.secret_ref is 'Where the secrets are (env:, file:, local:, vault:); never the secrets.';
comment on column ops.connections.host is 'Host of the source: the unit of the request budget.';
comment on column ops.connections.status is 'active or paused.';
comment on column ops.connections.source_version is 'Version the source stated at the last check.';
comment on column ops.connections.created_at is 'First connected.';
comment on column ops.connections.checked_at is 'Last successful check.';

create table ops.streams (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  lane text not null,
  cursor jsonb,
  epoch bigint not null default 0,
  holder text,
  backend_pid integer,
  backend_start timestamptz,
  expires_at timestamptz not null default '-infinity',
  covered_from timestamptz,
  covered_until timestamptz,
  held_because text,
  held_release text,
  interval_seconds integer not null default 300 check (interval_seconds between 1 and 604800),
  next_run_at timestamptz not null default now(),
  last_success_at timestamptz,
  last_run_id uuid,
  error_kind text,
  error_code text,
  error_message text,
  error_advice text,
  failures integer not null default 0,
  notices jsonb not null default '[]',
  primary key (tenant_id, connection_id, stream, lane)
);
comment on table ops.streams is 'Place, lease and health of each stream and lane (live, backfill:<id>).';
comment on column ops.streams.tenant_id is 'Tenant.';
comment on column ops.streams.connection_id is 'Connection.';
comment on column ops.streams.stream is 'Stream.';
comment on column ops.streams.lane is 'live, or backfill:<id>: a backfill never touches the live cursor.';
comment on column ops.streams.cursor is '{v, watermark, walk}: committed with the rows it stands behind.';
comment on column ops.streams.epoch is 'Fencing token: each holder has its own; a batch commits only under the epoch it was started with.';
comment on column ops.streams.holder is 'Process that holds the lease.';
comment on column ops.streams.backend_pid is 'Database backend of the holder: ended by whoever takes over.';
comment on column ops.streams.backend_start is 'Start of that backend, so that a reused pid is left alone.';
comment on column ops.streams.expires_at is 'Until when the lease holds, by the database''s clock.';
comment on column ops.streams.covered_from is 'First instant the rows cover; null with covered_until set means everything the source has.';
comment on column ops.streams.covered_until is 'Last instant the rows cover, by the source''s clock.';
comment on column ops.streams.held_because is 'Why the stream waits for a person.';
comment on column ops.streams.held_release is 'Release of this software that held it: a newer one tries again.';
comment on column ops.streams.interval_seconds is 'Seconds between two runs.';
comment on column ops.streams.next_run_at is 'When it is due.';
comment on column ops.streams.last_success_at is 'End of the last complete walk.';
comment on column ops.streams.last_run_id is 'Last run.';
comment on column ops.streams.error_kind is 'config, transient, data or bug; null when the last run succeeded.';
comment on column ops.streams.error_code is 'Stable word for the error.';
comment on column ops.streams.error_message is 'What happened. Holds no secret.';
comment on column ops.streams.error_advice is 'What to do.';
comment on column ops.streams.failures is 'Failures in a row.';
comment on column ops.streams.notices is 'What the source cannot give, as it said itself.';
create index streams_due on ops.streams (next_run_at) where lane = 'live' and held_because is null;

create table ops.runs (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  lane text not null,
  worker text not null,
  outcome text not null default 'running' check (outcome in ('running', 'verified', 'unverified', 'failed', 'held', 'fenced', 'stopped')),
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  pages integer not null default 0,
  batches integer not null default 0,
  requests integer not null default 0,
  retries integer not null default 0,
  throttled_ms bigint not null default 0,
  error_kind text,
  error_code text,
  error_message text,
  primary key (tenant_id, id)
);
comment on table ops.runs is 'One reading of one stream. It ends verified or unverified, never just succeeded.';
comment on column ops.runs.tenant_id is 'Tenant.';
comment on column ops.runs.id is 'Run; every log line of it carries this id.';
comment on column ops.runs.connection_id is 'Connection.';
comment on column ops.runs.source is 'Connector.';
comment on column ops.runs.stream is 'Stream.';
comment on column ops.runs.lane is 'Lane.';
comment on column ops.runs.worker is 'Process that ran it.';
comment on column ops.runs.outcome is 'How it ended.';
comment on column ops.runs.started_at is 'Start.';
comment on column ops.runs.ended_at is 'End.';
comment on column ops.runs.pages is 'Pages read.';
comment on column ops.runs.batches is 'Transactions committed.';
comment on column ops.runs.requests is 'Requests sent.';
comment on column ops.runs.retries is 'Requests repeated.';
comment on column ops.runs.throttled_ms is 'Milliseconds spent waiting because the source or the budget said so.';
comment on column ops.runs.error_kind is 'Kind of the error that ended it.';
comment on column ops.runs.error_code is 'Code of the error that ended it.';
comment on column ops.runs.error_message is 'Message of the error that ended it.';
create index runs_recent on ops.runs (tenant_id, connection_id, stream, started_at desc);

create table ops.run_counts (
  tenant_id uuid not null,
  run_id uuid not null,
  entity text not null,
  read bigint not null default 0,
  inserted bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  superseded bigint not null default 0,
  excluded bigint not null default 0,
  quarantined bigint not null default 0,
  tombstoned bigint not null default 0,
  excluded_rules jsonb not null default '{}',
  primary key (tenant_id, run_id, entity),
  constraint every_record_is_accounted_for check (read = inserted + updated + unchanged + superseded + excluded + quarantined)
);
comment on table ops.run_counts is 'The balance of a run, kept by a check constraint in the transaction that writes the rows.';
comment on column ops.run_counts.tenant_id is 'Tenant.';
comment on column ops.run_counts.run_id is 'Run.';
comment on column ops.run_counts.entity is 'Kind of record.';
comment on column ops.run_counts.read is 'Records the source gave.';
comment on column ops.run_counts.inserted is 'New rows.';
comment on column ops.run_counts.updated is 'Changed rows, returned ones included.';
comment on column ops.run_counts.unchanged is 'Rows already so: they cost nothing.';
comment on column ops.run_counts.superseded is 'Older than what was there, or an older copy within the same batch.';
comment on column ops.run_counts.excluded is 'Left out on purpose.';
comment on column ops.run_counts.quarantined is 'Refused by a rule, kept for a person.';
comment on column ops.run_counts.tombstoned is 'Rows marked as deleted because a complete parent or snapshot lacks them. Not records read.';
comment on column ops.run_counts.excluded_rules is 'Excluded records by rule.';

create table ops.quarantine (
  tenant_id uuid not null,
  id bigint generated always as identity,
  connection_id uuid not null,
  stream text not null,
  entity text not null,
  source_id text,
  reason text not null,
  payload text not null,
  payload_length integer not null,
  payload_sha256 bytea not null,
  run_id uuid not null,
  state text not null default 'open' check (state in ('open', 'recovered', 'replayed', 'dropped')),
  times integer not null default 1,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  closed_at timestamptz,
  closed_because text,
  primary key (tenant_id, id)
);
comment on table ops.quarantine is 'Records that were refused. Nothing bad stops a stream, nothing bad is lost.';
comment on column ops.quarantine.tenant_id is 'Tenant.';
comment on column ops.quarantine.id is 'Number.';
comment on column ops.quarantine.connection_id is 'Connection.';
comment on column ops.quarantine.stream is 'Stream.';
comment on column ops.quarantine.entity is 'Kind of record.';
comment on column ops.quarantine.source_id is 'Its id in the source, where it has one.';
comment on column ops.quarantine.reason is 'Why, for a person.';
comment on column ops.quarantine.payload is 'The record after the white-list, as JSON text, cut at 64 KB.';
comment on column ops.quarantine.payload_length is 'Length before the cut, in bytes.';
comment on column ops.quarantine.payload_sha256 is 'SHA-256 before the cut.';
comment on column ops.quarantine.run_id is 'Run that saw it last.';
comment on column ops.quarantine.state is 'open; recovered when a good version arrived; replayed; dropped.';
comment on column ops.quarantine.times is 'How often it was seen.';
comment on column ops.quarantine.first_seen_at is 'First seen.';
comment on column ops.quarantine.last_seen_at is 'Last seen.';
comment on column ops.quarantine.closed_at is 'When it was closed.';
comment on column ops.quarantine.closed_because is 'Why it was closed.';
create unique index quarantine_same_record on ops.quarantine (tenant_id, connection_id, entity, payload_sha256, coalesce(source_id, '')) where state = 'open';

create table ops.backfills (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  range_from timestamptz not null,
  range_until timestamptz not null check (range_until > range_from),
  reason text not null,
  requested_by text not null,
  state text not null default 'running' check (state in ('running', 'done', 'failed')),
  error_message text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id)
);
comment on table ops.backfills is 'A date range of one stream read again, in its own lane.';
comment on column ops.backfills.tenant_id is 'Tenant.';
comment on column ops.backfills.id is 'Backfill.';
comment on column ops.backfills.connection_id is 'Connection.';
comment on column ops.backfills.source is 'Connector.';
comment on column ops.backfills.stream is 'Stream.';
comment on column ops.backfills.range_from is 'From, inclusive.';
comment on column ops.backfills.range_until is 'Until, exclusive.';
comment on column ops.backfills.reason is 'Why somebody wanted it.';
comment on column ops.backfills.requested_by is 'Who wanted it.';
comment on column ops.backfills.state is 'running, done or failed.';
comment on column ops.backfills.error_message is 'What ended it, when it failed.';
comment on column ops.backfills.created_at is 'When it was asked for.';
comment on column ops.backfills.ended_at is 'When it ended.';

create table ops.backfill_slices (
  tenant_id uuid not null,
  backfill_id uuid not null,
  slice integer not null,
  slice_from timestamptz not null,
  slice_until timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
  run_id uuid,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, backfill_id, slice)
);
comment on table ops.backfill_slices is 'Pieces of a backfill, done one after the other, each resumable at its last committed page.';
comment on column ops.backfill_slices.tenant_id is 'Tenant.';
comment on column ops.backfill_slices.backfill_id is 'Backfill.';
comment on column ops.backfill_slices.slice is 'Number, newest range first.';
comment on column ops.backfill_slices.slice_from is 'From, inclusive.';
comment on column ops.backfill_slices.slice_until is 'Until, exclusive.';
comment on column ops.backfill_slices.state is 'waiting, running or done.';
comment on column ops.backfill_slices.run_id is 'Last run of the slice.';
comment on column ops.backfill_slices.started_at is 'First start.';
comment on column ops.backfill_slices.ended_at is 'End.';

create table ops.api_budget (
  host text not null,
  account text not null,
  tokens double precision not null,
  rate_per_second double precision not null check (rate_per_second > 0),
  burst double precision not null check (burst > 0),
  refreshed_at timestamptz not null default clock_timestamp(),
  primary key (host, account)
);
comment on table ops.api_budget is 'Requests per host and account, shared by all processes: tenants share Odoos, Chatwoots and n8ns.';
comment on column ops.api_budget.host is 'Host of the source.';
comment on column ops.api_budget.account is 'Account there.';
comment on column ops.api_budget.tokens is 'Requests that may go out now; negative when promised ahead.';
comment on column ops.api_budget.rate_per_second is 'Requests added a second.';
comment on column ops.api_budget.burst is 'Most that may gather.';
comment on column ops.api_budget.refreshed_at is 'When tokens was computed.';

create table ops.workers (
  pool_id text primary key,
  host text not null,
  pid integer not null,
  peak_rss_mb integer not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp()
);
comment on table ops.workers is 'Heartbeats. The queue unlocks jobs of a dead process only after four hours; we do it after a minute of silence.';
comment on column ops.workers.pool_id is 'Name under which the process locks jobs.';
comment on column ops.workers.host is 'Machine.';
comment on column ops.workers.pid is 'Process id.';
comment on column ops.workers.peak_rss_mb is 'Largest resident memory so far, in MB.';
comment on column ops.workers.started_at is 'Start.';
comment on column ops.workers.seen_at is 'Last heartbeat.';

create table ops.reconciliations (
  tenant_id uuid not null,
  id uuid not null,
  as_of timestamptz not null,
  range_from timestamptz,
  range_until timestamptz,
  currency text not null,
  shop_orders bigint not null,
  shop_amount numeric not null,
  erp_orders bigint not null,
  erp_amount numeric not null,
  remainder numeric not null,
  warnings jsonb not null default '[]',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
comment on table ops.reconciliations is 'A comparison of the shop with the books, as it was when it ran.';
comment on column ops.reconciliations.tenant_id is 'Tenant.';
comment on column ops.reconciliations.id is 'Comparison.';
comment on column ops.reconciliations.as_of is 'The instant it speaks for.';
comment on column ops.reconciliations.range_from is 'First instant compared; null for everything.';
comment on column ops.reconciliations.range_until is 'End of the range, exclusive.';
comment on column ops.reconciliations.currency is 'Currency of all amounts: the tenant''s.';
comment on column ops.reconciliations.shop_orders is 'Sales of the shop.';
comment on column ops.reconciliations.shop_amount is 'Their amount.';
comment on column ops.reconciliations.erp_orders is 'Web sales in the books.';
comment on column ops.reconciliations.erp_amount is 'Their amount.';
comment on column ops.reconciliations.remainder is 'What the classes do not explain: zero, or the comparison is wrong.';
comment on column ops.reconciliations.warnings is 'Stale or partly covered streams, as found.';
comment on column ops.reconciliations.created_at is 'When it ran.';

create table ops.findings (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  finding integer not null,
  class text not null,
  amount numeric not null,
  shop_order_id uuid,
  erp_order_id uuid,
  shop_name text,
  erp_name text,
  shop_amount numeric,
  erp_amount numeric,
  business_day date not null,
  explanation text not null,
  primary key (tenant_id, reconciliation_id, finding)
);
comment on table ops.findings is 'Differences of a comparison. Each peso is in exactly one class.';
comment on column ops.findings.tenant_id is 'Tenant.';
comment on column ops.findings.reconciliation_id is 'Comparison.';
comment on column ops.findings.finding is 'Number.';
comment on column ops.findings.class is 'Class.';
comment on column ops.findings.amount is 'Books minus shop, in the tenant''s currency.';
comment on column ops.findings.shop_order_id is 'The shop''s order.';
comment on column ops.findings.erp_order_id is 'The books'' order.';
comment on column ops.findings.shop_name is 'Its name in the shop.';
comment on column ops.findings.erp_name is 'Its name in the books.';
comment on column ops.findings.shop_amount is 'Amount in the shop.';
comment on column ops.findings.erp_amount is 'Amount in the books.';
comment on column ops.findings.business_day is 'Local day of the order.';
comment on column ops.findings.explanation is 'In words.';

create table ops.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  tenant_id uuid,
  action text not null,
  details jsonb not null default '{}'
);
comment on table ops.audit is 'Who did what to which tenant, and why.';
comment on column ops.audit.id is 'Number.';
comment on column ops.audit.at is 'When.';
comment on column ops.audit.actor is 'Who.';
comment on column ops.audit.tenant_id is 'Tenant, if any.';
comment on column ops.audit.action is 'What.';
comment on column ops.audit.details is 'With which arguments. No secret.';

-- The service's own tables: only the writer, all tenants (the scheduler needs them together). Readers have no right here at all.
do $$
declare t text;
begin
  foreach t in array array['tenant_write', 'connections', 'streams', 'runs', 'run_counts', 'quarantine', 'backfills',
                           'backfill_slices', 'api_budget', 'workers', 'reconciliations', 'findings', 'audit'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
  end loop;
  foreach t in array array['tenant_write', 'connections', 'streams', 'runs', 'run_counts', 'quarantine', 'backfills',
                           'backfill_slices', 'api_budget', 'workers', 'reconciliations', 'findings'] loop
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
create policy service on ops.audit to kpi_writer using (true) with check (true);
grant select, insert on ops.audit to kpi_writer;
