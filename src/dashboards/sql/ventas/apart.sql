select zero_value_orders, gift_card_only_orders, test_orders, intercompany_orders
from kpi.orders_apart({{desde}}::date, {{hasta}}::date)
