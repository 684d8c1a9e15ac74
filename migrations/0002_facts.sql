-- Facts: what the sources say, one table per kind of record, every row stamped with its tenant and version.
-- No foreign keys among facts: arrival order is free. (tenant_id, id) is the primary key and the only conflict target; a second
-- unique index makes concurrent ON CONFLICT fail with 23505 (tried on PostgreSQL 16).

-- Columns every fact has; copied with their comments, then dropped.
create table ops.fact (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamptz,
  source_updated_at timestamptz not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamptz not null default now(),
  deleted_at timestamptz,
  row_hash bytea,
  revision integer not null default 1
);
comment on column ops.fact.tenant_id is 'Empresa.';
comment on column ops.fact.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column ops.fact.connection_id is 'Conexión (cuenta de origen).';
comment on column ops.fact.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column ops.fact.source_id is 'Identificador en el sistema de origen.';
comment on column ops.fact.source_created_at is 'Creación según el origen.';
comment on column ops.fact.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column ops.fact.source_seq is 'Orden entre versiones de igual reloj.';
comment on column ops.fact.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column ops.fact.synced_at is 'Última escritura en este almacén.';
comment on column ops.fact.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column ops.fact.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column ops.fact.revision is 'Cuántas veces se escribió la fila.';

create table public.source_orders (
  like ops.fact including all,
  name text not null,
  status text not null,
  excluded_because text,
  payment_state text,
  source_status text not null,
  created_at timestamptz not null,
  business_day date not null,
  cancelled_at timestamptz,
  currency_source text not null,
  amount_total_source numeric not null,
  amount_untaxed_source numeric not null,
  amount_tax_source numeric not null,
  amount_products_source numeric not null,
  amount_shipping_source numeric not null,
  amount_discount_source numeric not null,
  amount_other_source numeric not null,
  fx_rate numeric,
  fx_date date,
  amount_total numeric,
  amount_untaxed numeric,
  amount_tax numeric,
  amount_products numeric,
  amount_shipping numeric,
  amount_discount numeric,
  amount_other numeric,
  customer_id uuid,
  channel text,
  company text,
  shop_order_id text,
  shop_order_name text,
  speaks boolean not null default true,
  silent_because text check (silent_because in ('mirror', 'waiting')),
  is_sale boolean not null generated always as
    (speaks and excluded_because is null and deleted_at is null and status in ('open', 'completed', 'refunded')) stored,
  primary key (tenant_id, id),
  constraint silence_has_a_reason check (speaks = (silent_because is null))
);
comment on table public.source_orders is 'Cada documento de venta tal como lo declara su origen: también presupuestos, anulados, pruebas y espejos. Las ventas, una sola vez cada una, están en orders.';
comment on column public.source_orders.name is 'Número visible: #1001, S00021.';
comment on column public.source_orders.status is 'quotation, open, completed, refunded o cancelled.';
comment on column public.source_orders.excluded_because is 'Por qué no es venta: test, zero_value, gift_card_only, intercompany.';
comment on column public.source_orders.payment_state is 'unpaid, partial o paid; nulo si el origen no lo dice.';
comment on column public.source_orders.source_status is 'Estado con las palabras del origen.';
comment on column public.source_orders.created_at is 'Momento de la venta (Shopify processedAt, Odoo date_order).';
comment on column public.source_orders.business_day is 'Día local de la venta, en la zona de la empresa.';
comment on column public.source_orders.cancelled_at is 'Anulación según el origen.';
comment on column public.source_orders.currency_source is 'Moneda del documento.';
comment on column public.source_orders.amount_total_source is 'Total con impuestos, antes de devoluciones, en la moneda del documento.';
comment on column public.source_orders.amount_untaxed_source is 'Total sin impuestos, moneda del documento.';
comment on column public.source_orders.amount_tax_source is 'Impuestos, moneda del documento.';
comment on column public.source_orders.amount_products_source is 'Productos con impuestos, después de descuentos, moneda del documento.';
comment on column public.source_orders.amount_shipping_source is 'Despacho con impuestos, después de descuentos, moneda del documento.';
comment on column public.source_orders.amount_discount_source is 'Descuentos con impuestos (positivo), moneda del documento.';
comment on column public.source_orders.amount_other_source is 'Propinas, recargos y redondeo: total menos productos y despacho.';
comment on column public.source_orders.fx_rate is 'Unidades de la moneda de la empresa por una del documento.';
comment on column public.source_orders.fx_date is 'Fecha del tipo de cambio usado; nula si la moneda es la misma.';
comment on column public.source_orders.amount_total is 'Total en la moneda de la empresa; nulo si no hay tipo de cambio.';
comment on column public.source_orders.amount_untaxed is 'Sin impuestos, moneda de la empresa.';
comment on column public.source_orders.amount_tax is 'Impuestos, moneda de la empresa.';
comment on column public.source_orders.amount_products is 'Productos, moneda de la empresa.';
comment on column public.source_orders.amount_shipping is 'Despacho, moneda de la empresa.';
comment on column public.source_orders.amount_discount is 'Descuentos, moneda de la empresa.';
comment on column public.source_orders.amount_other is 'Otros, moneda de la empresa.';
comment on column public.source_orders.customer_id is 'Cliente.';
comment on column public.source_orders.channel is 'Canal de venta según el origen.';
comment on column public.source_orders.company is 'Compañía del origen (Odoo).';
comment on column public.source_orders.shop_order_id is 'Identificador del pedido en la tienda, propio o citado.';
comment on column public.source_orders.shop_order_name is 'Número del pedido en la tienda sin #, propio o citado.';
comment on column public.source_orders.speaks is 'Si este documento habla por la venta; el espejo calla.';
comment on column public.source_orders.silent_because is 'mirror: habla el pedido de la tienda. waiting: cita un pedido que aún no llega.';
comment on column public.source_orders.is_sale is 'Si es una venta que se cuenta.';
-- `deleted_at is null` is implied by is_sale, but readers' policy says it again, and the planner must find it here for an index-only scan.
create index source_orders_sales on public.source_orders (tenant_id, created_at) include (amount_total, status, id) where is_sale and deleted_at is null;
create index source_orders_day on public.source_orders (tenant_id, business_day) where is_sale;
create index source_orders_shop_id on public.source_orders (tenant_id, shop_order_id) where shop_order_id is not null;
create index source_orders_shop_name on public.source_orders (tenant_id, shop_order_name) where shop_order_name is not null;
create index source_orders_waiting on public.source_orders (tenant_id, created_at) where silent_because = 'waiting';
create index source_orders_citing on public.source_orders (tenant_id, created_at)
  where source = 'odoo' and (shop_order_id is not null or shop_order_name is not null);
