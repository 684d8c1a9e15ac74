-- Parts of amounts (IVA, exempt, the shop's own ledger), units, channel names, shops, and the roll-up of products.

alter table public.source_orders
  add column shop text,
  add column amount_iva_source numeric,
  add column amount_exempt_source numeric,
  add column amount_ledger_source numeric,
  add column amount_iva numeric,
  add column amount_exempt numeric,
  add column amount_ledger numeric;
comment on column public.source_orders.shop is 'Tienda de Shopify de la que viene: el mismo #1001 existe en cada una. Nula fuera de Shopify.';
comment on column public.source_orders.amount_iva_source is 'IVA, parte de los impuestos (los licores y bebidas llevan además ILA), moneda del documento; nulo si no se puede saber.';
comment on column public.source_orders.amount_exempt_source is 'Base sin IVA: parte del total sin impuestos que no lleva IVA, moneda del documento; nula si no se puede saber.';
comment on column public.source_orders.amount_ledger_source is 'Suma de los acuerdos de venta y edición que lleva Shopify, sin tarjetas de regalo: control de amount_total_source. Nula si no se leyó completa.';
comment on column public.source_orders.amount_iva is 'IVA, moneda de la empresa; nulo si no se conoce o no hay tipo de cambio.';
comment on column public.source_orders.amount_exempt is 'Base sin IVA, moneda de la empresa; nula si no se conoce o no hay tipo de cambio.';
comment on column public.source_orders.amount_ledger is 'Suma de los acuerdos de Shopify, moneda de la empresa.';
create index source_orders_apart on public.source_orders (tenant_id, business_day) where excluded_because is not null and deleted_at is null;
create index source_orders_off_ledger on public.source_orders (tenant_id, created_at)
  where amount_ledger_source <> amount_total_source and deleted_at is null;

alter table public.source_order_lines
  add column units numeric,
  add column units_unknown_because text,
  add column amount_iva_source numeric;
comment on column public.source_order_lines.units is 'Cantidad en la unidad de referencia del producto (2 docenas = 24); solo en líneas de producto, nula si no se puede convertir.';
comment on column public.source_order_lines.units_unknown_because is 'Por qué no hay units: unit_unknown (unidad desconocida), unit_of_other_kind (no se convierte a la del producto), product_unknown (no se pudo leer la unidad del producto).';
comment on column public.source_order_lines.amount_iva_source is 'IVA de la línea, parte de sus impuestos; nulo si no se puede saber.';
create index refund_lines_order_line on public.refund_lines (tenant_id, order_line_id);

alter table public.tenants add column channel_names jsonb not null default '{}' check (jsonb_typeof(channel_names) = 'object');
comment on column public.tenants.channel_names is 'Nombres propios de los canales de venta: el del origen a la izquierda, el que se muestra a la derecha.';
create table kpi.product_days (
  tenant_id uuid not null,
  day date not null,
  product_ref text not null,
  product_id uuid,
  sku text,
  name text not null,
  lines bigint not null,
  lines_without_units bigint not null,
  lines_without_rate bigint not null,
  units_sold numeric not null,
  units_returned numeric not null,
  amount_sold numeric,
  amount_returned numeric,
  primary key (tenant_id, day, product_ref)
);
comment on table kpi.product_days is 'Productos vendidos y devueltos por día local y referencia de producto de la línea; la identidad entre orígenes se decide al leer (kpi.product_sales_daily). Montos en la moneda de la empresa, con impuestos, después de los descuentos propios y la parte de los del pedido; la devolución es del día en que se hizo.';
comment on column kpi.product_days.tenant_id is 'Empresa.';
comment on column kpi.product_days.day is 'Día local de la venta o de la devolución.';
comment on column kpi.product_days.product_ref is 'El producto de la línea; si no tiene, sku: con su SKU escrito o name: con su descripción.';
comment on column kpi.product_days.product_id is 'Producto; nulo en líneas sin producto.';
comment on column kpi.product_days.sku is 'SKU escrito en las líneas, sin espacios y en mayúsculas.';
comment on column kpi.product_days.name is 'Descripción de las líneas.';
comment on column kpi.product_days.lines is 'Líneas vendidas y devueltas.';
comment on column kpi.product_days.lines_without_units is 'De ellas, sin unidades por no poder convertir su unidad: no están en las unidades.';
comment on column kpi.product_days.lines_without_rate is 'De ellas, sin monto por falta de tipo de cambio: no están en los montos.';
comment on column kpi.product_days.units_sold is 'Unidades vendidas, en la unidad de referencia del producto.';
comment on column kpi.product_days.units_returned is 'Unidades devueltas, positivo.';
comment on column kpi.product_days.amount_sold is 'Monto vendido; nulo si ninguna línea vendida tiene monto.';
comment on column kpi.product_days.amount_returned is 'Monto devuelto, positivo; nulo si ninguna línea devuelta tiene monto.';
call ops.secure('kpi.product_days');
