-- Brings kpi.month_closings of tenant $1 to what was closed and opened again; only what differs is written.
insert into kpi.month_closings as m
  (tenant_id, closing_id, month, closed_at, is_forced, reopened_at, sales, sales_amount, refunds, refunds_amount, documents, documents_amount)
select c.tenant_id, c.id, c.month, c.closed_at, c.is_forced, c.reopened_at,
  coalesce((c.totals #>> '{sale,count}')::bigint, 0), coalesce((c.totals #>> '{sale,amount}')::numeric, 0),
  coalesce((c.totals #>> '{refund,count}')::bigint, 0), -coalesce((c.totals #>> '{refund,amount}')::numeric, 0),
  coalesce((c.totals #>> '{document,count}')::bigint, 0), coalesce((c.totals #>> '{document,amount}')::numeric, 0)
from ops.closings c
where c.tenant_id = $1::uuid
on conflict (tenant_id, closing_id) do update set reopened_at = excluded.reopened_at
where m.reopened_at is distinct from excluded.reopened_at
