-- depends:
-- Dashboards: Ventas
-- Meaning: what differs now between the shop and the books, by the classes of MEANING 33 and 34, and what changed in closed months (MEANING 35).
-- Grain: one row per tenant, local day of the original and class; only classes with findings. A change of a closed month (after_closing) is of
--   the day on which it was first seen.
-- Unit: tenant's currency.
-- Source: kpi.reconciliation_daily, which is kept with every comparison: after each batch that changed something, in full each night.
-- Formula: amount = books minus shop, every peso in exactly one class, so that a day's classes but after_closing add up to its difference; value =
--   what findings without an amount are about (refunds, documents). A comparison that is pending is a class: pending, pending_link.
-- Debe cuadrar con: kpi reconcile run del mismo período: monto por clase; difiere en lo que cambió desde entonces.
-- Bad input: a side that is stale or was never read whole -> what is not there is pending, never missing. No exchange rate -> amount 0.
-- Explain: select 'order' as entity, o.id, null::numeric as contribution from public.source_orders o where o.tenant_id = $1 and o.deleted_at is
--   null and o.business_day = $2::date and exists (select from kpi.reconciliation_daily d where d.tenant_id = $1 and d.day = $2::date)
create or replace view kpi.reconciliation_by_day with (security_invoker = true) as
select
  d.tenant_id,
  d.day,
  d.class,
  t.currency,
  d.findings,
  d.amount,
  d.value,
  d.open as open_findings,
  d.explained as explained_findings
from kpi.reconciliation_daily as d
join public.tenants as t on t.id = d.tenant_id;

comment on view kpi.reconciliation_by_day is
'Diferencias vigentes entre la tienda y Odoo: una fila por empresa, día local del documento original y clase, solo clases con hallazgos. En la moneda de la empresa. amount es Odoo menos tienda y cada peso está en una sola clase, de modo que las clases de un día suman su diferencia; after_closing no es parte de ella: es lo que cambió en un mes cerrado, en el día en que se vio. Lo que aún no se puede juzgar está en pending y pending_link, nunca como faltante. Viva: se corrige con cada conciliación. Debe cuadrar con: kpi reconcile run del mismo período, monto por clase; difiere en lo que cambió desde entonces.';
comment on column kpi.reconciliation_by_day.tenant_id is 'Empresa.';
comment on column kpi.reconciliation_by_day.day is 'Día local del documento original; de after_closing, el día en que se vio el cambio.';
comment on column kpi.reconciliation_by_day.class is 'Clase de la diferencia: missing_in_odoo, amount, tax, refund_missing, …';
comment on column kpi.reconciliation_by_day.currency is 'Moneda de la empresa.';
comment on column kpi.reconciliation_by_day.findings is 'Hallazgos.';
comment on column kpi.reconciliation_by_day.amount is 'Odoo menos tienda; 0 si la clase solo señala algo.';
comment on column kpi.reconciliation_by_day.value is 'Monto de lo que los hallazgos señalan sin ser diferencia: devoluciones, documentos; nulo si no tratan de dinero.';
comment on column kpi.reconciliation_by_day.open_findings is 'Hallazgos por ver: abiertos o reaparecidos.';
comment on column kpi.reconciliation_by_day.explained_findings is 'Hallazgos que una persona explicó.';

grant select on kpi.reconciliation_by_day to kpi_reader, kpi_analyst, kpi_writer;
