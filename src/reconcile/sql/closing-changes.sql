-- What differs between closing $2 of tenant $1 and its local days from $3 until $4 (exclusive) as they are now; the largest first, at most $5.
select coalesce(k.entity, l.entity) as entity, coalesce(k.id, l.id) as id, coalesce(l.name, k.name) as name, coalesce(k.day, l.day)::text as day,
  trim_scale(k.amount)::text as closed, trim_scale(l.amount)::text as now
from (select * from ops.closed_documents c where c.tenant_id = $1::uuid and c.closing_id = $2::uuid) k
full join (select * from ops.period_documents d where d.tenant_id = $1 and d.day >= $3::date and d.day < $4::date) l on l.entity = k.entity and l.id = k.id
where k.amount is distinct from l.amount
order by abs(coalesce(l.amount, 0) - coalesce(k.amount, 0)) desc, 1, 2
limit $5
