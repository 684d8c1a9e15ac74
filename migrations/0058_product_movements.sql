-- What was sold and what was given back of a product on a day become rows of their own: a refund made the whole day anew, and in the backfill of
-- a shop with a thousand orders a day each day was added up some twenty-five times.
alter table kpi.product_days add column movement text not null default 'sale' check (movement in ('sale', 'return'));
comment on column kpi.product_days.movement is 'sale: lo vendido ese día; return: lo devuelto ese día.';
comment on table kpi.product_days is 'Productos vendidos y devueltos por día local, referencia de producto de la línea y movimiento; la identidad entre orígenes se decide al leer (kpi.product_sales_daily). Montos en la moneda de la empresa, con impuestos, después de los descuentos propios y la parte de los del pedido; la devolución es del día en que se hizo.';
comment on column kpi.product_days.lines is 'Líneas vendidas, o devueltas.';
alter table kpi.product_days alter column movement drop default;
alter table kpi.product_days drop constraint product_days_pkey;
alter table kpi.product_days add primary key (tenant_id, day, product_ref, movement);

-- The owner's own statements: forced row security would hide every row from them.
alter table kpi.product_days no force row level security;
alter table public.tenants no force row level security;
alter table public.refunds no force row level security;
alter table public.refund_lines no force row level security;
alter table public.source_orders no force row level security;
alter table public.source_order_lines no force row level security;

-- What was given back, from the facts: few of all. A product that was only given back on a day had a row as well.
insert into kpi.product_days (tenant_id, day, product_ref, movement, product_id, sku, name, lines, lines_without_units, lines_without_rate,
  units_sold, units_returned, amount_sold, amount_returned)
select n.tenant_id, n.day, coalesce(n.product_id::text, 'sku:' || n.clean_sku, 'name:' || upper(btrim(n.name))) as product_ref, 'return', n.product_id,
  max(n.clean_sku), max(n.name), count(*), count(*) filter (where n.units is null), count(*) filter (where n.amount is null), 0,
  coalesce(sum(n.units), 0), null, sum(n.amount)
from (
  select r.tenant_id, r.business_day as day, l.product_id, l.name, nullif(upper(btrim(l.sku)), '') as clean_sku,
    case when l.units = l.quantity then d.quantity else round(d.quantity * l.units / nullif(l.quantity, 0), 8) end as units,
    case
      when d.currency_source <> r.currency_source then null
      when r.currency_source = t.currency then d.amount_source
      else round(d.amount_source * r.fx_rate, t.currency_decimals)
    end as amount
  from public.tenants as t
  join public.refunds as r on r.tenant_id = t.id and r.counts
  join public.refund_lines as d on d.tenant_id = r.tenant_id and d.refund_id = r.id and d.deleted_at is null
  join public.source_order_lines as l
    on l.tenant_id = d.tenant_id and l.id = d.order_line_id and l.line_kind = 'product' and l.deleted_at is null
) as n
group by n.tenant_id, n.day, product_ref, n.product_id;

-- What is left of the others was sold.
update kpi.product_days as s
set lines = s.lines - r.lines,
  lines_without_units = s.lines_without_units - r.lines_without_units,
  lines_without_rate = s.lines_without_rate - r.lines_without_rate,
  units_returned = 0,
  amount_returned = null
from kpi.product_days as r
where s.tenant_id = r.tenant_id and s.day = r.day and s.product_ref = r.product_ref and s.movement = 'sale' and r.movement = 'return';
delete from kpi.product_days where movement = 'sale' and lines = 0;

-- Their SKU and name may have been those of a returned line.
update kpi.product_days as s
set sku = n.sku, name = n.name
from (
  select o.tenant_id, o.business_day as day, coalesce(l.product_id::text, 'sku:' || c.sku, 'name:' || upper(btrim(l.name))) as product_ref,
    max(c.sku) as sku, max(l.name) as name
  from (select distinct r.tenant_id, r.day from kpi.product_days as r where r.movement = 'return') as d
  join public.source_orders as o on o.tenant_id = d.tenant_id and o.business_day = d.day and o.is_sale
  join public.source_order_lines as l
    on l.tenant_id = o.tenant_id and l.order_id = o.id and l.line_kind = 'product' and l.deleted_at is null
  cross join lateral (select nullif(upper(btrim(l.sku)), '') as sku) as c
  group by 1, 2, 3
) as n
where s.tenant_id = n.tenant_id and s.day = n.day and s.product_ref = n.product_ref and s.movement = 'sale'
  and (s.sku, s.name) is distinct from (n.sku, n.name);

alter table kpi.product_days force row level security;
alter table public.tenants force row level security;
alter table public.refunds force row level security;
alter table public.refund_lines force row level security;
alter table public.source_orders force row level security;
alter table public.source_order_lines force row level security;
