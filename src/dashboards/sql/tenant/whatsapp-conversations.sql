with period as (select {{desde}}::date as first_day, {{hasta}}::date as last_day)
select case when p.first_day >= c.first_day and p.last_day <= c.last_day then coalesce(sum(o.opened), 0) end as opened
from period as p
join kpi.coverage as c on c.subject = 'support'
left join kpi.conversations_by_day as o on o.tenant_id = c.tenant_id and o.channel = 'WhatsApp' and o.day between p.first_day and p.last_day
group by p.first_day, p.last_day, c.first_day, c.last_day
