-- Roll-ups: tables with row-level security, kept in the transaction that writes the facts by deleting and re-aggregating the local
-- days it touched. None depends on now(). The statements that fill them are src/store/sql/aggregate-*.sql.

create table kpi.sales_daily (
  tenant_id uuid not null,
  day date not null,
  source text not null,
  orders bigint not null,
  orders_without_rate bigint not null,
  amount_total numeric not null,
  amount_untaxed numeric not null,
  refunds bigint not null,
  refunds_amount numeric not null,
  refunds_untaxed numeric not null,
  primary key (tenant_id, day, source)
);
comment on table kpi.sales_daily is 'Ventas y devoluciones por día local y origen, en la moneda de la empresa. Cada venta una sola vez. Debe cuadrar con: Shopify, Total sales antes de devoluciones por processedAt; Odoo, pedidos confirmados.';
comment on column kpi.sales_daily.tenant_id is 'Empresa.';
comment on column kpi.sales_daily.day is 'Día local.';
comment on column kpi.sales_daily.source is 'Sistema cuyo documento habla.';
comment on column kpi.sales_daily.orders is 'Ventas (pedidos) del día.';
comment on column kpi.sales_daily.orders_without_rate is 'Ventas cuyo monto no se pudo convertir: no están en los montos.';
comment on column kpi.sales_daily.amount_total is 'Venta bruta: con impuestos, antes de devoluciones.';
comment on column kpi.sales_daily.amount_untaxed is 'Venta sin impuestos, antes de devoluciones.';
comment on column kpi.sales_daily.refunds is 'Devoluciones hechas ese día.';
comment on column kpi.sales_daily.refunds_amount is 'Su valor con impuestos.';
comment on column kpi.sales_daily.refunds_untaxed is 'Su valor sin impuestos.';

create table kpi.conversations_daily (
  tenant_id uuid not null,
  day date not null,
  channel text not null,
  opened bigint not null,
  open bigint not null,
  resolved bigint not null,
  pending bigint not null,
  snoozed bigint not null,
  primary key (tenant_id, day, channel)
);
comment on table kpi.conversations_daily is 'Conversaciones iniciadas por día local y canal, con su estado actual. Debe cuadrar con: Chatwoot, conversations_count del día.';
comment on column kpi.conversations_daily.tenant_id is 'Empresa.';
comment on column kpi.conversations_daily.day is 'Día local de inicio.';
comment on column kpi.conversations_daily.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.conversations_daily.opened is 'Conversaciones iniciadas.';
comment on column kpi.conversations_daily.open is 'De ellas, hoy abiertas.';
comment on column kpi.conversations_daily.resolved is 'De ellas, hoy resueltas.';
comment on column kpi.conversations_daily.pending is 'De ellas, hoy con el bot.';
comment on column kpi.conversations_daily.snoozed is 'De ellas, hoy pospuestas.';

create table kpi.executions_daily (
  tenant_id uuid not null,
  day date not null,
  workflow_id uuid not null,
  executions bigint not null,
  success bigint not null,
  errors bigint not null,
  crashed bigint not null,
  canceled bigint not null,
  running bigint not null,
  duration_ms_sum bigint not null,
  duration_ms_count bigint not null,
  primary key (tenant_id, day, workflow_id)
);
comment on table kpi.executions_daily is 'Ejecuciones de producción por día local y automatización. Debe cuadrar con: n8n Insights, que cuenta los mismos modos salvo los suyos propios.';
comment on column kpi.executions_daily.tenant_id is 'Empresa.';
comment on column kpi.executions_daily.day is 'Día local de inicio.';
comment on column kpi.executions_daily.workflow_id is 'Automatización.';
comment on column kpi.executions_daily.executions is 'Todas las ejecuciones.';
comment on column kpi.executions_daily.success is 'Correctas.';
comment on column kpi.executions_daily.errors is 'Con error, caídas incluidas.';
comment on column kpi.executions_daily.crashed is 'Caídas.';
comment on column kpi.executions_daily.canceled is 'Canceladas.';
comment on column kpi.executions_daily.running is 'En curso o esperando.';
comment on column kpi.executions_daily.duration_ms_sum is 'Suma de duraciones conocidas, milisegundos.';
comment on column kpi.executions_daily.duration_ms_count is 'Cuántas duraciones conocidas.';

create table kpi.freshness (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  source text not null,
  last_batch_at timestamptz,
  last_success_at timestamptz,
  covered_from timestamptz,
  covered_until timestamptz,
  state text not null default 'new' check (state in ('new', 'loading', 'ok', 'held', 'failing')),
  problem text,
  primary key (tenant_id, connection_id, stream)
);
comment on table kpi.freshness is 'Qué tan al día está cada flujo de cada origen.';
comment on column kpi.freshness.tenant_id is 'Empresa.';
comment on column kpi.freshness.connection_id is 'Conexión.';
comment on column kpi.freshness.stream is 'Flujo.';
comment on column kpi.freshness.source is 'Sistema de origen.';
comment on column kpi.freshness.last_batch_at is 'Última escritura.';
comment on column kpi.freshness.last_success_at is 'Última lectura completa.';
comment on column kpi.freshness.covered_from is 'Desde cuándo hay datos; nulo con covered_until puesto: todo lo que tiene el origen.';
comment on column kpi.freshness.covered_until is 'Hasta cuándo hay datos, por el reloj del origen.';
comment on column kpi.freshness.state is 'new, loading, ok, held (espera a una persona) o failing.';
comment on column kpi.freshness.problem is 'Qué pasa y qué hacer, si algo pasa.';

do $$
declare t text;
begin
  foreach t in array array['sales_daily', 'conversations_daily', 'executions_daily', 'freshness'] loop
    execute format('alter table kpi.%I enable row level security', t);
    execute format('alter table kpi.%I force row level security', t);
    execute format('create policy writing_tenant on kpi.%I to kpi_writer using (tenant_id = (select ops.writing_tenant())) '
                   'with check (tenant_id = (select ops.writing_tenant()))', t);
    execute format('create policy every_row on kpi.%I for select to kpi_analyst using (true)', t);
    execute format('create policy own_rows on kpi.%I for select to kpi_reader using (tenant_id = (select kpi.current_tenant()))', t);
    execute format('grant select, insert, update, delete on kpi.%I to kpi_writer', t);
    execute format('grant select on kpi.%I to kpi_analyst, kpi_reader', t);
  end loop;
end $$;
