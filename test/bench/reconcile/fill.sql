-- The facts of the bench's company, of what world.sql made.
with tenant as (
  insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone)
  values (md5('tenant')::uuid, '76000001-0', false, 'Empresa', 'CLP', 0, 'America/Santiago')
),
connected as (
  insert into ops.connections (tenant_id, id, source, name, account_key, settings, secret_ref, host)
  select md5('tenant')::uuid, md5(source)::uuid, source, source, source, '{}', 'env:NONE', 'http://127.0.0.1' from unnest(array['shopify', 'odoo']) source
)
insert into ops.streams (tenant_id, connection_id, stream, lane, covered_until, last_success_at)
select md5('tenant')::uuid, md5(s.source)::uuid, s.stream, 'live', z.until, z.until
from bench.size z
cross join (values ('shopify', 'orders'), ('odoo', 'orders'), ('odoo', 'pos_orders'), ('odoo', 'invoices')) s(source, stream);

insert into public.source_orders (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, name, status, stated_status, payment_state,
  source_status, created_at, business_day, cancelled_at, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source, amount_products_source,
  amount_shipping_source, amount_discount_source, amount_other_source, fx_rate, amount_total, amount_untaxed, amount_tax, amount_products, amount_shipping,
  amount_discount, amount_other, amount_exempt_source, channel, shop_order_id, shop_order_name, invoiced, delivered, speaks, silent_because)
select md5('tenant')::uuid, d.id, md5(s.source)::uuid, s.source, case when d.side = 0 then (5000000 + d.doc)::text else (400000 + 4 * d.doc + d.side)::text end, d.at, 0, 1, '\x00',
  case when d.side = 0 then '#' || 1000 + d.doc else 'S' || 400000 + 4 * d.doc + d.side end, v.status, v.status, 'paid', 'x', d.at, d.day,
  case when v.status = 'cancelled' then d.at end, 'CLP', d.total, d.untaxed, d.total - d.untaxed, d.goods, d.shipping, d.discount, d.tip, 1, d.total, d.untaxed, d.total - d.untaxed,
  d.goods, d.shipping, d.discount, d.tip, 0, case when d.side < 3 then 'web' else 'sales' end, case when d.side < 3 then (5000000 + d.doc)::text end,
  case when d.side < 3 then (1000 + d.doc)::text end, d.kind is null or d.kind not in ('not_invoiced', 'partial_invoice'), true, v.speaks, case when not v.speaks then 'mirror' end
from bench.document d
cross join lateral (select case when d.side = 0 then 'shopify' else 'odoo' end as source) s
cross join lateral (
  select case when d.side > 0 then 'completed' when d.kind = 'status' then 'cancelled' when d.kind in ('refunded', 'refund_missing', 'refund_amount') then 'refunded' else 'completed' end as status,
    d.side in (0, 3) or d.kind is not distinct from 'missing_in_shopify' as speaks
) v
order by d.doc, d.side;

insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
select md5('tenant')::uuid, md5('0/' || w.n)::uuid, d.id, 'id'
from bench.web w
join bench.document d on d.side in (1, 2) and d.doc = w.n - (w.kind is not distinct from 'merged_second')::integer
where w.kind is distinct from 'missing_in_shopify';

insert into public.source_order_lines (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, line_kind, sku, name, quantity,
  units, unit_price_source, amount_source, amount_untaxed_source, amount_tax_source, amount_discount_source, currency_source)
select md5('tenant')::uuid, md5('line' || d.id || l.line)::uuid, md5(s.source)::uuid, s.source, d.side || '-' || d.doc || '-' || l.line, d.at, 0, 1, '\x00', d.id, l.line_kind, l.sku, 'x', 1,
  1, l.amount, l.amount, l.untaxed, l.amount - l.untaxed, l.discount, 'CLP'
from bench.document d
join bench.line l on l.side = d.side and l.doc = d.doc
cross join lateral (select case when d.side = 0 then 'shopify' else 'odoo' end as source) s
order by d.doc, d.side, l.line;

