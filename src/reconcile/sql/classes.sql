-- The bridge's lines of comparison $2, in the order in which classes are decided ($3). Comparisons of before there were lines have their findings.
with line as (
  select c.class, c.findings, c.flags, c.amount, c.value from ops.reconciliation_classes c where c.tenant_id = $1::uuid and c.reconciliation_id = $2::uuid
),
older as (
  select f.class, count(*) as findings, count(*) filter (where f.amount = 0) as flags, sum(f.amount) as amount, sum(f.value) as value
  from ops.findings f
  where f.tenant_id = $1 and f.reconciliation_id = $2 and not exists (select from line)
  group by f.class
)
select c.class, c.findings::integer as findings, c.flags::integer as flags, trim_scale(c.amount)::text as amount, trim_scale(c.value)::text as value
from (select * from line union all select * from older) c
order by array_position($3::text[], c.class), c.class
