-- Whether the warehouse holds what the sources say there is, day by day: what was compared, what differed and why, and the last word on it.

create table ops.verifications (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  asked_by text not null,
  state text not null default 'running' check (state in ('running', 'verified', 'differs', 'untold', 'failed')),
  first_day date,
  last_day date,
  time_zone text,
  days integer,
  days_differing integer,
  days_healed integer,
  problem text,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create index verifications_of_stream on ops.verifications (tenant_id, connection_id, stream, started_at desc);
comment on table ops.verifications is 'One comparison of a stream with its source''s own counts and sums by day.';
comment on column ops.verifications.tenant_id is 'Tenant.';
comment on column ops.verifications.id is 'Verification.';
comment on column ops.verifications.connection_id is 'Connection.';
comment on column ops.verifications.source is 'Connector.';
comment on column ops.verifications.stream is 'Stream.';
comment on column ops.verifications.asked_by is 'Person or token that asked for it, or nightly.';
comment on column ops.verifications.state is 'running; verified: every day agrees; differs; untold: there was no day to compare; failed.';
comment on column ops.verifications.first_day is 'First day compared.';
comment on column ops.verifications.last_day is 'Last day compared.';
comment on column ops.verifications.time_zone is 'Zone in which days were cut: the tenant''s, or UTC where the source counts by those.';
comment on column ops.verifications.days is 'Days compared.';
comment on column ops.verifications.days_differing is 'Days that differ in the end.';
comment on column ops.verifications.days_healed is 'Days that differed, were read again, and agree.';
comment on column ops.verifications.problem is 'Why it failed, or why days could not be told, and what to do.';
comment on column ops.verifications.started_at is 'Start.';
comment on column ops.verifications.ended_at is 'End.';

create table ops.verified_days (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  day date not null,
  verification_id uuid not null,
  state text not null check (state in ('verified', 'differs')),
  ours bigint not null,
  theirs bigint not null,
  ours_amounts jsonb,
  theirs_amounts jsonb,
  reason text check (reason in ('quarantine', 'lost', 'deleted_here', 'deleted_there', 'moved', 'changed', 'several', 'unknown')),
  missing text[] not null default '{}',
  extra text[] not null default '{}',
  checked_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, connection_id, stream, day)
);
comment on table ops.verified_days is 'The last word on each day of a stream.';
comment on column ops.verified_days.tenant_id is 'Tenant.';
comment on column ops.verified_days.connection_id is 'Connection.';
comment on column ops.verified_days.stream is 'Stream.';
comment on column ops.verified_days.day is 'Day, in the zone of its verification.';
comment on column ops.verified_days.verification_id is 'The verification that said it last.';
comment on column ops.verified_days.state is 'verified or differs.';
comment on column ops.verified_days.ours is 'Rows here, deleted ones left out.';
comment on column ops.verified_days.theirs is 'Records that the source counts.';
comment on column ops.verified_days.ours_amounts is 'Their money by currency; null where the source adds none up.';
comment on column ops.verified_days.theirs_amounts is 'The source''s sum of it.';
comment on column ops.verified_days.reason is 'Likely reason: quarantine; lost: never arrived; deleted_here: tombstoned, and there again; deleted_there: a sweep will find it; moved: stands on another day; changed: same records, other money; several; unknown: the source lists no ids.';
comment on column ops.verified_days.missing is 'Source ids that the source has on that day and we have not, at most 20. Nothing personal.';
comment on column ops.verified_days.extra is 'Source ids that we have on that day and the source has not, at most 20.';
comment on column ops.verified_days.checked_at is 'When.';

alter table kpi.freshness
  add column verified_at timestamptz,
  add column verified_from date,
  add column days_differing integer;
comment on column kpi.freshness.verified_at is 'Última vez que se comparó día por día con los totales del origen; nulo si aún no, o si el origen no los entrega.';
comment on column kpi.freshness.verified_from is 'Primer día de esa comparación.';
comment on column kpi.freshness.days_differing is 'Días que difieren del origen; 0 si todo coincide.';

comment on column ops.runs.outcome is 'How it ended. verified: what the source counted agreed, at once (a complete state) or in a later comparison day by day; unverified: it read to the end, and that is not yet known.';
comment on table ops.streams is 'Place, lease and health of each stream and lane (live, backfill:<id>, sweep, heal).';

do $$
declare t text;
begin
  foreach t in array array['verifications', 'verified_days'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
