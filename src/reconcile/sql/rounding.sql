-- Groups of equal totals whose taxes differ by no more than one unit a taxed line (or the tenant's tolerance): systems that round IVA per line
-- and on the total differ by that. It is summed and shown, and no finding of its own.
create temporary table reconcile_rounding on commit drop as
select g.group_id, case when g.currency = t.currency then g.d_tax else round(g.d_tax * coalesce(g.shop_rate, 1), t.decimals) end as tax
from reconcile_group g
cross join reconcile_terms t
left join reconcile_lines l on l.group_id = g.group_id
where g.in_range and g.reason is null and g.sales > 0 and g.pairs > 0 and g.currency = g.other_currency and g.pair_total = g.shop_total and g.d_tax <> 0
  and abs(g.d_tax) <= coalesce((t.tax_tolerance ->> g.currency)::numeric, case when g.currency = t.currency then t.smallest else 0.01 end)
    * greatest(coalesce(l.taxed_lines, 1), 1)
  and coalesce(abs(g.d_exempt), 0) <= abs(g.d_tax)
