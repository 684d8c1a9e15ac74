select day, sum(incoming) as incoming, sum(outgoing) as outgoing, sum(templates) as templates, sum(failed) as failed
from kpi.messages_by_day
where day between {{desde}}::date and {{hasta}}::date [[and channel = replace({{canal}}, 'Otro', 'Other')]]
group by day
order by day
