select
  case reason
    when 'test' then 'Prueba'
    when 'intercompany' then 'Entre empresas del grupo'
    when 'gift_card_only' then 'Solo tarjeta de regalo'
    when 'zero_value' then 'Monto cero'
    when 'cancelled' then 'Anulado antes de pagar'
    when 'waiting' then 'Espera su pedido de la tienda'
    when 'not_invoiced' then 'Pedido por facturar'
    when 'without_rate' then 'Sin tipo de cambio'
    else reason
  end as reason,
  source_ref,
  created_at,
  currency_source,
  amount_total_source
from kpi.sales_left_out({{desde}}::date, {{hasta}}::date)
where true [[and source = {{origen}}]]
order by created_at desc
limit 50
