-- What of a tenant finance needs and readers do not see: columns of facts that the analyst reads and readers do not, with the row's id, but
-- no pseudonyms; and reconciliation.
select format('%I.%I', n.nspname, c.relname) as name, n.nspname || '.' || c.relname as file,
  array_agg(a.attname::text order by a.attnum) as columns
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and has_column_privilege(c.oid, a.attnum, 'select')
  and case
    when n.nspname = 'public' then
      a.attname in ('tenant_id', 'id', 'source', 'source_id')
      or (has_column_privilege('kpi_analyst', c.oid, a.attnum, 'select') and not has_column_privilege('kpi_reader', c.oid, a.attnum, 'select')
        and a.attname !~ '_key$' and a.attname not in ('row_hash', 'read_seq', 'source_seq', 'revision'))
    else n.nspname = 'ops' and c.relname in ('reconciliations', 'findings', 'link_decisions', 'finding_states', 'finding_events', 'closings', 'closed_documents')
  end
group by n.nspname, c.relname
having bool_or(a.attname = 'tenant_id')
  and bool_or(n.nspname = 'ops' or a.attname not in ('tenant_id', 'id', 'source', 'source_id'))
order by 1
