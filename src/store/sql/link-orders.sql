-- Which Odoo documents mirror which shop orders, by exact rules: the shop's order id, else its name when exactly one shop order of the
-- tenant has it, of the shops that the document may be of: those whose prefix stands before the name, else those whose sales team, website,
-- company or instance it belongs to, else all (but a prefix nobody calls his own is none of a shop that has some). Of a document that cites
-- several names each is looked up; also beside an id, when that order is one of them.
-- What a person decided wins: a pair that was unlinked is none, and a document that a person linked has no other links.
-- Links of every Odoo document that a touched order concerns ($2 ids, $3 shop ids, $4 shop names, old and new) are made anew: what no
-- longer holds goes, what holds now comes. Returns the shop orders and documents whose links changed.
-- `offset 0` keeps each look-up a probe of its index: joined plainly, the whole tenant is read for every batch (seen at 60,000 orders).
with erp as (
  select e.* from unnest($2::uuid[]) k(id) cross join lateral (
    select x.id, x.shop_order_id, x.shop_order_name, x.shop_order_names, x.shop_order_prefix, x.shop_order_stores, x.deleted_at
    from public.source_orders x where x.tenant_id = $1 and x.id = k.id and x.source = 'odoo' offset 0) e
  union
  select e.* from unnest($3::text[]) k(cited) cross join lateral (
    select x.id, x.shop_order_id, x.shop_order_name, x.shop_order_names, x.shop_order_prefix, x.shop_order_stores, x.deleted_at
    from public.source_orders x where x.tenant_id = $1 and x.shop_order_id = k.cited and x.source = 'odoo' offset 0) e
  union
  select e.* from unnest($4::text[]) k(cited) cross join lateral (
    select x.id, x.shop_order_id, x.shop_order_name, x.shop_order_names, x.shop_order_prefix, x.shop_order_stores, x.deleted_at
    from public.source_orders x where x.tenant_id = $1 and x.shop_order_name = k.cited and x.source = 'odoo' offset 0) e
  union
  -- Few cite several: those of the tenant are looked through.
  select x.id, x.shop_order_id, x.shop_order_name, x.shop_order_names, x.shop_order_prefix, x.shop_order_stores, x.deleted_at
  from public.source_orders x where x.tenant_id = $1 and x.shop_order_names is not null and x.shop_order_names && $4::text[]
  union
  select e.* from ops.link_decisions d cross join lateral (
    select x.id, x.shop_order_id, x.shop_order_name, x.shop_order_names, x.shop_order_prefix, x.shop_order_stores, x.deleted_at
    from public.source_orders x where x.tenant_id = $1 and x.id = d.erp_order_id and x.source = 'odoo' offset 0) e
  where d.tenant_id = $1 and d.shop_order_id = any($2::uuid[])
),
by_id as (
  select e.id as erp_order_id, s.id as shop_order_id, s.shop_order_name
  from erp e
  cross join lateral (
    select x.id, x.shop_order_name from public.source_orders x
    where x.tenant_id = $1 and x.source = 'shopify' and x.shop_order_id = e.shop_order_id and x.deleted_at is null offset 0) s
  where e.deleted_at is null
),
shop as materialized (
  select k.connection_id, k.prefixes, k.stores from ops.shop_claims k where k.tenant_id = $1
),
named as (
  select e.id as erp_order_id, n.name, e.shop_order_prefix as prefix, e.shop_order_stores as stores, case
    when exists (select from shop where e.shop_order_prefix = any (shop.prefixes)) then 'name_prefix'
    when exists (select from shop where e.shop_order_stores && shop.stores) then 'name_store'
    else 'name' end as rule
  from erp e
  -- Joined and not asked for each document: each would look through those of all others of its batch.
  left join (select i.erp_order_id, array_agg(i.shop_order_name) as names from by_id i group by i.erp_order_id) b on b.erp_order_id = e.id
  cross join lateral unnest(coalesce(e.shop_order_names, array[e.shop_order_name])) n(name)
  where e.deleted_at is null and n.name is not null and (b.erp_order_id is null or b.names && e.shop_order_names)
),
by_rule as (
  select erp_order_id, shop_order_id, 'id' as rule from by_id
  union all
  select n.erp_order_id, o.only_one, n.rule
  from named n
  cross join lateral (
    select min(s.id::text)::uuid as only_one
    from public.source_orders s
    left join shop on shop.connection_id = s.connection_id
    where s.tenant_id = $1 and s.source = 'shopify' and s.shop_order_name = n.name and s.deleted_at is null
      and case n.rule when 'name_prefix' then n.prefix = any (shop.prefixes) when 'name_store' then n.stores && shop.stores
        else n.prefix is null or coalesce(cardinality(shop.prefixes), 0) = 0 end
    having count(*) = 1
  ) o
  where not exists (select from by_id b where b.erp_order_id = n.erp_order_id and b.shop_order_id = o.only_one)
),
decided as materialized (
  select d.erp_order_id, d.shop_order_id, d.decision
  from erp e
  cross join lateral (
    select x.erp_order_id, x.shop_order_id, x.decision from ops.link_decisions x where x.tenant_id = $1 and x.erp_order_id = e.id offset 0) d
  cross join lateral (
    select x.deleted_at from public.source_orders x
    where x.tenant_id = $1 and x.id = d.shop_order_id and x.source = 'shopify' and x.deleted_at is null offset 0) s
  where e.deleted_at is null
),
wanted as (
  select erp_order_id, shop_order_id, 'person' as rule from decided where decision = 'link'
  union all
  select r.erp_order_id, r.shop_order_id, r.rule
  from by_rule r
  where not exists (
    select 1 from decided d where d.erp_order_id = r.erp_order_id and (d.decision = 'link' or d.shop_order_id = r.shop_order_id))
),
gone as (
  delete from public.order_links l
  using erp e
  where l.tenant_id = $1 and l.erp_order_id = e.id
    and not exists (select 1 from wanted w where w.erp_order_id = l.erp_order_id and w.shop_order_id = l.shop_order_id)
  returning l.shop_order_id, l.erp_order_id
),
made as (
  insert into public.order_links (tenant_id, shop_order_id, erp_order_id, rule)
  select $1, w.shop_order_id, w.erp_order_id, w.rule from wanted w
  order by w.shop_order_id, w.erp_order_id
  on conflict (tenant_id, shop_order_id, erp_order_id) do update set rule = excluded.rule where order_links.rule <> excluded.rule
  returning shop_order_id, erp_order_id
)
select shop_order_id as id from gone union select erp_order_id from gone
union select shop_order_id from made union select erp_order_id from made
