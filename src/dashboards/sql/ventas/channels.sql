select channel, orders, gross_sales, orders_without_rate
from (
  select
    -- What the source calls its own ways of selling; a marketplace, a team and the company's own names are names already.
    case s.channel
      when 'web' then 'Tienda web'
      when 'pos' then 'Punto de venta'
      when 'shopify_draft_order' then 'Pedido manual'
      when 'iphone' then 'Shopify para iPhone'
      when 'android' then 'Shopify para Android'
      when 'website' then 'Sitio web de Odoo'
      when 'odoo' then 'Odoo'
      when 'invoice' then 'Documento sin pedido'
      else coalesce(s.channel, 'sin dato')
    end as channel,
    s.channel as stated,
    s.orders,
    s.gross_sales,
    s.orders_without_rate
  from kpi.sales_by_channel({{desde}}::date, {{hasta}}::date) as s
) as c
where true [[and {{canal}} in (channel, stated)]]
order by gross_sales desc nulls last, channel
