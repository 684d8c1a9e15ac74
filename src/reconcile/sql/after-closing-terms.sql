-- The instant $1 that it speaks for. What was closed is known for good and what is there now is there: neither side can be unsure, and what a
-- person calls settled stays so while it is of the same amount, as no reading of a source can undo it.
create temporary table reconcile_terms on commit drop as
select $1::timestamptz as as_of, '-infinity'::timestamptz as shop_until, '-infinity'::timestamptz as erp_until, true as shop_fresh, true as erp_fresh,
  true as doc_fresh
