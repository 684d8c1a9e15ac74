-- depends:
-- Dashboards: Ventas
-- Meaning: how well the shop and the books agree on the orders of a local day: linked, missing on one side, differing in amount (MEANING 12 and
--   34). It is the commercial comparison by day; the reconciliation (kpi reconcile run) names each order.
-- Grain: one row per tenant that has a shop and an Odoo, and local day, from the first that is known of to the last with a document or covered.
-- Unit: orders; amounts in the tenant's currency, with tax, before returns; coverage is a share from 0 to 1, cut to four decimals.
-- Source: kpi.shop_erp_daily, kept with every batch; kpi.freshness of the streams of orders of both sides.
-- Formula: the day is the shop order's, or that of an Odoo document without one. Linked documents are a group, as in the reconciliation: of
--   the standing documents, in the order of their numbers, so many are compared as come closest to the group's sales (an order split over
--   several with their sum, several merged into one with it, on the day of the first). linked = sales of the shop with a standing document in
--   Odoo; differing = groups that differ; difference = sum of Odoo - shop. missing_in_odoo = sales of the shop without any document;
--   missing_in_shopify = standing Odoo documents that cite an order which is not there; duplicates = standing documents beyond those compared;
--   status_differs = sales whose document does not stand, or the reverse. Always erp_amount - shop_amount = missing_in_shopify_amount -
--   missing_in_odoo_amount + difference + duplicates_amount + status_amount.
-- Debe cuadrar con: kpi reconcile run del mismo período (clases missing_in_odoo, missing_in_shopify, amount y currency, duplicate_in_odoo,
--   status); difiere en pedidos que el cotejo aún da por pendientes.
-- Bad input: a day that both sides do not cover wholly and 60 minutes beyond -> every measure null, and pending says how many documents have no
--   partner yet (waiting mirrors among them): they are not missing until then. A covered day without anything -> 0. Without an exchange
--   rate -> amount 0, and differing. Only one of the two connected -> no row.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.source_orders o where o.tenant_id = $1 and o.source =
--   'shopify' and o.deleted_at is null and o.excluded_because is null and o.status in ('open', 'completed', 'refunded') and
--   o.business_day = $2::date
create or replace view kpi.shop_erp_sync with (security_invoker = true) as
select
  t.id as tenant_id,
  d.day,
  t.currency,
  case when d.is_covered then coalesce(s.shop_orders, 0) end as shop_orders,
  case when d.is_covered then coalesce(s.shop_amount, 0) end as shop_amount,
  case when d.is_covered then coalesce(s.erp_orders, 0) end as erp_orders,
  case when d.is_covered then coalesce(s.erp_amount, 0) end as erp_amount,
  case when d.is_covered then coalesce(s.linked, 0) end as linked,
  case when d.is_covered then coalesce(s.without_erp, 0) end as missing_in_odoo,
  case when d.is_covered then coalesce(s.without_erp_amount, 0) end as missing_in_odoo_amount,
  case when d.is_covered then coalesce(s.without_shop, 0) end as missing_in_shopify,
  case when d.is_covered then coalesce(s.without_shop_amount, 0) end as missing_in_shopify_amount,
  case when d.is_covered then coalesce(s.differing, 0) end as differing,
  case when d.is_covered then coalesce(s.difference, 0) end as difference,
  case when d.is_covered then coalesce(s.difference_absolute, 0) end as difference_absolute,
  case when d.is_covered then coalesce(s.duplicates, 0) end as duplicates,
  case when d.is_covered then coalesce(s.duplicates_amount, 0) end as duplicates_amount,
  case when d.is_covered then coalesce(s.status_differs, 0) end as status_differs,
  case when d.is_covered then coalesce(s.status_amount, 0) end as status_amount,
  case when d.is_covered then 0 else coalesce(s.without_erp + s.without_shop, 0) end as pending,
  d.coverage
