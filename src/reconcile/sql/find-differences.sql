-- What a group's two sides differ by, split so that each peso is in one class, in this order: currency or fx, gift_card, shipping, discount,
-- fee_tip, tax, amount (price and quantity of products, and what is left). Within the tolerance of totals the whole is rounding.
-- Parts are taken in the documents' currency, at the shop's rate where that is another one than the tenant's.
insert into reconcile_finding (class, component, amount, group_id, shop_order_id, erp_order_id, erp_order_ids, shop_name, erp_name, shop_amount, erp_amount, anchored_at, business_day, data)
-- Materialized: flattened into one, the expressions of the parts grow with each step that names them.
with differing as materialized (
  select g.*, t.decimals, g.pair_amount - g.shop_amount as difference,
    g.currency <> g.other_currency as mixed, g.currency is distinct from t.currency as is_foreign,
    coalesce((t.total_tolerance ->> g.currency)::numeric, 0) as total_tolerance,
    coalesce((t.tax_tolerance ->> g.currency)::numeric, case when g.currency = t.currency then t.smallest else 0.01 end)
      * greatest(coalesce(l.taxed_lines, 1), 1) as tax_tolerance,
    coalesce(l.shop_discount, 0) as shop_discount, coalesce(l.pair_discount, 0) as pair_discount, l.d_goods_untaxed,
    coalesce(l.shop_cards, 0) - coalesce(l.pair_cards, 0) as cards_sold,
    coalesce(y.by_card, 0) - coalesce(l.pair_paid_by_card, 0) as cards_paid
  from reconcile_group g
  cross join reconcile_terms t
  left join reconcile_lines l on l.group_id = g.group_id
  left join (select group_id, sum(by_card) as by_card from reconcile_payments where by_card <> 0 group by group_id) y on y.group_id = g.group_id
  where g.in_range and g.sales > 0 and g.pairs > 0 and g.pair_amount <> g.shop_amount
),
part as materialized (
  select d.*, c.*, v.*, p.*, f.*, d.difference - f.fx as rest
  from differing d
  -- Gift cards are no part of a sale. Where the books booked one sold as goods, or one paid with as a discount, that is the difference.
  cross join lateral (
    select d.pair_total - d.shop_total - d.d_shipping - d.d_other + d.pair_discount - d.shop_discount as goods, d.pair_discount - d.shop_discount as more_discount
  ) c
  cross join lateral (
    select case when d.cards_sold > 0 and c.goods >= d.cards_sold then d.cards_sold else 0 end as sold_as_goods,
      case when d.cards_paid > 0 and c.more_discount >= d.cards_paid then d.cards_paid else 0 end as paid_as_discount
  ) v
  cross join lateral (
    select c.goods - v.sold_as_goods as d_goods, c.more_discount - v.paid_as_discount as d_discount
  ) p
  cross join lateral (
    select case
      when d.mixed or not d.is_foreign then 0
      when d.pair_total = d.shop_total or d.shop_rate is null or not d.has_amounts then d.difference
      else d.pair_amount - round(d.pair_total * d.shop_rate, d.decimals)
    end as fx
  ) f
),
split as materialized (
  select p.*, x.*
  from part p
  cross join lateral (
    select
      case when p.is_foreign then round((p.sold_as_goods - p.paid_as_discount) * p.shop_rate, p.decimals) else p.sold_as_goods - p.paid_as_discount end as gift_card,
      case when p.is_foreign then round(p.d_shipping * p.shop_rate, p.decimals) else p.d_shipping end as shipping,
      case
        -- A side that shows no discounts may have them in its prices: then only what the goods as a whole differ by is known.
        when p.d_goods - p.d_discount = 0 then 0
        when 0 in (p.shop_discount, p.pair_discount - p.paid_as_discount)
          and (sign(p.d_goods - p.d_discount) <> sign(-p.d_discount) or abs(p.d_goods - p.d_discount) < abs(p.d_discount)) then 0
        when p.is_foreign then round(-p.d_discount * p.shop_rate, p.decimals)
        else -p.d_discount
      end as discount,
      case when p.is_foreign then round(p.d_other * p.shop_rate, p.decimals) else p.d_other end as fee_tip
  ) x
),
line as (
  select s.*, k.class, k.component, k.amount
  from split s
  cross join lateral (select s.rest - s.gift_card - s.shipping - s.discount - s.fee_tip as remains) r
  cross join lateral (select abs(s.d_goods_untaxed) <= s.tax_tolerance as only_tax) o
  cross join lateral (
    select 'out_of_scope' as class, 'total' as component, s.difference as amount where s.reason is not null
    union all
    select 'currency', 'total', s.difference where s.reason is null and s.mixed
    union all
    select 'fx', 'total', s.fx where s.reason is null and not s.mixed
    union all
    select 'rounding', 'total', s.rest where s.reason is null and not s.mixed and abs(s.rest) <= s.total_tolerance
    union all
    select v.class, v.component, v.amount
    from (values ('gift_card', 'gift_card', s.gift_card), ('shipping', 'shipping', s.shipping), ('discount', 'discount', s.discount),
      ('fee_tip', 'fee', s.fee_tip), ('tax', 'tax', case when o.only_tax then r.remains else 0 end),
      ('amount', 'total', case when o.only_tax then 0 else r.remains end)) v(class, component, amount)
    where s.reason is null and not s.mixed and abs(s.rest) > s.total_tolerance and s.rest <> 0
  ) k
  where k.amount <> 0
)
select class, component, amount, group_id, shop_ids[1], pair_ids[1], case when pairs > 1 then pair_ids else '{}' end, shop_names[1], erp_names[1],
  case when has_amounts or shop_amount <> 0 then shop_amount end, case when has_amounts or pair_amount <> 0 then pair_amount end, anchored_at, business_day,
  jsonb_strip_nulls(jsonb_build_object('reason', reason, 'currency', currency, 'other_currency', nullif(other_currency, currency),
    'shop_total', trim_scale(shop_total), 'erp_total', trim_scale(pair_total), 'without_rate', nullif(not has_amounts, false),
    'shop_orders', case when sales > 1 then to_jsonb(shop_names) end,
    'shop_discount', case when class = 'discount' then trim_scale(shop_discount) end, 'erp_discount', case when class = 'discount' then trim_scale(pair_discount) end))
from line
