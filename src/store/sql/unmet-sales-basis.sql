-- Why tenant $1 cannot count its Odoo sales by issued documents, if it is to.
select w.why
from public.tenants t
cross join lateral (
  select 'it issues its documents outside Odoo, so there are none to count by; count by orders (sales_basis=orders), or set invoices_elsewhere=no' as why
  where t.invoices_elsewhere
  union all
  select count(*) || ' documents were read by an earlier release, which did not keep them as sales; have them read again first: '
    || 'kpi backfill start --tenant ' || t.rut || ' --source odoo --stream invoices --from ' || min(i.invoice_date)
  from public.invoices i
  where i.tenant_id = t.id and i.state = 'posted' and i.kind <> 'credit_note' and i.deleted_at is null
    and exists (
      select 1 from public.invoice_lines l
      join public.source_orders o on o.tenant_id = l.tenant_id and o.id = l.order_id and o.channel is distinct from 'pos'
      where l.tenant_id = i.tenant_id and l.invoice_id = i.id and l.deleted_at is null)
    and not exists (select 1 from public.source_orders o where o.tenant_id = i.tenant_id and o.invoice_id = i.id and o.deleted_at is null)
  having count(*) > 0
) w
where t.id = $1 and t.sales_basis = 'invoices'
