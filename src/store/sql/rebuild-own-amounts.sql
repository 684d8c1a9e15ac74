-- Orders in the tenant's own currency ($2) carry the document's amounts unchanged.
update public.source_orders o
set fx_rate = 1, fx_date = null, amount_total = amount_total_source, amount_untaxed = amount_untaxed_source, amount_tax = amount_tax_source,
    amount_products = amount_products_source, amount_shipping = amount_shipping_source, amount_discount = amount_discount_source,
    amount_other = amount_other_source
where o.tenant_id = $1 and o.currency_source = $2
  and (o.fx_rate, o.amount_total, o.amount_untaxed, o.amount_tax, o.amount_products, o.amount_shipping, o.amount_discount, o.amount_other)
    is distinct from (1, o.amount_total_source, o.amount_untaxed_source, o.amount_tax_source, o.amount_products_source,
      o.amount_shipping_source, o.amount_discount_source, o.amount_other_source)
returning o.id
