-- Automation: what becomes of a failed run, and what its versions tell together. Stock: which places sell, and its history.

alter table public.workflow_executions
  add column waited boolean not null default false,
  add column resolved_by_retry boolean not null default false;
alter table public.workflow_executions_other add column waited boolean not null default false;
comment on column public.workflow_executions.waited is 'Si alguna vez se la vio esperando: su duración incluiría la espera, por eso no se guarda.';
comment on column public.workflow_executions.resolved_by_retry is 'Error cuyo reintento terminó bien. Sigue siendo un error.';
comment on column public.workflow_executions_other.waited is 'Si alguna vez se la vio esperando.';

-- A retry names the run it repeats by n8n's own id; both directions are looked up for the runs of each batch.
create index workflow_executions_retry on public.workflow_executions (tenant_id, retry_of) where retry_of is not null;
-- The error that a retry names.
create index workflow_executions_failed on public.workflow_executions (tenant_id, source_id) where status = 'error';

-- Errors by category, and durations by day, from the index alone.
create index workflow_executions_errors on public.workflow_executions (tenant_id, business_day)
  include (workflow_id, workflow_name, error_category, resolved_by_retry) where status = 'error' and deleted_at is null;
drop index public.workflow_executions_day;
create index workflow_executions_day on public.workflow_executions (tenant_id, business_day)
  include (duration_ms, workflow_id) where deleted_at is null;
-- The brief's third query and its card, from the index alone.
drop index public.workflow_executions_created;
create index workflow_executions_created on public.workflow_executions (tenant_id, created_at)
  include (workflow_name, duration_ms, status, workflow_id, error_category, resolved_by_retry) where deleted_at is null;
-- Whether an automation ran lately.
drop index public.workflow_executions_workflow;
create index workflow_executions_workflow on public.workflow_executions (tenant_id, workflow_id, created_at);

-- Percentiles do not add up over days: each day has its own.
create table kpi.execution_latency_daily (
  tenant_id uuid not null,
  day date not null,
  runs bigint not null,
  duration_ms_sum bigint not null,
  p50_ms bigint not null,
  p95_ms bigint not null,
  primary key (tenant_id, day)
);
comment on table kpi.execution_latency_daily is 'Duración de las ejecuciones de producción por día local de inicio; solo días con alguna duración conocida. Debe cuadrar con: duration_ms de workflow_executions.';
comment on column kpi.execution_latency_daily.tenant_id is 'Empresa.';
comment on column kpi.execution_latency_daily.day is 'Día local de inicio.';
comment on column kpi.execution_latency_daily.runs is 'Ejecuciones con duración conocida.';
comment on column kpi.execution_latency_daily.duration_ms_sum is 'Suma de sus duraciones, milisegundos.';
comment on column kpi.execution_latency_daily.p50_ms is 'Mediana: la menor duración que al menos la mitad no supera, milisegundos.';
comment on column kpi.execution_latency_daily.p95_ms is 'Percentil 95: la menor duración que al menos el 95 % no supera, milisegundos.';
call ops.secure('kpi.execution_latency_daily');

alter table public.tenants
  add column ocr_tag text not null default 'ocr',
  add column ocr_name text not null default 'ocr',
  add column ocr_documents_per_run integer check (ocr_documents_per_run > 0);
comment on column public.tenants.ocr_tag is 'Etiqueta de n8n de las automatizaciones que leen documentos (OCR).';
comment on column public.tenants.ocr_name is 'Si ninguna lleva la etiqueta: texto que su nombre contiene, sin distinguir mayúsculas.';
comment on column public.tenants.ocr_documents_per_run is 'Documentos que lee cada ejecución correcta, si siempre son los mismos; nulo si no se sabe, y entonces se informan ejecuciones.';

alter table kpi.executions_daily
  add column errors_resolved bigint not null default 0,
  add column keeps_successes boolean not null default true;
comment on column kpi.executions_daily.keeps_successes is 'Si n8n guarda las ejecuciones correctas de la automatización; si no, success no dice nada.';
comment on column kpi.executions_daily.errors_resolved is 'De los errores, los que un reintento resolvió.';

alter table public.tenants
  add column low_stock_threshold numeric not null default 5 check (low_stock_threshold >= 0),
  add column stock_source text not null default 'auto' check (stock_source in ('auto', 'odoo', 'shopify'));
comment on column public.tenants.low_stock_threshold is 'Un producto con menos unidades disponibles que estas, entre todos los lugares de venta, está bajo.';
comment on column public.tenants.stock_source is 'Qué origen habla del inventario: odoo, shopify o auto (Odoo si tiene existencias propias, si no Shopify).';

