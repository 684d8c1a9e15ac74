-- kpi.stock_daily from the snapshots, for the local days $2 (null: all). Touch key: the day.
select $1::uuid as tenant_id, s.day, s.location_id, s.connection_id, s.source, sum(s.on_hand) as on_hand, sum(s.reserved) as reserved,
  sum(s.available) as available, count(*) as products
from public.inventory_snapshots s
where s.tenant_id = $1 and ($2::date[] is null or s.day = any($2::date[]))
group by s.day, s.location_id, s.connection_id, s.source
