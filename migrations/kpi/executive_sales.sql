-- depends: coverage
-- Dashboards: Ejecutiva
-- Meaning: venta bruta of each company in its last complete local month, in its own currency and in the platform's, so that companies of
--   different currencies can be added and ranked (MEANING 4, 28). The only view that offers either.
-- Grain: one row per tenant that is not erased.
-- Unit: amount_total in the tenant's currency (currency), amount_platform in the platform's (platform_currency, kpi platform set; CLP).
-- Source: kpi.sales_daily; kpi.coverage (sales); the company's own exchange rates in Odoo (public.exchange_rates).
-- Formula: month = the last complete calendar month in the tenant's zone. amount_platform = sum over local days of the day's sales x the rate
--   of that day, rounded once to the platform currency's decimals. Rate of a day: the company's last own rate on or before it, at most seven
--   days old, either way round (USD in CLP, or one divided by CLP in USD); the later one wins, of the same day the direct one.
-- Debe cuadrar con: Shopify, Total sales del mes antes de devoluciones, más los pedidos propios de Odoo; amount_platform no existe en ningún
--   origen: es amount_total día por día a los tipos de cambio de Odoo.
-- Bad input: month not wholly covered -> amounts null ("sin dato"), the share of covered days is in coverage. A day with sales without a rate
--   -> amount_platform null and missing_because no_rate: a company that reports in another currency and has no Odoo cannot be converted, as
--   no other company's rates are used for it. A rate outside plausible bounds (USD 300-3,000, EUR 350-3,500, CLF 20,000-100,000 CLP) is
--   not used: implausible_rate. Documents that had no rate into the tenant's own currency are counted and in no amount.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.source_orders o where o.tenant_id = $1 and o.is_sale
--   and o.business_day >= date_trunc('month', $2::date)::date and o.business_day < (date_trunc('month', $2::date) + interval '1 month')::date
create or replace view kpi.executive_sales with (security_invoker = true) as
select
  t.id as tenant_id,
  t.rut,
  t.company_name,
  t.status,
  m.first_day as month,
  t.currency,
  case when c.coverage = 1 then s.amount_total end as amount_total,
  case when c.coverage = 1 then s.orders end as orders,
  case when c.coverage = 1 then s.orders_without_rate end as orders_without_rate,
  p.currency as platform_currency,
  case when c.coverage = 1 and s.days_without_rate = 0 then round(s.amount_platform, p.currency_decimals) end as amount_platform,
  case
    when v.tenant_id is null then 'no_source'
    when c.coverage < 1 then 'not_covered'
    when s.days_with_implausible_rate > 0 then 'implausible_rate'
    when s.days_without_rate > 0 then 'no_rate'
  end as missing_because,
  c.coverage
