-- depends: coverage, generic_identities
-- Dashboards: Tenant, Ventas
-- Meaning: clientes recurrentes, móvil: buyers of the last 30 days by the clock, and how many of them had bought before (MEANING 11, 16).
-- Grain: one row per active tenant.
-- Unit: buyers (identities); repeat_rate from 0 to 1.
-- Source: kpi.customer_sales; kpi.coverage (subject customers).
-- Formula: buyers = identities whose last sale is at or after now() - interval '30 days'; returning_buyers = those with two sales or more;
--   repeat_rate = returning_buyers / buyers.
-- Debe cuadrar con: kpi.returning_customers de los mismos días, salvo las horas de los bordes; Shopify, Returning customer rate de los
--   últimos 30 días, con las diferencias que dice esa función.
-- Bad input: not covered from the window's start until 24 hours ago -> null. No buyers -> repeat_rate null. Generic identities are not used.
-- Explain: select 'order' as entity, o.id, 1::numeric as contribution from public.source_orders o where o.tenant_id = $1 and o.is_sale and
--   o.deleted_at is null and o.created_at >= now() - interval '30 days' and $2::date is not null
create or replace view kpi.returning_customers_30d with (security_invoker = true) as
select
  t.id as tenant_id,
  case when c.is_covered then b.buyers end as buyers,
  case when c.is_covered then b.returning_buyers end as returning_buyers,
  case when c.is_covered then round(b.returning_buyers::numeric / nullif(b.buyers, 0), 4) end as repeat_rate,
  c.covered_until
from public.tenants as t
cross join lateral (
  select
    coalesce(bool_and(coalesce(v.covered_from <= now() - interval '30 days' and v.covered_until >= now() - interval '24 hours', false)), false)
      as is_covered,
    min(v.covered_until) as covered_until
  from kpi.coverage as v
  where v.tenant_id = t.id and v.subject = 'customers'
) as c
cross join lateral (
  select count(*) as buyers, count(*) filter (where s.sales > 1) as returning_buyers
  from kpi.customer_sales as s
  where s.tenant_id = t.id and s.last_sale_at >= now() - interval '30 days'
    and s.identity_id <> all (array(select g.identity_id from kpi.generic_identities as g where g.tenant_id = t.id and not g.used))
) as b
where t.status = 'active';

comment on view kpi.returning_customers_30d is
'Clientes recurrentes, móvil (últimos 30 días corridos): compradores identificados con una venta en la ventana y cuántos de ellos habían comprado antes, en cualquier momento. Una fila por empresa activa. Nulo si los datos no cubren desde el inicio de la ventana hasta hace 24 horas. Debe cuadrar con: kpi.returning_customers de los mismos días, salvo las horas de los bordes.';
comment on column kpi.returning_customers_30d.tenant_id is 'Empresa.';
comment on column kpi.returning_customers_30d.buyers is 'Compradores identificados de los últimos 30 días.';
comment on column kpi.returning_customers_30d.returning_buyers is 'De ellos, recurrentes: con una venta anterior.';
comment on column kpi.returning_customers_30d.repeat_rate is 'Recurrentes dividido por compradores, de 0 a 1; nula sin compradores.';
comment on column kpi.returning_customers_30d.covered_until is 'Hasta cuándo están cubiertos todos los flujos que necesita.';

grant select on kpi.returning_customers_30d to kpi_reader, kpi_analyst, kpi_writer;
