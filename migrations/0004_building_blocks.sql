-- What every later table of facts or roll-ups begins with: the columns, policies and rights of 0002 and 0003, in one place. Only the
-- owner runs these; they are for migrations.

-- Columns that every fact has, row-level security, policies and rights. Its own columns are added by the migration that calls it.
-- $2: whether tenant readers may select every column (false: the migration names them, column by column).
create procedure ops.create_fact(fact text, readable boolean default true)
  language plpgsql security invoker
  set search_path = pg_catalog
as $$
declare
  -- "public.invoices" or "invoices" in public, spelled as given by the migration that calls.
  target constant text := format('%I.%I', split_part(fact, '.', 1), split_part(fact, '.', 2));
begin
  execute format('create table %s (like public.refund_lines including defaults including comments)', target);
  execute format('alter table %s drop column refund_id, drop column order_line_id, drop column quantity, drop column amount_source, '
                 'drop column amount_tax_source, drop column currency_source, add primary key (tenant_id, id)', target);
  call ops.secure(fact, 'deleted_at is null', readable);
end $$;
comment on procedure ops.create_fact(text, boolean) is 'For migrations: a table with the columns every fact has, secured.';

-- Row-level security, enabled and forced; the writer sees the tenant of its transaction, the analyst every row, a reader its own
-- ($2: and those for which this holds).
create procedure ops.secure(target_table text, visible text default null, readable boolean default true)
  language plpgsql security invoker
  set search_path = pg_catalog
as $$
declare
  target constant text := format('%I.%I', split_part(target_table, '.', 1), split_part(target_table, '.', 2));
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy writing_tenant on %s to kpi_writer using (tenant_id = (select ops.writing_tenant())) '
                 'with check (tenant_id = (select ops.writing_tenant()))', target);
  execute format('create policy every_row on %s for select to kpi_analyst using (true)', target);
  execute format('create policy own_rows on %s for select to kpi_reader using (tenant_id = (select kpi.current_tenant())%s)', target,
                 coalesce(' and ' || visible, ''));
  execute format('grant select, insert, update, delete on %s to kpi_writer', target);
  execute format('grant select on %s to kpi_analyst', target);
  if readable then
    execute format('grant select on %s to kpi_reader', target);
  end if;
end $$;
comment on procedure ops.secure(text, text, boolean) is 'For migrations: row-level security, policies and rights of a tenant-bound table.';

revoke execute on procedure ops.create_fact(text, boolean), ops.secure(text, text, boolean) from public;