create index source_orders_foreign on public.source_orders (tenant_id, currency_source, business_day) where fx_date is not null or fx_rate is null;

create table public.source_order_lines (
  like ops.fact including all,
  order_id uuid not null,
  product_id uuid,
  line_kind text not null,
  sku text,
  name text not null,
  quantity numeric not null,
  unit_price_source numeric not null,
  amount_source numeric not null,
  amount_untaxed_source numeric not null,
  amount_tax_source numeric not null,
  amount_discount_source numeric not null,
  currency_source text not null,
  primary key (tenant_id, id)
);
comment on table public.source_order_lines is 'Líneas de cada documento de venta tal como las declara su origen.';
comment on column public.source_order_lines.order_id is 'Documento al que pertenece.';
comment on column public.source_order_lines.product_id is 'Producto; nulo en líneas sin producto.';
comment on column public.source_order_lines.line_kind is 'product, shipping, discount, tip, gift_card, reward, down_payment, section u other. Solo product es un producto.';
comment on column public.source_order_lines.sku is 'SKU escrito en la línea.';
comment on column public.source_order_lines.name is 'Descripción.';
comment on column public.source_order_lines.quantity is 'Cantidad, en la unidad de la línea.';
comment on column public.source_order_lines.unit_price_source is 'Precio unitario como lo declara el origen.';
comment on column public.source_order_lines.amount_source is 'Total con impuestos, después de sus descuentos y su parte de los del pedido.';
comment on column public.source_order_lines.amount_untaxed_source is 'Sin impuestos.';
comment on column public.source_order_lines.amount_tax_source is 'Impuestos.';
comment on column public.source_order_lines.amount_discount_source is 'Descuentos con impuestos (positivo).';
comment on column public.source_order_lines.currency_source is 'Moneda del documento.';
create index source_order_lines_order on public.source_order_lines (tenant_id, order_id);

