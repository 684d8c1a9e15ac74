-- Reconciliation of the shop with the books: groups of documents that belong together, findings with a key that lives longer than a
-- comparison, and the settings that decide what is expected.

alter table public.tenants
  add column reconcile_grace_minutes integer not null default 60 check (reconcile_grace_minutes between 0 and 10080),
  add column reconcile_days integer not null default 5 check (reconcile_days between 0 and 365),
  add column reconcile_from date,
  add column reconcile_pos boolean not null default true,
  add column reconcile_total_tolerance jsonb not null default '{}' check (jsonb_typeof(reconcile_total_tolerance) = 'object'),
  add column reconcile_tax_tolerance jsonb not null default '{}' check (jsonb_typeof(reconcile_tax_tolerance) = 'object'),
  add column document_expected jsonb not null default '{}' check (jsonb_typeof(document_expected) = 'object');
comment on column public.tenants.reconcile_grace_minutes is 'Minutos que un pedido de la tienda puede tardar en llegar a Odoo antes de decir que falta.';
comment on column public.tenants.reconcile_days is 'Días tras los cuales una boleta, factura, nota de crédito o pago que no está es un hallazgo.';
comment on column public.tenants.reconcile_from is 'Primer día local que se concilia; lo anterior queda fuera de alcance. Nulo: todo.';
comment on column public.tenants.reconcile_pos is 'Si las ventas de punto de venta de la tienda deben estar en Odoo.';
comment on column public.tenants.reconcile_total_tolerance is 'Por moneda, cuánto pueden diferir dos totales y ser redondeo; lo que no está es 0.';
comment on column public.tenants.reconcile_tax_tolerance is 'Por moneda, cuánto pueden diferir los impuestos por línea y ser redondeo; lo que no está es la unidad menor de la moneda.';
comment on column public.tenants.document_expected is 'Por canal o medio de pago, el documento que se espera: boleta, factura, voucher o external (emitido fuera de Odoo); lo que no está es boleta.';

alter table ops.reconciliations
  add column shop_as_of timestamptz,
  add column erp_as_of timestamptz,
  add column settings jsonb not null default '{}';
comment on column ops.reconciliations.shop_as_of is 'Until when the shop''s orders were covered when it ran; null while a first reading had not ended.';
comment on column ops.reconciliations.erp_as_of is 'The same of the books'' orders.';
comment on column ops.reconciliations.settings is 'The settings it was made with: grace, days, tolerances, scope.';

create table ops.reconciliation_classes (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  class text not null,
  findings bigint not null,
  flags bigint not null,
  amount numeric not null,
  value numeric,
  primary key (tenant_id, reconciliation_id, class)
);
comment on table ops.reconciliation_classes is 'The lines of a comparison''s bridge. The amounts add up to the difference of the two sides.';
comment on column ops.reconciliation_classes.tenant_id is 'Tenant.';
comment on column ops.reconciliation_classes.reconciliation_id is 'Comparison.';
comment on column ops.reconciliation_classes.class is 'Class.';
comment on column ops.reconciliation_classes.findings is 'How many findings, flags among them.';
comment on column ops.reconciliation_classes.flags is 'Those of amount 0.';
comment on column ops.reconciliation_classes.amount is 'Books minus shop, in the tenant''s currency.';
comment on column ops.reconciliation_classes.value is 'What the findings are about, beside the bridge: refunds, taxes within tolerance; null where they are about no money of their own.';

alter table ops.findings
  alter column explanation drop not null,
  add column key text not null default '',
  add column component text,
  add column value numeric,
  add column group_id uuid,
  add column erp_order_ids uuid[] not null default '{}',
  add column refund_id uuid,
  add column invoice_id uuid,
  add column data jsonb not null default '{}',
  add column suggestion jsonb;
comment on table ops.findings is 'What a comparison found, as it was when it ran.';
comment on column ops.findings.explanation is 'In words, of comparisons older than data.';
comment on column ops.findings.key is 'Names the finding in every comparison: its class and the documents it is about.';
comment on column ops.findings.component is 'Part of the order it is about: total, gift_card, shipping, discount, fee, tax, refund, document, payment, buyer, date, lines.';
comment on column ops.findings.value is 'What a flag is about, in the tenant''s currency: a refund, a document. Never in the bridge.';
comment on column ops.findings.group_id is 'Group of documents that belong together.';
comment on column ops.findings.erp_order_ids is 'All orders of the books it is about, where they are more than one.';
comment on column ops.findings.refund_id is 'Refund of the shop that it is about.';
comment on column ops.findings.invoice_id is 'Document that it is about.';
comment on column ops.findings.data is 'What explains it, as parameters: the words are made where it is shown.';
comment on column ops.findings.suggestion is 'What a person may want to link: documents of like amount and day. Never linked by itself.';
create index findings_key on ops.findings (tenant_id, key);

