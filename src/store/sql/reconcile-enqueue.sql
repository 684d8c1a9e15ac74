-- One job for each tenant of which something changed since shop and books were last compared, and, once in its night (2 to 5 by its clock), of
-- everything; one whose night passed without a worker is late and goes at any hour. A job that waits takes in what comes meanwhile.
select ops.enqueue('reconcile', json_build_object('tenant_id', t.id), job_key => 'reconcile:' || t.id, job_key_mode => 'preserve_run_at', priority => 5)
from public.tenants t
left join ops.reconcile_state r on r.tenant_id = t.id
cross join lateral (
  select count(*) as notes, count(distinct x.day) filter (where x.order_ids is null) > 40 or coalesce(sum(cardinality(x.order_ids)), 0) > 2000 as many
  from ops.reconcile_touched x
  where x.tenant_id = t.id
) n
where t.status = 'active'
  -- Many are compared whole (reconcile-due.sql): while a backfill goes on, not every minute.
  and ((n.notes > 0 and not n.many)
    or (n.many and coalesce(r.full_at, '-infinity') < clock_timestamp() - interval '15 minutes')
    or (exists (select from ops.connections c where c.tenant_id = t.id and c.source in ('shopify', 'odoo'))
      and coalesce(r.full_at, '-infinity') < clock_timestamp() - case
        when extract(hour from clock_timestamp() at time zone t.time_zone) between 2 and 4 then interval '20 hours' else interval '48 hours' end))
