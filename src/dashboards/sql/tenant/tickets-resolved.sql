with period as (select {{desde}}::date as first_day, {{hasta}}::date as last_day)
select
  case when p.first_day >= c.first_day and p.last_day <= c.last_day then coalesce(sum(t.resolved), 0) end as resolved,
  case when p.first_day >= c.first_day and p.last_day <= c.last_day then round(sum(t.observed + t.estimated) / nullif(sum(t.resolved), 0), 4) end
    as estimated_share
from period as p
join kpi.coverage as c on c.subject = 'support'
left join kpi.tickets_resolved_by_day as t on t.tenant_id = c.tenant_id and t.day between p.first_day and p.last_day
group by p.first_day, p.last_day, c.first_day, c.last_day
