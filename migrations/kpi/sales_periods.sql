-- depends: coverage
-- Dashboards: Tenant, Ventas
-- Meaning: sales of the closed periods that the cards name: whole local days up to yesterday (MEANING 11), in the four words of MEANING 7,
--   with what of them is still to be paid.
-- Grain: one row per tenant and period: yesterday, last_7_days, last_30_days, month_to_yesterday, last_month, month_before_last,
--   last_12_months (the last complete ones). Each by the tenant's own calendar.
-- Unit: tenant's currency; with tax but for net_sales_untaxed. coverage is a share from 0 to 1, cut and not rounded to four decimals.
-- Source: kpi.sales_daily, which is kept with every batch; kpi.coverage (subject sales).
-- Formula: sums over first_day to last_day, both included. last_month = the last complete calendar month; last_30_days are 30 whole days and
--   not the rolling window of the brief's query (kpi.sales_30_days). coverage = days wholly covered / days of the period.
-- Debe cuadrar con: Shopify, Total sales del período antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos
--   propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.
-- Bad input: a period that is not wholly covered -> every measure null, never 0. On the first of a month month_to_yesterday has no day yet:
--   measures and coverage null. Sales without an exchange rate are counted in orders and in orders_without_rate and are in no amount.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.orders o where o.tenant_id = $1 and o.business_day =
--   $2::date union all select 'refund', r.id, -r.amount_total from public.refunds r where r.tenant_id = $1 and r.counts and r.deleted_at is
--   null and r.business_day = $2::date
create or replace view kpi.sales_periods with (security_invoker = true) as
select
  t.id as tenant_id,
  p.period,
  p.first_day,
  p.last_day,
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
  x.coverage
from public.tenants as t
left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales'
cross join lateral (
  select (now() at time zone t.time_zone)::date as today, date_trunc('month', now() at time zone t.time_zone)::date as month
) as n
cross join lateral (
  values
    ('yesterday', n.today - 1, n.today - 1),
    ('last_7_days', n.today - 7, n.today - 1),
    ('last_30_days', n.today - 30, n.today - 1),
    ('month_to_yesterday', n.month, n.today - 1),
    ('last_month', (n.month - interval '1 month')::date, n.month - 1),
    ('month_before_last', (n.month - interval '2 months')::date, (n.month - interval '1 month')::date - 1),
    ('last_12_months', (n.month - interval '12 months')::date, n.month - 1)
) as p(period, first_day, last_day)
cross join lateral (
  select
    coalesce(p.first_day >= c.first_day and p.last_day <= c.last_day and p.last_day >= p.first_day, false) as is_covered,
    -- least and greatest pass over nulls: without coverage there would seem to be all of it.
    case when p.last_day >= p.first_day then case when c.last_day is null then 0 else trunc(greatest(
    least(p.last_day, c.last_day) - greatest(p.first_day, c.first_day) + 1, 0)::numeric / (p.last_day - p.first_day + 1), 4) end end as coverage
) as x
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
  where s.tenant_id = t.id and s.day between p.first_day and p.last_day
) as m;

comment on view kpi.sales_periods is
'Ventas de los períodos cerrados que nombran las tarjetas: días locales completos hasta ayer. Una fila por empresa y período: yesterday, last_7_days, last_30_days, month_to_yesterday, last_month (último mes completo), month_before_last, last_12_months. En la moneda de la empresa. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0. last_30_days son 30 días completos, no la ventana móvil (kpi.sales_30_days). Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales del período antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_periods.tenant_id is 'Empresa.';
comment on column kpi.sales_periods.period is 'Período: yesterday, last_7_days, last_30_days, month_to_yesterday, last_month, month_before_last o last_12_months.';
comment on column kpi.sales_periods.first_day is 'Primer día local del período.';
comment on column kpi.sales_periods.last_day is 'Último día local, incluido.';
comment on column kpi.sales_periods.currency is 'Moneda de la empresa.';
comment on column kpi.sales_periods.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si el período no está cubierto por completo.';
comment on column kpi.sales_periods.refunds is 'Devoluciones hechas en el período, con impuestos.';
comment on column kpi.sales_periods.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_periods.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_periods.orders is 'Pedidos (ventas).';
comment on column kpi.sales_periods.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_periods.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_periods.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_periods.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_periods.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_periods.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_periods.coverage is 'Parte de los días del período que está cubierta por completo, de 0 a 1; solo con 1 hay cifras. Nula si el período aún no tiene días.';

grant select on kpi.sales_periods to kpi_reader, kpi_analyst, kpi_writer;
