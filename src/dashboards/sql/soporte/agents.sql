select coalesce(agent_name, 'sin nombre') as agent_name, messages, conversations
from kpi.agents_busiest({{desde}}::date, {{hasta}}::date)
where rank <= 10 or rank is null
order by rank, agent_name
limit 20
