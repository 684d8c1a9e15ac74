-- Added up and not joined: both have the same days, and a join compares each with each.
select d.day, sum(d.opened) as opened, sum(d.incoming) as incoming, sum(d.outgoing) as outgoing
from (
  select day, opened, null::numeric as incoming, null::numeric as outgoing
  from kpi.conversations_by_day
  where channel = 'WhatsApp' and day between {{desde}}::date and {{hasta}}::date
  union all
  select day, null, incoming, outgoing
  from kpi.messages_by_day
  where channel = 'WhatsApp' and day between {{desde}}::date and {{hasta}}::date
) as d
group by d.day
order by d.day
