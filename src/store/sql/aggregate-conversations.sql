-- kpi.conversations_daily from the facts, for the local days $2 (null: all). Touch key: local day of the start.
select $1::uuid as tenant_id, c.business_day as day, c.channel, count(*) as opened, count(*) filter (where c.status = 'open') as open,
  count(*) filter (where c.status = 'resolved') as resolved, count(*) filter (where c.status = 'pending') as pending,
  count(*) filter (where c.status = 'snoozed') as snoozed
from public.conversations c
where c.tenant_id = $1 and c.deleted_at is null and ($2::date[] is null or c.business_day = any($2::date[]))
group by c.business_day, c.channel
