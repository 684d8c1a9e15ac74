-- The last closing of the month that begins on $2 of tenant $1.
select c.id, to_char(c.month, 'YYYY-MM') as month, c.currency, c.closed_by as "closedBy", c.reason, c.is_forced as "isForced", c.totals, c.sources, c.warnings,
  c.reconciliation_id as "reconciliationId", c.documents_bridge_id as "documentsBridgeId", c.reopened_by as "reopenedBy", c.reopened_because as "reopenedBecause",
  to_char(c.closed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "closedAt",
  to_char(c.reopened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "reopenedAt"
from ops.closings c
where c.tenant_id = $1::uuid and c.month = $2::date
order by c.reopened_at is not null, c.closed_at desc
limit 1
