-- Venta bruta of the last closed local day on which the tenant does business (MEANING 49): below the limit only when it is known, that
-- is when the day is wholly covered, no sale lacks its exchange rate, and no stream of sales is behind. 0 sales of a stale source is
-- stale, not low. $1 tenant, $2 {threshold, at}.
with open_day as (
  select g.at::date as day
  from public.tenants t
  cross join lateral (select (($2::jsonb ->> 'at')::timestamptz at time zone t.time_zone)::date as today) n
  cross join lateral generate_series(n.today - 1, n.today - 31, interval '-1 day') g(at)
  where t.id = $1
    and not extract(isodow from g.at)::smallint = any (t.closed_weekdays)
    and not (t.closed_on_holidays and to_char(g.at, 'MM-DD') in ('01-01', '05-01', '09-18', '09-19', '12-25'))
    and not g.at::date = any (t.closed_dates)
  order by g.at desc
  limit 1
),
late as (
  select string_agg(distinct f.source, ', ' order by f.source) as sources
  from kpi.freshness_now f
  -- The streams of kpi.coverage's subject sales; one that ended without covering anything is of an application that is not installed.
  where f.tenant_id = $1 and f.source in ('shopify', 'odoo') and f.stream in ('orders', 'invoices', 'pos_orders') and f.is_stale
    and (f.stream = 'orders' or f.covered_until is not null or f.last_success_at is null)
)
select 'ventas' as subject, 'Venta bruta del ' || to_char(d.day, 'DD-MM-YYYY') as title, d.day::text as occasion,
  trim_scale(s.gross_sales)::text as value,
  case when u.because is null then s.gross_sales < ($2::jsonb ->> 'threshold')::numeric end as breach,
  u.because,
  jsonb_build_array(jsonb_build_array(d.day, trim_scale(s.gross_sales)::text, s.currency, s.orders, trim_scale(s.refunds)::text)) as cells
from open_day d
left join kpi.sales_by_day s on s.tenant_id = $1 and s.day = d.day
cross join late l
cross join lateral (select case
    when l.sources is not null then 'las ventas no están al día: ' || l.sources
    when s.gross_sales is null then 'el día ' || to_char(d.day, 'DD-MM-YYYY') || ' no está cubierto por completo'
    when s.orders_without_rate > 0 and s.gross_sales < ($2::jsonb ->> 'threshold')::numeric
      then 'hay ventas sin tipo de cambio el ' || to_char(d.day, 'DD-MM-YYYY')
  end as because) u
where exists (select from kpi.coverage c where c.tenant_id = $1 and c.subject = 'sales')