create table ops.order_groups (
  tenant_id uuid not null,
  group_id uuid not null,
  kind text not null check (kind in ('pair', 'split', 'merged', 'many', 'shop', 'erp')),
  rule text,
  anchored_at timestamptz not null,
  business_day date not null,
  shop_orders uuid[] not null,
  erp_orders uuid[] not null,
  surplus uuid[] not null,
  shop_name text,
  erp_name text,
  shop_amount numeric not null,
  erp_amount numeric not null,
  tax_difference numeric not null,
  within_tolerance boolean not null,
  recheck_at timestamptz,
  checked_at timestamptz not null,
  primary key (tenant_id, group_id)
);
comment on table ops.order_groups is 'Orders of the shop and of the books that belong together, as last compared: mostly pairs; one order split over several, several merged into one, or several of both.';
comment on column ops.order_groups.tenant_id is 'Tenant.';
comment on column ops.order_groups.group_id is 'The group''s first order of the shop (lowest number), or its only order of the books.';
comment on column ops.order_groups.kind is 'pair; split (one of the shop, several of the books); merged (several, one); many (several of both); shop or erp (only that side).';
comment on column ops.order_groups.rule is 'What links them: id, name, person; the weakest where they differ. Null where nothing does.';
comment on column ops.order_groups.anchored_at is 'Time of its first order: in which period it is compared.';
comment on column ops.order_groups.business_day is 'Its local day.';
comment on column ops.order_groups.shop_orders is 'Orders of the shop, the first first; also those that are no sale.';
comment on column ops.order_groups.erp_orders is 'Orders of the books that are compared with them.';
comment on column ops.order_groups.surplus is 'Further orders of the books: duplicates, and those that do not stand.';
comment on column ops.order_groups.shop_name is 'Name of the first order of the shop.';
comment on column ops.order_groups.erp_name is 'Name of the first order of the books.';
comment on column ops.order_groups.shop_amount is 'Sales of the shop, in the tenant''s currency.';
comment on column ops.order_groups.erp_amount is 'Standing orders of the books, duplicates among them.';
comment on column ops.order_groups.tax_difference is 'Books minus shop, of the taxes.';
comment on column ops.order_groups.within_tolerance is 'Whether taxes differ by no more than rounding, and nothing else does.';
comment on column ops.order_groups.recheck_at is 'When it must be judged anew although nothing changed: the end of a grace. Null: never.';
comment on column ops.order_groups.checked_at is 'The instant it was last compared for.';
create index order_groups_recheck on ops.order_groups (tenant_id, recheck_at) where recheck_at is not null;
create index order_groups_day on ops.order_groups (tenant_id, business_day);
-- Whose group an order is in: its first of the books for nearly all, any member where there are more.
create index order_groups_erp on ops.order_groups (tenant_id, (coalesce(erp_orders[1], surplus[1])));
create index order_groups_more on ops.order_groups using gin ((shop_orders || erp_orders || surplus))
  where cardinality(shop_orders) + cardinality(erp_orders) + cardinality(surplus) > 2;

create table ops.open_findings (
  tenant_id uuid not null,
  key text not null,
  class text not null,
  amount numeric not null,
  component text,
  value numeric,
  group_id uuid not null,
  shop_order_id uuid,
  erp_order_id uuid,
  erp_order_ids uuid[] not null default '{}',
  refund_id uuid,
  invoice_id uuid,
  shop_name text,
  erp_name text,
  shop_amount numeric,
  erp_amount numeric,
  anchored_at timestamptz not null,
  business_day date not null,
  data jsonb not null default '{}',
  suggestion jsonb,
  first_seen_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, key)
);
comment on table ops.open_findings is 'What differs now between the shop and the books: kept by each comparison, of everything or of what changed.';
comment on column ops.open_findings.tenant_id is 'Tenant.';
comment on column ops.open_findings.key is 'As in ops.findings.';
comment on column ops.open_findings.class is 'Class.';
comment on column ops.open_findings.amount is 'Books minus shop, in the tenant''s currency; 0: a flag.';
comment on column ops.open_findings.component is 'As in ops.findings.';
comment on column ops.open_findings.value is 'As in ops.findings.';
comment on column ops.open_findings.group_id is 'Group of documents.';
comment on column ops.open_findings.shop_order_id is 'Order of the shop.';
comment on column ops.open_findings.erp_order_id is 'Order of the books.';
comment on column ops.open_findings.erp_order_ids is 'As in ops.findings.';
comment on column ops.open_findings.refund_id is 'Refund of the shop.';
comment on column ops.open_findings.invoice_id is 'Document.';
comment on column ops.open_findings.shop_name is 'Name in the shop.';
comment on column ops.open_findings.erp_name is 'Name in the books.';
comment on column ops.open_findings.shop_amount is 'Amount in the shop.';
comment on column ops.open_findings.erp_amount is 'Amount in the books.';
comment on column ops.open_findings.anchored_at is 'In which period it is.';
comment on column ops.open_findings.business_day is 'Its local day.';
comment on column ops.open_findings.data is 'As in ops.findings.';
comment on column ops.open_findings.suggestion is 'As in ops.findings.';
comment on column ops.open_findings.first_seen_at is 'The instant of the comparison that found it.';
comment on column ops.open_findings.changed_at is 'The instant of the comparison that last found another amount, value or explanation.';
create index open_findings_group on ops.open_findings (tenant_id, group_id);
create index open_findings_day on ops.open_findings (tenant_id, business_day, class);

create table ops.reconcile_state (
  tenant_id uuid primary key,
  terms jsonb,
  compared_at timestamptz,
  full_at timestamptz
);
comment on table ops.reconcile_state is 'How a tenant''s open findings were last kept. Whoever compares holds the row.';
comment on column ops.reconcile_state.tenant_id is 'Tenant.';
comment on column ops.reconcile_state.terms is 'Settings, and whether each side could be judged: where they change, everything is compared anew.';
comment on column ops.reconcile_state.compared_at is 'The instant of the last comparison.';
comment on column ops.reconcile_state.full_at is 'The instant of the last one of everything.';

do $$
declare t text;
begin
  foreach t in array array['reconciliation_classes', 'order_groups', 'open_findings', 'reconcile_state'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;

-- A folio is looked up among the others of its type.
create index invoices_folio on public.invoices (tenant_id, document_type, folio) where state = 'posted' and folio is not null;
