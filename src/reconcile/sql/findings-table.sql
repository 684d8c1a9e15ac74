-- What is found, before it is kept. A finding is named by its class and the documents it is about, so that it is the same in every comparison.
create temporary table reconcile_finding (
  class text not null,
  component text,
  amount numeric not null default 0,
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
  key text not null generated always as (
    class || ':' || coalesce(shop_order_id::text, '-') || ':' || coalesce(erp_order_id::text, '-')
      || coalesce(':refund:' || refund_id::text, '') || coalesce(':document:' || invoice_id::text, '')) stored
) on commit drop
