-- What shop and books differ by, in absolute terms and without what is still pending: that is no difference yet. By what is open now, where it is
-- kept (what a person explained is no surprise and not in it); else by the last comparison that was run. $1 tenant, $2 {threshold}.
with live as (
  select s.compared_at as as_of, t.currency
  from ops.reconcile_state s join public.tenants t on t.id = s.tenant_id
  where s.tenant_id = $1 and s.compared_at is not null
),
last as (
  select r.id, r.currency, r.erp_amount - r.shop_amount as difference
  from ops.reconciliations r
  where r.tenant_id = $1 and not exists (select from live)
  order by r.created_at desc, r.id
  limit 1
),
classes as (
  select f.class, count(*) as findings, sum(f.amount) as amount
  from last l join ops.findings f on f.tenant_id = $1 and f.reconciliation_id = l.id
  group by f.class
  union all
  select f.class, count(*), sum(f.amount)
  from live
  join ops.open_findings f on f.tenant_id = $1
  left join ops.finding_states s on s.tenant_id = $1 and s.key = f.key
  where s.state is distinct from 'explained'
  group by f.class
),
difference as (
  select l.currency, abs(l.difference - coalesce((select sum(c.amount) from classes c where c.class in ('pending', 'pending_link')), 0)) as difference from last l
  union all
  select v.currency, abs(coalesce((select sum(c.amount) from classes c where c.class not in ('pending', 'pending_link')), 0)) from live v
)
select 'conciliacion' as subject, 'Diferencia entre la tienda y Odoo' as title, null::text as occasion, trim_scale(d.difference)::text as value,
  d.difference > ($2::jsonb ->> 'threshold')::numeric as breach, null::text as because,
  coalesce((select jsonb_agg(jsonb_build_array(c.class, c.findings, trim_scale(c.amount)::text, d.currency) order by abs(c.amount) desc, c.class)
    from classes c where c.class not in ('pending', 'pending_link') and c.amount <> 0), '[]') as cells
from difference d
