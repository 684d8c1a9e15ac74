-- How a document of the books says which orders of which shop it stands for: several numbers in one field, a prefix before them, and the sales
-- team, website, company or connector instance that it belongs to. Two shops that write into one Odoo both have a #1001.

alter table public.source_orders
  add column shop_order_names text[],
  add column shop_order_prefix text,
  add column shop_order_stores text[];
comment on column public.source_orders.shop_order_names is 'Números de los pedidos web que cita, cuando son varios (pedidos unidos en uno); shop_order_name es el primero.';
comment on column public.source_orders.shop_order_prefix is 'Lo que antecede al número citado (WEB de WEB_#1001), en mayúsculas; nulo si nada.';
comment on column public.source_orders.shop_order_stores is 'De qué equipo de ventas, sitio web, compañía o instancia del conector es el documento que cita: team:ventas, website:1, company:3.';
create index source_orders_merged on public.source_orders (tenant_id) where shop_order_names is not null;

alter table public.order_links drop constraint order_links_rule_check;
alter table public.order_links add constraint order_links_rule_check check (rule in ('id', 'name', 'name_prefix', 'name_store', 'person'));
comment on column public.order_links.rule is 'Qué los unió: id, name (un solo pedido se llama así), name_prefix o name_store (un solo pedido de la tienda de ese prefijo, o de ese equipo, sitio o compañía), o person (una persona, con motivo).';
comment on column ops.order_groups.rule is 'What links them: id, name, name_prefix, name_store, person; the last of these where they differ. Null where nothing does.';

create view ops.shop_claims with (security_invoker = true) as
select c.tenant_id, c.id as connection_id,
  array(select jsonb_array_elements_text(c.settings -> 'reference_prefixes')) as prefixes,
  array(select jsonb_array_elements_text(c.settings -> 'erp_stores')) as stores
from ops.connections c
where c.source = 'shopify' and jsonb_typeof(coalesce(c.settings -> 'reference_prefixes', '[]')) = 'array'
  and jsonb_typeof(coalesce(c.settings -> 'erp_stores', '[]')) = 'array';
comment on view ops.shop_claims is 'What in the books is each shop''s own, by its settings.';
comment on column ops.shop_claims.tenant_id is 'Tenant.';
comment on column ops.shop_claims.connection_id is 'The shop.';
comment on column ops.shop_claims.prefixes is 'What stands before its order numbers there.';
comment on column ops.shop_claims.stores is 'Sales teams, websites, companies and instances of the connector that are its own there.';
grant select on ops.shop_claims to kpi_writer;

create view ops.cited_orders with (security_invoker = true) as
select e.tenant_id, e.id as erp_order_id, n.name, s.id as shop_order_id, d.rule
from public.source_orders e
cross join lateral unnest(coalesce(e.shop_order_names, array[e.shop_order_name])) n(name)
cross join lateral (
  select case
    when exists (select from ops.shop_claims k where k.tenant_id = e.tenant_id and e.shop_order_prefix = any (k.prefixes)) then 'name_prefix'
    when exists (select from ops.shop_claims k where k.tenant_id = e.tenant_id and e.shop_order_stores && k.stores) then 'name_store'
    else 'name'
  end as rule
) d
cross join lateral (
  select x.id, x.connection_id
  from public.source_orders x
  where x.tenant_id = e.tenant_id and x.source = 'shopify' and x.shop_order_name = n.name and x.deleted_at is null offset 0
) s
left join ops.shop_claims k on k.tenant_id = e.tenant_id and k.connection_id = s.connection_id
where e.source = 'odoo' and e.deleted_at is null
  and case d.rule
    when 'name_prefix' then e.shop_order_prefix = any (k.prefixes)
    when 'name_store' then e.shop_order_stores && k.stores
    -- A prefix that no shop calls its own is not one of a shop that has some.
    else e.shop_order_prefix is null or coalesce(cardinality(k.prefixes), 0) = 0
  end;
comment on view ops.cited_orders is 'Orders of the shops that a document of the books may mean by each number it cites: one, and it is meant; several, and a person must say which.';
comment on column ops.cited_orders.tenant_id is 'Tenant.';
comment on column ops.cited_orders.erp_order_id is 'The document of the books.';
comment on column ops.cited_orders.name is 'The number it cites.';
comment on column ops.cited_orders.shop_order_id is 'An order that has it.';
comment on column ops.cited_orders.rule is 'What decides which shops it may be of: name_prefix, name_store, or name where nothing does.';
grant select on ops.cited_orders to kpi_writer;
