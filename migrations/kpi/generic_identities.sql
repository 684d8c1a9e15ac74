-- depends:
-- Dashboards: Ventas
-- Meaning: identities that are probably no single customer (MEANING 16): they have more than 5 % of the company's sales, or rest on nothing
--   but a RUT that many share ("Cliente Web"). They are not used in customer numbers until a person says that they are one.
-- Grain: one row per tenant and identity reported.
-- Unit: sales (orders); share from 0 to 1.
-- Source: kpi.customer_sales, kpi.sales_daily, kpi.accepted_identities.
-- Formula: reported when sales >= 20 and sales > 5 % of all sales of the tenant, or anonymous. used = a person accepted it.
-- Debe cuadrar con: nada en el origen; Shopify y Odoo muestran los pedidos de un cliente en su ficha, no si es genérico.
-- Bad input: fewer than 20 sales are never reported for their share: in a small company one good customer is more than 5 %. An accepted
--   identity that later merges with another has a new id and is reported again.
-- Explain: select 'order' as entity, o.id, 1::numeric as contribution from kpi.generic_identities g join public.customer_identities i on
--   i.tenant_id = g.tenant_id and i.identity_id = g.identity_id join public.source_orders o on o.tenant_id = i.tenant_id and o.customer_id =
--   i.customer_id and o.is_sale where g.tenant_id = $1 and o.business_day = $2::date
create or replace view kpi.generic_identities with (security_invoker = true) as
select
  c.tenant_id,
  c.identity_id,
  case when c.anonymous then 'rut' else 'share' end as reason,
  c.sales,
  round(c.sales / nullif(s.sales, 0), 4) as share,
  a.identity_id is not null as used
from kpi.customer_sales as c
cross join lateral (select sum(d.orders) as sales from kpi.sales_daily as d where d.tenant_id = c.tenant_id) as s
left join kpi.accepted_identities as a on a.tenant_id = c.tenant_id and a.identity_id = c.identity_id
where (c.sales >= 20 or c.anonymous) and (c.anonymous or c.sales * 20 > s.sales);

comment on view kpi.generic_identities is
'Identidades que probablemente no son un solo cliente: tienen más del 5 % de las ventas de la empresa (y al menos 20), o solo se apoyan en un RUT que comparten muchos ("Cliente Web"). Una fila por empresa e identidad. No se usan en las cifras de clientes hasta que una persona diga que sí (kpi identity accept). Debe cuadrar con: nada en el origen; Shopify y Odoo muestran los pedidos de un cliente en su ficha, no si es genérico.';
comment on column kpi.generic_identities.tenant_id is 'Empresa.';
comment on column kpi.generic_identities.identity_id is 'Identidad (public.customer_identities).';
comment on column kpi.generic_identities.reason is 'share: demasiadas ventas. rut: solo un RUT genérico.';
comment on column kpi.generic_identities.sales is 'Sus ventas.';
comment on column kpi.generic_identities.share is 'Parte de todas las ventas de la empresa, de 0 a 1.';
comment on column kpi.generic_identities.used is 'Si una persona dijo que es un cliente y se usa.';

grant select on kpi.generic_identities to kpi_reader, kpi_analyst, kpi_writer;
