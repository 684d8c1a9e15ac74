select
  case channel when 'Other' then 'Otro' else channel end as channel,
  case status when 'open' then 'Abierta' when 'resolved' then 'Resuelta' when 'pending' then 'Con el bot' when 'snoozed' then 'Pospuesta' end as status,
  last_7_days,
  total
from kpi.tickets_by_channel
where true [[and channel = replace({{canal}}, 'Otro', 'Other')]]
order by last_7_days desc, total desc, channel, status
