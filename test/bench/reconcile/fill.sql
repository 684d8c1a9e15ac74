-- One tenant with $1 orders in the shop and their mirrors in the books ($2: until when), with lines, payments, documents, refunds and credit
-- notes. Of a hundred pairs one differs in amount, one in shipping, of two hundred sales one has no mirror and one has two, of twenty one is
-- refunded, most of those with a credit note.
with tenant as (
  insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone)
  values (md5('tenant')::uuid, '76000001-0', false, 'Empresa', 'CLP', 0, 'America/Santiago')
),
connected as (
  insert into ops.connections (tenant_id, id, source, name, account_key, settings, secret_ref, host)
  select md5('tenant')::uuid, md5(source)::uuid, source, source, source, '{}', 'env:NONE', 'http://127.0.0.1' from unnest(array['shopify', 'odoo']) source
)
insert into ops.streams (tenant_id, connection_id, stream, lane, covered_until, last_success_at)
select md5('tenant')::uuid, md5(s.source)::uuid, s.stream, 'live', $2::timestamptz, $2::timestamptz
from (values ('shopify', 'orders'), ('odoo', 'orders'), ('odoo', 'invoices')) s(source, stream)
where $1::integer > 0;

-- Side 0 is the shop, 1 its mirrors, 2 the second mirror that some have.
insert into public.source_orders (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, name, status, stated_status, payment_state,
  source_status, created_at, business_day, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source, amount_products_source,
  amount_shipping_source, amount_discount_source, amount_other_source, fx_rate, amount_total, amount_untaxed, amount_tax, amount_products, amount_shipping,
  amount_discount, amount_other, amount_exempt_source, channel, shop_order_id, shop_order_name, invoiced, delivered, speaks, silent_because)
select md5('tenant')::uuid, md5('order' || s.side || n)::uuid, md5(case when s.side = 0 then 'shopify' else 'odoo' end)::uuid,
  case when s.side = 0 then 'shopify' else 'odoo' end, case when s.side = 0 then (5000000 + n)::text else (100000 + 2 * n + s.side)::text end, a.at, 0, 1, '\x00',
  case when s.side = 0 then '#' || (1000 + n) else 'S' || (100000 + 2 * n + s.side) end, 'completed', 'completed', 'paid', 'x', a.at,
  (a.at at time zone 'America/Santiago')::date, 'CLP', m.total, m.untaxed, m.total - m.untaxed, m.total - m.shipping, m.shipping, 0, 0, 1, m.total, m.untaxed,
  m.total - m.untaxed, m.total - m.shipping, m.shipping, 0, 0, 0, 'web', (5000000 + n)::text, (1000 + n)::text, true, true, s.side = 0,
  case when s.side > 0 then 'mirror' end
from generate_series(1, $1::integer) n
cross join (values (0), (1), (2)) s(side)
cross join lateral (select $2::timestamptz - interval '2 hours' - ($1 - n) * (interval '365 days' / $1) as at) a
cross join lateral (
  select 3990 + case when s.side = 1 and n % 100 = 7 then 1000 else 0 end as shipping, 20000 + n % 97 * 1000 + case when s.side = 1 and n % 100 = 3 then 500 else 0 end as goods
) p
cross join lateral (
  select p.goods + p.shipping as total, round((p.goods + p.shipping) / 1.19) + case when s.side = 1 then n % 3 - 1 else 0 end as untaxed, p.shipping
) m
where case s.side when 0 then true when 1 then n % 200 <> 11 else n % 200 = 13 end;

insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
select md5('tenant')::uuid, md5('order0' || n)::uuid, md5('order' || side || n)::uuid, 'id'
from generate_series(1, $1::integer) n cross join (values (1), (2)) s(side)
where $2::timestamptz is not null and case side when 1 then n % 200 <> 11 else n % 200 = 13 end;

insert into public.source_order_lines (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, line_kind, sku, name, quantity,
  units, unit_price_source, amount_source, amount_untaxed_source, amount_tax_source, amount_discount_source, currency_source)
select o.tenant_id, md5('line' || l.line || o.id)::uuid, o.connection_id, o.source, o.source_id || '-' || l.line, o.source_updated_at, 0, 1, '\x00', o.id,
  case when l.line = 3 then 'shipping' else 'product' end, case when l.line < 3 then 'SKU-' || (length(o.shop_order_id) + l.line) end, 'x', 1, 1, v.amount, v.amount,
  round(v.amount / 1.19), v.amount - round(v.amount / 1.19), 0, 'CLP'
