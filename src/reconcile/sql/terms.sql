-- What a comparison goes by, as one row: its instant and range, the tenant's settings, and how far each side can be judged. $1 tenant,
-- $2 as of, $3 from (or null), $4 until (or null), $5 grace (interval, or null for the tenant's own).
-- A side is fresh when its reading is neither paused, held nor refused, and has come to within the grace (an hour at least) of the as-of
-- instant. Without that nothing is said to be missing there, however old: an Odoo that lost its rights looks like an empty one.
create temporary table reconcile_terms on commit drop as
with tenant as (
  select t.*, coalesce($5::interval, make_interval(mins => t.reconcile_grace_minutes)) as grace from public.tenants t where t.id = $1::uuid
),
side as (
  select c.source, n.stream,
    max(coalesce(s.covered_from, '-infinity')) as covered_from,
    min(coalesce(s.covered_until, '-infinity')) as covered_until,
    bool_and(coalesce(c.status <> 'paused' and s.held_because is null and coalesce(s.error_kind, 'transient') = 'transient'
      and s.covered_until >= $2::timestamptz - greatest(t.grace, interval '60 minutes'), false)) as fresh
  from tenant t
  join ops.connections c on c.tenant_id = t.id
  join (values ('shopify', 'orders'), ('odoo', 'orders'), ('odoo', 'invoices')) n(source, stream) on n.source = c.source
  left join ops.streams s on s.tenant_id = t.id and s.connection_id = c.id and s.stream = n.stream and s.lane = 'live'
  group by c.source, n.stream
)
select t.id as tenant_id, t.currency, t.currency_decimals as decimals, power(10::numeric, -t.currency_decimals) as smallest, t.time_zone, $2::timestamptz as as_of,
  ($2::timestamptz at time zone t.time_zone)::date as today, $3::timestamptz as range_from, $4::timestamptz as range_until,
  t.grace, t.reconcile_days as days, t.reconcile_from as starts_on, t.reconcile_pos as pos_counts,
  t.reconcile_total_tolerance as total_tolerance, t.reconcile_tax_tolerance as tax_tolerance, t.document_expected,
  t.invoices_elsewhere,
  shop.covered_from as shop_from, nullif(shop.covered_until, '-infinity') as shop_as_of, least(shop.covered_until, $2) as shop_until, shop.fresh as shop_fresh,
  erp.covered_from as erp_from, nullif(erp.covered_until, '-infinity') as erp_as_of, least(erp.covered_until, $2) as erp_until, erp.fresh as erp_fresh,
  doc.covered_from as doc_from, coalesce(doc.fresh and erp.fresh, false) as doc_fresh
from tenant t
left join side shop on shop.source = 'shopify'
left join side erp on erp.source = 'odoo' and erp.stream = 'orders'
left join side doc on doc.source = 'odoo' and doc.stream = 'invoices'