create table public.refunds (
  like ops.fact including all,
  order_id uuid,
  created_at timestamptz not null,
  business_day date not null,
  currency_source text not null,
  amount_total_source numeric not null,
  amount_untaxed_source numeric not null,
  amount_tax_source numeric not null,
  amount_paid_back_source numeric not null,
  fx_rate numeric,
  fx_date date,
  amount_total numeric,
  amount_untaxed numeric,
  amount_paid_back numeric,
  counts boolean not null default false,
  primary key (tenant_id, id)
);
comment on table public.refunds is 'Devoluciones: valor recibido de vuelta, en el día en que se devolvió. Nunca cambian la venta.';
comment on column public.refunds.order_id is 'Venta a la que corresponde; nula si no se conoce.';
comment on column public.refunds.created_at is 'Momento de la devolución.';
comment on column public.refunds.business_day is 'Día local de la devolución.';
comment on column public.refunds.currency_source is 'Moneda del documento.';
comment on column public.refunds.amount_total_source is 'Valor devuelto con impuestos, moneda del documento.';
comment on column public.refunds.amount_untaxed_source is 'Sin impuestos, moneda del documento.';
comment on column public.refunds.amount_tax_source is 'Impuestos, moneda del documento.';
comment on column public.refunds.amount_paid_back_source is 'Dinero efectivamente pagado de vuelta, moneda del documento.';
comment on column public.refunds.fx_rate is 'Tipo de cambio usado.';
comment on column public.refunds.fx_date is 'Su fecha.';
comment on column public.refunds.amount_total is 'Valor devuelto, moneda de la empresa.';
comment on column public.refunds.amount_untaxed is 'Sin impuestos, moneda de la empresa.';
comment on column public.refunds.amount_paid_back is 'Pagado de vuelta, moneda de la empresa.';
comment on column public.refunds.counts is 'Si cuenta: es de una venta cuyo documento habla.';
create index refunds_order on public.refunds (tenant_id, order_id);
create index refunds_day on public.refunds (tenant_id, business_day) where counts;

create table public.refund_lines (
  like ops.fact including all,
  refund_id uuid not null,
  order_line_id uuid not null,
  quantity numeric not null,
  amount_source numeric not null,
  amount_tax_source numeric not null,
  currency_source text not null,
  primary key (tenant_id, id)
);
comment on table public.refund_lines is 'Productos devueltos en cada devolución.';
comment on column public.refund_lines.refund_id is 'Devolución.';
comment on column public.refund_lines.order_line_id is 'Línea de venta devuelta.';
comment on column public.refund_lines.quantity is 'Cantidad devuelta.';
comment on column public.refund_lines.amount_source is 'Valor con impuestos, moneda del documento.';
comment on column public.refund_lines.amount_tax_source is 'Impuestos, moneda del documento.';
comment on column public.refund_lines.currency_source is 'Moneda del documento.';
create index refund_lines_refund on public.refund_lines (tenant_id, refund_id);

