-- Sweeps for deletions: which records a source no longer has, what became of them here, and which sweep waits for a person's word.

create table ops.sweeps (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  state text not null default 'running'
    check (state in ('running', 'clean', 'tombstoned', 'held', 'shown', 'failed', 'settled')),
  dry_run boolean not null,
  asked_by text not null,
  confirms uuid,
  read_seq bigint not null,
  counted bigint,
  candidates bigint,
  missing bigint,
  still_there bigint,
  hidden bigint,
  gone bigint,
  tombstoned bigint,
  guard bigint,
  problem text,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create index sweeps_of_stream on ops.sweeps (tenant_id, connection_id, stream, started_at desc);
comment on table ops.sweeps is 'One look for records that a source has deleted without telling. Absence alone never is deletion: see the columns.';
comment on column ops.sweeps.tenant_id is 'Tenant.';
comment on column ops.sweeps.id is 'Sweep.';
comment on column ops.sweeps.connection_id is 'Connection.';
comment on column ops.sweeps.source is 'Connector.';
comment on column ops.sweeps.stream is 'Stream.';
comment on column ops.sweeps.state is 'running; clean: nothing is gone; tombstoned; held: waits for a person (kpi sweep --confirm); shown: dry run; failed: nothing was changed; settled: was held, and a later sweep has decided.';
comment on column ops.sweeps.dry_run is 'Looked and changed nothing.';
comment on column ops.sweeps.asked_by is 'Person or token that asked for it, or nightly.';
comment on column ops.sweeps.confirms is 'The held sweep whose rows a person confirmed with this one.';
comment on column ops.sweeps.read_seq is 'Number drawn before the first request: only rows read before it are candidates.';
comment on column ops.sweeps.counted is 'Records that the source lists, equal to its own count.';
comment on column ops.sweeps.candidates is 'Rows looked for in the list.';
comment on column ops.sweeps.missing is 'Records of ours that the list lacks.';
comment on column ops.sweeps.still_there is 'Of these, found when looked at one by one.';
comment on column ops.sweeps.hidden is 'Of these, there but not to be read by our user.';
comment on column ops.sweeps.gone is 'Of these, deleted.';
comment on column ops.sweeps.tombstoned is 'Of these, marked as deleted here by this sweep.';
comment on column ops.sweeps.guard is 'Most that may be tombstoned without a person''s word: 50 records and 2 % of the candidates, whichever is less.';
comment on column ops.sweeps.problem is 'Why it failed or is held, and what to do. Holds no secret and no personal data.';
comment on column ops.sweeps.started_at is 'Start.';
comment on column ops.sweeps.ended_at is 'End.';

create table ops.swept_records (
  tenant_id uuid not null,
  sweep_id uuid not null,
  source_id text not null,
  day date,
  look text not null check (look in ('gone', 'there', 'hidden')),
  primary key (tenant_id, sweep_id, source_id)
);
comment on table ops.swept_records is 'Records that the list of a sweep lacked: their ids in the source and local days, nothing personal.';
comment on column ops.swept_records.tenant_id is 'Tenant.';
comment on column ops.swept_records.sweep_id is 'Sweep.';
comment on column ops.swept_records.source_id is 'Id in the source.';
comment on column ops.swept_records.day is 'Local day it belongs to, or was made on.';
comment on column ops.swept_records.look is 'What looking at it alone said: gone, there or hidden.';

comment on table ops.streams is 'Place, lease and health of each stream and lane (live, backfill:<id>, sweep).';

do $$
declare t text;
begin
  foreach t in array array['sweeps', 'swept_records'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
