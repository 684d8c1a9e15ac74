-- Backfills that a person can stop, start again and believe: their states, what the source said there was, and what was found in the end.

alter table ops.backfills
  drop constraint backfills_state_check,
  add constraint backfills_state_check check (state in ('running', 'paused', 'waiting', 'done', 'failed', 'cancelled')),
  add column priority text not null default 'normal' check (priority in ('high', 'normal', 'low')),
  add column only_missing boolean not null default false,
  add column counted_entity text,
  add column outcome text check (outcome in ('verified', 'unverified')),
  add column outcome_because text,
  add column report jsonb,
  add column changed_by text,
  add column retry_at timestamptz,
  add column retries integer not null default 0;
comment on column ops.backfills.state is 'running; paused by a person; waiting for its source, and tried by itself; done, failed or cancelled.';
comment on column ops.backfills.error_message is 'Why it waits, was paused or failed, and what to do.';
comment on column ops.backfills.priority is 'Whose turn it is among backfills. Live work comes before all of them.';
comment on column ops.backfills.only_missing is 'Only days that were not covered, or whose count differed from the source''s, are read.';
comment on column ops.backfills.counted_entity is 'Kind of record that its slices'' expected counts; null where its source counts none.';
comment on column ops.backfills.outcome is 'Whether in the end the warehouse held as many records of the range as the source counted; null before the end.';
comment on column ops.backfills.outcome_because is 'What differs, or why it cannot be told.';
comment on column ops.backfills.report is 'What was read and written, by entity, as it ended: [{entity, read, inserted, updated, …}].';
comment on column ops.backfills.changed_by is 'Who paused, resumed or cancelled it last.';
comment on column ops.backfills.retry_at is 'When its source is tried again, while it waits.';
comment on column ops.backfills.retries is 'Tries since it waits.';

alter table ops.backfill_slices
  add column expected bigint,
  add column expected_precision text check (expected_precision in ('exact', 'floor', 'about')),
  add column counted bigint,
  add column stored bigint,
  add column differing jsonb;
comment on column ops.backfill_slices.expected is 'Records that the source counted when the backfill was asked for; null where it counts none.';
comment on column ops.backfill_slices.expected_precision is 'exact; floor: at least so many; about: worked out.';
comment on column ops.backfill_slices.counted is 'Records that the source counted when the slice was done; null where it cannot be compared.';
comment on column ops.backfill_slices.stored is 'Rows of them in the warehouse then, refused ones included.';
comment on column ops.backfill_slices.differing is 'Local days on which the two differ: [{day, counted, stored}].';

create index backfills_open on ops.backfills (tenant_id, connection_id, stream) where state in ('running', 'paused', 'waiting');
create index backfills_waiting on ops.backfills (retry_at) where state = 'waiting';
-- Runs of one backfill: its lanes begin alike.
create index runs_of_backfills on ops.runs (tenant_id, lane collate "C") where lane <> 'live';
