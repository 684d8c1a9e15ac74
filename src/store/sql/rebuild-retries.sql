-- Whether a retry has resolved the failed runs $2 (null: all) of tenant $1, from the facts alone.
select f.id, f.status = 'error' and f.deleted_at is null and exists (
    select from public.workflow_executions r
    where r.tenant_id = f.tenant_id and r.connection_id = f.connection_id and r.retry_of = f.source_id
      and r.status = 'success' and r.deleted_at is null) as resolved_by_retry
from public.workflow_executions f
where f.tenant_id = $1 and ($2::uuid[] is null or f.id = any($2::uuid[]))
