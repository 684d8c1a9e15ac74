-- Open conversations whose customer has waited for more than two business hours (MEANING 25, last sentence). $1 tenant, $2 {threshold}.
select 'conversaciones' as subject, 'Conversaciones sin responder hace más de 2 horas hábiles' as title, null::text as occasion,
  u.over_2h_business::text as value,
  case when b.because is null then u.over_2h_business >= ($2::jsonb ->> 'threshold')::numeric end as breach,
  b.because,
  jsonb_build_array(jsonb_build_array(u.over_2h_business, u.over_2h, u.waiting, round(u.longest_seconds / 60.0))) as cells
from kpi.unanswered_now u
cross join lateral (select case
    when u.over_2h_business is null then 'Chatwoot aún no se ha leído completo'
    when exists (select from kpi.freshness_now f
      where f.tenant_id = $1 and f.source = 'chatwoot' and f.stream in ('conversations', 'messages') and f.is_stale)
      then 'las conversaciones no están al día'
  end as because) b
where u.tenant_id = $1
