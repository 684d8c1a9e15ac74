-- Compares the shop's sales with the books' web orders of one tenant and stores the result; one statement, so one snapshot of the rows, the
-- links and the coverage. $1 tenant, $2 id of the comparison, $3 as of, $4 from (or null), $5 until (or null), $6 grace (interval).
--
-- The two sides:
--   shop  Shopify documents that are sales: status open, completed or refunded, not excluded.
--   erp   Odoo documents that cite a shop order, or were linked to one by a person, and stand: the same statuses, not excluded. Whether they speak or wait is of no matter.
--         One of zero value stands only where it is the sole standing mirror of a sale; a replacement sent for nothing is no duplicate.
-- Each Odoo document has at most one original: of the shop orders it is linked to, one that is a sale before others, then the lowest id.
-- A document belongs to the range by the time of its original; without one, by its own.
--
-- Each document of a side is in exactly one line, so that erp - shop = sum of the findings' amounts:
--   the original's first standing mirror (lowest Odoo id) is its pair; any further one        duplicate_in_odoo   + erp
--   pair, but the original is no sale (cancelled, excluded)                                   status              + erp
--   sale with mirrors of which none stands (cancelled, quotation, excluded)                   status              - shop
--   erp without original, or sale without mirror, which cannot be judged yet: younger than
--     the grace at the as-of instant, or outside what the other side's stream covers          pending             + erp or - shop
--   erp without original otherwise                                                            missing_in_shopify  + erp
--   sale without mirror otherwise                                                             missing_in_odoo     - shop
--   pair in two currencies, or of equal totals converted at different rates                   currency            erp - shop
--   pair with different totals                                                                amount              erp - shop
--   pair that agrees                                                                          no finding, 0
-- A document without an exchange rate counts as 0 on its side and in its finding alike, and raises the warning without_rate.
with side_coverage as (
  select c.source,
    max(coalesce(s.covered_from, '-infinity')) as covered_from,
    min(coalesce(s.covered_until, '-infinity')) as covered_until
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  where c.tenant_id = $1::uuid and c.source in ('shopify', 'odoo')
  group by c.source
),
covered as (
  select
    (select covered_from from side_coverage where source = 'shopify') as shop_from,
    least((select covered_until from side_coverage where source = 'shopify'), $3::timestamptz) as shop_until,
    (select covered_from from side_coverage where source = 'odoo') as erp_from,
    least((select covered_until from side_coverage where source = 'odoo'), $3::timestamptz) as erp_until
),
document as materialized (
  select o.id, o.source, o.source_id, o.name, o.status, o.excluded_because, o.currency_source, o.amount_total_source, o.amount_total,
    coalesce(o.amount_total, 0) as amount, o.created_at, o.business_day,
    o.status in ('open', 'completed', 'refunded') as confirmed
  from public.source_orders o
  where o.tenant_id = $1 and o.deleted_at is null
    and (o.source = 'shopify' or (o.source = 'odoo' and (o.shop_order_id is not null or o.shop_order_name is not null
      -- A person may link what cites nothing.
      or exists (select 1 from public.order_links k where k.tenant_id = $1 and k.erp_order_id = o.id))))
),
shop as materialized (
  select d.*, d.confirmed and d.excluded_because is null as stands from document d where d.source = 'shopify'
),
original as materialized (
  select distinct on (l.erp_order_id) l.erp_order_id, s.id as shop_order_id
  from public.order_links l
  join shop s on s.id = l.shop_order_id
  where l.tenant_id = $1
  order by l.erp_order_id, s.stands desc, length(s.source_id), s.source_id
),
erp as materialized (
  select e.*, s.id as shop_order_id, s.stands as original_stands, s.name as original_name, s.status as original_status,
    s.excluded_because as original_excluded, coalesce(s.created_at, e.created_at) as anchored_at,
    coalesce(s.business_day, e.business_day) as anchored_day,
    row_number() over (
      partition by s.id, e.confirmed and coalesce(e.excluded_because, 'zero_value') = 'zero_value'
      order by e.excluded_because is not null, length(e.source_id), e.source_id
    ) as place
  from document e
  left join original o on o.erp_order_id = e.id
  left join shop s on s.id = o.shop_order_id
  where e.source = 'odoo'
),
erp_side as materialized (
  select * from erp e
  where e.confirmed
    and (e.excluded_because is null or (e.excluded_because = 'zero_value' and e.original_stands and e.place = 1))
    and ($4::timestamptz is null or e.anchored_at >= $4) and ($5::timestamptz is null or e.anchored_at < $5) and e.anchored_at <= $3
),
shop_side as materialized (
  select * from shop s
  where s.stands
    and ($4::timestamptz is null or s.created_at >= $4) and ($5::timestamptz is null or s.created_at < $5) and s.created_at <= $3
),
difference as (
  -- Odoo documents that are nobody's pair, or the pair of something that is no sale.
  select
    case
      when e.shop_order_id is not null and e.place > 1 then 'duplicate_in_odoo'
      when e.shop_order_id is not null then 'status'
      when e.created_at + $6::interval > c.shop_until or e.created_at < c.shop_from then 'pending'
      else 'missing_in_shopify'
    end as class,
    e.amount, e.shop_order_id, e.id as erp_order_id, e.original_name as shop_name, e.name as erp_name,
    null::numeric as shop_amount, e.amount_total as erp_amount, e.anchored_day as business_day,
    case
      when e.shop_order_id is not null and e.place > 1
        then format('El pedido web %s ya tiene otro documento en Odoo, de número anterior', e.original_name)
      when e.shop_order_id is not null
        then format('Vigente en Odoo (%s), pero en la tienda %s no es venta (%s)', e.status, e.original_name, coalesce(e.original_excluded, e.original_status))
      when e.created_at < c.shop_from then 'Anterior a lo que cubre la tienda: no se puede saber si existe allá'
      when e.created_at + $6::interval > c.shop_until then 'Cita un pedido web que aún no llega; reciente para decir que falta'
      else 'Cita un pedido web que no existe en la tienda'
    end as explanation
  from erp_side e
  cross join covered c
  where e.shop_order_id is null or e.place > 1 or not e.original_stands
  union all
  -- Sales without a pair.
  select
    case
      when m.shop_order_id is not null then 'status'
      when s.created_at + $6::interval > c.erp_until or s.created_at < c.erp_from then 'pending'
      else 'missing_in_odoo'
    end,
    -s.amount, s.id, m.id, s.name, m.name, s.amount_total, null, s.business_day,
    case
      when m.shop_order_id is not null
        then format('Venta vigente en la tienda, pero en Odoo %s no lo está (%s)', m.name, coalesce(m.excluded_because, m.status))
      when s.created_at < c.erp_from then 'Anterior a lo que cubre Odoo: no se puede saber si existe allá'
      when s.created_at + $6::interval > c.erp_until then 'Sin documento en Odoo; reciente para decir que falta'
      else 'Sin documento en Odoo'
    end
  from shop_side s
  cross join covered c
  left join (select shop_order_id from erp_side where place = 1) p on p.shop_order_id = s.id
  left join (
    select distinct on (e.shop_order_id) e.shop_order_id, e.id, e.name, e.status, e.excluded_because
    from erp e
    where e.shop_order_id is not null
    order by e.shop_order_id, length(e.source_id), e.source_id
  ) m on m.shop_order_id = s.id
  where p.shop_order_id is null
  union all
  -- Pairs that do not agree.
  select
    case when e.currency_source <> s.currency_source or e.amount_total_source = s.amount_total_source then 'currency' else 'amount' end,
    e.amount - s.amount, s.id, e.id, s.name, e.name, s.amount_total, e.amount_total, s.business_day,
    format('Tienda %s %s, Odoo %s %s%s', s.currency_source, trim_scale(s.amount_total_source), e.currency_source,
      trim_scale(e.amount_total_source), case when s.amount_total is null or e.amount_total is null then '; falta el tipo de cambio' else '' end)
  from shop_side s
  join erp_side e on e.shop_order_id = s.id and e.place = 1
  where e.currency_source <> s.currency_source or e.amount_total_source <> s.amount_total_source or e.amount <> s.amount
),
totals as (
  select s.*, e.*, f.*
  from (select count(*) as shop_orders, coalesce(sum(amount), 0) as shop_amount, count(*) filter (where amount_total is null) as shop_without_rate from shop_side) s,
    (select count(*) as erp_orders, coalesce(sum(amount), 0) as erp_amount, count(*) filter (where amount_total is null) as erp_without_rate from erp_side) e,
    (select coalesce(sum(amount), 0) as explained from difference) f
),
warning as (
  select w.code, c.source, c.name as connection, w.message
  from ops.connections c
  left join ops.streams s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.stream = 'orders' and s.lane = 'live'
  cross join lateral (
    select 'paused' as code, 'La conexión está en pausa: sus datos no se actualizan' as message where c.status = 'paused'
    union all
    select 'loading', 'La primera lectura de sus pedidos no ha terminado' where s.covered_until is null
    union all
    select 'stale', format('Sus pedidos están al día solo hasta %s', to_char(s.covered_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
    where s.covered_until < $3::timestamptz - $6::interval
    union all
    select 'starts_later', format('Sus pedidos están cubiertos solo desde %s', to_char(s.covered_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
    where s.covered_from > coalesce($4::timestamptz, '-infinity')
    union all
    select 'held', format('La lectura espera a una persona: %s', s.held_because) where s.held_because is not null
    union all
    select 'failing', format('La última lectura falló (%s)', coalesce(s.error_code, s.error_kind)) where s.error_kind is not null
    union all
    select 'backfilling', format('Se está releyendo el período %s a %s', to_char(b.range_from at time zone 'UTC', 'YYYY-MM-DD'),
      to_char(b.range_until at time zone 'UTC', 'YYYY-MM-DD'))
    from ops.backfills b
    where b.tenant_id = $1 and b.connection_id = c.id and b.stream = 'orders' and b.state = 'running'
  ) w
  where c.tenant_id = $1 and c.source in ('shopify', 'odoo')
  union all
  select 'without_rate', null, null,
    format('%s ventas de la tienda y %s pedidos de Odoo sin tipo de cambio: están con monto 0', t.shop_without_rate, t.erp_without_rate)
  from totals t
  where t.shop_without_rate + t.erp_without_rate > 0
),
header as (
  insert into ops.reconciliations
    (tenant_id, id, as_of, range_from, range_until, currency, shop_orders, shop_amount, erp_orders, erp_amount, remainder, warnings)
  select $1::uuid, $2::uuid, $3::timestamptz, $4::timestamptz, $5::timestamptz, t.currency, x.shop_orders, x.shop_amount, x.erp_orders, x.erp_amount,
    x.erp_amount - x.shop_amount - x.explained,
    coalesce((select jsonb_agg(jsonb_build_object('code', w.code, 'source', w.source, 'connection', w.connection, 'message', w.message)
      order by w.source nulls last, w.connection, w.code) from warning w), '[]')
  from totals x
  join public.tenants t on t.id = $1
)
insert into ops.findings
  (tenant_id, reconciliation_id, finding, class, amount, shop_order_id, erp_order_id, shop_name, erp_name, shop_amount, erp_amount,
   business_day, explanation)
select $1::uuid, $2::uuid,
  row_number() over (order by array_position(array['duplicate_in_odoo', 'status', 'pending', 'missing_in_shopify', 'missing_in_odoo', 'currency', 'amount'], d.class),
    abs(d.amount) desc, d.business_day, d.shop_name, d.erp_name),
  d.class, d.amount, d.shop_order_id, d.erp_order_id, d.shop_name, d.erp_name, d.shop_amount, d.erp_amount, d.business_day, d.explanation
from difference d
