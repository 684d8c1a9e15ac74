-- How long answered requests about personal data are kept.

alter table ops.retention drop constraint retention_kind_check;
alter table ops.retention
  add constraint retention_kind_check check (kind in ('raw', 'quarantine', 'runs', 'messages', 'customers', 'alerts', 'privacy'));
comment on column ops.retention.kind is 'raw payloads, closed quarantine, runs, what messages say of the team, what customers without a purchase left, alerts that were told, privacy requests that were answered.';
