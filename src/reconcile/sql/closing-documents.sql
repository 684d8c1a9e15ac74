-- Keeps every document of the local days from $3 until $4 (exclusive) of tenant $1 with closing $2, each as it is.
insert into ops.closed_documents (tenant_id, closing_id, entity, id, day, name, amount)
select d.tenant_id, $2::uuid, d.entity, d.id, d.day, d.name, d.amount
from ops.period_documents d
where d.tenant_id = $1::uuid and d.day >= $3::date and d.day < $4::date
