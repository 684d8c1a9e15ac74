select day, case channel when 'Other' then 'Otro' else channel end as channel, opened
from kpi.conversations_by_day
where day between {{desde}}::date and {{hasta}}::date [[and channel = replace({{canal}}, 'Otro', 'Other')]]
order by day, channel
