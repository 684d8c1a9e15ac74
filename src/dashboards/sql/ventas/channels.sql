select coalesce(channel, 'sin dato') as channel, orders, gross_sales, orders_without_rate
from kpi.sales_by_channel({{desde}}::date, {{hasta}}::date)
where true [[and channel = {{canal}}]]
order by gross_sales desc nulls last, channel