-- Taken by the shop, and given back ten days later.
insert into public.order_payments (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, created_at, business_day, kind, status,
  gateway, is_test, currency_source, amount_source)
select md5('tenant')::uuid, md5('payment' || d.id || t.turn)::uuid, md5('shopify')::uuid, 'shopify', d.doc || '-' || t.turn, d.at, 0, 1, '\x00', d.id, d.at + t.days * interval '1 day',
  d.day + t.days, t.kind, 'SUCCESS', case when d.doc % 3 = 0 then 'mercadopago' else 'webpay' end, false, 'CLP', d.total + case when d.kind = 'gift_card' then 10000 else 0 end
from bench.document d
cross join lateral (values
  (1, 'SALE', 0, true), (2, 'SALE', 0, d.kind = 'paid_twice'), (3, 'REFUND', 10, d.kind in ('refunded', 'refund_missing', 'refund_amount'))) t(turn, kind, days, is_there)
where d.side = 0 and t.is_there
order by d.doc;

-- A folio for each, but where it is to be used twice.
insert into public.invoices (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, name, kind, state, payment_state, document_type, folio,
  invoice_date, currency_source, amount_total_source, amount_untaxed_source, amount_tax_source, amount_net_source, amount_exempt_source, amount_iva_source, amount_other_taxes_source,
  currency_company, intercompany, amount_total, amount_untaxed, company, sii_state, buyer_rut, reversed_invoice_id, reference_reason)
select md5('tenant')::uuid, p.id, md5('odoo')::uuid, 'odoo', p.kind || p.side || '-' || p.doc, d.at, 0, 1, '\x00', 'DOC ' || p.side || '-' || p.doc, p.kind, p.state, 'paid', p.type,
  (400000 + 4 * (p.doc - (p.what = 'folio_duplicate' and p.doc % 400 = 72 and p.side = 1)::integer) + p.side)::text, p.day, 'CLP', l.total, l.untaxed, l.total - l.untaxed, l.untaxed, 0,
  l.total - l.untaxed, 0, 'CLP', false, l.total, l.untaxed, '1', case when p.what = 'dte_rejected' and p.side = 1 then 'rejected' else 'accepted' end,
  case when p.what = 'document_type' and p.side = 1 then '76123456-0' end, p.reverses, case when p.kind = 'credit_note' then '1' end
from bench.paper p
join bench.document d on d.id = p.order_id
join (
  select p.id, sum(l.amount) as total, sum(l.untaxed) as untaxed from bench.paper p join bench.line l on l.side = p.side and l.doc = p.doc and l.line <= p.last_line group by p.id
) l on l.id = p.id
order by p.doc;

insert into public.invoice_lines (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, invoice_id, order_id, order_line_id, quantity,
  amount_source, amount_untaxed_source, amount_tax_source, currency_source)
select md5('tenant')::uuid, md5('line' || p.id || l.line)::uuid, md5('odoo')::uuid, 'odoo', p.kind || p.side || '-' || p.doc || '-' || l.line, d.at, 0, 1, '\x00', p.id, p.order_id,
  md5('line' || p.order_id || l.line)::uuid, 1, l.amount, l.untaxed, l.amount - l.untaxed, 'CLP'
from bench.paper p
join bench.document d on d.id = p.order_id
join bench.line l on l.side = p.side and l.doc = p.doc and l.line <= p.last_line
order by p.doc;

-- What the shop gave back, and what credit notes gave back.
insert into public.refunds (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, order_id, created_at, business_day, currency_source,
  amount_total_source, amount_untaxed_source, amount_tax_source, amount_paid_back_source, fx_rate, amount_total, amount_untaxed, amount_paid_back, invoice_id, counts)
select md5('tenant')::uuid, md5('refund' || r.order_id || r.day)::uuid, md5(r.source)::uuid, r.source, r.order_id || '-' || r.day, r.at, 0, 1, '\x00', r.order_id, r.at, r.day, 'CLP', r.total, r.untaxed,
  r.total - r.untaxed, r.paid_back, 1, r.total, r.untaxed, r.paid_back, r.invoice_id, r.source = 'shopify'