from public.tenants as t
join (
  select f.tenant_id, max(coalesce(f.covered_from, '-infinity')) as covered_from,
    case when count(*) = count(f.covered_until) then min(f.covered_until) end as covered_until
  from kpi.freshness as f
  where f.stream = 'orders' and f.source in ('shopify', 'odoo')
  group by f.tenant_id
  having count(distinct f.source) = 2
) as c on c.tenant_id = t.id
cross join lateral (select min(x.day) as first_day, max(x.day) as last_day from kpi.shop_erp_daily as x where x.tenant_id = t.id) as k
cross join lateral (
  select
    g.at::date as day,
    coalesce(b.begins >= c.covered_from and b.ends + interval '60 minutes' <= c.covered_until, false) as is_covered,
    case when c.covered_until is null then 0 else trunc(greatest(extract(epoch from
      least(c.covered_until - interval '60 minutes', b.ends) - greatest(c.covered_from, b.begins)), 0) / extract(epoch from b.ends - b.begins), 4)
    end as coverage
  from generate_series(k.first_day::timestamp,
    greatest(k.last_day, ((c.covered_until - interval '60 minutes') at time zone t.time_zone)::date - 1)::timestamp, interval '1 day') as g(at)
  cross join lateral (
    -- "offset 0": once for each day, not again wherever they are named.
    select g.at at time zone t.time_zone as begins, (g.at + interval '1 day') at time zone t.time_zone as ends offset 0
  ) as b
) as d
-- Each day by its key: as a plain join every day would read all days of the tenant.
left join lateral (
  select x.* from kpi.shop_erp_daily as x where x.tenant_id = t.id and x.day = d.day offset 0
) as s on true;

comment on view kpi.shop_erp_sync is
'Cuánto concuerdan la tienda y Odoo en los pedidos de cada día local: unidos, faltantes en un lado, con diferencias. Una fila por empresa con tienda y Odoo, y día. El día es el del pedido de la tienda, o el del documento de Odoo que no tiene pareja. Un pedido partido en varios documentos se compara con su suma, y varios juntados en uno con él, en el día del primero. Siempre erp_amount - shop_amount = missing_in_shopify_amount - missing_in_odoo_amount + difference + duplicates_amount + status_amount. Un día que ambos lados no cubren por completo y 60 minutos más no tiene cifras (nulo), y pending dice cuántos documentos aún no tienen pareja; un día cubierto sin nada tiene 0. Montos en la moneda de la empresa, con impuestos, antes de devoluciones. Debe cuadrar con: kpi reconcile run del mismo período (clases missing_in_odoo, missing_in_shopify, amount y currency, duplicate_in_odoo, status); difiere en pedidos que el cotejo aún da por pendientes.';
comment on column kpi.shop_erp_sync.tenant_id is 'Empresa.';
comment on column kpi.shop_erp_sync.day is 'Día local.';
comment on column kpi.shop_erp_sync.currency is 'Moneda de la empresa.';
comment on column kpi.shop_erp_sync.shop_orders is 'Pedidos de la tienda que son venta.';
comment on column kpi.shop_erp_sync.shop_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.erp_orders is 'Documentos vigentes de Odoo de pedidos de la tienda.';
comment on column kpi.shop_erp_sync.erp_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.linked is 'Ventas de la tienda con documento vigente en Odoo.';
comment on column kpi.shop_erp_sync.missing_in_odoo is 'Ventas de la tienda sin documento en Odoo.';
comment on column kpi.shop_erp_sync.missing_in_odoo_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.missing_in_shopify is 'Documentos vigentes de Odoo que citan un pedido que no está en la tienda.';
comment on column kpi.shop_erp_sync.missing_in_shopify_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.differing is 'Pedidos unidos, o grupos de ellos partidos o juntados, que difieren en monto o moneda.';
comment on column kpi.shop_erp_sync.difference is 'Suma de sus diferencias, Odoo menos tienda.';
comment on column kpi.shop_erp_sync.difference_absolute is 'Diferencias del día sin signo.';
comment on column kpi.shop_erp_sync.duplicates is 'Documentos vigentes de un pedido más allá de los que lo completan.';
comment on column kpi.shop_erp_sync.duplicates_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.status_differs is 'Vigentes en un lado y no en el otro.';
comment on column kpi.shop_erp_sync.status_amount is 'Odoo menos tienda de esos pedidos.';
comment on column kpi.shop_erp_sync.pending is 'Documentos sin pareja de un día aún no cubierto: todavía no se puede decir que falten.';
comment on column kpi.shop_erp_sync.coverage is 'Parte del día que ambos lados cubren, de 0 a 1.';

grant select on kpi.shop_erp_sync to kpi_reader, kpi_analyst, kpi_writer;

-- For cards: in plpgsql, which keeps its plan for the session, since planning the view takes longer than reading its days.
create or replace function kpi.shop_erp_sync(first_day date, last_day date) returns setof kpi.shop_erp_sync
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query select d.* from kpi.shop_erp_sync as d where d.day between $1 and $2;
end $$;

comment on function kpi.shop_erp_sync(date, date) is 'Las filas de kpi.shop_erp_sync del primer al último día pedido, ambos incluidos.';

revoke execute on function kpi.shop_erp_sync(date, date) from public;
grant execute on function kpi.shop_erp_sync(date, date) to kpi_reader, kpi_analyst, kpi_writer;