create table public.order_payments (
  like ops.fact including all,
  order_id uuid not null,
  created_at timestamptz not null,
  business_day date not null,
  kind text not null,
  status text not null,
  gateway text not null,
  is_test boolean not null,
  currency_source text not null,
  amount_source numeric not null,
  primary key (tenant_id, id)
);
comment on table public.order_payments is 'Transacciones de pago de cada pedido.';
comment on column public.order_payments.order_id is 'Pedido.';
comment on column public.order_payments.created_at is 'Momento de la transacción.';
comment on column public.order_payments.business_day is 'Su día local.';
comment on column public.order_payments.kind is 'Tipo según el origen: sale, capture, refund, void.';
comment on column public.order_payments.status is 'Resultado según el origen.';
comment on column public.order_payments.gateway is 'Medio de pago.';
comment on column public.order_payments.is_test is 'Transacción de prueba.';
comment on column public.order_payments.currency_source is 'Moneda.';
comment on column public.order_payments.amount_source is 'Monto.';
create index order_payments_order on public.order_payments (tenant_id, order_id);

create table public.order_links (
  tenant_id uuid not null,
  shop_order_id uuid not null,
  erp_order_id uuid not null,
  rule text not null check (rule in ('id', 'name')),
  linked_at timestamptz not null default now(),
  primary key (tenant_id, shop_order_id, erp_order_id)
);
comment on table public.order_links is 'Qué documento de Odoo es espejo de qué pedido de la tienda; puede haber varios.';
comment on column public.order_links.tenant_id is 'Empresa.';
comment on column public.order_links.shop_order_id is 'Pedido de la tienda.';
comment on column public.order_links.erp_order_id is 'Documento de Odoo.';
comment on column public.order_links.rule is 'Regla exacta que los unió: id o name.';
comment on column public.order_links.linked_at is 'Cuándo.';
create index order_links_erp on public.order_links (tenant_id, erp_order_id);

create table public.customers (
  like ops.fact including all,
  kind text not null,
  rut_display text,
  rut_valid boolean,
  comuna text,
  region text,
  identity_key text,
  primary key (tenant_id, id)
);
comment on table public.customers is 'Clientes, sin nombre, correo, teléfono ni dirección.';
comment on column public.customers.kind is 'person o company.';
comment on column public.customers.rut_display is 'Empresas: RUT. Personas: solo los últimos tres dígitos.';
comment on column public.customers.rut_valid is 'Si el RUT es válido.';
comment on column public.customers.comuna is 'Comuna o ciudad.';
comment on column public.customers.region is 'Región.';
comment on column public.customers.identity_key is 'Identidad seudónima (HMAC con llave de la empresa): misma persona, misma clave.';

create table public.products (
  like ops.fact including all,
  sku text,
  barcode text,
  name text not null,
  kind text not null,
  active boolean not null,
  tracked boolean not null,
  list_price numeric,
  parent text,
  primary key (tenant_id, id)
);
comment on table public.products is 'Productos (variantes) de cada origen.';
comment on column public.products.sku is 'SKU; identifica el producto entre orígenes.';
comment on column public.products.barcode is 'Código de barras.';
comment on column public.products.name is 'Nombre.';
comment on column public.products.kind is 'storable, consumable, service, gift_card o bundle.';
comment on column public.products.active is 'Si está a la venta.';
comment on column public.products.tracked is 'Si se lleva inventario.';
comment on column public.products.list_price is 'Precio de lista, como lo declara el origen.';
comment on column public.products.parent is 'Producto del que es variante, en el origen.';

create table public.locations (
  like ops.fact including all,
  name text not null,
  usage text not null,
  active boolean not null,
  counts_stock boolean not null,
  company text,
  primary key (tenant_id, id)
);
comment on table public.locations is 'Bodegas y ubicaciones.';
comment on column public.locations.name is 'Nombre.';
comment on column public.locations.usage is 'Uso según el origen.';
comment on column public.locations.active is 'Si está activa.';
comment on column public.locations.counts_stock is 'Si lo que hay ahí es inventario propio disponible.';
comment on column public.locations.company is 'Compañía del origen.';

