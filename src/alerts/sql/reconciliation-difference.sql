-- What the tenant's last comparison of shop and books differs by, in absolute terms and without what is still pending: that is no difference
-- yet. $1 tenant, $2 {threshold}.
with last as (
  select r.id, r.as_of, r.currency, r.erp_amount - r.shop_amount as difference
  from ops.reconciliations r
  where r.tenant_id = $1
  order by r.created_at desc, r.id
  limit 1
),
classes as (
  select f.class, count(*) as findings, sum(f.amount) as amount
  from last l join ops.findings f on f.tenant_id = $1 and f.reconciliation_id = l.id
  group by f.class
)
select 'conciliacion' as subject, 'Diferencia entre la tienda y Odoo' as title, null::text as occasion, trim_scale(d.difference)::text as value,
  d.difference > ($2::jsonb ->> 'threshold')::numeric as breach, null::text as because,
  coalesce((select jsonb_agg(jsonb_build_array(c.class, c.findings, trim_scale(c.amount)::text, l.currency) order by abs(c.amount) desc, c.class)
    from classes c where c.class not in ('pending', 'pending_link') and c.amount <> 0), '[]') as cells
from last l
cross join lateral (
  select abs(l.difference - coalesce((select sum(c.amount) from classes c where c.class in ('pending', 'pending_link')), 0)) as difference
) d