from (
  select 'shopify' as source, d.id as order_id, d.at + interval '10 days' as at, d.day + 10 as day, d.total, d.untaxed, d.total as paid_back, null::uuid as invoice_id
  from bench.document d
  where d.side = 0 and d.kind in ('refunded', 'refund_missing', 'refund_amount')
  union all
  select 'odoo', p.order_id, d.at + interval '12 days', p.day, i.amount_total, i.amount_untaxed, null, p.id
  from bench.paper p join bench.document d on d.id = p.order_id join public.invoices i on i.id = p.id
  where p.kind = 'credit_note'
) r;

-- What customers paid, as the books have it: a day later, each for its boleta.
insert into public.payments (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, name, direction, state, source_status, payment_date,
  currency_source, amount_source, amount_company, currency_company, journal, matched)
select md5('tenant')::uuid, md5('paid' || p.id)::uuid, md5('odoo')::uuid, 'odoo', 'p' || p.side || '-' || p.doc, d.at, 0, 1, '\x00', 'PAY/' || p.side || '-' || p.doc, 'inbound', 'posted', 'posted', d.day + 1, 'CLP',
  i.amount_total, i.amount_total, 'CLP', case when p.doc % 3 = 0 then 'Mercado Pago' else 'Webpay' end, true
from bench.paper p
join bench.document d on d.id = p.order_id
join public.invoices i on i.id = p.id
where p.kind = 'invoice' and p.state = 'posted';

insert into public.payment_allocations (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, payment_id, invoice_id, allocated_on,
  amount_company, currency_company)
select md5('tenant')::uuid, md5('for' || p.id)::uuid, md5('odoo')::uuid, 'odoo', 'a' || p.side || '-' || p.doc, d.at, 0, 1, '\x00', md5('paid' || p.id)::uuid, p.id, d.day + 1, i.amount_total, 'CLP'
from bench.paper p
join bench.document d on d.id = p.order_id
join public.invoices i on i.id = p.id
where p.kind = 'invoice' and p.state = 'posted';

insert into public.payout_transactions (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, payout_id, order_id, order_payment_id, created_at,
  business_day, kind, gateway, is_test, currency_source, amount_source, amount_fee_source, amount_net_source)
select p.tenant_id, md5('payout' || p.id)::uuid, p.connection_id, 'shopify', 't' || p.source_id, p.source_updated_at, 0, 1, '\x00', md5('payout' || date_trunc('week', p.business_day) || p.gateway)::uuid,
  p.order_id, p.id, p.created_at, p.business_day, lower(p.kind), p.gateway, false, 'CLP', v.amount, v.fee, v.amount - v.fee
from public.order_payments p
cross join lateral (select case when p.kind = 'REFUND' then -p.amount_source else p.amount_source end as amount, case when p.kind = 'SALE' then round(p.amount_source * 0.03) else 0 end as fee) v;

insert into public.payouts (tenant_id, id, connection_id, source, source_id, source_updated_at, source_seq, read_seq, row_hash, created_at, business_day, status, direction, gateway,
  currency_source, amount_source, amount_charges_source, amount_refunds_source, amount_adjustments_source, amount_other_source, amount_fee_source)
select t.tenant_id, t.payout_id, t.connection_id, 'shopify', t.payout_id::text, max(t.created_at), 0, 1, '\x00', max(t.created_at), max(t.business_day) + 2, 'PAID', 'deposit', t.gateway, 'CLP',
  sum(t.amount_net_source), sum(t.amount_source) filter (where t.kind = 'sale'), coalesce(-sum(t.amount_source) filter (where t.kind = 'refund'), 0), 0, 0, sum(t.amount_fee_source)
from public.payout_transactions t
group by t.tenant_id, t.payout_id, t.connection_id, t.gateway
