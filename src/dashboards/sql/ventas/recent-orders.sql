select
  source_ref,
  created_at,
  channel,
  case status when 'open' then 'En curso' when 'completed' then 'Completada' when 'refunded' then 'Devuelta' end as status,
  case payment_state when 'unpaid' then 'Por cobrar' when 'partial' then 'Pagada en parte' when 'paid' then 'Pagada' else 'sin dato' end as payment_state,
  amount_total,
  amount_discount,
  amount_iva
from public.orders
where business_day between {{desde}}::date and {{hasta}}::date [[and channel = {{canal}}]] [[and source = {{origen}}]]
order by created_at desc
limit 50
