-- What a full snapshot of connection $2 says, for the local day $4: lots of one product and place together, without goods of others, without
-- what is known not to be kept in stock (its numbers mean nothing), and without rows of nothing.
insert into public.inventory_snapshots (tenant_id, day, product_id, location_id, connection_id, source, on_hand, reserved, available)
select $1, $4::date, r.product_id, r.location_id, $2, $3, sum(r.on_hand), sum(r.reserved), sum(r.available)
from unnest($5::uuid[], $6::uuid[], $7::numeric[], $8::numeric[], $9::numeric[], $10::boolean[])
  as r(product_id, location_id, on_hand, reserved, available, foreign_owner)
left join lateral (
  select p.tracked from public.products p where p.tenant_id = $1 and p.id = r.product_id and p.deleted_at is null offset 0) p on true
where not r.foreign_owner and coalesce(p.tracked, true)
group by r.product_id, r.location_id
having sum(r.on_hand) <> 0 or sum(r.reserved) <> 0 or sum(r.available) <> 0
order by r.product_id, r.location_id
