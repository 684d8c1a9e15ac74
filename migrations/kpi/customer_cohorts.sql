-- depends: coverage, generic_identities
-- Dashboards: Ventas
-- Meaning: how many of those who first bought in a month buy again in the months that follow (MEANING 16).
-- Grain: one row per tenant, cohort (local month of an identity's first sale, `2026-05`, or `anterior`) and month of sale. Only months
--   with sales.
-- Unit: buyers (identities), orders; amount in the tenant's currency, with tax.
-- Source: kpi.customer_sales_daily; kpi.coverage (subject customers).
-- Formula: months_since = months between the first sale's month and the month of sale, 0 for the month itself.
-- Debe cuadrar con: Shopify, Customer cohort analysis; difiere en las compras en Odoo y en quienes compran como invitados.
-- Bad input: who first bought before the first wholly covered month may have bought earlier still: cohort `anterior`, months_since null.
--   Days after the last covered one are left out; is_complete says whether the month of sale is wholly covered. Generic identities are not
--   used. Without coverage no rows. Sales without an exchange rate are orders and in no amount.
-- Explain: select 'order' as entity, o.id, 1::numeric as contribution from public.source_orders o where o.tenant_id = $1 and o.is_sale and
--   o.deleted_at is null and o.business_day >= date_trunc('month', $2::date)::date and o.business_day < (date_trunc('month', $2::date) +
--   interval '1 month')::date
create or replace view kpi.customer_cohorts with (security_invoker = true) as
select
  t.id as tenant_id,
  coalesce(to_char(m.cohort_month, 'YYYY-MM'), 'anterior') as cohort,
  p.month,
  ((extract(year from p.month) - extract(year from m.cohort_month)) * 12
    + extract(month from p.month) - extract(month from m.cohort_month))::int as months_since,
  m.buyers,
  m.orders,
  m.amount_total,
  p.month >= v.first_day and (p.month + interval '1 month')::date - 1 <= v.last_day as is_complete
from public.tenants as t
join kpi.coverage as v on v.tenant_id = t.id and v.subject = 'customers'
-- Month by month, so that a card that asks for some months reads those days alone.
cross join lateral (
  -- The bound is carried through an aggregate: else what it is made of is made again for every row below.
  select min(d.day) as first_day, v.first_day as known_from from kpi.customer_sales_daily as d where d.tenant_id = t.id
) as f
cross join lateral (
  select g.at::date as month
  from generate_series(date_trunc('month', f.first_day::timestamp), v.last_day::timestamp, interval '1 month') as g(at)
) as p
cross join lateral (
  select
    x.cohort_month,
    -- An identity once per month: on its first day with sales in it, which is covered if any of them is.
    count(*) filter (where d.opens_month) as buyers,
    sum(d.sales)::bigint as orders,
    sum(d.amount_total) as amount_total
  from kpi.customer_sales_daily as d
  cross join lateral (select case when d.first_month >= f.known_from then d.first_month end as cohort_month) as x
  where d.tenant_id = t.id and d.day >= p.month and d.day < (p.month + interval '1 month')::date and d.day <= v.last_day
    and d.identity_id <> all (array(select g.identity_id from kpi.generic_identities as g where g.tenant_id = t.id and not g.used))
  group by x.cohort_month
) as m;

comment on view kpi.customer_cohorts is
'Cohortes: de quienes compraron por primera vez en un mes local, cuántos compran en los meses siguientes. Una fila por empresa, cohorte (mes de la primera venta, como 2026-05, o anterior) y mes de venta; solo meses con ventas. Quien compró antes del primer mes cubierto por completo está en anterior, sin months_since. Los días después del último cubierto no están; is_complete dice si el mes de venta está cubierto por completo. Las identidades genéricas no se usan. En la moneda de la empresa. Debe cuadrar con: Shopify, Customer cohort analysis; difiere en las compras en Odoo y en quienes compran como invitados.';
comment on column kpi.customer_cohorts.tenant_id is 'Empresa.';
comment on column kpi.customer_cohorts.cohort is 'Mes local de la primera venta (AAAA-MM), o anterior.';
comment on column kpi.customer_cohorts.month is 'Mes de las ventas (su primer día).';
comment on column kpi.customer_cohorts.months_since is 'Meses desde la primera venta; 0 es el mismo mes; nulo en anterior.';
comment on column kpi.customer_cohorts.buyers is 'Compradores de la cohorte en ese mes.';
comment on column kpi.customer_cohorts.orders is 'Sus ventas.';
comment on column kpi.customer_cohorts.amount_total is 'Su venta bruta.';
comment on column kpi.customer_cohorts.is_complete is 'Si el mes de venta está cubierto por completo.';

grant select on kpi.customer_cohorts to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its months.
create or replace function kpi.customer_cohorts(first_month date, last_month date) returns setof kpi.customer_cohorts
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.customer_cohorts as d where d.month between $1 and $2;
end $$;

comment on function kpi.customer_cohorts(date, date) is 'Las filas de kpi.customer_cohorts de los meses de venta pedidos (primer día de cada uno), ambos incluidos.';

revoke execute on function kpi.customer_cohorts(date, date) from public;
grant execute on function kpi.customer_cohorts(date, date) to kpi_reader, kpi_analyst, kpi_writer;
