-- Orders whose documents changed: $2 named by what was written, $3 invoices and $4 invoice lines written or gone. `offset 0`: see
-- link-orders.sql.
select k.id from unnest($2::uuid[]) k(id)
union
select l.order_id from unnest($3::uuid[]) k(id) cross join lateral (
  select x.order_id from public.invoice_lines x where x.tenant_id = $1 and x.invoice_id = k.id offset 0) l
where l.order_id is not null
union
select l.order_id from unnest($4::uuid[]) k(id) cross join lateral (
  select x.order_id from public.invoice_lines x where x.tenant_id = $1 and x.id = k.id offset 0) l
where l.order_id is not null