from public.source_orders o
cross join (values (1), (2), (3)) l(line)
cross join lateral (
  select case l.line when 3 then o.amount_shipping_source when 1 then trunc(o.amount_products_source / 2) else o.amount_products_source - trunc(o.amount_products_source / 2) end as amount
) v
where $1::integer > 0 and $2::timestamptz is not null;

insert into public.order_payments (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, created_at, business_day, kind, status,
  gateway, is_test, currency_source, amount_source)
select o.tenant_id, md5('payment' || o.id)::uuid, o.connection_id, 'shopify', o.source_id, o.source_updated_at, 0, 1, '\x00', o.id, o.created_at, o.business_day, 'SALE', 'SUCCESS',
  'webpay', false, 'CLP', o.amount_total_source
from public.source_orders o
where o.source = 'shopify' and $1::integer > 0 and $2::timestamptz is not null;

insert into public.order_payments (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, created_at, business_day, kind, status,
  gateway, is_test, currency_source, amount_source)
select o.tenant_id, md5('back' || o.id)::uuid, o.connection_id, 'shopify', 'b' || o.source_id, o.source_updated_at, 0, 1, '\x00', o.id, o.created_at, o.business_day, 'REFUND', 'SUCCESS',
  'webpay', false, 'CLP', o.amount_total_source
from public.source_orders o
where o.source = 'shopify' and $1::integer > 0 and $2::timestamptz is not null and (o.shop_order_name::integer % 20 = 5 or o.shop_order_name::integer % 400 = 9);

-- A boleta for each order of the books, and a credit note for most that were refunded.
insert into public.invoices (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, name, kind, state, payment_state, document_type, folio,
  invoice_date, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source, currency_company, intercompany, amount_total, amount_untaxed, company, sii_state,
  reversed_invoice_id, reference_reason)
select o.tenant_id, md5('invoice' || k.kind || o.id)::uuid, o.connection_id, 'odoo', k.kind || o.source_id, o.source_updated_at, 0, 1, '\x00', 'BEL ' || o.source_id, k.kind, 'posted', 'paid',
  k.type, o.source_id, o.business_day, 'CLP', o.amount_total_source, o.amount_untaxed_source, o.amount_tax_source, 'CLP', false, o.amount_total, o.amount_untaxed, '1', 'accepted',
  case when k.type = '61' then md5('invoiceinvoice' || o.id)::uuid end, case when k.type = '61' then '1' end
from public.source_orders o
cross join (values ('invoice', '39'), ('credit_note', '61')) k(kind, type)
where o.source = 'odoo' and $1::integer > 0 and $2::timestamptz is not null and (k.type = '39' or o.shop_order_name::integer % 20 = 5);

insert into public.invoice_lines (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, invoice_id, order_id, order_line_id, quantity,
  amount_source, amount_untaxed_source, amount_tax_source, currency_source)
select l.tenant_id, md5('invoiced' || k.kind || l.id)::uuid, l.connection_id, 'odoo', k.kind || l.source_id, l.source_updated_at, 0, 1, '\x00', md5('invoice' || k.kind || l.order_id)::uuid,
  l.order_id, l.id, 1, l.amount_source, l.amount_untaxed_source, l.amount_tax_source, 'CLP'
from public.source_order_lines l
join public.source_orders o on o.tenant_id = l.tenant_id and o.id = l.order_id
cross join (values ('invoice', '39'), ('credit_note', '61')) k(kind, type)
where l.source = 'odoo' and $1::integer > 0 and $2::timestamptz is not null and (k.type = '39' or o.shop_order_name::integer % 20 = 5);

insert into public.refunds (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, created_at, business_day, currency_source,
  amount_total_source, amount_untaxed_source, amount_tax_source, amount_paid_back_source, fx_rate, amount_total, amount_untaxed, amount_paid_back, invoice_id)
select o.tenant_id, md5('refund' || o.id)::uuid, o.connection_id, o.source, 'r' || o.source_id, o.source_updated_at, 0, 1, '\x00', o.id, o.created_at, o.business_day, 'CLP',
  o.amount_total_source, o.amount_untaxed_source, o.amount_tax_source, o.amount_total_source, 1, o.amount_total, o.amount_untaxed, o.amount_total,
  case when o.source = 'odoo' then md5('invoicecredit_note' || o.id)::uuid end
from public.source_orders o
where $1::integer > 0 and $2::timestamptz is not null and (o.shop_order_name::integer % 20 = 5 or o.source = 'shopify' and o.shop_order_name::integer % 400 = 9)