create table kpi.location_settings (
  tenant_id uuid not null,
  location_id uuid not null,
  sells boolean not null,
  set_at timestamptz not null default now(),
  primary key (tenant_id, location_id)
);
comment on table kpi.location_settings is 'Lugares de los que una persona dijo si lo que hay ahí se vende, sea cual sea el origen que habla. Debe cuadrar con: nada, es una decisión.';
comment on column kpi.location_settings.tenant_id is 'Empresa.';
comment on column kpi.location_settings.location_id is 'Lugar (locations.id).';
comment on column kpi.location_settings.sells is 'true: cuenta aunque hable otro origen. false: no cuenta.';
comment on column kpi.location_settings.set_at is 'Cuándo se dijo.';
call ops.secure('kpi.location_settings');

-- Stock has no past in the sources: each day's is kept when the day has ended, and never rewritten. Both sources are kept, whichever speaks:
-- which one does may change later, and the order in which they first arrive says nothing.
create table public.inventory_snapshot_days (
  tenant_id uuid not null,
  day date not null,
  connection_id uuid not null,
  source text not null,
  taken_at timestamptz not null,
  primary key (tenant_id, day, connection_id)
);
comment on table public.inventory_snapshot_days is 'De qué días locales hay una foto del inventario de cada conexión: la primera lectura completa después de la medianoche es del día anterior. Los días anteriores a la primera no se conocen.';
comment on column public.inventory_snapshot_days.tenant_id is 'Empresa.';
comment on column public.inventory_snapshot_days.day is 'Día local que la foto cierra.';
comment on column public.inventory_snapshot_days.connection_id is 'Conexión (cuenta de origen).';
comment on column public.inventory_snapshot_days.source is 'Sistema de origen.';
comment on column public.inventory_snapshot_days.taken_at is 'Cuándo se tomó, por el reloj del origen.';
call ops.secure('public.inventory_snapshot_days');

create table public.inventory_snapshots (
  tenant_id uuid not null,
  day date not null,
  product_id uuid not null,
  location_id uuid not null,
  connection_id uuid not null,
  source text not null,
  on_hand numeric not null,
  reserved numeric not null,
  available numeric not null,
  primary key (tenant_id, day, product_id, location_id)
);
comment on table public.inventory_snapshots is 'Existencias al cierre de cada día local, por producto y lugar de cada origen, sin mercadería de terceros. Nunca se reescriben. Sin fila: 0, si hay foto de ese día (inventory_snapshot_days). Odoo y Shopify muestran las mismas unidades: nunca se suman entre sí.';
comment on column public.inventory_snapshots.tenant_id is 'Empresa.';
comment on column public.inventory_snapshots.day is 'Día local que la foto cierra.';
comment on column public.inventory_snapshots.product_id is 'Producto (products.id).';
comment on column public.inventory_snapshots.location_id is 'Lugar (locations.id).';
comment on column public.inventory_snapshots.connection_id is 'Conexión (cuenta de origen).';
comment on column public.inventory_snapshots.source is 'Sistema de origen.';
comment on column public.inventory_snapshots.on_hand is 'Unidades presentes.';
comment on column public.inventory_snapshots.reserved is 'De ellas, comprometidas.';
comment on column public.inventory_snapshots.available is 'Unidades disponibles; negativas si se vendió de más.';
create index inventory_snapshots_product on public.inventory_snapshots (tenant_id, product_id, day);
call ops.secure('public.inventory_snapshots');

create table kpi.stock_daily (
  tenant_id uuid not null,
  day date not null,
  location_id uuid not null,
  connection_id uuid not null,
  source text not null,
  on_hand numeric not null,
  reserved numeric not null,
  available numeric not null,
  products bigint not null,
  primary key (tenant_id, day, location_id)
);
comment on table kpi.stock_daily is 'Existencias al cierre de cada día local por lugar de cada origen. Odoo y Shopify muestran las mismas unidades: nunca se suman entre sí. Debe cuadrar con: inventory_snapshots del día.';
comment on column kpi.stock_daily.tenant_id is 'Empresa.';
comment on column kpi.stock_daily.day is 'Día local.';
comment on column kpi.stock_daily.location_id is 'Lugar (locations.id).';
comment on column kpi.stock_daily.connection_id is 'Conexión (cuenta de origen).';
comment on column kpi.stock_daily.source is 'Sistema de origen.';
comment on column kpi.stock_daily.on_hand is 'Unidades presentes.';
comment on column kpi.stock_daily.reserved is 'De ellas, comprometidas.';
comment on column kpi.stock_daily.available is 'Unidades disponibles.';
comment on column kpi.stock_daily.products is 'Productos con unidades presentes o comprometidas.';
call ops.secure('kpi.stock_daily');

-- Which places have anything, without reading the whole stock.
create index inventory_levels_place on public.inventory_levels (tenant_id, location_id);
