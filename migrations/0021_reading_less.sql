-- Days of a channel with conversations that are not resolved: few of many, and all that kpi.tickets_now adds up.
create index conversations_daily_waiting on kpi.conversations_daily (tenant_id) include (open, snoozed, pending)
  where open > 0 or snoozed > 0 or pending > 0;

-- The cohort of an identity, which is grouped by: making months of days takes longer than adding up.
alter table kpi.customer_sales_daily add column first_month date;
-- The owner's own update: forced row security would hide every row from it.
alter table kpi.customer_sales_daily no force row level security;
update kpi.customer_sales_daily set first_month = date_trunc('month', first_day::timestamp)::date;
alter table kpi.customer_sales_daily force row level security;
alter table kpi.customer_sales_daily alter column first_month set not null;
comment on column kpi.customer_sales_daily.first_month is 'Mes local de su primera venta: su cohorte.';
drop index kpi.customer_sales_daily_day;
create index customer_sales_daily_day on kpi.customer_sales_daily (tenant_id, day)
  include (identity_id, sales, sales_before, first_day, first_month, opens_month, amount_total, anonymous);
