select
  o.source_ref,
  o.created_at,
  n.channel,
  case o.status when 'open' then 'En curso' when 'completed' then 'Completada' when 'refunded' then 'Devuelta' end as status,
  case o.payment_state when 'unpaid' then 'Por cobrar' when 'partial' then 'Pagada en parte' when 'paid' then 'Pagada' else 'sin dato' end as payment_state,
  o.amount_total,
  o.amount_discount,
  o.amount_iva
from public.orders as o
-- As in channels.sql.
cross join lateral (
  select case o.channel
    when 'web' then 'Tienda web'
    when 'pos' then 'Punto de venta'
    when 'shopify_draft_order' then 'Pedido manual'
    when 'iphone' then 'Shopify para iPhone'
    when 'android' then 'Shopify para Android'
    when 'website' then 'Sitio web de Odoo'
    when 'odoo' then 'Odoo'
    when 'invoice' then 'Documento sin pedido'
    else o.channel
  end as channel
) as n
where o.business_day between {{desde}}::date and {{hasta}}::date [[and {{canal}} in (o.channel, n.channel)]] [[and o.source = {{origen}}]]
order by o.created_at desc
limit 50
