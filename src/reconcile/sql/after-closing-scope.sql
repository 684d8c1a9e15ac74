-- The closings that were looked at, as a comparison's scope: those with one of the local days $2 (null: all), and those that were opened again.
-- $1 tenant.
create temporary table reconcile_scope on commit drop as
select c.id
from ops.closings c
where c.tenant_id = $1::uuid
  and (c.reopened_at is not null or $2::date[] is null
    or exists (select from unnest($2::date[]) d(day) where d.day >= c.month and d.day < c.month + interval '1 month'))