create table public.inventory_levels (
  like ops.fact including all,
  product_id uuid not null,
  location_id uuid not null,
  quantity_on_hand numeric not null,
  quantity_reserved numeric not null,
  quantity_available numeric not null,
  foreign_owner boolean not null,
  primary key (tenant_id, id)
);
comment on table public.inventory_levels is 'Existencias por registro de origen (producto, ubicación, lote). Odoo y Shopify muestran las mismas unidades: nunca se suman entre sí.';
comment on column public.inventory_levels.product_id is 'Producto.';
comment on column public.inventory_levels.location_id is 'Ubicación.';
comment on column public.inventory_levels.quantity_on_hand is 'Unidades presentes.';
comment on column public.inventory_levels.quantity_reserved is 'Unidades comprometidas.';
comment on column public.inventory_levels.quantity_available is 'Unidades disponibles.';
comment on column public.inventory_levels.foreign_owner is 'Mercadería de terceros en consignación: no es nuestra.';

create table public.exchange_rates (
  like ops.fact including all,
  currency text not null,
  base_currency text not null,
  rate_date date not null,
  rate numeric not null,
  company text,
  primary key (tenant_id, id)
);
comment on table public.exchange_rates is 'Tipos de cambio que declara Odoo, por día. UF se guarda como CLF.';
comment on column public.exchange_rates.currency is 'Moneda.';
comment on column public.exchange_rates.base_currency is 'Moneda en que se expresa.';
comment on column public.exchange_rates.rate_date is 'Desde qué día rige.';
comment on column public.exchange_rates.rate is 'Unidades de base_currency por una de currency.';
comment on column public.exchange_rates.company is 'Compañía del origen.';
create index exchange_rates_day on public.exchange_rates (tenant_id, currency, base_currency, rate_date) where deleted_at is null;

create table public.inboxes (
  like ops.fact including all,
  name text not null,
  channel text not null,
  channel_type text not null,
  working_hours_enabled boolean not null,
  timezone text,
  csat_enabled boolean not null,
  primary key (tenant_id, id)
);
comment on table public.inboxes is 'Bandejas de entrada de Chatwoot.';
comment on column public.inboxes.name is 'Nombre.';
comment on column public.inboxes.channel is 'WhatsApp, Email, Web u Other.';
comment on column public.inboxes.channel_type is 'Tipo según Chatwoot.';
comment on column public.inboxes.working_hours_enabled is 'Si tiene horario de atención.';
comment on column public.inboxes.timezone is 'Zona del horario.';
comment on column public.inboxes.csat_enabled is 'Si envía encuesta.';

create table public.agents (
  like ops.fact including all,
  name text not null,
  role text not null,
  confirmed boolean not null,
  primary key (tenant_id, id)
);
comment on table public.agents is 'Agentes de Chatwoot.';
comment on column public.agents.name is 'Nombre para mostrar.';
comment on column public.agents.role is 'Rol.';
comment on column public.agents.confirmed is 'Si aceptó la invitación.';

create table public.conversations (
  like ops.fact including all,
  inbox_id uuid not null,
  channel text not null default 'Other',
  status text not null,
  created_at timestamptz not null,
  business_day date not null,
  last_activity_at timestamptz,
  first_reply_at timestamptz,
  waiting_since timestamptz,
  snoozed_until timestamptz,
  assignee_id uuid,
  assignee_kind text,
  team text,
  priority text,
  labels text[] not null,
  primary key (tenant_id, id)
);
comment on table public.conversations is 'Conversaciones (tickets) de Chatwoot.';
comment on column public.conversations.inbox_id is 'Bandeja.';
comment on column public.conversations.channel is 'WhatsApp, Email, Web u Other: el de su bandeja.';
comment on column public.conversations.status is 'open, resolved, pending (con el bot) o snoozed.';
comment on column public.conversations.created_at is 'Inicio.';
comment on column public.conversations.business_day is 'Día local de inicio.';
comment on column public.conversations.last_activity_at is 'Última actividad.';
comment on column public.conversations.first_reply_at is 'Primera respuesta.';
comment on column public.conversations.waiting_since is 'Desde cuándo espera respuesta.';
comment on column public.conversations.snoozed_until is 'Pospuesta hasta.';
comment on column public.conversations.assignee_id is 'Agente asignado.';
comment on column public.conversations.assignee_kind is 'user o agent_bot.';
comment on column public.conversations.team is 'Equipo.';
comment on column public.conversations.priority is 'Prioridad.';
comment on column public.conversations.labels is 'Etiquetas.';
create index conversations_created on public.conversations (tenant_id, created_at) include (channel, status) where deleted_at is null;
create index conversations_day on public.conversations (tenant_id, business_day) where deleted_at is null;
create index conversations_inbox on public.conversations (tenant_id, inbox_id);

