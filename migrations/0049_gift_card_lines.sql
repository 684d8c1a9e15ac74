-- Gift cards are a few of all lines, and the bridge to documents asks for all of a company's.
create index source_order_lines_gift_card on public.source_order_lines (tenant_id, id) where line_kind = 'gift_card';
