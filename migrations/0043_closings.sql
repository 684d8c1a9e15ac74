-- A month that a person closed: both bridges and every document as they were, so that it can be shown again exactly, and so that what changes
-- afterwards is known document by document.

create view ops.period_documents with (security_invoker = true) as
select o.tenant_id, 'sale' as entity, o.id, o.business_day as day, o.name, coalesce(o.amount_total, 0) as amount
from public.source_orders o
where o.is_sale and o.deleted_at is null
union all
-- Orders of the books that stand for a sale of the shop.
select o.tenant_id, 'erp_order', o.id, o.business_day, o.name, coalesce(o.amount_total, 0)
from public.source_orders o
where o.source = 'odoo' and not o.is_sale and o.deleted_at is null and o.status in ('open', 'completed', 'refunded') and o.excluded_because is null
  and (o.shop_order_id is not null or o.shop_order_name is not null)
union all
select r.tenant_id, 'refund', r.id, r.business_day, o.name, -coalesce(r.amount_total, 0)
from public.refunds r
left join public.source_orders o on o.tenant_id = r.tenant_id and o.id = r.order_id
where r.counts and r.deleted_at is null
union all
select i.tenant_id, 'document', i.id, i.invoice_date, i.name, case when i.kind = 'credit_note' then -coalesce(i.amount_total, 0) else coalesce(i.amount_total, 0) end
from public.invoices i
where i.state = 'posted' and i.deleted_at is null;
comment on view ops.period_documents is 'What a period consists of: sales, the books'' orders that stand for them, what was given back, and issued documents.';
comment on column ops.period_documents.tenant_id is 'Tenant.';
comment on column ops.period_documents.entity is 'sale, erp_order, refund or document.';
comment on column ops.period_documents.id is 'Its id.';
comment on column ops.period_documents.day is 'Local day of the sale, order or refund; a document''s own date.';
comment on column ops.period_documents.name is 'Its name; of a refund, its order''s.';
comment on column ops.period_documents.amount is 'In the tenant''s currency, below zero for what is given back; 0 without an exchange rate.';
grant select on ops.period_documents to kpi_writer;

create table ops.closings (
  tenant_id uuid not null,
  id uuid not null,
  month date not null,
  currency text not null,
  closed_at timestamptz not null,
  closed_by text not null,
  reason text not null,
  is_forced boolean not null,
  totals jsonb not null,
  sources jsonb not null,
  warnings jsonb not null,
  reconciliation_id uuid,
  documents_bridge_id uuid,
  reopened_at timestamptz,
  reopened_by text,
  reopened_because text,
  primary key (tenant_id, id)
);
comment on table ops.closings is 'Months that a person closed.';
comment on column ops.closings.tenant_id is 'Tenant.';
comment on column ops.closings.id is 'Closing.';
comment on column ops.closings.month is 'First day of the month.';
comment on column ops.closings.currency is 'Currency of its amounts.';
comment on column ops.closings.closed_at is 'When it was closed; everything in it is as of then.';
comment on column ops.closings.closed_by is 'Who closed it.';
comment on column ops.closings.reason is 'What the person said.';
comment on column ops.closings.is_forced is 'Closed although a source was not current or the bridges did not close.';
comment on column ops.closings.totals is 'By entity of ops.period_documents: count and amount, as text.';
comment on column ops.closings.sources is 'Until when each stream was complete.';
comment on column ops.closings.warnings is 'What was uncertain.';
comment on column ops.closings.reconciliation_id is 'Bridge from the shop to the books; null without both.';
comment on column ops.closings.documents_bridge_id is 'Bridge from sales to documents; null without Odoo.';
comment on column ops.closings.reopened_at is 'When a person opened it again; null while it is closed.';
comment on column ops.closings.reopened_by is 'Who.';
comment on column ops.closings.reopened_because is 'Why.';
create unique index closings_month on ops.closings (tenant_id, month) where reopened_at is null;

create table ops.closed_documents (
  tenant_id uuid not null,
  closing_id uuid not null,
  entity text not null,
  id uuid not null,
  day date not null,
  name text,
  amount numeric not null,
  primary key (tenant_id, closing_id, entity, id)
);
comment on table ops.closed_documents is 'The documents of a closed month, each as it was.';
comment on column ops.closed_documents.tenant_id is 'Tenant.';
comment on column ops.closed_documents.closing_id is 'Closing.';
comment on column ops.closed_documents.entity is 'As in ops.period_documents.';
comment on column ops.closed_documents.id is 'As in ops.period_documents.';
comment on column ops.closed_documents.day is 'As in ops.period_documents.';
comment on column ops.closed_documents.name is 'As in ops.period_documents.';
comment on column ops.closed_documents.amount is 'As in ops.period_documents.';

create table ops.reconcile_touched (
  tenant_id uuid not null,
  id bigint generated always as identity,
  day date not null,
  primary key (tenant_id, id)
);
comment on table ops.reconcile_touched is 'Local days on which something of the shop or the books changed since they were last compared, as batches commit; a day may be there often.';
comment on column ops.reconcile_touched.tenant_id is 'Tenant.';
comment on column ops.reconcile_touched.id is 'Order of arrival.';
comment on column ops.reconcile_touched.day is 'Local day of the order, refund or document.';

do $$
declare t text;
begin
  foreach t in array array['closings', 'closed_documents', 'reconcile_touched'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
  end loop;
end $$;
-- What was closed stays as it was; only that it was opened again is added.
grant select, insert on ops.closings, ops.closed_documents to kpi_writer;
grant update (reopened_at, reopened_by, reopened_because) on ops.closings to kpi_writer;
grant select, insert, delete on ops.reconcile_touched to kpi_writer;
grant delete on ops.closings, ops.closed_documents to kpi_writer;
create policy goes_with_its_company on ops.closings as restrictive for delete to kpi_writer
  using (exists (select from ops.erasures e where e.tenant_id = closings.tenant_id));
create policy goes_with_its_company on ops.closed_documents as restrictive for delete to kpi_writer
  using (exists (select from ops.erasures e where e.tenant_id = closed_documents.tenant_id));