create table public.messages (
  like ops.fact including all,
  conversation_id uuid not null,
  created_at timestamptz not null,
  business_day date not null,
  direction text not null,
  private boolean not null,
  sender_kind text not null,
  agent_id uuid,
  content_type text not null,
  status text not null,
  is_deleted boolean not null,
  primary key (tenant_id, id)
);
comment on table public.messages is 'Mensajes de las conversaciones, sin su texto.';
comment on column public.messages.conversation_id is 'Conversación.';
comment on column public.messages.created_at is 'Momento.';
comment on column public.messages.business_day is 'Día local.';
comment on column public.messages.direction is 'incoming, outgoing, activity o template.';
comment on column public.messages.private is 'Nota interna.';
comment on column public.messages.sender_kind is 'contact, user, agent_bot, captain, automation, echo o none.';
comment on column public.messages.agent_id is 'Agente que lo envió.';
comment on column public.messages.content_type is 'Tipo de contenido.';
comment on column public.messages.status is 'Estado de entrega.';
comment on column public.messages.is_deleted is 'Borrado en Chatwoot.';
create index messages_conversation on public.messages (tenant_id, conversation_id, created_at);

create table public.csat_responses (
  like ops.fact including all,
  conversation_id uuid not null,
  agent_id uuid,
  rating integer not null,
  created_at timestamptz not null,
  business_day date not null,
  primary key (tenant_id, id)
);
comment on table public.csat_responses is 'Respuestas a la encuesta de satisfacción, sin comentario.';
comment on column public.csat_responses.conversation_id is 'Conversación.';
comment on column public.csat_responses.agent_id is 'Agente evaluado.';
comment on column public.csat_responses.rating is 'Nota de 1 a 5.';
comment on column public.csat_responses.created_at is 'Momento de la respuesta.';
comment on column public.csat_responses.business_day is 'Día local.';

create table public.workflows (
  like ops.fact including all,
  name text not null,
  active boolean not null,
  archived boolean not null,
  tags text[] not null,
  project text,
  saves_successes boolean not null,
  primary key (tenant_id, id)
);
comment on table public.workflows is 'Automatizaciones de n8n.';
comment on column public.workflows.name is 'Nombre actual.';
comment on column public.workflows.active is 'Si está activa.';
comment on column public.workflows.archived is 'Si está archivada.';
comment on column public.workflows.tags is 'Etiquetas.';
comment on column public.workflows.project is 'Proyecto de n8n.';
comment on column public.workflows.saves_successes is 'Si n8n guarda sus ejecuciones correctas; si no, no se puede saber su tasa de éxito.';

create table public.workflow_executions (
  like ops.fact including all,
  workflow_id uuid not null,
  workflow_name text,
  status text not null,
  source_status text not null,
  mode text not null,
  created_at timestamptz not null,
  business_day date not null,
  stopped_at timestamptz,
  wait_till timestamptz,
  duration_ms bigint,
  error_category text,
  failed_node_type text,
  retry_of text,
  primary key (tenant_id, id)
);
comment on table public.workflow_executions is 'Ejecuciones de producción de n8n (disparador, webhook, reintento, línea de comandos).';
comment on column public.workflow_executions.workflow_id is 'Automatización.';
comment on column public.workflow_executions.workflow_name is 'Su nombre actual.';
comment on column public.workflow_executions.status is 'success, error, running, waiting o canceled.';
comment on column public.workflow_executions.source_status is 'Estado con la palabra de n8n.';
comment on column public.workflow_executions.mode is 'Cómo se inició.';
comment on column public.workflow_executions.created_at is 'Inicio (el primero visto).';
comment on column public.workflow_executions.business_day is 'Día local de inicio.';
comment on column public.workflow_executions.stopped_at is 'Término; también puede estar puesto mientras espera.';
comment on column public.workflow_executions.wait_till is 'Hasta cuándo espera.';
comment on column public.workflow_executions.duration_ms is 'Duración en milisegundos; nula si no terminó, esperó o se cayó.';
comment on column public.workflow_executions.error_category is 'Tipo de error.';
comment on column public.workflow_executions.failed_node_type is 'Tipo de nodo que falló.';
comment on column public.workflow_executions.retry_of is 'Ejecución que reintenta.';
create index workflow_executions_created on public.workflow_executions (tenant_id, created_at)
  include (workflow_name, duration_ms, status) where deleted_at is null;
