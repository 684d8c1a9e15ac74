-- Which orders a batch changed, beside their days: a hundred orders all over the year are compared by themselves, not with all others of a
-- hundred days. Days stay: what changed in a closed month is looked for by them.
alter table ops.reconcile_touched add column order_ids uuid[];
comment on column ops.reconcile_touched.order_ids is 'The orders of that day to compare again, of either side; null: all of the day.';

-- What is suggested changes with what is suggested.
create index open_findings_suggested on ops.open_findings (tenant_id) where suggestion is not null;
