-- The lines of matched groups, added up by what they are ("d_": books minus shop). $1 tenant. `goods` sums each product's quantity times a
-- number made of its SKU: not 0 where the two sides are of other products or quantities.
create temporary table reconcile_lines on commit drop as
select g.group_id,
  -- Nothing is added where there is nothing: most lines have neither discount nor card.
  coalesce(sum(l.amount_discount_source) filter (where p.role = 'shop' and l.amount_discount_source <> 0 and l.line_kind <> 'shipping'), 0) as shop_discount,
  coalesce(sum(l.amount_discount_source) filter (where p.role = 'pair' and l.amount_discount_source <> 0 and l.line_kind <> 'shipping'), 0) as pair_discount,
  coalesce(sum(l.amount_source) filter (where p.role = 'shop' and l.line_kind = 'gift_card' and l.amount_source > 0), 0) as shop_cards,
  coalesce(sum(l.amount_source) filter (where p.role = 'pair' and l.line_kind = 'gift_card' and l.amount_source > 0), 0) as pair_cards,
  coalesce(-sum(l.amount_source) filter (where p.role = 'pair' and l.line_kind = 'gift_card' and l.amount_source < 0), 0) as pair_paid_by_card,
  greatest(count(*) filter (where p.role = 'shop' and l.amount_tax_source <> 0), count(*) filter (where p.role = 'pair' and l.amount_tax_source <> 0)) as taxed_lines,
  -- Of groups whose totals differ alone: nobody asks for it of the others.
  coalesce(sum(case p.role when 'shop' then -l.amount_untaxed_source else l.amount_untaxed_source end)
    filter (where g.pair_amount <> g.shop_amount and l.line_kind not in ('shipping', 'tip', 'gift_card')), 0) as d_goods_untaxed,
  coalesce(sum(coalesce(l.units, l.quantity) * case p.role when 'shop' then -(hashtext(l.sku) / 2) else hashtext(l.sku) / 2 end) filter (where l.line_kind = 'product'), 0) as goods,
  bool_or(l.sku is null and l.line_kind = 'product') as sku_unknown
from reconcile_group g
join reconcile_part p on p.group_id = g.group_id and p.role in ('shop', 'pair')
join public.source_order_lines l on l.tenant_id = $1::uuid and l.order_id = p.id and l.deleted_at is null and l.line_kind <> 'section'
where g.in_range and g.sales > 0 and g.pairs > 0
group by g.group_id