create index workflow_executions_day on public.workflow_executions (tenant_id, business_day) where deleted_at is null;
create index workflow_executions_workflow on public.workflow_executions (tenant_id, workflow_id);

create table public.workflow_executions_other (like public.workflow_executions including defaults including comments, primary key (tenant_id, id));
comment on table public.workflow_executions_other is 'Ejecuciones que no son de producción: manuales, de prueba, de manejo de errores, subflujos.';
create index workflow_executions_other_workflow on public.workflow_executions_other (tenant_id, workflow_id);

drop table ops.fact;

create table raw.records (
  tenant_id uuid not null,
  id uuid not null,
  entity text not null,
  connection_id uuid not null,
  source_id text not null,
  payload jsonb not null,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
comment on table raw.records is 'Last payload of each record, after the connector''s white-list.';
comment on column raw.records.tenant_id is 'Tenant.';
comment on column raw.records.id is 'Same id as the fact.';
comment on column raw.records.entity is 'Kind of record.';
comment on column raw.records.connection_id is 'Connection.';
comment on column raw.records.source_id is 'Id in the source.';
comment on column raw.records.payload is 'The payload.';
comment on column raw.records.synced_at is 'Last written.';

alter table raw.records enable row level security;
alter table raw.records force row level security;
create policy writing_tenant on raw.records to kpi_writer
  using (tenant_id = (select ops.writing_tenant())) with check (tenant_id = (select ops.writing_tenant()));
grant select, insert, update, delete on raw.records to kpi_writer;

-- A reader is told who it is by its role, never by a setting it could change; tombstones are hidden from it.
do $$
declare t text;
begin
  foreach t in array array['source_orders', 'source_order_lines', 'refunds', 'refund_lines', 'order_payments', 'customers', 'products',
                           'locations', 'inventory_levels', 'exchange_rates', 'inboxes', 'agents', 'conversations', 'messages',
                           'csat_responses', 'workflows', 'workflow_executions', 'workflow_executions_other', 'order_links'] loop
    execute format('alter table public.%I enable row level security', t);
    execute format('alter table public.%I force row level security', t);
    execute format('create policy writing_tenant on public.%I to kpi_writer using (tenant_id = (select ops.writing_tenant())) '
                   'with check (tenant_id = (select ops.writing_tenant()))', t);
    execute format('create policy every_row on public.%I for select to kpi_analyst using (true)', t);
    execute format('create policy own_rows on public.%I for select to kpi_reader using (tenant_id = (select kpi.current_tenant())%s)', t,
                   case when t = 'order_links' then '' else ' and deleted_at is null' end);
    execute format('grant select, insert, update, delete on public.%I to kpi_writer', t);
    execute format('grant select on public.%I to kpi_analyst', t);
    if t <> 'customers' then
      execute format('grant select on public.%I to kpi_reader', t);
    end if;
  end loop;
end $$;
-- Readers never see a RUT of a customer, not even a company's: finance reads it as analyst.
grant select (tenant_id, id, connection_id, source, source_id, source_created_at, synced_at, deleted_at, kind, rut_valid, comuna, region, identity_key)
  on public.customers to kpi_reader;
