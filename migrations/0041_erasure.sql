-- What is taken out on request: a company, or one person's data.

create table ops.erasures (
  tenant_id uuid primary key,
  rut text not null,
  reader_role text,
  secret_refs text[] not null default '{}',
  asked_by text not null,
  reason text not null,
  begun_at timestamptz not null default clock_timestamp()
);
comment on table ops.erasures is 'Companies that are being erased: what the last steps need once the rest is gone. The row goes last.';
comment on column ops.erasures.tenant_id is 'Tenant.';
comment on column ops.erasures.rut is 'Its RUT, by which the command finds it again.';
comment on column ops.erasures.reader_role is 'Database role to drop.';
comment on column ops.erasures.secret_refs is 'References to secrets of its connections and targets.';
comment on column ops.erasures.asked_by is 'Who.';
comment on column ops.erasures.reason is 'Why.';
comment on column ops.erasures.begun_at is 'When.';

create table ops.erased (
  tenant_id uuid not null,
  kind text not null check (kind in ('rut', 'email', 'phone', 'customer')),
  key text not null,
  erased_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, kind, key)
);
comment on table ops.erased is 'Identities whose data were erased: whatever a source still says of them is not stored again. Pseudonyms, as nothing else tells them from others.';
comment on column ops.erased.tenant_id is 'Tenant.';
comment on column ops.erased.kind is 'What the key is made of; customer: the record itself.';
comment on column ops.erased.key is 'HMAC with the tenant''s key, or the id of the row in public.customers.';
comment on column ops.erased.erased_at is 'When.';

do $$
declare t text;
begin
  foreach t in array array['erasures', 'erased'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;

-- What was kept is not changed, nor deleted as long as its company is there.
grant delete on ops.documents_bridges to kpi_writer;
create policy goes_with_its_company on ops.documents_bridges as restrictive for delete to kpi_writer
  using (exists (select from ops.erasures e where e.tenant_id = documents_bridges.tenant_id));
