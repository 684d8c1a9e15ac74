-- Executions of the workflows $2 take over their name.
update public.$table e
set workflow_name = w.name
from public.workflows w
where e.tenant_id = $1 and w.tenant_id = $1 and w.id = any($2::uuid[]) and e.workflow_id = w.id and e.workflow_name is distinct from w.name
