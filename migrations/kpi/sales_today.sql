-- depends: coverage
-- Dashboards: Tenant, Ventas
-- Meaning: "hoy, parcial": what of the local day that is running has been read so far. Shown apart: today is in no closed period (MEANING 11).
-- Grain: one row per tenant.
-- Unit: tenant's currency; with tax but for net_sales_untaxed.
-- Source: kpi.sales_daily, which is kept with every batch; kpi.coverage (subject sales).
-- Formula: sums of today; as_of = until when they are complete; day_share = how much of the day that is.
-- Debe cuadrar con: Shopify, Total sales de hoy antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos
--   propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.
-- Bad input: nothing of today is covered yet, or its first hours are not -> every measure null, never 0.
--   Sales without an exchange rate are counted in orders and in orders_without_rate and are in no amount.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from kpi.sales_today d join public.orders o on o.tenant_id =
--   d.tenant_id and o.business_day = d.day where d.tenant_id = $1 and $2::date is not null union all select 'refund', r.id, -r.amount_total
--   from kpi.sales_today d join public.refunds r on r.tenant_id = d.tenant_id and r.business_day = d.day where d.tenant_id = $1 and r.counts
--   and r.deleted_at is null
create or replace view kpi.sales_today with (security_invoker = true) as
select
  t.id as tenant_id,
  d.day,
  'hoy, parcial' as label,
  t.currency,
  case when x.is_covered then m.gross end as gross_sales,
  case when x.is_covered then m.refunded end as refunds,
  case when x.is_covered then m.gross - m.refunded end as sales_after_refunds,
  case when x.is_covered then m.net_untaxed end as net_sales_untaxed,
  case when x.is_covered then m.orders end as orders,
  case when x.is_covered then round(m.gross / nullif(m.orders - m.without_rate, 0), t.currency_decimals) end as average_order,
  case when x.is_covered then m.refund_count end as refund_count,
  case when x.is_covered then m.without_rate end as orders_without_rate,
  case when x.is_covered then m.unpaid end as unpaid_sales,
  case when x.is_covered then m.unpaid_orders end as unpaid_orders,
  case when x.is_covered then m.partly_paid end as partly_paid_orders,
  case when x.is_covered then least(c.covered_until, d.ends) end as as_of,
  case when x.is_covered then trunc(extract(epoch from least(c.covered_until, d.ends) - d.begins) / extract(epoch from d.ends - d.begins), 4)
    else 0 end as day_share
from public.tenants as t
left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales'
cross join lateral (
  select
    g.day,
    g.day::timestamp at time zone t.time_zone as begins,
    (g.day + 1)::timestamp at time zone t.time_zone as ends
  from (select (now() at time zone t.time_zone)::date as day) as g
) as d
cross join lateral (select coalesce(c.covered_from <= d.begins and c.covered_until > d.begins, false) as is_covered) as x
cross join lateral (
  select
    coalesce(sum(s.amount_total), 0) as gross,
    coalesce(sum(s.refunds_amount), 0) as refunded,
    coalesce(sum(s.amount_untaxed), 0) - coalesce(sum(s.refunds_untaxed), 0) as net_untaxed,
    coalesce(sum(s.orders), 0)::bigint as orders,
    coalesce(sum(s.refunds), 0)::bigint as refund_count,
    coalesce(sum(s.orders_without_rate), 0)::bigint as without_rate,
    coalesce(sum(s.amount_unpaid), 0) as unpaid,
    coalesce(sum(s.orders_unpaid), 0)::bigint as unpaid_orders,
    coalesce(sum(s.orders_partly_paid), 0)::bigint as partly_paid
  from kpi.sales_daily as s
  where s.tenant_id = t.id and s.day = d.day
) as m;

comment on view kpi.sales_today is
'Hoy, parcial: lo que se ha leído hasta ahora del día local en curso. Una fila por empresa, en su moneda. as_of dice hasta cuándo está completo. Nulas, nunca 0, si nada de hoy está cubierto todavía. Hoy no está en ningún período cerrado. Debe cuadrar con: Shopify, Total sales de hoy antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_today.tenant_id is 'Empresa.';
comment on column kpi.sales_today.day is 'Día local en curso.';
comment on column kpi.sales_today.label is 'Siempre «hoy, parcial»: cómo debe llamarse en la tarjeta.';
comment on column kpi.sales_today.currency is 'Moneda de la empresa.';
comment on column kpi.sales_today.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si nada de hoy está cubierto todavía.';
comment on column kpi.sales_today.refunds is 'Devoluciones hechas hoy, con impuestos.';
comment on column kpi.sales_today.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_today.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_today.orders is 'Pedidos (ventas).';
comment on column kpi.sales_today.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_today.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_today.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_today.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_today.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_today.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_today.as_of is 'Hasta cuándo están completas las cifras; nulo si no hay.';
comment on column kpi.sales_today.day_share is 'Parte del día que cubren, de 0 a 1.';

grant select on kpi.sales_today to kpi_reader, kpi_analyst, kpi_writer;
