-- depends: coverage, shop_erp_sync
-- Dashboards: Ventas
-- Meaning: how well the shop and the books agree on the orders of a closed period: linked, missing on one side, differing in amount
--   (MEANING 12 and 34).
-- Grain: one row per tenant that has a shop and an Odoo and of which one of the days is known.
-- Unit: orders; amounts in the tenant's currency, with tax, before returns.
-- Source: kpi.shop_erp_sync; kpi.coverage (subject sales).
-- Formula: sums of kpi.shop_erp_sync over the local days first_day to last_day, both included.
-- Debe cuadrar con: kpi reconcile run del mismo período (clases missing_in_odoo, missing_in_shopify, amount y currency, duplicate_in_odoo,
--   status); difiere en pedidos que el cotejo aún da por pendientes.
-- Bad input: a period that sales do not cover wholly, or a day in it that both sides do not cover wholly and 60 minutes beyond -> every
--   measure null, never 0, and pending says how many documents have no partner yet.
-- Explain: select 'order' as entity, o.id, o.amount_total as contribution from public.source_orders o where o.tenant_id = $1 and o.source =
--   'shopify' and o.deleted_at is null and o.excluded_because is null and o.status in ('open', 'completed', 'refunded') and
--   o.business_day = $2::date
-- In plpgsql, which keeps its plan for the session: planning takes longer than reading.
create or replace function kpi.shop_erp_sync_between(first_day date, last_day date)
  returns table (
    tenant_id uuid, currency text, linked bigint, missing_in_odoo bigint, missing_in_odoo_amount numeric, missing_in_shopify bigint,
    missing_in_shopify_amount numeric, differing bigint, difference numeric, duplicates bigint, duplicates_amount numeric, pending bigint)
  language plpgsql stable security invoker
  set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  return query
  select
    k.tenant_id,
    k.currency,
    case when k.is_known then k.linked end,
    case when k.is_known then k.missing_in_odoo end,
    case when k.is_known then k.missing_in_odoo_amount end,
    case when k.is_known then k.missing_in_shopify end,
    case when k.is_known then k.missing_in_shopify_amount end,
    case when k.is_known then k.differing end,
    case when k.is_known then k.difference end,
    case when k.is_known then k.duplicates end,
    case when k.is_known then k.duplicates_amount end,
    k.pending
  from (
    select
      c.tenant_id,
      s.currency,
      -- Both sides need an hour beyond the day before anything of it is missing.
      coalesce(shop_erp_sync_between.first_day >= c.first_day and shop_erp_sync_between.last_day <= c.last_day, false)
        and bool_and(s.coverage = 1) as is_known,
      sum(s.linked)::bigint as linked,
      sum(s.missing_in_odoo)::bigint as missing_in_odoo,
      sum(s.missing_in_odoo_amount) as missing_in_odoo_amount,
      sum(s.missing_in_shopify)::bigint as missing_in_shopify,
      sum(s.missing_in_shopify_amount) as missing_in_shopify_amount,
      sum(s.differing)::bigint as differing,
      sum(s.difference) as difference,
      sum(s.duplicates)::bigint as duplicates,
      sum(s.duplicates_amount) as duplicates_amount,
      sum(s.pending)::bigint as pending
    from kpi.coverage as c
    join kpi.shop_erp_sync as s
      on s.tenant_id = c.tenant_id and s.day between shop_erp_sync_between.first_day and shop_erp_sync_between.last_day
    where c.subject = 'sales'
    group by c.tenant_id, c.first_day, c.last_day, s.currency
  ) as k;
end $$;

comment on function kpi.shop_erp_sync_between(date, date) is
'Cuánto concuerdan la tienda y Odoo en los pedidos de un período cerrado de días locales (ambos incluidos): unidos, faltantes en un lado, con diferencias, duplicados. Una fila por empresa con tienda y Odoo, en su moneda. Si las ventas no cubren todo el período, o ambos lados algún día y 60 minutos más, no hay cifras (nulo), y pending dice cuántos documentos aún no tienen pareja. Debe cuadrar con: kpi reconcile run del mismo período; difiere en pedidos que el cotejo aún da por pendientes.';

revoke execute on function kpi.shop_erp_sync_between(date, date) from public;
grant execute on function kpi.shop_erp_sync_between(date, date) to kpi_reader, kpi_analyst, kpi_writer;
