-- The bridge's lines of comparison $2, in the order in which classes are decided ($3).
select f.class, count(*)::integer as findings, trim_scale(sum(f.amount))::text as amount
from ops.findings f
where f.tenant_id = $1 and f.reconciliation_id = $2
group by f.class
order by array_position($3::text[], f.class), f.class