from public.tenants as t
cross join kpi.platform as p
cross join lateral (
  select
    (date_trunc('month', now() at time zone t.time_zone) - interval '1 month')::date as first_day,
    date_trunc('month', now() at time zone t.time_zone)::date - 1 as last_day
) as m
left join kpi.coverage as v on v.tenant_id = t.id and v.subject = 'sales'
cross join lateral (
  select case when v.last_day is null then 0::numeric else
    -- -infinity cannot be subtracted: bounds first, then the count of days.
    round(greatest(least(v.last_day, m.last_day) - greatest(v.first_day, m.first_day) + 1, 0)::numeric / (m.last_day - m.first_day + 1), 4)
  end as coverage
) as c
cross join lateral (
  select
    coalesce(sum(d.amount_total), 0) as amount_total,
    coalesce(sum(d.orders), 0)::bigint as orders,
    coalesce(sum(d.orders_without_rate), 0)::bigint as orders_without_rate,
    coalesce(sum(d.amount_total * case when t.currency = p.currency then 1 when r.is_plausible then r.rate end), 0) as amount_platform,
    count(*) filter (where d.amount_total <> 0 and t.currency <> p.currency and r.is_plausible is not true) as days_without_rate,
    count(*) filter (where d.amount_total <> 0 and r.is_plausible is false) as days_with_implausible_rate
  from (
    select s.day, sum(s.amount_total) as amount_total, sum(s.orders) as orders, sum(s.orders_without_rate) as orders_without_rate
    from kpi.sales_daily as s
    where s.tenant_id = t.id and s.day between m.first_day and m.last_day
    group by s.day
  ) as d
  left join lateral (
    select f.rate, f.rate between coalesce(b.low, 0) and coalesce(b.high, 'infinity') as is_plausible
    from (
      (select 1 as place, x.rate_date, x.rate
        from public.exchange_rates as x
        where x.tenant_id = t.id and x.currency = t.currency and x.base_currency = p.currency and x.deleted_at is null and x.rate > 0
          and x.rate_date between d.day - 7 and d.day
        order by x.rate_date desc, x.id limit 1)
      union all
      (select 2, x.rate_date, 1 / x.rate
        from public.exchange_rates as x
        where x.tenant_id = t.id and x.currency = p.currency and x.base_currency = t.currency and x.deleted_at is null and x.rate > 0
          and x.rate_date between d.day - 7 and d.day
        order by x.rate_date desc, x.id limit 1)
    ) as f
    left join (values
      ('USD', 'CLP', 300, 3000), ('EUR', 'CLP', 350, 3500), ('CLF', 'CLP', 20000, 100000), ('EUR', 'USD', 0.7, 1.8),
      ('CLP', 'USD', 1 / 3000.0, 1 / 300.0), ('CLP', 'EUR', 1 / 3500.0, 1 / 350.0), ('USD', 'EUR', 1 / 1.8, 1 / 0.7)
    ) as b(currency, base_currency, low, high) on b.currency = t.currency and b.base_currency = p.currency
    where t.currency <> p.currency
    order by f.rate_date desc, f.place
    limit 1
  ) as r on true
) as s
where t.status <> 'erased';

comment on view kpi.executive_sales is
'Venta bruta de cada empresa en su último mes calendario completo (en su propia zona), en su moneda y en la de la plataforma: la única vista en que empresas de distinta moneda se suman u ordenan. Una fila por empresa. amount_platform = venta de cada día local por el tipo de cambio de ese día: el último propio de la empresa en Odoo a esa fecha, de no más de siete días, en cualquiera de los dos sentidos. Nulo con su razón en missing_because: no_source (ningún origen de ventas), not_covered (mes no cubierto por completo: sin dato), no_rate (un día con ventas sin tipo de cambio; no se usan los de otra empresa), implausible_rate (fuera de lo razonable). Debe cuadrar con: Shopify, Total sales del mes antes de devoluciones, más los pedidos propios de Odoo; amount_platform no existe en ningún origen.';
comment on column kpi.executive_sales.tenant_id is 'Empresa.';
comment on column kpi.executive_sales.rut is 'RUT de la empresa.';
comment on column kpi.executive_sales.company_name is 'Razón social.';
comment on column kpi.executive_sales.status is 'active o paused.';
comment on column kpi.executive_sales.month is 'Primer día del mes informado.';
comment on column kpi.executive_sales.currency is 'Moneda de la empresa y de amount_total.';
comment on column kpi.executive_sales.amount_total is 'Venta bruta del mes en la moneda de la empresa; 0 si no vendió, nula sin dato.';
comment on column kpi.executive_sales.orders is 'Pedidos (ventas) del mes; nulo sin dato.';
comment on column kpi.executive_sales.orders_without_rate is 'De ellos, sin tipo de cambio a la moneda de la empresa: no están en ningún monto.';
comment on column kpi.executive_sales.platform_currency is 'Moneda de la plataforma y de amount_platform.';
comment on column kpi.executive_sales.amount_platform is 'Venta bruta del mes en la moneda de la plataforma; nula si no se sabe o no se puede convertir.';
comment on column kpi.executive_sales.missing_because is 'Por qué falta un monto: no_source, not_covered, no_rate o implausible_rate.';
comment on column kpi.executive_sales.coverage is 'Parte de los días del mes cubierta por los datos, de 0 a 1.';

grant select on kpi.executive_sales to kpi_reader, kpi_analyst, kpi_writer;
