-- What a person changes about numbers that are already there: settings, links between documents, and the work of making anew what
-- follows from them.

alter table public.source_orders drop constraint source_orders_silent_because_check;
alter table public.source_orders add constraint source_orders_silent_because_check check (silent_because in ('mirror', 'waiting', 'duplicate'));
comment on column public.source_orders.silent_because is 'mirror: habla el documento del otro sistema. waiting: cita un pedido que aún no llega. duplicate: otro documento de Odoo habla por el mismo pedido de la tienda.';

alter table public.order_links drop constraint order_links_rule_check;
alter table public.order_links add constraint order_links_rule_check check (rule in ('id', 'name', 'person'));
comment on column public.order_links.rule is 'Qué los unió: id o name (reglas exactas), o person (una persona, con motivo).';

create table ops.link_decisions (
  tenant_id uuid not null,
  erp_order_id uuid not null,
  shop_order_id uuid not null,
  decision text not null check (decision in ('link', 'unlink')),
  reason text not null check (reason <> ''),
  decided_by text not null,
  decided_at timestamptz not null default now(),
  primary key (tenant_id, erp_order_id, shop_order_id)
);
comment on table ops.link_decisions is 'Links between a shop order and an Odoo document that a person made or undid: they win over the rules.';
comment on column ops.link_decisions.tenant_id is 'Tenant.';
comment on column ops.link_decisions.erp_order_id is 'Odoo document.';
comment on column ops.link_decisions.shop_order_id is 'Shop order.';
comment on column ops.link_decisions.decision is 'link: they are one sale, and the rules say nothing more of this document. unlink: they are not, whatever the rules say.';
comment on column ops.link_decisions.reason is 'Why.';
comment on column ops.link_decisions.decided_by is 'Who.';
comment on column ops.link_decisions.decided_at is 'When.';
create index link_decisions_shop on ops.link_decisions (tenant_id, shop_order_id);

create table ops.recomputations (
  tenant_id uuid not null,
  id uuid not null,
  cause text not null,
  tables text[] not null,
  state text not null default 'running' check (state in ('running', 'done', 'failed')),
  place jsonb not null default '{"index": 0, "after": null}',
  done bigint not null default 0,
  total bigint not null,
  moved_at timestamptz not null default clock_timestamp(),
  requested_by text not null,
  reason text not null,
  error_message text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (tenant_id, id)
);
comment on table ops.recomputations is 'Derived data being made anew after a change of a setting, a link rule or a connection; chunk by chunk, by whoever comes.';
comment on column ops.recomputations.tenant_id is 'Tenant.';
comment on column ops.recomputations.id is 'Recomputation.';
comment on column ops.recomputations.cause is 'What changed: setting:time_zone, connection, …';
comment on column ops.recomputations.tables is 'Tables made anew, or table.column where only the statement that derives that column is meant.';
comment on column ops.recomputations.state is 'running, done or failed.';
comment on column ops.recomputations.place is 'How far it has come: derivation (index, of how many) and last key; moved by each chunk in the chunk''s own transaction.';
comment on column ops.recomputations.done is 'Rows looked at.';
comment on column ops.recomputations.total is 'Rows there were at the start.';
comment on column ops.recomputations.moved_at is 'Last chunk.';
comment on column ops.recomputations.requested_by is 'Who wanted the change.';
comment on column ops.recomputations.reason is 'Why.';
comment on column ops.recomputations.error_message is 'What ended it, when it failed.';
comment on column ops.recomputations.created_at is 'When it was asked for.';
comment on column ops.recomputations.ended_at is 'When it ended.';
create index recomputations_running on ops.recomputations (created_at) where state = 'running';

alter table ops.link_decisions enable row level security;
alter table ops.link_decisions force row level security;
alter table ops.recomputations enable row level security;
alter table ops.recomputations force row level security;
create policy service on ops.link_decisions to kpi_writer using (true) with check (true);
create policy service on ops.recomputations to kpi_writer using (true) with check (true);
grant select, insert, update, delete on ops.link_decisions, ops.recomputations to kpi_writer;

-- The shop beside the books, day by day.
create table kpi.shop_erp_daily (
  tenant_id uuid not null,
  day date not null,
  shop_orders bigint not null,
  shop_amount numeric not null,
  erp_orders bigint not null,
  erp_amount numeric not null,
  linked bigint not null,
  differing bigint not null,
  difference numeric not null,
  difference_absolute numeric not null,
  without_erp bigint not null,
  without_erp_amount numeric not null,
  without_shop bigint not null,
  without_shop_amount numeric not null,
  duplicates bigint not null,
  duplicates_amount numeric not null,
  status_differs bigint not null,
  status_amount numeric not null,
  primary key (tenant_id, day)
);
comment on table kpi.shop_erp_daily is 'Pedidos de la tienda junto a los de Odoo que los citan, por día local del pedido de la tienda (o del de Odoo, si no tiene pareja). Moneda de la empresa. No dice si algo falta: eso depende de lo cubierto (kpi.shop_erp_sync). Debe cuadrar con: kpi reconcile run, del mismo período.';
comment on column kpi.shop_erp_daily.tenant_id is 'Empresa.';
comment on column kpi.shop_erp_daily.day is 'Día local.';
comment on column kpi.shop_erp_daily.shop_orders is 'Pedidos de la tienda que son venta, hable quien hable.';
comment on column kpi.shop_erp_daily.shop_amount is 'Su monto con impuestos.';
comment on column kpi.shop_erp_daily.erp_orders is 'Documentos vigentes de Odoo que citan un pedido de la tienda o están unidos a uno.';
comment on column kpi.shop_erp_daily.erp_amount is 'Su monto con impuestos.';
comment on column kpi.shop_erp_daily.linked is 'Ventas de la tienda con un documento vigente en Odoo.';
comment on column kpi.shop_erp_daily.differing is 'De ellas, las que difieren en monto o moneda.';
comment on column kpi.shop_erp_daily.difference is 'Suma de sus diferencias: Odoo menos tienda.';
comment on column kpi.shop_erp_daily.difference_absolute is 'La misma suma sin signo: lo que no se compensa.';
comment on column kpi.shop_erp_daily.without_erp is 'Ventas de la tienda sin documento en Odoo.';
comment on column kpi.shop_erp_daily.without_erp_amount is 'Su monto.';
comment on column kpi.shop_erp_daily.without_shop is 'Documentos vigentes de Odoo que citan un pedido que no está.';
comment on column kpi.shop_erp_daily.without_shop_amount is 'Su monto.';
comment on column kpi.shop_erp_daily.duplicates is 'Segundos documentos vigentes de Odoo del mismo pedido.';
comment on column kpi.shop_erp_daily.duplicates_amount is 'Su monto.';
comment on column kpi.shop_erp_daily.status_differs is 'Ventas de la tienda cuyo documento en Odoo no está vigente, y documentos vigentes de pedidos que no son venta.';
comment on column kpi.shop_erp_daily.status_amount is 'Odoo menos tienda de esos pedidos.';
call ops.secure('kpi.shop_erp_daily');
-- Documents of a day that are no sale: each row is in this index or in source_orders_day.
create index source_orders_other_day on public.source_orders (tenant_id, business_day) where not is_sale;
