select c.day, c.opened, m.incoming, m.outgoing
from kpi.conversations_by_day as c
join kpi.messages_by_day as m on m.tenant_id = c.tenant_id and m.day = c.day and m.channel = c.channel
where c.channel = 'WhatsApp' and c.day between {{desde}}::date and {{hasta}}::date and m.day between {{desde}}::date and {{hasta}}::date
order by c.day
