with period as (select {{desde}}::date as first_day, {{hasta}}::date as last_day)
select
  case s.promise when 'first_response' then 'Primera respuesta' when 'resolution' then 'Resolución' end as promise,
  case when p.first_day >= c.first_day and p.last_day <= c.last_day then round(sum(s.met) / nullif(sum(s.met + s.missed), 0), 4) end as compliance,
  case when p.first_day >= c.first_day and p.last_day <= c.last_day then sum(s.met) end as met,
  case when p.first_day >= c.first_day and p.last_day <= c.last_day then sum(s.missed) end as missed
from period as p
join kpi.coverage as c on c.subject = 'support'
join kpi.sla_by_day as s on s.tenant_id = c.tenant_id and s.day between p.first_day and p.last_day
group by s.promise, p.first_day, p.last_day, c.first_day, c.last_day
order by s.promise
