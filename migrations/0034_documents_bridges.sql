-- Bridges from sales to documents that a person kept: a closed month can be shown again as it was.

create table ops.documents_bridges (
  tenant_id uuid not null,
  id uuid not null,
  month date not null,
  made_at timestamptz not null,
  kept_by text not null,
  reason text not null,
  bridge jsonb not null,
  primary key (tenant_id, id)
);
comment on table ops.documents_bridges is 'Bridges from a month''s sales to its documents, as they were when a person kept them.';
comment on column ops.documents_bridges.tenant_id is 'Tenant.';
comment on column ops.documents_bridges.id is 'Kept bridge.';
comment on column ops.documents_bridges.month is 'First day of the month.';
comment on column ops.documents_bridges.made_at is 'When it was made and kept.';
comment on column ops.documents_bridges.kept_by is 'Who kept it.';
comment on column ops.documents_bridges.reason is 'Why, in the person''s words.';
comment on column ops.documents_bridges.bridge is 'The whole answer, findings among it: names of orders and documents, days and amounts, nothing personal.';
create index documents_bridges_month on ops.documents_bridges (tenant_id, month, made_at desc);
alter table ops.documents_bridges enable row level security;
alter table ops.documents_bridges force row level security;
create policy service on ops.documents_bridges to kpi_writer using (true) with check (true);
-- What was kept stays as it was.
grant select, insert on ops.documents_bridges to kpi_writer;
