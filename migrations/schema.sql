-- The schema after all migrations, written by "npm run schema:dump" from the catalogue of Postgres. Do not edit: it is compared
-- with a freshly migrated database in the tests, and shows in a review what a migration really changes.

create schema kpi authorization kpi_owner;
comment on schema kpi is 'Indicadores: tablas agregadas y vistas que leen los tableros.';
grant usage on schema kpi to kpi_analyst;
grant usage on schema kpi to kpi_reader;
grant usage on schema kpi to kpi_writer;

create schema ops authorization kpi_owner;
comment on schema ops is 'The service''s own state: connections, cursors, runs, quarantine, reconciliation. Service only.';
grant usage on schema ops to kpi_queue;
grant usage on schema ops to kpi_writer;

create schema public authorization pg_database_owner;
comment on schema public is 'standard public schema';
grant create, usage on schema public to kpi_owner with grant option;
grant usage on schema public to kpi_analyst;
grant usage on schema public to kpi_reader;
grant usage on schema public to kpi_writer;

create schema raw authorization kpi_owner;
comment on schema raw is 'Last payload of each record after the connector''s white-list. Service only.';
grant usage on schema raw to kpi_writer;

create sequence ops.read_seq as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1;
comment on sequence ops.read_seq is 'Drawn before a page is requested: of two versions with the same source clock the later read wins.';
grant usage on sequence ops.read_seq to kpi_writer;

create table kpi.accepted_identities (
  tenant_id uuid not null,
  identity_id uuid not null,
  decided_at timestamp with time zone default now() not null
);
alter table kpi.accepted_identities add constraint accepted_identities_pkey PRIMARY KEY (tenant_id, identity_id);
alter table kpi.accepted_identities enable row level security;
alter table kpi.accepted_identities force row level security;
create policy every_row on kpi.accepted_identities as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.accepted_identities as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.accepted_identities as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.accepted_identities owner to kpi_owner;
grant delete, insert, select, update on table kpi.accepted_identities to kpi_writer;
grant select on table kpi.accepted_identities to kpi_analyst;
grant select on table kpi.accepted_identities to kpi_reader;
comment on table kpi.accepted_identities is 'Identidades con tantos pedidos que parecen genéricas, pero que una persona dijo que son un cliente.';
comment on column kpi.accepted_identities.tenant_id is 'Empresa.';
comment on column kpi.accepted_identities.identity_id is 'Identidad (public.customer_identities).';
comment on column kpi.accepted_identities.decided_at is 'Cuándo.';

create table kpi.carts (
  tenant_id uuid not null,
  identity_id uuid not null,
  cart_id uuid not null,
  source text not null,
  carts bigint not null,
  opened_at timestamp with time zone not null,
  day date not null,
  changed_at timestamp with time zone not null,
  completed_at timestamp with time zone,
  completed_day date,
  bought_at timestamp with time zone,
  currency_source text not null,
  amount_total_source numeric not null,
  amount_total numeric
);
alter table kpi.carts add constraint carts_pkey PRIMARY KEY (tenant_id, identity_id, cart_id);
CREATE INDEX carts_completed_day ON kpi.carts USING btree (tenant_id, completed_day) WHERE (completed_day IS NOT NULL);
CREATE INDEX carts_day ON kpi.carts USING btree (tenant_id, day);
alter table kpi.carts enable row level security;
alter table kpi.carts force row level security;
create policy every_row on kpi.carts as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.carts as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.carts as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.carts owner to kpi_owner;
grant delete, insert, select, update on table kpi.carts to kpi_writer;
grant select on table kpi.carts to kpi_analyst;
grant select on table kpi.carts to kpi_reader;
comment on table kpi.carts is 'Carritos con datos de contacto, agrupados: varios de una identidad en 24 horas son uno, con el valor del último. Si está abandonado lo dice kpi.cart_states, que conoce la hora.';
comment on column kpi.carts.tenant_id is 'Empresa.';
comment on column kpi.carts.identity_id is 'Identidad.';
comment on column kpi.carts.cart_id is 'El primero de sus carritos (public.abandoned_checkouts o, en Odoo, public.source_orders).';
comment on column kpi.carts.source is 'Sistema del último carrito.';
comment on column kpi.carts.carts is 'Cuántos carritos reúne.';
comment on column kpi.carts.opened_at is 'Creación del primero.';
comment on column kpi.carts.day is 'Su día local.';
comment on column kpi.carts.changed_at is 'Último cambio de cualquiera de ellos.';
comment on column kpi.carts.completed_at is 'Primera vez que uno de ellos se convirtió en pedido; nulo si ninguno.';
comment on column kpi.carts.completed_day is 'Su día local.';
comment on column kpi.carts.bought_at is 'Si ninguno se convirtió en pedido: primera compra de la misma identidad por otra vía, hasta siete días después del último cambio.';
comment on column kpi.carts.currency_source is 'Moneda del último carrito.';
comment on column kpi.carts.amount_total_source is 'Valor del último carrito, en su moneda.';
comment on column kpi.carts.amount_total is 'Lo mismo en la moneda de la empresa; nulo si el carrito es de otra moneda.';

create table kpi.conversation_days (
  tenant_id uuid not null,
  conversation_id uuid not null,
  day date not null,
  sender text not null,
  agent_id uuid,
  channel text not null,
  incoming integer not null,
  outgoing integer not null,
  templates integer not null,
  failed integer not null,
  replies integer not null
);
alter table kpi.conversation_days add constraint conversation_days_pkey PRIMARY KEY (tenant_id, conversation_id, day, sender);
CREATE INDEX conversation_days_day ON kpi.conversation_days USING btree (tenant_id, day) INCLUDE (channel, agent_id, conversation_id, incoming, outgoing, templates, failed, replies);
alter table kpi.conversation_days enable row level security;
alter table kpi.conversation_days force row level security;
create policy every_row on kpi.conversation_days as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.conversation_days as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.conversation_days as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.conversation_days owner to kpi_owner;
grant delete, insert, select, update on table kpi.conversation_days to kpi_writer;
grant select on table kpi.conversation_days to kpi_analyst;
grant select on table kpi.conversation_days to kpi_reader;
comment on table kpi.conversation_days is 'Mensajes públicos por conversación, día local y quién los envió; sin notas internas ni avisos del sistema.';
comment on column kpi.conversation_days.tenant_id is 'Empresa.';
comment on column kpi.conversation_days.conversation_id is 'Conversación.';
comment on column kpi.conversation_days.day is 'Día local.';
comment on column kpi.conversation_days.sender is 'El agente, u other: el cliente, bots, reglas, el teléfono.';
comment on column kpi.conversation_days.agent_id is 'Agente, si lo es.';
comment on column kpi.conversation_days.channel is 'Canal de la conversación.';
comment on column kpi.conversation_days.incoming is 'Mensajes del cliente.';
comment on column kpi.conversation_days.outgoing is 'Mensajes enviados, sin plantillas ni fallidos.';
comment on column kpi.conversation_days.templates is 'Plantillas y mensajes automáticos, sin fallidos.';
comment on column kpi.conversation_days.failed is 'Los que no se pudieron entregar.';
comment on column kpi.conversation_days.replies is 'Respuestas públicas de personas, también las fallidas.';

create table kpi.conversations_daily (
  tenant_id uuid not null,
  day date not null,
  channel text not null,
  opened bigint not null,
  open bigint not null,
  resolved bigint not null,
  pending bigint not null,
  snoozed bigint not null
);
alter table kpi.conversations_daily add constraint conversations_daily_pkey PRIMARY KEY (tenant_id, day, channel);
CREATE INDEX conversations_daily_open ON kpi.conversations_daily USING btree (tenant_id) INCLUDE (open) WHERE (open > 0);
CREATE INDEX conversations_daily_waiting ON kpi.conversations_daily USING btree (tenant_id) INCLUDE (open, snoozed, pending) WHERE ((open > 0) OR (snoozed > 0) OR (pending > 0));
alter table kpi.conversations_daily enable row level security;
alter table kpi.conversations_daily force row level security;
create policy every_row on kpi.conversations_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.conversations_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.conversations_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.conversations_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.conversations_daily to kpi_writer;
grant select on table kpi.conversations_daily to kpi_analyst;
grant select on table kpi.conversations_daily to kpi_reader;
comment on table kpi.conversations_daily is 'Conversaciones iniciadas por día local y canal, con su estado actual. Debe cuadrar con: Chatwoot, conversations_count del día.';
comment on column kpi.conversations_daily.tenant_id is 'Empresa.';
comment on column kpi.conversations_daily.day is 'Día local de inicio.';
comment on column kpi.conversations_daily.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.conversations_daily.opened is 'Conversaciones iniciadas.';
comment on column kpi.conversations_daily.open is 'De ellas, hoy abiertas.';
comment on column kpi.conversations_daily.resolved is 'De ellas, hoy resueltas.';
comment on column kpi.conversations_daily.pending is 'De ellas, hoy con el bot.';
comment on column kpi.conversations_daily.snoozed is 'De ellas, hoy pospuestas.';

create table kpi.customer_sales (
  tenant_id uuid not null,
  identity_id uuid not null,
  anonymous boolean not null,
  sales bigint not null,
  sales_without_rate bigint not null,
  amount_total numeric not null,
  amount_untaxed numeric not null,
  first_day date not null,
  last_day date not null,
  first_sale_at timestamp with time zone not null,
  last_sale_at timestamp with time zone not null
);
alter table kpi.customer_sales add constraint customer_sales_pkey PRIMARY KEY (tenant_id, identity_id);
CREATE INDEX customer_sales_large ON kpi.customer_sales USING btree (tenant_id) INCLUDE (identity_id, sales, anonymous) WHERE ((sales >= 20) OR anonymous);
CREATE INDEX customer_sales_last ON kpi.customer_sales USING btree (tenant_id, last_sale_at) INCLUDE (identity_id, sales, anonymous);
alter table kpi.customer_sales enable row level security;
alter table kpi.customer_sales force row level security;
create policy every_row on kpi.customer_sales as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.customer_sales as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.customer_sales as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.customer_sales owner to kpi_owner;
grant delete, insert, select, update on table kpi.customer_sales to kpi_writer;
grant select on table kpi.customer_sales to kpi_analyst;
grant select on table kpi.customer_sales to kpi_reader;
comment on table kpi.customer_sales is 'Compras de cada identidad en toda su historia, en la moneda de la empresa.';
comment on column kpi.customer_sales.tenant_id is 'Empresa.';
comment on column kpi.customer_sales.identity_id is 'Identidad (public.customer_identities).';
comment on column kpi.customer_sales.anonymous is 'Si la identidad no identifica a nadie.';
comment on column kpi.customer_sales.sales is 'Ventas.';
comment on column kpi.customer_sales.sales_without_rate is 'De ellas, sin tipo de cambio: no están en los montos.';
comment on column kpi.customer_sales.amount_total is 'Venta bruta.';
comment on column kpi.customer_sales.amount_untaxed is 'Venta sin impuestos.';
comment on column kpi.customer_sales.first_day is 'Día local de la primera venta.';
comment on column kpi.customer_sales.last_day is 'Día local de la última venta.';
comment on column kpi.customer_sales.first_sale_at is 'Primera venta.';
comment on column kpi.customer_sales.last_sale_at is 'Última venta.';

create table kpi.customer_sales_daily (
  tenant_id uuid not null,
  identity_id uuid not null,
  day date not null,
  anonymous boolean not null,
  sales bigint not null,
  sales_before bigint not null,
  sales_without_rate bigint not null,
  amount_total numeric not null,
  amount_untaxed numeric not null,
  first_day date not null,
  first_sale_at timestamp with time zone not null,
  last_sale_at timestamp with time zone not null,
  opens_month boolean not null,
  first_month date not null
);
alter table kpi.customer_sales_daily add constraint customer_sales_daily_pkey PRIMARY KEY (tenant_id, identity_id, day);
CREATE INDEX customer_sales_daily_day ON kpi.customer_sales_daily USING btree (tenant_id, day) INCLUDE (identity_id, sales, sales_before, first_day, first_month, opens_month, amount_total, anonymous);
alter table kpi.customer_sales_daily enable row level security;
alter table kpi.customer_sales_daily force row level security;
create policy every_row on kpi.customer_sales_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.customer_sales_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.customer_sales_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.customer_sales_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.customer_sales_daily to kpi_writer;
grant select on table kpi.customer_sales_daily to kpi_analyst;
grant select on table kpi.customer_sales_daily to kpi_reader;
comment on table kpi.customer_sales_daily is 'Compras de cada identidad por día local, en la moneda de la empresa. Las devueltas cuentan; las entre empresas del grupo no.';
comment on column kpi.customer_sales_daily.tenant_id is 'Empresa.';
comment on column kpi.customer_sales_daily.identity_id is 'Identidad (public.customer_identities).';
comment on column kpi.customer_sales_daily.day is 'Día local de las ventas.';
comment on column kpi.customer_sales_daily.anonymous is 'Si la identidad no identifica a nadie.';
comment on column kpi.customer_sales_daily.sales is 'Ventas del día.';
comment on column kpi.customer_sales_daily.sales_before is 'Ventas de días anteriores, en cualquier momento.';
comment on column kpi.customer_sales_daily.sales_without_rate is 'De las del día, sin tipo de cambio: no están en los montos.';
comment on column kpi.customer_sales_daily.amount_total is 'Venta bruta del día.';
comment on column kpi.customer_sales_daily.amount_untaxed is 'Venta sin impuestos del día.';
comment on column kpi.customer_sales_daily.first_day is 'Día local de su primera venta.';
comment on column kpi.customer_sales_daily.first_sale_at is 'Primera venta del día.';
comment on column kpi.customer_sales_daily.last_sale_at is 'Última venta del día.';
comment on column kpi.customer_sales_daily.opens_month is 'Si es su primer día con ventas del mes local.';
comment on column kpi.customer_sales_daily.first_month is 'Mes local de su primera venta: su cohorte.';

create table kpi.execution_latency_daily (
  tenant_id uuid not null,
  day date not null,
  runs bigint not null,
  duration_ms_sum bigint not null,
  p50_ms bigint not null,
  p95_ms bigint not null
);
alter table kpi.execution_latency_daily add constraint execution_latency_daily_pkey PRIMARY KEY (tenant_id, day);
alter table kpi.execution_latency_daily enable row level security;
alter table kpi.execution_latency_daily force row level security;
create policy every_row on kpi.execution_latency_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.execution_latency_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.execution_latency_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.execution_latency_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.execution_latency_daily to kpi_writer;
grant select on table kpi.execution_latency_daily to kpi_analyst;
grant select on table kpi.execution_latency_daily to kpi_reader;
comment on table kpi.execution_latency_daily is 'Duración de las ejecuciones de producción por día local de inicio; solo días con alguna duración conocida. Debe cuadrar con: duration_ms de workflow_executions.';
comment on column kpi.execution_latency_daily.tenant_id is 'Empresa.';
comment on column kpi.execution_latency_daily.day is 'Día local de inicio.';
comment on column kpi.execution_latency_daily.runs is 'Ejecuciones con duración conocida.';
comment on column kpi.execution_latency_daily.duration_ms_sum is 'Suma de sus duraciones, milisegundos.';
comment on column kpi.execution_latency_daily.p50_ms is 'Mediana: la menor duración que al menos la mitad no supera, milisegundos.';
comment on column kpi.execution_latency_daily.p95_ms is 'Percentil 95: la menor duración que al menos el 95 % no supera, milisegundos.';

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
  errors_resolved bigint default 0 not null,
  keeps_successes boolean default true not null
);
alter table kpi.executions_daily add constraint executions_daily_pkey PRIMARY KEY (tenant_id, day, workflow_id);
alter table kpi.executions_daily enable row level security;
alter table kpi.executions_daily force row level security;
create policy every_row on kpi.executions_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.executions_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.executions_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.executions_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.executions_daily to kpi_writer;
grant select on table kpi.executions_daily to kpi_analyst;
grant select on table kpi.executions_daily to kpi_reader;
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
comment on column kpi.executions_daily.errors_resolved is 'De los errores, los que un reintento resolvió.';
comment on column kpi.executions_daily.keeps_successes is 'Si n8n guarda las ejecuciones correctas de la automatización; si no, success no dice nada.';

create table kpi.freshness (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  source text not null,
  last_batch_at timestamp with time zone,
  last_success_at timestamp with time zone,
  covered_from timestamp with time zone,
  covered_until timestamp with time zone,
  state text default 'new'::text not null,
  problem text,
  interval_seconds integer,
  error_kind text,
  error_code text,
  failing_since timestamp with time zone,
  quarantine_open integer default 0 not null,
  notices jsonb default '[]'::jsonb not null,
  backfills_running integer default 0 not null,
  backfill_from timestamp with time zone,
  backfill_until timestamp with time zone,
  verified_at timestamp with time zone,
  verified_from date,
  days_differing integer,
  quiet_from time without time zone,
  quiet_until time without time zone,
  problem_es text
);
alter table kpi.freshness add constraint freshness_pkey PRIMARY KEY (tenant_id, connection_id, stream);
alter table kpi.freshness add constraint freshness_error_kind_check CHECK ((error_kind = ANY (ARRAY['config'::text, 'transient'::text, 'data'::text, 'bug'::text])));
alter table kpi.freshness add constraint freshness_state_check CHECK ((state = ANY (ARRAY['new'::text, 'loading'::text, 'ok'::text, 'held'::text, 'failing'::text])));
alter table kpi.freshness enable row level security;
alter table kpi.freshness force row level security;
create policy every_row on kpi.freshness as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.freshness as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.freshness as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.freshness owner to kpi_owner;
grant delete, insert, select, update on table kpi.freshness to kpi_writer;
grant select on table kpi.freshness to kpi_analyst;
grant select on table kpi.freshness to kpi_reader;
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
comment on column kpi.freshness.problem is 'Qué pasa y qué hacer, si algo pasa, en inglés para quien opera el servicio.';
comment on column kpi.freshness.interval_seconds is 'Segundos entre dos lecturas.';
comment on column kpi.freshness.error_kind is 'Por qué falla: config (debe actuar una persona), transient (el origen no responde), data o bug; nulo si la última lectura anduvo.';
comment on column kpi.freshness.error_code is 'Palabra estable del error.';
comment on column kpi.freshness.failing_since is 'Desde cuándo falla; nulo si no falla.';
comment on column kpi.freshness.quarantine_open is 'Registros rechazados que esperan a una persona: no están en las cifras.';
comment on column kpi.freshness.notices is 'Lo que el origen no puede entregar, según él mismo: lista de code y message.';
comment on column kpi.freshness.backfills_running is 'Relecturas de historia en curso.';
comment on column kpi.freshness.backfill_from is 'Desde cuándo releen las que están en curso.';
comment on column kpi.freshness.backfill_until is 'Hasta cuándo releen las que están en curso.';
comment on column kpi.freshness.verified_at is 'Última vez que se comparó día por día con los totales del origen; nulo si aún no, o si el origen no los entrega.';
comment on column kpi.freshness.verified_from is 'Primer día de esa comparación.';
comment on column kpi.freshness.days_differing is 'Días que difieren del origen; 0 si todo coincide.';
comment on column kpi.freshness.quiet_from is 'Desde esta hora local el origen no se lee; nulo: se lee siempre.';
comment on column kpi.freshness.quiet_until is 'Hasta esta hora local.';
comment on column kpi.freshness.problem_es is 'Lo mismo en castellano para quien lee las cifras; nulo si no pasa nada o si lo escribió una versión anterior.';

create table kpi.handoffs (
  tenant_id uuid not null,
  conversation_id uuid not null,
  ordinal integer not null,
  direction text not null,
  at timestamp with time zone not null,
  day date not null,
  via text not null,
  channel text not null
);
alter table kpi.handoffs add constraint handoffs_pkey PRIMARY KEY (tenant_id, conversation_id, ordinal);
alter table kpi.handoffs add constraint handoffs_direction_check CHECK ((direction = ANY (ARRAY['to_human'::text, 'to_bot'::text])));
alter table kpi.handoffs add constraint handoffs_via_check CHECK ((via = ANY (ARRAY['message'::text, 'status'::text, 'event'::text])));
CREATE INDEX handoffs_day ON kpi.handoffs USING btree (tenant_id, day) INCLUDE (direction, conversation_id);
alter table kpi.handoffs enable row level security;
alter table kpi.handoffs force row level security;
create policy every_row on kpi.handoffs as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.handoffs as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.handoffs as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.handoffs owner to kpi_owner;
grant delete, insert, select, update on table kpi.handoffs to kpi_writer;
grant select on table kpi.handoffs to kpi_analyst;
grant select on table kpi.handoffs to kpi_reader;
comment on table kpi.handoffs is 'Traspasos entre el bot y las personas: to_human es el primer mensaje público de una persona tras al menos uno del bot, o el paso de pending a open, una vez por tramo con el bot; to_bot es el paso de open a pending. Debe cuadrar con: Chatwoot, bot_handoffs_count, que cuenta solo el primero de cada conversación.';
comment on column kpi.handoffs.tenant_id is 'Empresa.';
comment on column kpi.handoffs.conversation_id is 'Conversación.';
comment on column kpi.handoffs.ordinal is 'Orden dentro de la conversación.';
comment on column kpi.handoffs.direction is 'to_human o to_bot.';
comment on column kpi.handoffs.at is 'Momento.';
comment on column kpi.handoffs.day is 'Día local.';
comment on column kpi.handoffs.via is 'Cómo se sabe: message, status (cambio de estado observado) o event (evento de Chatwoot).';
comment on column kpi.handoffs.channel is 'Canal de la conversación.';

create table kpi.location_settings (
  tenant_id uuid not null,
  location_id uuid not null,
  sells boolean not null,
  set_at timestamp with time zone default now() not null
);
alter table kpi.location_settings add constraint location_settings_pkey PRIMARY KEY (tenant_id, location_id);
alter table kpi.location_settings enable row level security;
alter table kpi.location_settings force row level security;
create policy every_row on kpi.location_settings as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.location_settings as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.location_settings as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.location_settings owner to kpi_owner;
grant delete, insert, select, update on table kpi.location_settings to kpi_writer;
grant select on table kpi.location_settings to kpi_analyst;
grant select on table kpi.location_settings to kpi_reader;
comment on table kpi.location_settings is 'Lugares de los que una persona dijo si lo que hay ahí se vende, sea cual sea el origen que habla. Debe cuadrar con: nada, es una decisión.';
comment on column kpi.location_settings.tenant_id is 'Empresa.';
comment on column kpi.location_settings.location_id is 'Lugar (locations.id).';
comment on column kpi.location_settings.sells is 'true: cuenta aunque hable otro origen. false: no cuenta.';
comment on column kpi.location_settings.set_at is 'Cuándo se dijo.';

create table kpi.month_closings (
  tenant_id uuid not null,
  closing_id uuid not null,
  month date not null,
  closed_at timestamp with time zone not null,
  is_forced boolean not null,
  reopened_at timestamp with time zone,
  sales bigint not null,
  sales_amount numeric not null,
  refunds bigint not null,
  refunds_amount numeric not null,
  documents bigint not null,
  documents_amount numeric not null
);
alter table kpi.month_closings add constraint month_closings_pkey PRIMARY KEY (tenant_id, closing_id);
alter table kpi.month_closings enable row level security;
alter table kpi.month_closings force row level security;
create policy every_row on kpi.month_closings as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.month_closings as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.month_closings as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.month_closings owner to kpi_owner;
grant delete, insert, select, update on table kpi.month_closings to kpi_writer;
grant select on table kpi.month_closings to kpi_analyst;
grant select on table kpi.month_closings to kpi_reader;
comment on table kpi.month_closings is 'Cierres de mes, cada uno como quedó; no se corrige: lo que cambia después se ve en kpi.closed_months.';
comment on column kpi.month_closings.tenant_id is 'Empresa.';
comment on column kpi.month_closings.closing_id is 'Cierre.';
comment on column kpi.month_closings.month is 'Primer día del mes.';
comment on column kpi.month_closings.closed_at is 'Cuándo se cerró; todo es de ese instante.';
comment on column kpi.month_closings.is_forced is 'Si se cerró aunque un origen no estaba al día o un puente no cerraba.';
comment on column kpi.month_closings.reopened_at is 'Cuándo se reabrió; nulo mientras está cerrado.';
comment on column kpi.month_closings.sales is 'Ventas del mes al cierre.';
comment on column kpi.month_closings.sales_amount is 'Venta bruta al cierre, en la moneda de la empresa.';
comment on column kpi.month_closings.refunds is 'Devoluciones del mes al cierre.';
comment on column kpi.month_closings.refunds_amount is 'Su valor, con impuestos, sobre cero.';
comment on column kpi.month_closings.documents is 'Documentos emitidos del mes al cierre.';
comment on column kpi.month_closings.documents_amount is 'Su total: documentos de venta menos notas de crédito.';

create table kpi.platform (
  singleton boolean default true not null,
  currency text default 'CLP'::text not null,
  currency_decimals smallint default 0 not null,
  users_as_of timestamp with time zone
);
alter table kpi.platform add constraint platform_pkey PRIMARY KEY (singleton);
alter table kpi.platform add constraint platform_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));
alter table kpi.platform add constraint platform_currency_decimals_check CHECK (((currency_decimals >= 0) AND (currency_decimals <= 4)));
alter table kpi.platform add constraint platform_singleton_check CHECK (singleton);
alter table kpi.platform enable row level security;
alter table kpi.platform force row level security;
create policy every_row on kpi.platform as permissive for select to kpi_analyst using (true);
create policy of_every_tenant on kpi.platform as permissive for select to kpi_reader using ((( SELECT kpi.current_tenant() AS current_tenant) IS NOT NULL));
create policy service on kpi.platform as permissive for all to kpi_writer using ((CURRENT_USER = 'kpi_writer'::name)) with check ((CURRENT_USER = 'kpi_writer'::name));
alter table kpi.platform owner to kpi_owner;
grant select on table kpi.platform to kpi_analyst;
grant select, update on table kpi.platform to kpi_writer;
grant select (currency, currency_decimals, users_as_of) on kpi.platform to kpi_reader;
comment on table kpi.platform is 'Lo que vale para todas las empresas juntas; una sola fila. Se cambia con: kpi platform set.';
comment on column kpi.platform.singleton is 'Siempre verdadero: hay una sola fila.';
comment on column kpi.platform.currency is 'Moneda en que se suman las ventas de empresas de distinta moneda (ISO 4217).';
comment on column kpi.platform.currency_decimals is 'Decimales de esa moneda: CLP 0, USD 2.';
comment on column kpi.platform.users_as_of is 'Inicio de la última lectura completa de los usuarios; nulo si nunca se leyeron: entonces no se sabe cuántos hay.';

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
  movement text not null
);
alter table kpi.product_days add constraint product_days_pkey PRIMARY KEY (tenant_id, day, product_ref, movement);
alter table kpi.product_days add constraint product_days_movement_check CHECK ((movement = ANY (ARRAY['sale'::text, 'return'::text])));
alter table kpi.product_days enable row level security;
alter table kpi.product_days force row level security;
create policy every_row on kpi.product_days as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.product_days as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.product_days as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.product_days owner to kpi_owner;
grant delete, insert, select, update on table kpi.product_days to kpi_writer;
grant select on table kpi.product_days to kpi_analyst;
grant select on table kpi.product_days to kpi_reader;
comment on table kpi.product_days is 'Productos vendidos y devueltos por día local, referencia de producto de la línea y movimiento; la identidad entre orígenes se decide al leer (kpi.product_sales_daily). Montos en la moneda de la empresa, con impuestos, después de los descuentos propios y la parte de los del pedido; la devolución es del día en que se hizo.';
comment on column kpi.product_days.tenant_id is 'Empresa.';
comment on column kpi.product_days.day is 'Día local de la venta o de la devolución.';
comment on column kpi.product_days.product_ref is 'El producto de la línea; si no tiene, sku: con su SKU escrito o name: con su descripción.';
comment on column kpi.product_days.product_id is 'Producto; nulo en líneas sin producto.';
comment on column kpi.product_days.sku is 'SKU escrito en las líneas, sin espacios y en mayúsculas.';
comment on column kpi.product_days.name is 'Descripción de las líneas.';
comment on column kpi.product_days.lines is 'Líneas vendidas, o devueltas.';
comment on column kpi.product_days.lines_without_units is 'De ellas, sin unidades por no poder convertir su unidad: no están en las unidades.';
comment on column kpi.product_days.lines_without_rate is 'De ellas, sin monto por falta de tipo de cambio: no están en los montos.';
comment on column kpi.product_days.units_sold is 'Unidades vendidas, en la unidad de referencia del producto.';
comment on column kpi.product_days.units_returned is 'Unidades devueltas, positivo.';
comment on column kpi.product_days.amount_sold is 'Monto vendido; nulo si ninguna línea vendida tiene monto.';
comment on column kpi.product_days.amount_returned is 'Monto devuelto, positivo; nulo si ninguna línea devuelta tiene monto.';
comment on column kpi.product_days.movement is 'sale: lo vendido ese día; return: lo devuelto ese día.';

create table kpi.reconciliation_daily (
  tenant_id uuid not null,
  day date not null,
  class text not null,
  findings bigint not null,
  amount numeric not null,
  value numeric,
  open bigint not null,
  explained bigint not null
);
alter table kpi.reconciliation_daily add constraint reconciliation_daily_pkey PRIMARY KEY (tenant_id, day, class);
alter table kpi.reconciliation_daily enable row level security;
alter table kpi.reconciliation_daily force row level security;
create policy every_row on kpi.reconciliation_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.reconciliation_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.reconciliation_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.reconciliation_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.reconciliation_daily to kpi_writer;
grant select on table kpi.reconciliation_daily to kpi_analyst;
grant select on table kpi.reconciliation_daily to kpi_reader;
comment on table kpi.reconciliation_daily is 'Diferencias vigentes entre la tienda y Odoo por día local y clase; se corrige con cada conciliación.';
comment on column kpi.reconciliation_daily.tenant_id is 'Empresa.';
comment on column kpi.reconciliation_daily.day is 'Día local del documento original.';
comment on column kpi.reconciliation_daily.class is 'Clase de la diferencia.';
comment on column kpi.reconciliation_daily.findings is 'Hallazgos.';
comment on column kpi.reconciliation_daily.amount is 'Odoo menos tienda, en la moneda de la empresa; cada peso en una sola clase.';
comment on column kpi.reconciliation_daily.value is 'De qué tratan los hallazgos sin monto propio (devoluciones, documentos); nulo si no tratan de dinero.';
comment on column kpi.reconciliation_daily.open is 'Hallazgos abiertos o reaparecidos.';
comment on column kpi.reconciliation_daily.explained is 'Hallazgos explicados por una persona.';

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
  orders_unpaid bigint default 0 not null,
  amount_unpaid numeric default 0 not null,
  orders_partly_paid bigint default 0 not null
);
alter table kpi.sales_daily add constraint sales_daily_pkey PRIMARY KEY (tenant_id, day, source);
alter table kpi.sales_daily enable row level security;
alter table kpi.sales_daily force row level security;
create policy every_row on kpi.sales_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.sales_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.sales_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.sales_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.sales_daily to kpi_writer;
grant select on table kpi.sales_daily to kpi_analyst;
grant select on table kpi.sales_daily to kpi_reader;
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
comment on column kpi.sales_daily.orders_unpaid is 'Ventas de las que aún no se ha recibido ningún pago, según su origen; no están las de orígenes que no lo dicen.';
comment on column kpi.sales_daily.amount_unpaid is 'Su venta bruta.';
comment on column kpi.sales_daily.orders_partly_paid is 'Ventas pagadas en parte; su saldo no está en amount_unpaid.';

create table kpi.shared_keys (
  tenant_id uuid not null,
  kind text not null,
  key text not null,
  decided_at timestamp with time zone default now() not null
);
alter table kpi.shared_keys add constraint shared_keys_pkey PRIMARY KEY (tenant_id, kind, key);
alter table kpi.shared_keys add constraint shared_keys_kind_check CHECK ((kind = ANY (ARRAY['rut'::text, 'email'::text, 'email_domain'::text, 'phone'::text])));
alter table kpi.shared_keys enable row level security;
alter table kpi.shared_keys force row level security;
create policy every_row on kpi.shared_keys as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.shared_keys as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.shared_keys as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.shared_keys owner to kpi_owner;
grant delete, insert, select, update on table kpi.shared_keys to kpi_writer;
grant select on table kpi.shared_keys to kpi_analyst;
comment on table kpi.shared_keys is 'Claves que comparten muchos y no identifican a nadie, porque una persona lo dijo. No es para lectores.';
comment on column kpi.shared_keys.tenant_id is 'Empresa.';
comment on column kpi.shared_keys.kind is 'rut, email, email_domain (todos los correos del dominio) o phone.';
comment on column kpi.shared_keys.key is 'La clave: HMAC con la llave de la empresa.';
comment on column kpi.shared_keys.decided_at is 'Cuándo.';

create table kpi.shop_erp_daily (
  tenant_id uuid not null,
  day date not null,
  shop_orders bigint not null,
  shop_amount numeric not null,
  erp_orders bigint not null,
  erp_amount numeric not null,
  linked bigint not null,
  differing bigint not null,
  difference numeric not null,
  difference_absolute numeric not null,
  without_erp bigint not null,
  without_erp_amount numeric not null,
  without_shop bigint not null,
  without_shop_amount numeric not null,
  duplicates bigint not null,
  duplicates_amount numeric not null,
  status_differs bigint not null,
  status_amount numeric not null
);
alter table kpi.shop_erp_daily add constraint shop_erp_daily_pkey PRIMARY KEY (tenant_id, day);
alter table kpi.shop_erp_daily enable row level security;
alter table kpi.shop_erp_daily force row level security;
create policy every_row on kpi.shop_erp_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.shop_erp_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.shop_erp_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.shop_erp_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.shop_erp_daily to kpi_writer;
grant select on table kpi.shop_erp_daily to kpi_analyst;
grant select on table kpi.shop_erp_daily to kpi_reader;
comment on table kpi.shop_erp_daily is 'Pedidos de la tienda junto a los de Odoo que los citan, por día local del pedido de la tienda (o del de Odoo, si no tiene pareja). Moneda de la empresa. No dice si algo falta: eso depende de lo cubierto (kpi.shop_erp_sync). Debe cuadrar con: kpi reconcile run, del mismo período.';
comment on column kpi.shop_erp_daily.tenant_id is 'Empresa.';
comment on column kpi.shop_erp_daily.day is 'Día local.';
comment on column kpi.shop_erp_daily.shop_orders is 'Pedidos de la tienda que son venta, hable quien hable.';
comment on column kpi.shop_erp_daily.shop_amount is 'Su monto con impuestos.';
comment on column kpi.shop_erp_daily.erp_orders is 'Documentos vigentes de Odoo que citan un pedido de la tienda o están unidos a uno.';
comment on column kpi.shop_erp_daily.erp_amount is 'Su monto con impuestos.';
comment on column kpi.shop_erp_daily.linked is 'Ventas de la tienda con un documento vigente en Odoo.';
comment on column kpi.shop_erp_daily.differing is 'De ellas, las que difieren en monto o moneda.';
comment on column kpi.shop_erp_daily.difference is 'Suma de sus diferencias: Odoo menos tienda.';
comment on column kpi.shop_erp_daily.difference_absolute is 'La misma suma sin signo: lo que no se compensa.';
comment on column kpi.shop_erp_daily.without_erp is 'Ventas de la tienda sin documento en Odoo.';
comment on column kpi.shop_erp_daily.without_erp_amount is 'Su monto.';
comment on column kpi.shop_erp_daily.without_shop is 'Documentos vigentes de Odoo que citan un pedido que no está.';
comment on column kpi.shop_erp_daily.without_shop_amount is 'Su monto.';
comment on column kpi.shop_erp_daily.duplicates is 'Segundos documentos vigentes de Odoo del mismo pedido.';
comment on column kpi.shop_erp_daily.duplicates_amount is 'Su monto.';
comment on column kpi.shop_erp_daily.status_differs is 'Ventas de la tienda cuyo documento en Odoo no está vigente, y documentos vigentes de pedidos que no son venta.';
comment on column kpi.shop_erp_daily.status_amount is 'Odoo menos tienda de esos pedidos.';

create table kpi.stock_daily (
  tenant_id uuid not null,
  day date not null,
  location_id uuid not null,
  connection_id uuid not null,
  source text not null,
  on_hand numeric not null,
  reserved numeric not null,
  available numeric not null,
  products bigint not null
);
alter table kpi.stock_daily add constraint stock_daily_pkey PRIMARY KEY (tenant_id, day, location_id);
alter table kpi.stock_daily enable row level security;
alter table kpi.stock_daily force row level security;
create policy every_row on kpi.stock_daily as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.stock_daily as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.stock_daily as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.stock_daily owner to kpi_owner;
grant delete, insert, select, update on table kpi.stock_daily to kpi_writer;
grant select on table kpi.stock_daily to kpi_analyst;
grant select on table kpi.stock_daily to kpi_reader;
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

create table kpi.waits (
  tenant_id uuid not null,
  conversation_id uuid not null,
  ordinal integer not null,
  channel text not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_by text,
  day date,
  agent_id uuid,
  is_first boolean not null,
  wall_seconds bigint,
  business_seconds bigint,
  first_response_seconds bigint,
  first_response_business_seconds bigint
);
alter table kpi.waits add constraint waits_pkey PRIMARY KEY (tenant_id, conversation_id, ordinal);
alter table kpi.waits add constraint ended_by_something CHECK (((ended_at IS NULL) = (ended_by IS NULL)));
alter table kpi.waits add constraint waits_ended_by_check CHECK ((ended_by = ANY (ARRAY['reply'::text, 'resolution'::text])));
CREATE INDEX waits_day ON kpi.waits USING btree (tenant_id, day) INCLUDE (channel, wall_seconds, business_seconds, first_response_seconds, first_response_business_seconds) WHERE (day IS NOT NULL);
CREATE INDEX waits_running ON kpi.waits USING btree (tenant_id, started_at) WHERE (ended_at IS NULL);
alter table kpi.waits enable row level security;
alter table kpi.waits force row level security;
create policy every_row on kpi.waits as permissive for select to kpi_analyst using (true);
create policy own_rows on kpi.waits as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on kpi.waits as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table kpi.waits owner to kpi_owner;
grant delete, insert, select, update on table kpi.waits to kpi_writer;
grant select on table kpi.waits to kpi_analyst;
grant select on table kpi.waits to kpi_reader;
comment on table kpi.waits is 'Esperas de los clientes: cada una comienza con el primer mensaje sin responder y termina con la siguiente respuesta pública de una persona; pertenece al día de la respuesta. Una resolución sin respuesta la termina sin contarla.';
comment on column kpi.waits.tenant_id is 'Empresa.';
comment on column kpi.waits.conversation_id is 'Conversación.';
comment on column kpi.waits.ordinal is 'Orden dentro de la conversación.';
comment on column kpi.waits.channel is 'Canal de la conversación.';
comment on column kpi.waits.started_at is 'Primer mensaje sin responder.';
comment on column kpi.waits.ended_at is 'Respuesta o resolución; nulo si aún espera.';
comment on column kpi.waits.ended_by is 'reply (respuesta de una persona), resolution (se cerró sin responder) o nulo si aún espera.';
comment on column kpi.waits.day is 'Día local de la respuesta; nulo si no la hubo.';
comment on column kpi.waits.agent_id is 'Quién respondió; nulo si fue desde el teléfono.';
comment on column kpi.waits.is_first is 'Si ninguna persona había escrito antes en la conversación.';
comment on column kpi.waits.wall_seconds is 'Espera en segundos corridos; nulo sin respuesta.';
comment on column kpi.waits.business_seconds is 'Espera en segundos hábiles; nulo sin respuesta o si la bandeja no tiene horario.';
comment on column kpi.waits.first_response_seconds is 'En la primera respuesta: desde el inicio de la conversación o su último traspaso a una persona, en segundos corridos.';
comment on column kpi.waits.first_response_business_seconds is 'Lo mismo en segundos hábiles.';

create table ops.alert_deliveries (
  tenant_id uuid not null,
  id uuid not null,
  number bigint generated always as identity not null,
  kind text not null,
  event text not null,
  body text not null,
  state text default 'waiting'::text not null,
  attempts integer default 0 not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  next_try_at timestamp with time zone default clock_timestamp() not null,
  claimed_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  sent_at timestamp with time zone,
  last_status integer,
  last_error text
);
alter table ops.alert_deliveries add constraint alert_deliveries_pkey PRIMARY KEY (tenant_id, id);
alter table ops.alert_deliveries add constraint alert_deliveries_event_check CHECK ((event = ANY (ARRAY['firing'::text, 'resolved'::text, 'test'::text, 'report'::text])));
alter table ops.alert_deliveries add constraint alert_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'dead'::text])));
CREATE INDEX alert_deliveries_due ON ops.alert_deliveries USING btree (next_try_at) WHERE (state = 'waiting'::text);
CREATE INDEX alert_deliveries_waiting ON ops.alert_deliveries USING btree (tenant_id, kind, number) WHERE (state = 'waiting'::text);
alter table ops.alert_deliveries enable row level security;
alter table ops.alert_deliveries force row level security;
create policy service on ops.alert_deliveries as permissive for all to kpi_writer using (true) with check (true);
alter table ops.alert_deliveries owner to kpi_owner;
grant delete, insert, select, update on table ops.alert_deliveries to kpi_writer;
comment on table ops.alert_deliveries is 'Outbox: written in the transaction that changes the states, sent afterwards, so that neither is ever without the other.';
comment on column ops.alert_deliveries.tenant_id is 'Tenant.';
comment on column ops.alert_deliveries.id is 'Idempotency key: the same at every attempt.';
comment on column ops.alert_deliveries.number is 'Order: messages of one kind leave in it.';
comment on column ops.alert_deliveries.kind is 'Kind of rule; report:<dashboard>:<route> of a report.';
comment on column ops.alert_deliveries.event is 'firing, resolved, test or report.';
comment on column ops.alert_deliveries.body is 'The bytes that are signed and sent, the same at every attempt. Of a report the file is taken out once it was accepted.';
comment on column ops.alert_deliveries.state is 'waiting, sent, or dead (waits for a person: kpi alerts retry).';
comment on column ops.alert_deliveries.attempts is 'Attempts begun; a result counts only for the attempt it belongs to.';
comment on column ops.alert_deliveries.created_at is 'When it was written.';
comment on column ops.alert_deliveries.next_try_at is 'Not before this.';
comment on column ops.alert_deliveries.claimed_until is 'A worker is at it until then; after a crash another one takes it.';
comment on column ops.alert_deliveries.sent_at is 'When the receiver accepted it.';
comment on column ops.alert_deliveries.last_status is 'HTTP status of the last answer.';
comment on column ops.alert_deliveries.last_error is 'What went wrong last. Holds no secret.';

create table ops.alert_evaluations (
  tenant_id uuid not null,
  next_run_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  evaluated_at timestamp with time zone,
  unknown jsonb default '{}'::jsonb not null,
  problems jsonb default '{}'::jsonb not null
);
alter table ops.alert_evaluations add constraint alert_evaluations_pkey PRIMARY KEY (tenant_id);
alter table ops.alert_evaluations enable row level security;
alter table ops.alert_evaluations force row level security;
create policy service on ops.alert_evaluations as permissive for all to kpi_writer using (true) with check (true);
alter table ops.alert_evaluations owner to kpi_owner;
grant delete, insert, select, update on table ops.alert_evaluations to kpi_writer;
comment on table ops.alert_evaluations is 'When a tenant''s rules are due; its row is the lock, so that two workers never evaluate one tenant at once.';
comment on column ops.alert_evaluations.tenant_id is 'Tenant.';
comment on column ops.alert_evaluations.next_run_at is 'When it is due.';
comment on column ops.alert_evaluations.evaluated_at is 'Last evaluation.';
comment on column ops.alert_evaluations.unknown is 'Kinds that could not be judged then, and why (Spanish).';
comment on column ops.alert_evaluations.problems is 'Kinds whose statement failed then, by SQLSTATE.';

create table ops.alert_events (
  tenant_id uuid not null,
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  kind text not null,
  subject text not null,
  title text not null,
  event text not null,
  occasion text,
  value numeric,
  threshold numeric,
  severity text not null,
  delivery_id uuid not null
);
alter table ops.alert_events add constraint alert_events_pkey PRIMARY KEY (tenant_id, id);
alter table ops.alert_events add constraint alert_events_event_check CHECK ((event = ANY (ARRAY['firing'::text, 'resolved'::text])));
CREATE INDEX alert_events_recent ON ops.alert_events USING btree (tenant_id, at DESC);
alter table ops.alert_events enable row level security;
alter table ops.alert_events force row level security;
create policy service on ops.alert_events as permissive for all to kpi_writer using (true) with check (true);
alter table ops.alert_events owner to kpi_owner;
grant delete, insert, select, update on table ops.alert_events to kpi_writer;
comment on table ops.alert_events is 'Every change of state that was told, in the transaction that made it.';
comment on column ops.alert_events.tenant_id is 'Tenant.';
comment on column ops.alert_events.id is 'Number.';
comment on column ops.alert_events.at is 'When it was evaluated.';
comment on column ops.alert_events.kind is 'Kind of rule.';
comment on column ops.alert_events.subject is 'What was judged.';
comment on column ops.alert_events.title is 'Its name for people (Spanish).';
comment on column ops.alert_events.event is 'firing or resolved.';
comment on column ops.alert_events.occasion is 'Of what (a day).';
comment on column ops.alert_events.value is 'The value then.';
comment on column ops.alert_events.threshold is 'The limit then.';
comment on column ops.alert_events.severity is 'info, warning or critical.';
comment on column ops.alert_events.delivery_id is 'The message that tells it.';

create table ops.alert_rules (
  id uuid default gen_random_uuid() not null,
  tenant_id uuid,
  kind text not null,
  threshold numeric,
  currency text,
  options jsonb default '{}'::jsonb not null,
  severity text not null,
  cooldown_minutes integer not null,
  for_minutes integer not null,
  enabled boolean default true not null,
  changed_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.alert_rules add constraint alert_rules_pkey PRIMARY KEY (id);
alter table ops.alert_rules add constraint alert_rules_cooldown_minutes_check CHECK (((cooldown_minutes >= 0) AND (cooldown_minutes <= 525600)));
alter table ops.alert_rules add constraint alert_rules_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));
alter table ops.alert_rules add constraint alert_rules_for_minutes_check CHECK (((for_minutes >= 0) AND (for_minutes <= 525600)));
alter table ops.alert_rules add constraint alert_rules_options_check CHECK ((jsonb_typeof(options) = 'object'::text));
alter table ops.alert_rules add constraint alert_rules_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])));
alter table ops.alert_rules add constraint alert_rules_tenant_id_kind_key UNIQUE NULLS NOT DISTINCT (tenant_id, kind);
alter table ops.alert_rules enable row level security;
alter table ops.alert_rules force row level security;
create policy service on ops.alert_rules as permissive for all to kpi_writer using (true) with check (true);
alter table ops.alert_rules owner to kpi_owner;
grant delete, insert, select, update on table ops.alert_rules to kpi_writer;
comment on table ops.alert_rules is 'Rules that differ from the built-in ones. A tenant''s own wins over the one for all tenants, which wins over the built-in.';
comment on column ops.alert_rules.id is 'Rule.';
comment on column ops.alert_rules.tenant_id is 'Tenant; null: all tenants without a rule of their own.';
comment on column ops.alert_rules.kind is 'Kind of rule, one of the code''s list.';
comment on column ops.alert_rules.threshold is 'Limit, in the kind''s unit; null: the kind''s own.';
comment on column ops.alert_rules.currency is 'Currency of the threshold, for kinds measured in money: tenants of another one are not judged by it.';
comment on column ops.alert_rules.options is 'Options of the kind.';
comment on column ops.alert_rules.severity is 'info, warning or critical.';
comment on column ops.alert_rules.cooldown_minutes is 'No second message that the same subject fires within so many minutes.';
comment on column ops.alert_rules.for_minutes is 'A state counts only after it has lasted so many minutes, in both directions.';
comment on column ops.alert_rules.enabled is 'False: not evaluated.';
comment on column ops.alert_rules.changed_at is 'Last change.';

create table ops.alert_states (
  tenant_id uuid not null,
  kind text not null,
  subject text not null,
  title text not null,
  state text not null,
  since timestamp with time zone not null,
  breach_since timestamp with time zone,
  ok_since timestamp with time zone,
  announced boolean default false not null,
  notified_at timestamp with time zone,
  notified_occasion text,
  value numeric
);
alter table ops.alert_states add constraint alert_states_pkey PRIMARY KEY (tenant_id, kind, subject);
alter table ops.alert_states add constraint alert_states_state_check CHECK ((state = ANY (ARRAY['ok'::text, 'pending'::text, 'firing'::text])));
alter table ops.alert_states enable row level security;
alter table ops.alert_states force row level security;
create policy service on ops.alert_states as permissive for all to kpi_writer using (true) with check (true);
alter table ops.alert_states owner to kpi_owner;
grant delete, insert, select, update on table ops.alert_states to kpi_writer;
comment on table ops.alert_states is 'State of each subject that is, or lately was, over its limit. A subject without a row is ok.';
comment on column ops.alert_states.tenant_id is 'Tenant.';
comment on column ops.alert_states.kind is 'Kind of rule.';
comment on column ops.alert_states.subject is 'What is judged: a product, a stream, or the whole.';
comment on column ops.alert_states.title is 'Its name for people (Spanish).';
comment on column ops.alert_states.state is 'ok, pending (over the limit, not yet long enough) or firing.';
comment on column ops.alert_states.since is 'Since when it is in this state.';
comment on column ops.alert_states.breach_since is 'Since when it is over the limit.';
comment on column ops.alert_states.ok_since is 'Firing: since when it is within the limit again.';
comment on column ops.alert_states.announced is 'Firing: whether that was told; a cooldown may hold it back.';
comment on column ops.alert_states.notified_at is 'Last time that its firing was told; the cooldown counts from here.';
comment on column ops.alert_states.notified_occasion is 'Of what it was told (a day): another one is news.';
comment on column ops.alert_states.value is 'Last value.';

create table ops.alert_targets (
  id uuid default gen_random_uuid() not null,
  tenant_id uuid,
  secret_ref text not null,
  changed_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.alert_targets add constraint alert_targets_pkey PRIMARY KEY (id);
alter table ops.alert_targets add constraint alert_targets_tenant_id_key UNIQUE NULLS NOT DISTINCT (tenant_id);
alter table ops.alert_targets enable row level security;
alter table ops.alert_targets force row level security;
create policy service on ops.alert_targets as permissive for all to kpi_writer using (true) with check (true);
alter table ops.alert_targets owner to kpi_owner;
grant delete, insert, select, update on table ops.alert_targets to kpi_writer;
comment on table ops.alert_targets is 'Where alerts go. Address and key are behind a reference, as a connection''s secrets are.';
comment on column ops.alert_targets.id is 'Target.';
comment on column ops.alert_targets.tenant_id is 'Tenant; null: all tenants without a target of their own.';
comment on column ops.alert_targets.secret_ref is 'Reference to an entry with url and secret (env:, file:, vault:); never the values.';
comment on column ops.alert_targets.changed_at is 'Last change.';

create table ops.api_budget (
  host text not null,
  account text not null,
  tokens double precision not null,
  rate_per_second double precision not null,
  burst double precision not null,
  refreshed_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.api_budget add constraint api_budget_pkey PRIMARY KEY (host, account);
alter table ops.api_budget add constraint api_budget_burst_check CHECK ((burst > (0)::double precision));
alter table ops.api_budget add constraint api_budget_rate_per_second_check CHECK ((rate_per_second > (0)::double precision));
alter table ops.api_budget enable row level security;
alter table ops.api_budget force row level security;
create policy service on ops.api_budget as permissive for all to kpi_writer using (true) with check (true);
alter table ops.api_budget owner to kpi_owner;
grant delete, insert, select, update on table ops.api_budget to kpi_writer;
comment on table ops.api_budget is 'Requests per host and account, shared by all processes: tenants share Odoos, Chatwoots and n8ns.';
comment on column ops.api_budget.host is 'Host of the source.';
comment on column ops.api_budget.account is 'Account there.';
comment on column ops.api_budget.tokens is 'Requests that may go out now; negative when promised ahead.';
comment on column ops.api_budget.rate_per_second is 'Requests added a second.';
comment on column ops.api_budget.burst is 'Most that may gather.';
comment on column ops.api_budget.refreshed_at is 'When tokens was computed.';

create table ops.audit (
  id bigint generated always as identity not null,
  at timestamp with time zone default clock_timestamp() not null,
  actor text not null,
  tenant_id uuid,
  action text not null,
  details jsonb default '{}'::jsonb not null
);
alter table ops.audit add constraint audit_pkey PRIMARY KEY (id);
alter table ops.audit enable row level security;
alter table ops.audit force row level security;
create policy service on ops.audit as permissive for all to kpi_writer using (true) with check (true);
alter table ops.audit owner to kpi_owner;
grant insert, select on table ops.audit to kpi_writer;
comment on table ops.audit is 'Who did what to which tenant, and why.';
comment on column ops.audit.id is 'Number.';
comment on column ops.audit.at is 'When.';
comment on column ops.audit.actor is 'Who.';
comment on column ops.audit.tenant_id is 'Tenant, if any.';
comment on column ops.audit.action is 'What.';
comment on column ops.audit.details is 'With which arguments. No secret.';

create table ops.backfill_slices (
  tenant_id uuid not null,
  backfill_id uuid not null,
  slice integer not null,
  slice_from timestamp with time zone not null,
  slice_until timestamp with time zone not null,
  state text default 'waiting'::text not null,
  run_id uuid,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  expected bigint,
  expected_precision text,
  counted bigint,
  stored bigint,
  differing jsonb
);
alter table ops.backfill_slices add constraint backfill_slices_pkey PRIMARY KEY (tenant_id, backfill_id, slice);
alter table ops.backfill_slices add constraint backfill_slices_expected_precision_check CHECK ((expected_precision = ANY (ARRAY['exact'::text, 'floor'::text, 'about'::text])));
alter table ops.backfill_slices add constraint backfill_slices_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text])));
alter table ops.backfill_slices enable row level security;
alter table ops.backfill_slices force row level security;
create policy service on ops.backfill_slices as permissive for all to kpi_writer using (true) with check (true);
alter table ops.backfill_slices owner to kpi_owner;
grant delete, insert, select, update on table ops.backfill_slices to kpi_writer;
comment on table ops.backfill_slices is 'Pieces of a backfill, done one after the other, each resumable at its last committed page.';
comment on column ops.backfill_slices.tenant_id is 'Tenant.';
comment on column ops.backfill_slices.backfill_id is 'Backfill.';
comment on column ops.backfill_slices.slice is 'Number, newest range first.';
comment on column ops.backfill_slices.slice_from is 'From, inclusive.';
comment on column ops.backfill_slices.slice_until is 'Until, exclusive.';
comment on column ops.backfill_slices.state is 'waiting, running or done.';
comment on column ops.backfill_slices.run_id is 'Last run of the slice.';
comment on column ops.backfill_slices.started_at is 'First start.';
comment on column ops.backfill_slices.ended_at is 'End.';
comment on column ops.backfill_slices.expected is 'Records that the source counted when the backfill was asked for; null where it counts none.';
comment on column ops.backfill_slices.expected_precision is 'exact; floor: at least so many; about: worked out.';
comment on column ops.backfill_slices.counted is 'Records that the source counted when the slice was done; null where it cannot be compared.';
comment on column ops.backfill_slices.stored is 'Rows of them in the warehouse then, refused ones included.';
comment on column ops.backfill_slices.differing is 'Local days on which the two differ: [{day, counted, stored}].';

create table ops.backfills (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  range_from timestamp with time zone not null,
  range_until timestamp with time zone not null,
  reason text not null,
  requested_by text not null,
  state text default 'running'::text not null,
  error_message text,
  created_at timestamp with time zone default now() not null,
  ended_at timestamp with time zone,
  priority text default 'normal'::text not null,
  only_missing boolean default false not null,
  counted_entity text,
  outcome text,
  outcome_because text,
  report jsonb,
  changed_by text,
  retry_at timestamp with time zone,
  retries integer default 0 not null
);
alter table ops.backfills add constraint backfills_pkey PRIMARY KEY (tenant_id, id);
alter table ops.backfills add constraint backfills_check CHECK ((range_until > range_from));
alter table ops.backfills add constraint backfills_outcome_check CHECK ((outcome = ANY (ARRAY['verified'::text, 'unverified'::text])));
alter table ops.backfills add constraint backfills_priority_check CHECK ((priority = ANY (ARRAY['high'::text, 'normal'::text, 'low'::text])));
alter table ops.backfills add constraint backfills_state_check CHECK ((state = ANY (ARRAY['running'::text, 'paused'::text, 'waiting'::text, 'done'::text, 'failed'::text, 'cancelled'::text])));
CREATE INDEX backfills_open ON ops.backfills USING btree (tenant_id, connection_id, stream) WHERE (state = ANY (ARRAY['running'::text, 'paused'::text, 'waiting'::text]));
CREATE INDEX backfills_waiting ON ops.backfills USING btree (retry_at) WHERE (state = 'waiting'::text);
alter table ops.backfills enable row level security;
alter table ops.backfills force row level security;
create policy service on ops.backfills as permissive for all to kpi_writer using (true) with check (true);
alter table ops.backfills owner to kpi_owner;
grant delete, insert, select, update on table ops.backfills to kpi_writer;
comment on table ops.backfills is 'A date range of one stream read again, in its own lane.';
comment on column ops.backfills.tenant_id is 'Tenant.';
comment on column ops.backfills.id is 'Backfill.';
comment on column ops.backfills.connection_id is 'Connection.';
comment on column ops.backfills.source is 'Connector.';
comment on column ops.backfills.stream is 'Stream.';
comment on column ops.backfills.range_from is 'From, inclusive.';
comment on column ops.backfills.range_until is 'Until, exclusive.';
comment on column ops.backfills.reason is 'Why somebody wanted it.';
comment on column ops.backfills.requested_by is 'Who wanted it.';
comment on column ops.backfills.state is 'running; paused by a person; waiting for its source, and tried by itself; done, failed or cancelled.';
comment on column ops.backfills.error_message is 'Why it waits, was paused or failed, and what to do.';
comment on column ops.backfills.created_at is 'When it was asked for.';
comment on column ops.backfills.ended_at is 'When it ended.';
comment on column ops.backfills.priority is 'Whose turn it is among backfills. Live work comes before all of them.';
comment on column ops.backfills.only_missing is 'Only days that were not covered, or whose count differed from the source''s, are read.';
comment on column ops.backfills.counted_entity is 'Kind of record that its slices'' expected counts; null where its source counts none.';
comment on column ops.backfills.outcome is 'Whether in the end the warehouse held as many records of the range as the source counted; null before the end.';
comment on column ops.backfills.outcome_because is 'What differs, or why it cannot be told.';
comment on column ops.backfills.report is 'What was read and written, by entity, as it ended: [{entity, read, inserted, updated, …}].';
comment on column ops.backfills.changed_by is 'Who paused, resumed or cancelled it last.';
comment on column ops.backfills.retry_at is 'When its source is tried again, while it waits.';
comment on column ops.backfills.retries is 'Tries since it waits.';

create table ops.clerk_memberships (
  id text not null,
  user_id text not null,
  organization_id text not null,
  role text,
  source_updated_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  read_seq bigint not null,
  deleted_at timestamp with time zone
);
alter table ops.clerk_memberships add constraint clerk_memberships_pkey PRIMARY KEY (id);
alter table ops.clerk_memberships add constraint clerk_memberships_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{1,64}$'::text));
alter table ops.clerk_memberships add constraint clerk_memberships_role_check CHECK ((role ~ '^[a-z][a-z0-9_:-]{0,63}$'::text));
CREATE INDEX clerk_memberships_user ON ops.clerk_memberships USING btree (user_id) WHERE (deleted_at IS NULL);
alter table ops.clerk_memberships enable row level security;
alter table ops.clerk_memberships force row level security;
create policy service on ops.clerk_memberships as permissive for all to kpi_writer using (true) with check (true);
alter table ops.clerk_memberships owner to kpi_owner;
grant delete, insert, select, update on table ops.clerk_memberships to kpi_writer;
comment on table ops.clerk_memberships is 'Who is in which organisation of Clerk.';
comment on column ops.clerk_memberships.id is 'Membership id of Clerk; one that was ended never comes back under the same id.';
comment on column ops.clerk_memberships.user_id is 'User; may not have come yet.';
comment on column ops.clerk_memberships.organization_id is 'Organisation.';
comment on column ops.clerk_memberships.role is 'Role in it.';
comment on column ops.clerk_memberships.source_updated_at is 'Version by the clock of Clerk.';
comment on column ops.clerk_memberships.read_seq is 'Order of reading.';
comment on column ops.clerk_memberships.deleted_at is 'When it was known to have ended.';

create table ops.clerk_organizations (
  id text not null,
  stated text default 'none'::text not null,
  stated_tenant uuid,
  mapped_tenant uuid,
  source_updated_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  read_seq bigint default 0 not null
);
alter table ops.clerk_organizations add constraint clerk_organizations_pkey PRIMARY KEY (id);
alter table ops.clerk_organizations add constraint clerk_organizations_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{1,64}$'::text));
alter table ops.clerk_organizations add constraint clerk_organizations_stated_check CHECK ((stated = ANY (ARRAY['none'::text, 'known'::text, 'unknown'::text])));
alter table ops.clerk_organizations enable row level security;
alter table ops.clerk_organizations force row level security;
create policy service on ops.clerk_organizations as permissive for all to kpi_writer using (true) with check (true);
alter table ops.clerk_organizations owner to kpi_owner;
grant delete, insert, select, update on table ops.clerk_organizations to kpi_writer;
comment on table ops.clerk_organizations is 'Which tenant an organisation of Clerk is. Its own metadata say it, else a person (kpi users map).';
comment on column ops.clerk_organizations.id is 'Organisation id of Clerk. Its name is not kept.';
comment on column ops.clerk_organizations.stated is 'What its public metadata say: none (nothing), known, or unknown (a tenant that is not here).';
comment on column ops.clerk_organizations.stated_tenant is 'Tenant its public metadata name.';
comment on column ops.clerk_organizations.mapped_tenant is 'Tenant a person named.';
comment on column ops.clerk_organizations.source_updated_at is 'Version by the clock of Clerk.';
comment on column ops.clerk_organizations.read_seq is 'Order of reading.';

create table ops.clerk_state (
  singleton boolean default true not null,
  version bigint default 0 not null,
  tried_at timestamp with time zone,
  succeeded_at timestamp with time zone,
  problem text
);
alter table ops.clerk_state add constraint clerk_state_pkey PRIMARY KEY (singleton);
alter table ops.clerk_state add constraint clerk_state_singleton_check CHECK (singleton);
alter table ops.clerk_state enable row level security;
alter table ops.clerk_state force row level security;
create policy service on ops.clerk_state as permissive for all to kpi_writer using (true) with check (true);
alter table ops.clerk_state owner to kpi_owner;
grant delete, insert, select, update on table ops.clerk_state to kpi_writer;
comment on table ops.clerk_state is 'Health of the reading from Clerk; its one row is the lock that writers of users take first.';
comment on column ops.clerk_state.singleton is 'Always true: one row.';
comment on column ops.clerk_state.version is 'Counts transactions.';
comment on column ops.clerk_state.tried_at is 'Start of the last reading.';
comment on column ops.clerk_state.succeeded_at is 'Start of the last complete reading.';
comment on column ops.clerk_state.problem is 'What a person should look at; null when the last reading was complete.';

create table ops.closed_documents (
  tenant_id uuid not null,
  closing_id uuid not null,
  entity text not null,
  id uuid not null,
  day date not null,
  name text,
  amount numeric not null
);
alter table ops.closed_documents add constraint closed_documents_pkey PRIMARY KEY (tenant_id, closing_id, entity, id);
alter table ops.closed_documents enable row level security;
alter table ops.closed_documents force row level security;
create policy goes_with_its_company on ops.closed_documents as restrictive for delete to kpi_writer using ((EXISTS ( SELECT
   FROM ops.erasures e
  WHERE (e.tenant_id = closed_documents.tenant_id))));
create policy service on ops.closed_documents as permissive for all to kpi_writer using (true) with check (true);
alter table ops.closed_documents owner to kpi_owner;
grant delete, insert, select on table ops.closed_documents to kpi_writer;
comment on table ops.closed_documents is 'The documents of a closed month, each as it was.';
comment on column ops.closed_documents.tenant_id is 'Tenant.';
comment on column ops.closed_documents.closing_id is 'Closing.';
comment on column ops.closed_documents.entity is 'As in ops.period_documents.';
comment on column ops.closed_documents.id is 'As in ops.period_documents.';
comment on column ops.closed_documents.day is 'As in ops.period_documents.';
comment on column ops.closed_documents.name is 'As in ops.period_documents.';
comment on column ops.closed_documents.amount is 'As in ops.period_documents.';

create table ops.closings (
  tenant_id uuid not null,
  id uuid not null,
  month date not null,
  currency text not null,
  closed_at timestamp with time zone not null,
  closed_by text not null,
  reason text not null,
  is_forced boolean not null,
  totals jsonb not null,
  sources jsonb not null,
  warnings jsonb not null,
  reconciliation_id uuid,
  documents_bridge_id uuid,
  reopened_at timestamp with time zone,
  reopened_by text,
  reopened_because text
);
alter table ops.closings add constraint closings_pkey PRIMARY KEY (tenant_id, id);
CREATE UNIQUE INDEX closings_month ON ops.closings USING btree (tenant_id, month) WHERE (reopened_at IS NULL);
alter table ops.closings enable row level security;
alter table ops.closings force row level security;
create policy goes_with_its_company on ops.closings as restrictive for delete to kpi_writer using ((EXISTS ( SELECT
   FROM ops.erasures e
  WHERE (e.tenant_id = closings.tenant_id))));
create policy service on ops.closings as permissive for all to kpi_writer using (true) with check (true);
alter table ops.closings owner to kpi_owner;
grant delete, insert, select on table ops.closings to kpi_writer;
grant update (reopened_at, reopened_because, reopened_by) on ops.closings to kpi_writer;
comment on table ops.closings is 'Months that a person closed.';
comment on column ops.closings.tenant_id is 'Tenant.';
comment on column ops.closings.id is 'Closing.';
comment on column ops.closings.month is 'First day of the month.';
comment on column ops.closings.currency is 'Currency of its amounts.';
comment on column ops.closings.closed_at is 'When it was closed; everything in it is as of then.';
comment on column ops.closings.closed_by is 'Who closed it.';
comment on column ops.closings.reason is 'What the person said.';
comment on column ops.closings.is_forced is 'Closed although a source was not current or the bridges did not close.';
comment on column ops.closings.totals is 'By entity of ops.period_documents: count and amount, as text.';
comment on column ops.closings.sources is 'Until when each stream was complete.';
comment on column ops.closings.warnings is 'What was uncertain.';
comment on column ops.closings.reconciliation_id is 'Bridge from the shop to the books; null without both.';
comment on column ops.closings.documents_bridge_id is 'Bridge from sales to documents; null without Odoo.';
comment on column ops.closings.reopened_at is 'When a person opened it again; null while it is closed.';
comment on column ops.closings.reopened_by is 'Who.';
comment on column ops.closings.reopened_because is 'Why.';

create table ops.connections (
  tenant_id uuid not null,
  id uuid not null,
  source text not null,
  name text not null,
  account_key text not null,
  settings jsonb not null,
  secret_ref text not null,
  host text not null,
  status text default 'active'::text not null,
  source_version text,
  created_at timestamp with time zone default now() not null,
  checked_at timestamp with time zone,
  quiet_from time without time zone,
  quiet_until time without time zone
);
alter table ops.connections add constraint connections_pkey PRIMARY KEY (tenant_id, id);
alter table ops.connections add constraint connections_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text])));
alter table ops.connections add constraint connections_tenant_id_source_account_key_key UNIQUE (tenant_id, source, account_key);
alter table ops.connections add constraint quiet_hours CHECK (((num_nulls(quiet_from, quiet_until) = ANY (ARRAY[0, 2])) AND (quiet_from <> quiet_until)));
alter table ops.connections enable row level security;
alter table ops.connections force row level security;
create policy service on ops.connections as permissive for all to kpi_writer using (true) with check (true);
alter table ops.connections owner to kpi_owner;
grant delete, insert, select, update on table ops.connections to kpi_writer;
comment on table ops.connections is 'A tenant''s account in a source. Connecting the same account again keeps the row.';
comment on column ops.connections.tenant_id is 'Tenant.';
comment on column ops.connections.id is 'Connection.';
comment on column ops.connections.source is 'Connector: odoo, shopify, chatwoot, n8n.';
comment on column ops.connections.name is 'Name shown to people.';
comment on column ops.connections.account_key is 'What makes it the same account.';
comment on column ops.connections.settings is 'Settings without secrets.';
comment on column ops.connections.secret_ref is 'Where the secrets are (env:, file:, local:, vault:); never the secrets.';
comment on column ops.connections.host is 'Host of the source: the unit of the request budget.';
comment on column ops.connections.status is 'active or paused.';
comment on column ops.connections.source_version is 'Version the source stated at the last check.';
comment on column ops.connections.created_at is 'First connected.';
comment on column ops.connections.checked_at is 'Last successful check.';
comment on column ops.connections.quiet_from is 'From this time of the tenant''s clock nothing is read by itself; null: always awake.';
comment on column ops.connections.quiet_until is 'Until this time, of the next day when it is not after quiet_from.';

create table ops.dashboard_jobs (
  tenant_id uuid not null,
  id uuid not null,
  template text not null,
  state text default 'queued'::text not null,
  requested_by text not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  problem text,
  result jsonb
);
alter table ops.dashboard_jobs add constraint dashboard_jobs_pkey PRIMARY KEY (tenant_id, id);
alter table ops.dashboard_jobs add constraint dashboard_jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])));
CREATE UNIQUE INDEX dashboard_jobs_one_open ON ops.dashboard_jobs USING btree (tenant_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
alter table ops.dashboard_jobs enable row level security;
alter table ops.dashboard_jobs force row level security;
create policy service on ops.dashboard_jobs as permissive for all to kpi_writer using (true) with check (true);
alter table ops.dashboard_jobs owner to kpi_owner;
grant delete, insert, select, update on table ops.dashboard_jobs to kpi_writer;
comment on table ops.dashboard_jobs is 'A tenant''s dashboards being put into Metabase, asked for through the gateway and done by a worker. One at a time for each tenant.';
comment on column ops.dashboard_jobs.tenant_id is 'Tenant.';
comment on column ops.dashboard_jobs.id is 'Job.';
comment on column ops.dashboard_jobs.template is 'Variant by industry.';
comment on column ops.dashboard_jobs.state is 'queued, running, done or failed. Asking again after a failure goes on where it stopped.';
comment on column ops.dashboard_jobs.requested_by is 'Who asked: a user of Clerk or a token, by id.';
comment on column ops.dashboard_jobs.created_at is 'When it was asked for.';
comment on column ops.dashboard_jobs.started_at is 'When a worker took it up.';
comment on column ops.dashboard_jobs.ended_at is 'When it ended.';
comment on column ops.dashboard_jobs.problem is 'Why it failed and what to do. Holds no secret.';
comment on column ops.dashboard_jobs.result is 'How many objects were made, changed and left as they were.';

create table ops.documents_bridges (
  tenant_id uuid not null,
  id uuid not null,
  month date not null,
  made_at timestamp with time zone not null,
  kept_by text not null,
  reason text not null,
  bridge jsonb not null
);
alter table ops.documents_bridges add constraint documents_bridges_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX documents_bridges_month ON ops.documents_bridges USING btree (tenant_id, month, made_at DESC);
alter table ops.documents_bridges enable row level security;
alter table ops.documents_bridges force row level security;
create policy goes_with_its_company on ops.documents_bridges as restrictive for delete to kpi_writer using ((EXISTS ( SELECT
   FROM ops.erasures e
  WHERE (e.tenant_id = documents_bridges.tenant_id))));
create policy service on ops.documents_bridges as permissive for all to kpi_writer using (true) with check (true);
alter table ops.documents_bridges owner to kpi_owner;
grant delete, insert, select on table ops.documents_bridges to kpi_writer;
comment on table ops.documents_bridges is 'Bridges from a month''s sales to its documents, as they were when a person kept them.';
comment on column ops.documents_bridges.tenant_id is 'Tenant.';
comment on column ops.documents_bridges.id is 'Kept bridge.';
comment on column ops.documents_bridges.month is 'First day of the month.';
comment on column ops.documents_bridges.made_at is 'When it was made and kept.';
comment on column ops.documents_bridges.kept_by is 'Who kept it.';
comment on column ops.documents_bridges.reason is 'Why, in the person''s words.';
comment on column ops.documents_bridges.bridge is 'The whole answer, findings among it: names of orders and documents, days and amounts, nothing personal.';

create table ops.erased (
  tenant_id uuid not null,
  kind text not null,
  key text not null,
  erased_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.erased add constraint erased_pkey PRIMARY KEY (tenant_id, kind, key);
alter table ops.erased add constraint erased_kind_check CHECK ((kind = ANY (ARRAY['rut'::text, 'email'::text, 'phone'::text, 'customer'::text])));
alter table ops.erased enable row level security;
alter table ops.erased force row level security;
create policy service on ops.erased as permissive for all to kpi_writer using (true) with check (true);
alter table ops.erased owner to kpi_owner;
grant delete, insert, select, update on table ops.erased to kpi_writer;
comment on table ops.erased is 'Identities whose data were erased: whatever a source still says of them is not stored again. Pseudonyms, as nothing else tells them from others.';
comment on column ops.erased.tenant_id is 'Tenant.';
comment on column ops.erased.kind is 'What the key is made of; customer: the record itself.';
comment on column ops.erased.key is 'HMAC with the tenant''s key, or the id of the row in public.customers.';
comment on column ops.erased.erased_at is 'When.';

create table ops.erasures (
  tenant_id uuid not null,
  rut text not null,
  reader_role text,
  secret_refs text[] default '{}'::text[] not null,
  asked_by text not null,
  reason text not null,
  begun_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.erasures add constraint erasures_pkey PRIMARY KEY (tenant_id);
alter table ops.erasures enable row level security;
alter table ops.erasures force row level security;
create policy service on ops.erasures as permissive for all to kpi_writer using (true) with check (true);
alter table ops.erasures owner to kpi_owner;
grant delete, insert, select, update on table ops.erasures to kpi_writer;
comment on table ops.erasures is 'Companies that are being erased: what the last steps need once the rest is gone. The row goes last.';
comment on column ops.erasures.tenant_id is 'Tenant.';
comment on column ops.erasures.rut is 'Its RUT, by which the command finds it again.';
comment on column ops.erasures.reader_role is 'Database role to drop.';
comment on column ops.erasures.secret_refs is 'References to secrets of its connections and targets.';
comment on column ops.erasures.asked_by is 'Who.';
comment on column ops.erasures.reason is 'Why.';
comment on column ops.erasures.begun_at is 'When.';

create table ops.finding_events (
  tenant_id uuid not null,
  number bigint not null,
  happened_at timestamp with time zone not null,
  id bigint generated always as identity not null,
  state text not null,
  amount numeric not null,
  value numeric,
  actor text,
  note text,
  reason text
);
alter table ops.finding_events add constraint finding_events_pkey PRIMARY KEY (tenant_id, number, id);
alter table ops.finding_events enable row level security;
alter table ops.finding_events force row level security;
create policy service on ops.finding_events as permissive for all to kpi_writer using (true) with check (true);
alter table ops.finding_events owner to kpi_owner;
grant delete, insert, select, update on table ops.finding_events to kpi_writer;
comment on table ops.finding_events is 'The history of each finding: every change of its state.';
comment on column ops.finding_events.tenant_id is 'Tenant.';
comment on column ops.finding_events.number is 'As in ops.finding_states.';
comment on column ops.finding_events.happened_at is 'When: of a comparison, the instant it spoke for.';
comment on column ops.finding_events.id is 'Order among events.';
comment on column ops.finding_events.state is 'The state it came into.';
comment on column ops.finding_events.amount is 'Its amount then.';
comment on column ops.finding_events.value is 'Its value then.';
comment on column ops.finding_events.actor is 'Who; null: a comparison.';
comment on column ops.finding_events.note is 'What the person wrote.';
comment on column ops.finding_events.reason is 'Why, in the person''s words.';

create table ops.finding_states (
  tenant_id uuid not null,
  number bigint generated always as identity not null,
  key text not null,
  class text not null,
  component text,
  group_id uuid not null,
  state text not null,
  is_there boolean not null,
  amount numeric not null,
  value numeric,
  business_day date not null,
  finding jsonb not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  state_at timestamp with time zone not null,
  state_by text,
  note text
);
alter table ops.finding_states add constraint finding_states_pkey PRIMARY KEY (tenant_id, key);
alter table ops.finding_states add constraint finding_states_state_check CHECK ((state = ANY (ARRAY['open'::text, 'explained'::text, 'resolved'::text, 'reappeared'::text])));
CREATE INDEX finding_states_day ON ops.finding_states USING btree (tenant_id, business_day) WHERE is_there;
CREATE INDEX finding_states_group ON ops.finding_states USING btree (tenant_id, group_id) WHERE is_there;
CREATE UNIQUE INDEX finding_states_number ON ops.finding_states USING btree (tenant_id, number);
alter table ops.finding_states enable row level security;
alter table ops.finding_states force row level security;
create policy service on ops.finding_states as permissive for all to kpi_writer using (true) with check (true);
alter table ops.finding_states owner to kpi_owner;
grant delete, insert, select, update on table ops.finding_states to kpi_writer;
comment on table ops.finding_states is 'Every finding there ever was of what is compared now, what was said of it and what became of it.';
comment on column ops.finding_states.tenant_id is 'Tenant.';
comment on column ops.finding_states.number is 'What people call it.';
comment on column ops.finding_states.key is 'As in ops.findings: its class and the documents it is about.';
comment on column ops.finding_states.class is 'Class.';
comment on column ops.finding_states.component is 'As in ops.findings.';
comment on column ops.finding_states.group_id is 'Group of documents, as last seen.';
comment on column ops.finding_states.state is 'open; explained by a person; resolved, by a person or because it is no more; reappeared: it was resolved and is there.';
comment on column ops.finding_states.is_there is 'Whether the last comparison that could tell found it.';
comment on column ops.finding_states.amount is 'Books minus shop in the tenant''s currency, as last seen.';
comment on column ops.finding_states.value is 'What a flag is about, as last seen.';
comment on column ops.finding_states.business_day is 'Local day of the original.';
comment on column ops.finding_states.finding is 'The rest of it, as last seen: ids, names, amounts and parameters of the explanation.';
comment on column ops.finding_states.first_seen_at is 'The instant of the comparison that found it first.';
comment on column ops.finding_states.last_seen_at is 'The instant of the comparison that found it last.';
comment on column ops.finding_states.state_at is 'Since when it is in this state.';
comment on column ops.finding_states.state_by is 'Who put it there; null: a comparison.';
comment on column ops.finding_states.note is 'What a person last wrote about it.';

create table ops.findings (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  finding integer not null,
  class text not null,
  amount numeric not null,
  shop_order_id uuid,
  erp_order_id uuid,
  shop_name text,
  erp_name text,
  shop_amount numeric,
  erp_amount numeric,
  business_day date not null,
  explanation text,
  key text default ''::text not null,
  component text,
  value numeric,
  group_id uuid,
  erp_order_ids uuid[] default '{}'::uuid[] not null,
  refund_id uuid,
  invoice_id uuid,
  data jsonb default '{}'::jsonb not null,
  suggestion jsonb
);
alter table ops.findings add constraint findings_pkey PRIMARY KEY (tenant_id, reconciliation_id, finding);
CREATE INDEX findings_key ON ops.findings USING btree (tenant_id, key);
alter table ops.findings enable row level security;
alter table ops.findings force row level security;
create policy service on ops.findings as permissive for all to kpi_writer using (true) with check (true);
alter table ops.findings owner to kpi_owner;
grant delete, insert, select, update on table ops.findings to kpi_writer;
comment on table ops.findings is 'What a comparison found, as it was when it ran.';
comment on column ops.findings.tenant_id is 'Tenant.';
comment on column ops.findings.reconciliation_id is 'Comparison.';
comment on column ops.findings.finding is 'Number.';
comment on column ops.findings.class is 'Class.';
comment on column ops.findings.amount is 'Books minus shop, in the tenant''s currency.';
comment on column ops.findings.shop_order_id is 'The shop''s order.';
comment on column ops.findings.erp_order_id is 'The books'' order.';
comment on column ops.findings.shop_name is 'Its name in the shop.';
comment on column ops.findings.erp_name is 'Its name in the books.';
comment on column ops.findings.shop_amount is 'Amount in the shop.';
comment on column ops.findings.erp_amount is 'Amount in the books.';
comment on column ops.findings.business_day is 'Local day of the order.';
comment on column ops.findings.explanation is 'In words, of comparisons older than data.';
comment on column ops.findings.key is 'Names the finding in every comparison: its class and the documents it is about.';
comment on column ops.findings.component is 'Part of the order it is about: total, gift_card, shipping, discount, fee, tax, refund, document, payment, buyer, date, lines.';
comment on column ops.findings.value is 'What a flag is about, in the tenant''s currency: a refund, a document. Never in the bridge.';
comment on column ops.findings.group_id is 'Group of documents that belong together.';
comment on column ops.findings.erp_order_ids is 'All orders of the books it is about, where they are more than one.';
comment on column ops.findings.refund_id is 'Refund of the shop that it is about.';
comment on column ops.findings.invoice_id is 'Document that it is about.';
comment on column ops.findings.data is 'What explains it, as parameters: the words are made where it is shown.';
comment on column ops.findings.suggestion is 'What a person may want to link: documents of like amount and day. Never linked by itself.';

create table ops.kpi_files (
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null
);
alter table ops.kpi_files add constraint kpi_files_pkey PRIMARY KEY (name);
alter table ops.kpi_files owner to kpi_owner;
comment on table ops.kpi_files is 'Which version of each file of migrations/kpi is in force.';
comment on column ops.kpi_files.name is 'File name.';
comment on column ops.kpi_files.sha256 is 'Hash of the file and of everything it depends on.';
comment on column ops.kpi_files.applied_at is 'When it was applied.';

create table ops.link_decisions (
  tenant_id uuid not null,
  erp_order_id uuid not null,
  shop_order_id uuid not null,
  decision text not null,
  reason text not null,
  decided_by text not null,
  decided_at timestamp with time zone default now() not null
);
alter table ops.link_decisions add constraint link_decisions_pkey PRIMARY KEY (tenant_id, erp_order_id, shop_order_id);
alter table ops.link_decisions add constraint link_decisions_decision_check CHECK ((decision = ANY (ARRAY['link'::text, 'unlink'::text])));
alter table ops.link_decisions add constraint link_decisions_reason_check CHECK ((reason <> ''::text));
CREATE INDEX link_decisions_shop ON ops.link_decisions USING btree (tenant_id, shop_order_id);
alter table ops.link_decisions enable row level security;
alter table ops.link_decisions force row level security;
create policy service on ops.link_decisions as permissive for all to kpi_writer using (true) with check (true);
alter table ops.link_decisions owner to kpi_owner;
grant delete, insert, select, update on table ops.link_decisions to kpi_writer;
comment on table ops.link_decisions is 'Links between a shop order and an Odoo document that a person made or undid: they win over the rules.';
comment on column ops.link_decisions.tenant_id is 'Tenant.';
comment on column ops.link_decisions.erp_order_id is 'Odoo document.';
comment on column ops.link_decisions.shop_order_id is 'Shop order.';
comment on column ops.link_decisions.decision is 'link: they are one sale, and the rules say nothing more of this document. unlink: they are not, whatever the rules say.';
comment on column ops.link_decisions.reason is 'Why.';
comment on column ops.link_decisions.decided_by is 'Who.';
comment on column ops.link_decisions.decided_at is 'When.';

create table ops.metabase_locks (
  tenant_id uuid not null,
  instance text not null,
  holder uuid not null,
  held_until timestamp with time zone not null
);
alter table ops.metabase_locks add constraint metabase_locks_pkey PRIMARY KEY (tenant_id, instance);
alter table ops.metabase_locks enable row level security;
alter table ops.metabase_locks force row level security;
create policy service on ops.metabase_locks as permissive for all to kpi_writer using (true) with check (true);
alter table ops.metabase_locks owner to kpi_owner;
grant delete, insert, select, update on table ops.metabase_locks to kpi_writer;
comment on table ops.metabase_locks is 'Who is writing a tenant''s content into a Metabase. A row, because a session lock means nothing behind a pooler.';
comment on column ops.metabase_locks.tenant_id is 'Tenant; the nil uuid for what belongs to the whole service.';
comment on column ops.metabase_locks.instance is 'Origin of the Metabase.';
comment on column ops.metabase_locks.holder is 'The run that writes.';
comment on column ops.metabase_locks.held_until is 'Until when; a run that lives pushes it on.';

create table ops.metabase_objects (
  tenant_id uuid not null,
  instance text not null,
  kind text not null,
  key text not null,
  metabase_id bigint not null,
  spec_hash text not null,
  applied_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.metabase_objects add constraint metabase_objects_pkey PRIMARY KEY (tenant_id, instance, kind, key);
alter table ops.metabase_objects add constraint metabase_objects_kind_check CHECK ((kind = ANY (ARRAY['database'::text, 'collection'::text, 'card'::text, 'dashboard'::text])));
alter table ops.metabase_objects add constraint metabase_objects_metabase_id_check CHECK ((metabase_id > 0));
alter table ops.metabase_objects enable row level security;
alter table ops.metabase_objects force row level security;
create policy service on ops.metabase_objects as permissive for all to kpi_writer using (true) with check (true);
alter table ops.metabase_objects owner to kpi_owner;
grant delete, insert, select, update on table ops.metabase_objects to kpi_writer;
comment on table ops.metabase_objects is 'Objects of a Metabase that this service made and keeps as they are meant to be.';
comment on column ops.metabase_objects.tenant_id is 'Tenant; the nil uuid for what belongs to the whole service.';
comment on column ops.metabase_objects.instance is 'Origin of the Metabase: ids mean nothing elsewhere.';
comment on column ops.metabase_objects.kind is 'database, collection, card or dashboard.';
comment on column ops.metabase_objects.key is 'Our name of it: "ventas" for a dashboard, "ventas/ticket_medio" for a card.';
comment on column ops.metabase_objects.metabase_id is 'Its id there.';
comment on column ops.metabase_objects.spec_hash is 'sha256 of what it was made from, to tell a changed template from a change made by hand.';
comment on column ops.metabase_objects.applied_at is 'When it was last written.';

create table ops.open_findings (
  tenant_id uuid not null,
  key text not null,
  class text not null,
  amount numeric not null,
  component text,
  value numeric,
  group_id uuid not null,
  shop_order_id uuid,
  erp_order_id uuid,
  erp_order_ids uuid[] default '{}'::uuid[] not null,
  refund_id uuid,
  invoice_id uuid,
  shop_name text,
  erp_name text,
  shop_amount numeric,
  erp_amount numeric,
  anchored_at timestamp with time zone not null,
  business_day date not null,
  data jsonb default '{}'::jsonb not null,
  suggestion jsonb,
  first_seen_at timestamp with time zone not null,
  changed_at timestamp with time zone not null
);
alter table ops.open_findings add constraint open_findings_pkey PRIMARY KEY (tenant_id, key);
CREATE INDEX open_findings_day ON ops.open_findings USING btree (tenant_id, business_day, class);
CREATE INDEX open_findings_group ON ops.open_findings USING btree (tenant_id, group_id);
CREATE INDEX open_findings_suggested ON ops.open_findings USING btree (tenant_id) WHERE (suggestion IS NOT NULL);
alter table ops.open_findings enable row level security;
alter table ops.open_findings force row level security;
create policy service on ops.open_findings as permissive for all to kpi_writer using (true) with check (true);
alter table ops.open_findings owner to kpi_owner;
grant delete, insert, select, update on table ops.open_findings to kpi_writer;
comment on table ops.open_findings is 'What differs now between the shop and the books: kept by each comparison, of everything or of what changed.';
comment on column ops.open_findings.tenant_id is 'Tenant.';
comment on column ops.open_findings.key is 'As in ops.findings.';
comment on column ops.open_findings.class is 'Class.';
comment on column ops.open_findings.amount is 'Books minus shop, in the tenant''s currency; 0: a flag.';
comment on column ops.open_findings.component is 'As in ops.findings.';
comment on column ops.open_findings.value is 'As in ops.findings.';
comment on column ops.open_findings.group_id is 'Group of documents.';
comment on column ops.open_findings.shop_order_id is 'Order of the shop.';
comment on column ops.open_findings.erp_order_id is 'Order of the books.';
comment on column ops.open_findings.erp_order_ids is 'As in ops.findings.';
comment on column ops.open_findings.refund_id is 'Refund of the shop.';
comment on column ops.open_findings.invoice_id is 'Document.';
comment on column ops.open_findings.shop_name is 'Name in the shop.';
comment on column ops.open_findings.erp_name is 'Name in the books.';
comment on column ops.open_findings.shop_amount is 'Amount in the shop.';
comment on column ops.open_findings.erp_amount is 'Amount in the books.';
comment on column ops.open_findings.anchored_at is 'In which period it is.';
comment on column ops.open_findings.business_day is 'Its local day.';
comment on column ops.open_findings.data is 'As in ops.findings.';
comment on column ops.open_findings.suggestion is 'As in ops.findings.';
comment on column ops.open_findings.first_seen_at is 'The instant of the comparison that found it.';
comment on column ops.open_findings.changed_at is 'The instant of the comparison that last found another amount, value or explanation.';

create table ops.order_groups (
  tenant_id uuid not null,
  group_id uuid not null,
  kind text not null,
  rule text,
  anchored_at timestamp with time zone not null,
  business_day date not null,
  shop_orders uuid[] not null,
  erp_orders uuid[] not null,
  surplus uuid[] not null,
  shop_name text,
  erp_name text,
  shop_amount numeric not null,
  erp_amount numeric not null,
  tax_difference numeric not null,
  within_tolerance boolean not null,
  recheck_at timestamp with time zone,
  checked_at timestamp with time zone not null
);
alter table ops.order_groups add constraint order_groups_pkey PRIMARY KEY (tenant_id, group_id);
alter table ops.order_groups add constraint order_groups_kind_check CHECK ((kind = ANY (ARRAY['pair'::text, 'split'::text, 'merged'::text, 'many'::text, 'shop'::text, 'erp'::text])));
CREATE INDEX order_groups_day ON ops.order_groups USING btree (tenant_id, business_day);
CREATE INDEX order_groups_erp ON ops.order_groups USING btree (tenant_id, COALESCE(erp_orders[1], surplus[1]));
CREATE INDEX order_groups_more ON ops.order_groups USING gin ((((shop_orders || erp_orders) || surplus))) WHERE (((cardinality(shop_orders) + cardinality(erp_orders)) + cardinality(surplus)) > 2);
CREATE INDEX order_groups_recheck ON ops.order_groups USING btree (tenant_id, recheck_at) WHERE (recheck_at IS NOT NULL);
alter table ops.order_groups enable row level security;
alter table ops.order_groups force row level security;
create policy service on ops.order_groups as permissive for all to kpi_writer using (true) with check (true);
alter table ops.order_groups owner to kpi_owner;
grant delete, insert, select, update on table ops.order_groups to kpi_writer;
comment on table ops.order_groups is 'Orders of the shop and of the books that belong together, as last compared: mostly pairs; one order split over several, several merged into one, or several of both.';
comment on column ops.order_groups.tenant_id is 'Tenant.';
comment on column ops.order_groups.group_id is 'The group''s first order of the shop (lowest number), or its only order of the books.';
comment on column ops.order_groups.kind is 'pair; split (one of the shop, several of the books); merged (several, one); many (several of both); shop or erp (only that side).';
comment on column ops.order_groups.rule is 'What links them: id, name, name_prefix, name_store, person; the last of these where they differ. Null where nothing does.';
comment on column ops.order_groups.anchored_at is 'Time of its first order: in which period it is compared.';
comment on column ops.order_groups.business_day is 'Its local day.';
comment on column ops.order_groups.shop_orders is 'Orders of the shop, the first first; also those that are no sale.';
comment on column ops.order_groups.erp_orders is 'Orders of the books that are compared with them.';
comment on column ops.order_groups.surplus is 'Further orders of the books: duplicates, and those that do not stand.';
comment on column ops.order_groups.shop_name is 'Name of the first order of the shop.';
comment on column ops.order_groups.erp_name is 'Name of the first order of the books.';
comment on column ops.order_groups.shop_amount is 'Sales of the shop, in the tenant''s currency.';
comment on column ops.order_groups.erp_amount is 'Standing orders of the books, duplicates among them.';
comment on column ops.order_groups.tax_difference is 'Books minus shop, of the taxes.';
comment on column ops.order_groups.within_tolerance is 'Whether taxes differ by no more than rounding, and nothing else does.';
comment on column ops.order_groups.recheck_at is 'When it must be judged anew although nothing changed: the end of a grace. Null: never.';
comment on column ops.order_groups.checked_at is 'The instant it was last compared for.';

create table ops.privacy_requests (
  tenant_id uuid not null,
  connection_id uuid not null,
  id text not null,
  topic text not null,
  reference text,
  state text default 'open'::text not null,
  job_id uuid,
  received_at timestamp with time zone default clock_timestamp() not null,
  due_at timestamp with time zone default (clock_timestamp() + '30 days'::interval) not null,
  closed_at timestamp with time zone,
  closed_by text,
  note text
);
alter table ops.privacy_requests add constraint privacy_requests_pkey PRIMARY KEY (tenant_id, connection_id, id);
alter table ops.privacy_requests add constraint privacy_requests_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text])));
alter table ops.privacy_requests add constraint privacy_requests_topic_check CHECK ((topic = ANY (ARRAY['data_request'::text, 'redact'::text, 'account_redact'::text])));
CREATE INDEX privacy_requests_job ON ops.privacy_requests USING btree (tenant_id, job_id) WHERE (job_id IS NOT NULL);
CREATE INDEX privacy_requests_open ON ops.privacy_requests USING btree (due_at) WHERE (state = 'open'::text);
alter table ops.privacy_requests enable row level security;
alter table ops.privacy_requests force row level security;
create policy service on ops.privacy_requests as permissive for all to kpi_writer using (true) with check (true);
alter table ops.privacy_requests owner to kpi_owner;
grant delete, insert, select, update on table ops.privacy_requests to kpi_writer;
comment on table ops.privacy_requests is 'Requests about personal data that a source passed on. Who is meant is not in here: pseudonyms are with the job that does it, until it is done.';
comment on column ops.privacy_requests.tenant_id is 'Tenant.';
comment on column ops.privacy_requests.connection_id is 'Connection whose source passed it on.';
comment on column ops.privacy_requests.id is 'Id of the message: the same for every delivery of it.';
comment on column ops.privacy_requests.topic is 'data_request: what is stored of a person; redact: erase a person; account_redact: the account is to be erased, which a person decides.';
comment on column ops.privacy_requests.reference is 'Number of the request in the source, for the answer.';
comment on column ops.privacy_requests.state is 'open, or done.';
comment on column ops.privacy_requests.job_id is 'Job in ops.tenant_jobs that erases or gathers; null: a person has to act.';
comment on column ops.privacy_requests.received_at is 'When it came.';
comment on column ops.privacy_requests.due_at is 'When it has to be answered.';
comment on column ops.privacy_requests.closed_at is 'When it was done.';
comment on column ops.privacy_requests.closed_by is 'Who says so; the job itself for an erasure.';
comment on column ops.privacy_requests.note is 'What that person said of it.';

create table ops.quarantine (
  tenant_id uuid not null,
  id bigint generated always as identity not null,
  connection_id uuid not null,
  stream text not null,
  entity text not null,
  source_id text,
  reason text not null,
  payload text not null,
  payload_length integer not null,
  payload_sha256 bytea not null,
  run_id uuid not null,
  state text default 'open'::text not null,
  times integer default 1 not null,
  first_seen_at timestamp with time zone default now() not null,
  last_seen_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  closed_because text
);
alter table ops.quarantine add constraint quarantine_pkey PRIMARY KEY (tenant_id, id);
alter table ops.quarantine add constraint quarantine_state_check CHECK ((state = ANY (ARRAY['open'::text, 'recovered'::text, 'replayed'::text, 'dropped'::text])));
CREATE UNIQUE INDEX quarantine_same_record ON ops.quarantine USING btree (tenant_id, connection_id, entity, payload_sha256, COALESCE(source_id, ''::text)) WHERE (state = 'open'::text);
alter table ops.quarantine enable row level security;
alter table ops.quarantine force row level security;
create policy service on ops.quarantine as permissive for all to kpi_writer using (true) with check (true);
alter table ops.quarantine owner to kpi_owner;
grant delete, insert, select, update on table ops.quarantine to kpi_writer;
comment on table ops.quarantine is 'Records that were refused. Nothing bad stops a stream, nothing bad is lost.';
comment on column ops.quarantine.tenant_id is 'Tenant.';
comment on column ops.quarantine.id is 'Number.';
comment on column ops.quarantine.connection_id is 'Connection.';
comment on column ops.quarantine.stream is 'Stream.';
comment on column ops.quarantine.entity is 'Kind of record.';
comment on column ops.quarantine.source_id is 'Its id in the source, where it has one.';
comment on column ops.quarantine.reason is 'Why, for a person.';
comment on column ops.quarantine.payload is 'The record after the white-list, as JSON text, cut at 64 KB.';
comment on column ops.quarantine.payload_length is 'Length before the cut, in bytes.';
comment on column ops.quarantine.payload_sha256 is 'SHA-256 before the cut.';
comment on column ops.quarantine.run_id is 'Run that saw it last.';
comment on column ops.quarantine.state is 'open; recovered when a good version arrived; replayed; dropped.';
comment on column ops.quarantine.times is 'How often it was seen.';
comment on column ops.quarantine.first_seen_at is 'First seen.';
comment on column ops.quarantine.last_seen_at is 'Last seen.';
comment on column ops.quarantine.closed_at is 'When it was closed.';
comment on column ops.quarantine.closed_because is 'Why it was closed.';

create table ops.reader_passwords (
  tenant_id uuid not null,
  role text not null,
  generation integer not null,
  rotated_at timestamp with time zone not null,
  settled_at timestamp with time zone
);
alter table ops.reader_passwords add constraint reader_passwords_pkey PRIMARY KEY (tenant_id);
alter table ops.reader_passwords add constraint reader_passwords_generation_check CHECK ((generation > 1));
CREATE INDEX reader_passwords_role ON ops.reader_passwords USING btree (role);
alter table ops.reader_passwords enable row level security;
alter table ops.reader_passwords force row level security;
create policy service on ops.reader_passwords as permissive for all to kpi_writer using (true) with check (true);
alter table ops.reader_passwords owner to kpi_owner;
grant delete, insert, select, update on table ops.reader_passwords to kpi_writer;
comment on table ops.reader_passwords is 'Readers whose password was changed. A reader without a row has that of generation 1. The password itself is derived and stored nowhere.';
comment on column ops.reader_passwords.tenant_id is 'Tenant.';
comment on column ops.reader_passwords.role is 'Its reader role.';
comment on column ops.reader_passwords.generation is 'Generation of the password in force; written in the transaction that alters the role.';
comment on column ops.reader_passwords.rotated_at is 'When it came into force. Sessions that began earlier were opened with the former one.';
comment on column ops.reader_passwords.settled_at is 'When Metabase had it and the earlier sessions were ended; null: that is still to be done.';

create table ops.recomputations (
  tenant_id uuid not null,
  id uuid not null,
  cause text not null,
  tables text[] not null,
  state text default 'running'::text not null,
  place jsonb default '{"after": null, "index": 0}'::jsonb not null,
  done bigint default 0 not null,
  total bigint not null,
  moved_at timestamp with time zone default clock_timestamp() not null,
  requested_by text not null,
  reason text not null,
  error_message text,
  created_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone
);
alter table ops.recomputations add constraint recomputations_pkey PRIMARY KEY (tenant_id, id);
alter table ops.recomputations add constraint recomputations_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])));
CREATE INDEX recomputations_running ON ops.recomputations USING btree (created_at) WHERE (state = 'running'::text);
alter table ops.recomputations enable row level security;
alter table ops.recomputations force row level security;
create policy service on ops.recomputations as permissive for all to kpi_writer using (true) with check (true);
alter table ops.recomputations owner to kpi_owner;
grant delete, insert, select, update on table ops.recomputations to kpi_writer;
comment on table ops.recomputations is 'Derived data being made anew after a change of a setting, a link rule or a connection; chunk by chunk, by whoever comes.';
comment on column ops.recomputations.tenant_id is 'Tenant.';
comment on column ops.recomputations.id is 'Recomputation.';
comment on column ops.recomputations.cause is 'What changed: setting:time_zone, connection, …';
comment on column ops.recomputations.tables is 'Tables made anew, or table.column where only the statement that derives that column is meant.';
comment on column ops.recomputations.state is 'running, done or failed.';
comment on column ops.recomputations.place is 'How far it has come: derivation (index, of how many) and last key; moved by each chunk in the chunk''s own transaction.';
comment on column ops.recomputations.done is 'Rows looked at.';
comment on column ops.recomputations.total is 'Rows there were at the start.';
comment on column ops.recomputations.moved_at is 'Last chunk.';
comment on column ops.recomputations.requested_by is 'Who wanted the change.';
comment on column ops.recomputations.reason is 'Why.';
comment on column ops.recomputations.error_message is 'What ended it, when it failed.';
comment on column ops.recomputations.created_at is 'When it was asked for.';
comment on column ops.recomputations.ended_at is 'When it ended.';

create table ops.reconcile_state (
  tenant_id uuid not null,
  terms jsonb,
  compared_at timestamp with time zone,
  full_at timestamp with time zone
);
alter table ops.reconcile_state add constraint reconcile_state_pkey PRIMARY KEY (tenant_id);
alter table ops.reconcile_state enable row level security;
alter table ops.reconcile_state force row level security;
create policy service on ops.reconcile_state as permissive for all to kpi_writer using (true) with check (true);
alter table ops.reconcile_state owner to kpi_owner;
grant delete, insert, select, update on table ops.reconcile_state to kpi_writer;
comment on table ops.reconcile_state is 'How a tenant''s open findings were last kept. Whoever compares holds the row.';
comment on column ops.reconcile_state.tenant_id is 'Tenant.';
comment on column ops.reconcile_state.terms is 'Settings, and whether each side could be judged: where they change, everything is compared anew.';
comment on column ops.reconcile_state.compared_at is 'The instant of the last comparison.';
comment on column ops.reconcile_state.full_at is 'The instant of the last one of everything.';

create table ops.reconcile_touched (
  tenant_id uuid not null,
  id bigint generated always as identity not null,
  day date not null,
  order_ids uuid[]
);
alter table ops.reconcile_touched add constraint reconcile_touched_pkey PRIMARY KEY (tenant_id, id);
alter table ops.reconcile_touched enable row level security;
alter table ops.reconcile_touched force row level security;
create policy service on ops.reconcile_touched as permissive for all to kpi_writer using (true) with check (true);
alter table ops.reconcile_touched owner to kpi_owner;
grant delete, insert, select on table ops.reconcile_touched to kpi_writer;
comment on table ops.reconcile_touched is 'Local days on which something of the shop or the books changed since they were last compared, as batches commit; a day may be there often.';
comment on column ops.reconcile_touched.tenant_id is 'Tenant.';
comment on column ops.reconcile_touched.id is 'Order of arrival.';
comment on column ops.reconcile_touched.day is 'Local day of the order, refund or document.';
comment on column ops.reconcile_touched.order_ids is 'The orders of that day to compare again, of either side; null: all of the day.';

create table ops.reconciliation_classes (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  class text not null,
  findings bigint not null,
  flags bigint not null,
  amount numeric not null,
  value numeric
);
alter table ops.reconciliation_classes add constraint reconciliation_classes_pkey PRIMARY KEY (tenant_id, reconciliation_id, class);
alter table ops.reconciliation_classes enable row level security;
alter table ops.reconciliation_classes force row level security;
create policy service on ops.reconciliation_classes as permissive for all to kpi_writer using (true) with check (true);
alter table ops.reconciliation_classes owner to kpi_owner;
grant delete, insert, select, update on table ops.reconciliation_classes to kpi_writer;
comment on table ops.reconciliation_classes is 'The lines of a comparison''s bridge. The amounts add up to the difference of the two sides.';
comment on column ops.reconciliation_classes.tenant_id is 'Tenant.';
comment on column ops.reconciliation_classes.reconciliation_id is 'Comparison.';
comment on column ops.reconciliation_classes.class is 'Class.';
comment on column ops.reconciliation_classes.findings is 'How many findings, flags among them.';
comment on column ops.reconciliation_classes.flags is 'Those of amount 0.';
comment on column ops.reconciliation_classes.amount is 'Books minus shop, in the tenant''s currency.';
comment on column ops.reconciliation_classes.value is 'What the findings are about, beside the bridge: refunds, taxes within tolerance; null where they are about no money of their own.';

create table ops.reconciliations (
  tenant_id uuid not null,
  id uuid not null,
  as_of timestamp with time zone not null,
  range_from timestamp with time zone,
  range_until timestamp with time zone,
  currency text not null,
  shop_orders bigint not null,
  shop_amount numeric not null,
  erp_orders bigint not null,
  erp_amount numeric not null,
  remainder numeric not null,
  warnings jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  shop_as_of timestamp with time zone,
  erp_as_of timestamp with time zone,
  settings jsonb default '{}'::jsonb not null
);
alter table ops.reconciliations add constraint reconciliations_pkey PRIMARY KEY (tenant_id, id);
alter table ops.reconciliations enable row level security;
alter table ops.reconciliations force row level security;
create policy service on ops.reconciliations as permissive for all to kpi_writer using (true) with check (true);
alter table ops.reconciliations owner to kpi_owner;
grant delete, insert, select, update on table ops.reconciliations to kpi_writer;
comment on table ops.reconciliations is 'A comparison of the shop with the books, as it was when it ran.';
comment on column ops.reconciliations.tenant_id is 'Tenant.';
comment on column ops.reconciliations.id is 'Comparison.';
comment on column ops.reconciliations.as_of is 'The instant it speaks for.';
comment on column ops.reconciliations.range_from is 'First instant compared; null for everything.';
comment on column ops.reconciliations.range_until is 'End of the range, exclusive.';
comment on column ops.reconciliations.currency is 'Currency of all amounts: the tenant''s.';
comment on column ops.reconciliations.shop_orders is 'Sales of the shop.';
comment on column ops.reconciliations.shop_amount is 'Their amount.';
comment on column ops.reconciliations.erp_orders is 'Web sales in the books.';
comment on column ops.reconciliations.erp_amount is 'Their amount.';
comment on column ops.reconciliations.remainder is 'What the classes do not explain: zero, or the comparison is wrong.';
comment on column ops.reconciliations.warnings is 'Stale or partly covered streams, as found.';
comment on column ops.reconciliations.created_at is 'When it ran.';
comment on column ops.reconciliations.shop_as_of is 'Until when the shop''s orders were covered when it ran; null while a first reading had not ended.';
comment on column ops.reconciliations.erp_as_of is 'The same of the books'' orders.';
comment on column ops.reconciliations.settings is 'The settings it was made with: grace, days, tolerances, scope.';

create table ops.report_schedules (
  tenant_id uuid not null,
  id uuid not null,
  dashboard text not null,
  cadence text not null,
  weekday smallint,
  month_day smallint,
  local_time time without time zone not null,
  route text not null,
  created_by text not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  last_due_on date not null,
  sent_on date,
  failures integer default 0 not null,
  problem text,
  retry_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  claim uuid,
  claimed_until timestamp with time zone default '-infinity'::timestamp with time zone not null
);
alter table ops.report_schedules add constraint report_schedules_pkey PRIMARY KEY (tenant_id, id);
alter table ops.report_schedules add constraint report_schedules_cadence_check CHECK ((cadence = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text])));
alter table ops.report_schedules add constraint report_schedules_check CHECK (((cadence = 'weekly'::text) = (weekday IS NOT NULL)));
alter table ops.report_schedules add constraint report_schedules_check1 CHECK (((cadence = 'monthly'::text) = (month_day IS NOT NULL)));
alter table ops.report_schedules add constraint report_schedules_month_day_check CHECK (((month_day >= 1) AND (month_day <= 31)));
alter table ops.report_schedules add constraint report_schedules_route_check CHECK ((route ~ '^[a-z0-9][a-z0-9_-]{0,39}$'::text));
alter table ops.report_schedules add constraint report_schedules_weekday_check CHECK (((weekday >= 1) AND (weekday <= 7)));
alter table ops.report_schedules enable row level security;
alter table ops.report_schedules force row level security;
create policy service on ops.report_schedules as permissive for all to kpi_writer using (true) with check (true);
alter table ops.report_schedules owner to kpi_owner;
grant delete, insert, select, update on table ops.report_schedules to kpi_writer;
comment on table ops.report_schedules is 'Reports that are made by the calendar of the company and sent through the outbox. Who receives one is not known here: only the name of a route.';
comment on column ops.report_schedules.tenant_id is 'Tenant.';
comment on column ops.report_schedules.id is 'Schedule.';
comment on column ops.report_schedules.dashboard is 'Dashboard that is printed, one of the code''s list.';
comment on column ops.report_schedules.cadence is 'daily, weekly or monthly.';
comment on column ops.report_schedules.weekday is 'Weekly: 1 Monday … 7 Sunday.';
comment on column ops.report_schedules.month_day is 'Monthly: day of the month; in a shorter month its last day.';
comment on column ops.report_schedules.local_time is 'Time of day in the company''s zone. A time that a change of clocks skips is the first after it; one that comes twice counts once.';
comment on column ops.report_schedules.route is 'Name under which the receiver (n8n) keeps the recipients.';
comment on column ops.report_schedules.created_by is 'Who made it.';
comment on column ops.report_schedules.created_at is 'When.';
comment on column ops.report_schedules.last_due_on is 'Latest due day that is done with: its report is in the outbox, or it was overtaken by a later one.';
comment on column ops.report_schedules.sent_on is 'Latest due day whose report went into the outbox.';
comment on column ops.report_schedules.failures is 'Attempts since the last success.';
comment on column ops.report_schedules.problem is 'Why the last attempt failed. Holds no secret.';
comment on column ops.report_schedules.retry_at is 'No attempt before this.';
comment on column ops.report_schedules.claim is 'Attempt of the worker that is at it; an attempt that was overtaken writes nothing.';
comment on column ops.report_schedules.claimed_until is 'A worker is at it until then; after a crash another one takes it.';

create table ops.retention (
  tenant_id uuid not null,
  kind text not null,
  source text default ''::text not null,
  stream text default ''::text not null,
  entities text[] default '{}'::text[] not null,
  days integer not null,
  set_by text not null,
  set_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.retention add constraint retention_pkey PRIMARY KEY (tenant_id, kind, source, stream);
alter table ops.retention add constraint one_stream CHECK ((((source = ''::text) = (stream = ''::text)) AND ((stream = ''::text) OR ((kind = 'raw'::text) AND (entities <> '{}'::text[])))));
alter table ops.retention add constraint retention_days_check CHECK (((days >= 1) AND (days <= 3650)));
alter table ops.retention add constraint retention_kind_check CHECK ((kind = ANY (ARRAY['raw'::text, 'quarantine'::text, 'runs'::text, 'messages'::text, 'customers'::text, 'alerts'::text, 'privacy'::text])));
alter table ops.retention enable row level security;
alter table ops.retention force row level security;
create policy service on ops.retention as permissive for all to kpi_writer using (true) with check (true);
alter table ops.retention owner to kpi_owner;
grant delete, insert, select, update on table ops.retention to kpi_writer;
comment on table ops.retention is 'Days that a person chose for a tenant; what is not here is kept as long as the service''s defaults say.';
comment on column ops.retention.tenant_id is 'Tenant.';
comment on column ops.retention.kind is 'raw payloads, closed quarantine, runs, what messages say of the team, what customers without a purchase left, alerts that were told, privacy requests that were answered.';
comment on column ops.retention.source is 'Connector, when it is about one stream''s payloads; empty: all.';
comment on column ops.retention.stream is 'That stream.';
comment on column ops.retention.entities is 'Kinds of record that this stream yields. Of several streams that yield one, the longest holds.';
comment on column ops.retention.days is 'Days.';
comment on column ops.retention.set_by is 'Who said so; why is in ops.audit.';
comment on column ops.retention.set_at is 'When.';

create table ops.retention_runs (
  tenant_id uuid not null,
  ended_at timestamp with time zone not null,
  deleted jsonb not null
);
alter table ops.retention_runs add constraint retention_runs_pkey PRIMARY KEY (tenant_id);
alter table ops.retention_runs enable row level security;
alter table ops.retention_runs force row level security;
create policy service on ops.retention_runs as permissive for all to kpi_writer using (true) with check (true);
alter table ops.retention_runs owner to kpi_owner;
grant delete, insert, select, update on table ops.retention_runs to kpi_writer;
comment on table ops.retention_runs is 'The last night''s work of each tenant; every piece of it is in ops.audit.';
comment on column ops.retention_runs.tenant_id is 'Tenant.';
comment on column ops.retention_runs.ended_at is 'When nothing was left to do.';
comment on column ops.retention_runs.deleted is 'What its last piece removed, by kind.';

create table ops.run_counts (
  tenant_id uuid not null,
  run_id uuid not null,
  entity text not null,
  read bigint default 0 not null,
  inserted bigint default 0 not null,
  updated bigint default 0 not null,
  unchanged bigint default 0 not null,
  superseded bigint default 0 not null,
  excluded bigint default 0 not null,
  quarantined bigint default 0 not null,
  tombstoned bigint default 0 not null,
  excluded_rules jsonb default '{}'::jsonb not null
);
alter table ops.run_counts add constraint run_counts_pkey PRIMARY KEY (tenant_id, run_id, entity);
alter table ops.run_counts add constraint every_record_is_accounted_for CHECK ((read = (((((inserted + updated) + unchanged) + superseded) + excluded) + quarantined)));
alter table ops.run_counts enable row level security;
alter table ops.run_counts force row level security;
create policy service on ops.run_counts as permissive for all to kpi_writer using (true) with check (true);
alter table ops.run_counts owner to kpi_owner;
grant delete, insert, select, update on table ops.run_counts to kpi_writer;
comment on table ops.run_counts is 'The balance of a run, kept by a check constraint in the transaction that writes the rows.';
comment on column ops.run_counts.tenant_id is 'Tenant.';
comment on column ops.run_counts.run_id is 'Run.';
comment on column ops.run_counts.entity is 'Kind of record.';
comment on column ops.run_counts.read is 'Records the source gave.';
comment on column ops.run_counts.inserted is 'New rows.';
comment on column ops.run_counts.updated is 'Changed rows, returned ones included.';
comment on column ops.run_counts.unchanged is 'Rows already so: they cost nothing.';
comment on column ops.run_counts.superseded is 'Older than what was there, or an older copy within the same batch.';
comment on column ops.run_counts.excluded is 'Left out on purpose.';
comment on column ops.run_counts.quarantined is 'Refused by a rule, kept for a person.';
comment on column ops.run_counts.tombstoned is 'Rows marked as deleted because a complete parent or snapshot lacks them. Not records read.';
comment on column ops.run_counts.excluded_rules is 'Excluded records by rule.';

create table ops.runs (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  lane text not null,
  worker text not null,
  outcome text default 'running'::text not null,
  started_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone,
  pages integer default 0 not null,
  batches integer default 0 not null,
  requests integer default 0 not null,
  retries integer default 0 not null,
  throttled_ms bigint default 0 not null,
  error_kind text,
  error_code text,
  error_message text
);
alter table ops.runs add constraint runs_pkey PRIMARY KEY (tenant_id, id);
alter table ops.runs add constraint runs_outcome_check CHECK ((outcome = ANY (ARRAY['running'::text, 'verified'::text, 'unverified'::text, 'failed'::text, 'held'::text, 'fenced'::text, 'stopped'::text])));
CREATE INDEX runs_age ON ops.runs USING btree (tenant_id, started_at);
CREATE INDEX runs_of_backfills ON ops.runs USING btree (tenant_id, lane COLLATE "C") WHERE (lane <> 'live'::text);
CREATE INDEX runs_recent ON ops.runs USING btree (tenant_id, connection_id, stream, started_at DESC);
alter table ops.runs enable row level security;
alter table ops.runs force row level security;
create policy service on ops.runs as permissive for all to kpi_writer using (true) with check (true);
alter table ops.runs owner to kpi_owner;
grant delete, insert, select, update on table ops.runs to kpi_writer;
comment on table ops.runs is 'One reading of one stream. It ends verified or unverified, never just succeeded.';
comment on column ops.runs.tenant_id is 'Tenant.';
comment on column ops.runs.id is 'Run; every log line of it carries this id.';
comment on column ops.runs.connection_id is 'Connection.';
comment on column ops.runs.source is 'Connector.';
comment on column ops.runs.stream is 'Stream.';
comment on column ops.runs.lane is 'Lane.';
comment on column ops.runs.worker is 'Process that ran it.';
comment on column ops.runs.outcome is 'How it ended. verified: what the source counted agreed, at once (a complete state) or in a later comparison day by day; unverified: it read to the end, and that is not yet known.';
comment on column ops.runs.started_at is 'Start.';
comment on column ops.runs.ended_at is 'End.';
comment on column ops.runs.pages is 'Pages read.';
comment on column ops.runs.batches is 'Transactions committed.';
comment on column ops.runs.requests is 'Requests sent.';
comment on column ops.runs.retries is 'Requests repeated.';
comment on column ops.runs.throttled_ms is 'Milliseconds spent waiting because the source or the budget said so.';
comment on column ops.runs.error_kind is 'Kind of the error that ended it.';
comment on column ops.runs.error_code is 'Code of the error that ended it.';
comment on column ops.runs.error_message is 'Message of the error that ended it.';

create table ops.service_tokens (
  id uuid not null,
  name text not null,
  sha256 bytea not null,
  scopes text[] not null,
  tenant_id uuid,
  created_by text not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  expires_at timestamp with time zone not null,
  last_used_day date,
  revoked_at timestamp with time zone
);
alter table ops.service_tokens add constraint service_tokens_pkey PRIMARY KEY (id);
alter table ops.service_tokens add constraint service_tokens_scopes_check CHECK ((scopes <@ ARRAY['embed'::text, 'query'::text, 'read'::text, 'operate'::text, 'provision'::text]));
alter table ops.service_tokens enable row level security;
alter table ops.service_tokens force row level security;
create policy service on ops.service_tokens as permissive for all to kpi_writer using (true) with check (true);
alter table ops.service_tokens owner to kpi_owner;
grant delete, insert, select, update on table ops.service_tokens to kpi_writer;
comment on table ops.service_tokens is 'Tokens with which other programs ask the gateway (kpi token create). What is lost cannot be shown again.';
comment on column ops.service_tokens.id is 'Public part of the token.';
comment on column ops.service_tokens.name is 'What it is for.';
comment on column ops.service_tokens.sha256 is 'Hash of its secret part.';
comment on column ops.service_tokens.scopes is 'What it may ask for.';
comment on column ops.service_tokens.tenant_id is 'The only tenant it may ask about; null: every tenant.';
comment on column ops.service_tokens.created_by is 'Who made it.';
comment on column ops.service_tokens.created_at is 'When.';
comment on column ops.service_tokens.expires_at is 'From when on it is refused.';
comment on column ops.service_tokens.last_used_day is 'UTC day of its last use; null when it never was. Only the day, so that a use writes at most once a day.';
comment on column ops.service_tokens.revoked_at is 'When a person took it back.';

create table ops.streams (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  lane text not null,
  cursor jsonb,
  epoch bigint default 0 not null,
  holder text,
  backend_pid integer,
  backend_start timestamp with time zone,
  expires_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  covered_from timestamp with time zone,
  covered_until timestamp with time zone,
  held_because text,
  held_release text,
  interval_seconds integer default 300 not null,
  next_run_at timestamp with time zone default now() not null,
  last_success_at timestamp with time zone,
  last_run_id uuid,
  error_kind text,
  error_code text,
  error_message text,
  error_advice text,
  failures integer default 0 not null,
  notices jsonb default '[]'::jsonb not null,
  interval_set integer
);
alter table ops.streams add constraint streams_pkey PRIMARY KEY (tenant_id, connection_id, stream, lane);
alter table ops.streams add constraint streams_interval_seconds_check CHECK (((interval_seconds >= 1) AND (interval_seconds <= 604800)));
alter table ops.streams add constraint streams_interval_set_check CHECK (((interval_set >= 60) AND (interval_set <= 604800)));
CREATE INDEX streams_due ON ops.streams USING btree (next_run_at) WHERE (lane = 'live'::text);
alter table ops.streams enable row level security;
alter table ops.streams force row level security;
create policy service on ops.streams as permissive for all to kpi_writer using (true) with check (true);
alter table ops.streams owner to kpi_owner;
grant delete, insert, select, update on table ops.streams to kpi_writer;
comment on table ops.streams is 'Place, lease and health of each stream and lane (live, backfill:<id>, sweep, heal).';
comment on column ops.streams.tenant_id is 'Tenant.';
comment on column ops.streams.connection_id is 'Connection.';
comment on column ops.streams.stream is 'Stream.';
comment on column ops.streams.lane is 'live, or backfill:<id>: a backfill never touches the live cursor.';
comment on column ops.streams.cursor is '{v, watermark, walk}: committed with the rows it stands behind.';
comment on column ops.streams.epoch is 'Fencing token: each holder has its own; a batch commits only under the epoch it was started with.';
comment on column ops.streams.holder is 'Process that holds the lease.';
comment on column ops.streams.backend_pid is 'Database backend of the holder: ended by whoever takes over.';
comment on column ops.streams.backend_start is 'Start of that backend, so that a reused pid is left alone.';
comment on column ops.streams.expires_at is 'Until when the lease holds, by the database''s clock.';
comment on column ops.streams.covered_from is 'First instant the rows cover; null with covered_until set means everything the source has.';
comment on column ops.streams.covered_until is 'Last instant the rows cover, by the source''s clock.';
comment on column ops.streams.held_because is 'Why the stream waits for a person.';
comment on column ops.streams.held_release is 'Release of this software that held it: a newer one tries again.';
comment on column ops.streams.interval_seconds is 'Longest pause between two runs, in seconds: the connector''s, or what a person set. A busy stream is read sooner.';
comment on column ops.streams.next_run_at is 'When it is due.';
comment on column ops.streams.last_success_at is 'End of the last complete walk.';
comment on column ops.streams.last_run_id is 'Last run.';
comment on column ops.streams.error_kind is 'config, transient, data or bug; null when the last run succeeded.';
comment on column ops.streams.error_code is 'Stable word for the error.';
comment on column ops.streams.error_message is 'What happened. Holds no secret.';
comment on column ops.streams.error_advice is 'What to do.';
comment on column ops.streams.failures is 'Failures in a row.';
comment on column ops.streams.notices is 'What the source cannot give, as it said itself.';
comment on column ops.streams.interval_set is 'What a person set; null: the connector''s own.';

create table ops.sweeps (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  state text default 'running'::text not null,
  dry_run boolean not null,
  asked_by text not null,
  confirms uuid,
  read_seq bigint not null,
  counted bigint,
  candidates bigint,
  missing bigint,
  still_there bigint,
  hidden bigint,
  gone bigint,
  tombstoned bigint,
  guard bigint,
  problem text,
  started_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone
);
alter table ops.sweeps add constraint sweeps_pkey PRIMARY KEY (tenant_id, id);
alter table ops.sweeps add constraint sweeps_state_check CHECK ((state = ANY (ARRAY['running'::text, 'clean'::text, 'tombstoned'::text, 'held'::text, 'shown'::text, 'failed'::text, 'settled'::text])));
CREATE INDEX sweeps_of_stream ON ops.sweeps USING btree (tenant_id, connection_id, stream, started_at DESC);
alter table ops.sweeps enable row level security;
alter table ops.sweeps force row level security;
create policy service on ops.sweeps as permissive for all to kpi_writer using (true) with check (true);
alter table ops.sweeps owner to kpi_owner;
grant delete, insert, select, update on table ops.sweeps to kpi_writer;
comment on table ops.sweeps is 'One look for records that a source has deleted without telling. Absence alone never is deletion: see the columns.';
comment on column ops.sweeps.tenant_id is 'Tenant.';
comment on column ops.sweeps.id is 'Sweep.';
comment on column ops.sweeps.connection_id is 'Connection.';
comment on column ops.sweeps.source is 'Connector.';
comment on column ops.sweeps.stream is 'Stream.';
comment on column ops.sweeps.state is 'running; clean: nothing is gone; tombstoned; held: waits for a person (kpi sweep --confirm); shown: dry run; failed: nothing was changed; settled: was held, and a later sweep has decided.';
comment on column ops.sweeps.dry_run is 'Looked and changed nothing.';
comment on column ops.sweeps.asked_by is 'Person or token that asked for it, or nightly.';
comment on column ops.sweeps.confirms is 'The held sweep whose rows a person confirmed with this one.';
comment on column ops.sweeps.read_seq is 'Number drawn before the first request: only rows read before it are candidates.';
comment on column ops.sweeps.counted is 'Records that the source lists, equal to its own count.';
comment on column ops.sweeps.candidates is 'Rows looked for in the list.';
comment on column ops.sweeps.missing is 'Records of ours that the list lacks.';
comment on column ops.sweeps.still_there is 'Of these, found when looked at one by one.';
comment on column ops.sweeps.hidden is 'Of these, there but not to be read by our user.';
comment on column ops.sweeps.gone is 'Of these, deleted.';
comment on column ops.sweeps.tombstoned is 'Of these, marked as deleted here by this sweep.';
comment on column ops.sweeps.guard is 'Most that may be tombstoned without a person''s word: 50 records and 2 % of the candidates, whichever is less.';
comment on column ops.sweeps.problem is 'Why it failed or is held, and what to do. Holds no secret and no personal data.';
comment on column ops.sweeps.started_at is 'Start.';
comment on column ops.sweeps.ended_at is 'End.';

create table ops.swept_records (
  tenant_id uuid not null,
  sweep_id uuid not null,
  source_id text not null,
  day date,
  look text not null
);
alter table ops.swept_records add constraint swept_records_pkey PRIMARY KEY (tenant_id, sweep_id, source_id);
alter table ops.swept_records add constraint swept_records_look_check CHECK ((look = ANY (ARRAY['gone'::text, 'there'::text, 'hidden'::text])));
alter table ops.swept_records enable row level security;
alter table ops.swept_records force row level security;
create policy service on ops.swept_records as permissive for all to kpi_writer using (true) with check (true);
alter table ops.swept_records owner to kpi_owner;
grant delete, insert, select, update on table ops.swept_records to kpi_writer;
comment on table ops.swept_records is 'Records that the list of a sweep lacked: their ids in the source and local days, nothing personal.';
comment on column ops.swept_records.tenant_id is 'Tenant.';
comment on column ops.swept_records.sweep_id is 'Sweep.';
comment on column ops.swept_records.source_id is 'Id in the source.';
comment on column ops.swept_records.day is 'Local day it belongs to, or was made on.';
comment on column ops.swept_records.look is 'What looking at it alone said: gone, there or hidden.';

create table ops.tenant_jobs (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  state text default 'queued'::text not null,
  requested_by text not null,
  reason text not null,
  about jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  problem text,
  result jsonb
);
alter table ops.tenant_jobs add constraint tenant_jobs_pkey PRIMARY KEY (tenant_id, id);
alter table ops.tenant_jobs add constraint tenant_jobs_about_check CHECK ((jsonb_typeof(about) = 'object'::text));
alter table ops.tenant_jobs add constraint tenant_jobs_kind_check CHECK ((kind = ANY (ARRAY['export'::text, 'erase'::text, 'customer_export'::text, 'customer_erase'::text])));
alter table ops.tenant_jobs add constraint tenant_jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])));
CREATE UNIQUE INDEX tenant_jobs_open ON ops.tenant_jobs USING btree (tenant_id, kind) WHERE ((state = ANY (ARRAY['queued'::text, 'running'::text])) AND (kind = ANY (ARRAY['export'::text, 'erase'::text])));
alter table ops.tenant_jobs enable row level security;
alter table ops.tenant_jobs force row level security;
create policy service on ops.tenant_jobs as permissive for all to kpi_writer using (true) with check (true);
alter table ops.tenant_jobs owner to kpi_owner;
grant delete, insert, select, update on table ops.tenant_jobs to kpi_writer;
comment on table ops.tenant_jobs is 'Exports and erasures that were asked for over HTTP or by a source: who, why and how far. Erasing a company leaves the row that tells of it.';
comment on column ops.tenant_jobs.tenant_id is 'Tenant.';
comment on column ops.tenant_jobs.id is 'Job.';
comment on column ops.tenant_jobs.kind is 'export: its tables as files; erase: the company; customer_export, customer_erase: one person.';
comment on column ops.tenant_jobs.state is 'queued, running, done or failed.';
comment on column ops.tenant_jobs.requested_by is 'Who.';
comment on column ops.tenant_jobs.reason is 'Why.';
comment on column ops.tenant_jobs.about is 'Whom it is about, in pseudonyms, and how it is to be done; emptied when it ends.';
comment on column ops.tenant_jobs.created_at is 'When it was asked for.';
comment on column ops.tenant_jobs.started_at is 'When a worker took it up first.';
comment on column ops.tenant_jobs.ended_at is 'When it ended.';
comment on column ops.tenant_jobs.problem is 'Why it failed. Holds no secret.';
comment on column ops.tenant_jobs.result is 'Counts, and the files of an export.';

create table ops.tenant_write (
  tenant_id uuid not null,
  family text not null,
  version bigint default 0 not null
);
alter table ops.tenant_write add constraint tenant_write_pkey PRIMARY KEY (tenant_id, family);
alter table ops.tenant_write add constraint tenant_write_family_check CHECK ((family = ANY (ARRAY['sales'::text, 'support'::text, 'automation'::text, 'inventory'::text])));
alter table ops.tenant_write enable row level security;
alter table ops.tenant_write force row level security;
create policy service on ops.tenant_write as permissive for all to kpi_writer using (true) with check (true);
alter table ops.tenant_write owner to kpi_owner;
grant delete, insert, select, update on table ops.tenant_write to kpi_writer;
comment on table ops.tenant_write is 'One committing writer per tenant and family: its row is the lock (readers have no right on ops; they could take advisory locks).';
comment on column ops.tenant_write.tenant_id is 'Tenant.';
comment on column ops.tenant_write.family is 'Tables that are written together.';
comment on column ops.tenant_write.version is 'Counts committed batches; a batch that finds it moved plans again.';

create table ops.verifications (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  stream text not null,
  asked_by text not null,
  state text default 'running'::text not null,
  first_day date,
  last_day date,
  time_zone text,
  days integer,
  days_differing integer,
  days_healed integer,
  problem text,
  started_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone
);
alter table ops.verifications add constraint verifications_pkey PRIMARY KEY (tenant_id, id);
alter table ops.verifications add constraint verifications_state_check CHECK ((state = ANY (ARRAY['running'::text, 'verified'::text, 'differs'::text, 'untold'::text, 'failed'::text])));
CREATE INDEX verifications_of_stream ON ops.verifications USING btree (tenant_id, connection_id, stream, started_at DESC);
alter table ops.verifications enable row level security;
alter table ops.verifications force row level security;
create policy service on ops.verifications as permissive for all to kpi_writer using (true) with check (true);
alter table ops.verifications owner to kpi_owner;
grant delete, insert, select, update on table ops.verifications to kpi_writer;
comment on table ops.verifications is 'One comparison of a stream with its source''s own counts and sums by day.';
comment on column ops.verifications.tenant_id is 'Tenant.';
comment on column ops.verifications.id is 'Verification.';
comment on column ops.verifications.connection_id is 'Connection.';
comment on column ops.verifications.source is 'Connector.';
comment on column ops.verifications.stream is 'Stream.';
comment on column ops.verifications.asked_by is 'Person or token that asked for it, or nightly.';
comment on column ops.verifications.state is 'running; verified: every day agrees; differs; untold: there was no day to compare; failed.';
comment on column ops.verifications.first_day is 'First day compared.';
comment on column ops.verifications.last_day is 'Last day compared.';
comment on column ops.verifications.time_zone is 'Zone in which days were cut: the tenant''s, or UTC where the source counts by those.';
comment on column ops.verifications.days is 'Days compared.';
comment on column ops.verifications.days_differing is 'Days that differ in the end.';
comment on column ops.verifications.days_healed is 'Days that differed, were read again, and agree.';
comment on column ops.verifications.problem is 'Why it failed, or why days could not be told, and what to do.';
comment on column ops.verifications.started_at is 'Start.';
comment on column ops.verifications.ended_at is 'End.';

create table ops.verified_days (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  day date not null,
  verification_id uuid not null,
  state text not null,
  ours bigint not null,
  theirs bigint not null,
  ours_amounts jsonb,
  theirs_amounts jsonb,
  reason text,
  missing text[] default '{}'::text[] not null,
  extra text[] default '{}'::text[] not null,
  checked_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.verified_days add constraint verified_days_pkey PRIMARY KEY (tenant_id, connection_id, stream, day);
alter table ops.verified_days add constraint verified_days_reason_check CHECK ((reason = ANY (ARRAY['quarantine'::text, 'lost'::text, 'deleted_here'::text, 'deleted_there'::text, 'moved'::text, 'changed'::text, 'several'::text, 'unknown'::text])));
alter table ops.verified_days add constraint verified_days_state_check CHECK ((state = ANY (ARRAY['verified'::text, 'differs'::text])));
alter table ops.verified_days enable row level security;
alter table ops.verified_days force row level security;
create policy service on ops.verified_days as permissive for all to kpi_writer using (true) with check (true);
alter table ops.verified_days owner to kpi_owner;
grant delete, insert, select, update on table ops.verified_days to kpi_writer;
comment on table ops.verified_days is 'The last word on each day of a stream.';
comment on column ops.verified_days.tenant_id is 'Tenant.';
comment on column ops.verified_days.connection_id is 'Connection.';
comment on column ops.verified_days.stream is 'Stream.';
comment on column ops.verified_days.day is 'Day, in the zone of its verification.';
comment on column ops.verified_days.verification_id is 'The verification that said it last.';
comment on column ops.verified_days.state is 'verified or differs.';
comment on column ops.verified_days.ours is 'Rows here, deleted ones left out.';
comment on column ops.verified_days.theirs is 'Records that the source counts.';
comment on column ops.verified_days.ours_amounts is 'Their money by currency; null where the source adds none up.';
comment on column ops.verified_days.theirs_amounts is 'The source''s sum of it.';
comment on column ops.verified_days.reason is 'Likely reason: quarantine; lost: never arrived; deleted_here: tombstoned, and there again; deleted_there: a sweep will find it; moved: stands on another day; changed: same records, other money; several; unknown: the source lists no ids.';
comment on column ops.verified_days.missing is 'Source ids that the source has on that day and we have not, at most 20. Nothing personal.';
comment on column ops.verified_days.extra is 'Source ids that we have on that day and the source has not, at most 20.';
comment on column ops.verified_days.checked_at is 'When.';

create table ops.webhooks (
  source text not null,
  id text not null,
  type text not null,
  outcome text not null,
  received_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.webhooks add constraint webhooks_pkey PRIMARY KEY (source, id);
alter table ops.webhooks add constraint webhooks_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'ignored'::text])));
CREATE INDEX webhooks_age ON ops.webhooks USING btree (received_at);
alter table ops.webhooks enable row level security;
alter table ops.webhooks force row level security;
create policy service on ops.webhooks as permissive for all to kpi_writer using (true) with check (true);
alter table ops.webhooks owner to kpi_owner;
grant delete, insert, select, update on table ops.webhooks to kpi_writer;
comment on table ops.webhooks is 'Messages that were received and acted on, so that the same one changes nothing twice. Kept seven days, without their contents.';
comment on column ops.webhooks.source is 'Who sent it: clerk.';
comment on column ops.webhooks.id is 'Message id (svix-id).';
comment on column ops.webhooks.type is 'Kind of event.';
comment on column ops.webhooks.outcome is 'applied, or ignored when nothing here depends on such an event.';
comment on column ops.webhooks.received_at is 'When.';

create table ops.workers (
  pool_id text not null,
  host text not null,
  pid integer not null,
  peak_rss_mb integer default 0 not null,
  started_at timestamp with time zone default clock_timestamp() not null,
  seen_at timestamp with time zone default clock_timestamp() not null
);
alter table ops.workers add constraint workers_pkey PRIMARY KEY (pool_id);
alter table ops.workers enable row level security;
alter table ops.workers force row level security;
create policy service on ops.workers as permissive for all to kpi_writer using (true) with check (true);
alter table ops.workers owner to kpi_owner;
grant delete, insert, select, update on table ops.workers to kpi_writer;
comment on table ops.workers is 'Heartbeats. The queue unlocks jobs of a dead process only after four hours; we do it after a minute of silence.';
comment on column ops.workers.pool_id is 'Name under which the process locks jobs.';
comment on column ops.workers.host is 'Machine.';
comment on column ops.workers.pid is 'Process id.';
comment on column ops.workers.peak_rss_mb is 'Largest resident memory so far, in MB.';
comment on column ops.workers.started_at is 'Start.';
comment on column ops.workers.seen_at is 'Last heartbeat.';

create table public.abandoned_checkouts (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  completed_at timestamp with time zone,
  customer_id uuid,
  has_contact boolean not null,
  currency_source text not null,
  amount_total_source numeric not null
);
alter table public.abandoned_checkouts add constraint abandoned_checkouts_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX abandoned_checkouts_customer ON public.abandoned_checkouts USING btree (tenant_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX abandoned_checkouts_silent ON public.abandoned_checkouts USING btree (tenant_id, business_day) WHERE (NOT has_contact);
alter table public.abandoned_checkouts enable row level security;
alter table public.abandoned_checkouts force row level security;
create policy every_row on public.abandoned_checkouts as permissive for select to kpi_analyst using (true);
create policy own_rows on public.abandoned_checkouts as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.abandoned_checkouts as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.abandoned_checkouts owner to kpi_owner;
grant delete, insert, select, update on table public.abandoned_checkouts to kpi_writer;
grant select on table public.abandoned_checkouts to kpi_analyst;
grant select on table public.abandoned_checkouts to kpi_reader;
comment on table public.abandoned_checkouts is 'Carritos que llegaron a la caja de la tienda (Shopify abandonedCheckouts, también los recuperados), sin enlace ni datos de contacto. Shopify los borra a los tres meses: su ausencia nunca es un borrado.';
comment on column public.abandoned_checkouts.tenant_id is 'Empresa.';
comment on column public.abandoned_checkouts.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.abandoned_checkouts.connection_id is 'Conexión (cuenta de origen).';
comment on column public.abandoned_checkouts.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.abandoned_checkouts.source_id is 'Identificador en el sistema de origen.';
comment on column public.abandoned_checkouts.source_created_at is 'Creación según el origen.';
comment on column public.abandoned_checkouts.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.abandoned_checkouts.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.abandoned_checkouts.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.abandoned_checkouts.synced_at is 'Última escritura en este almacén.';
comment on column public.abandoned_checkouts.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.abandoned_checkouts.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.abandoned_checkouts.revision is 'Cuántas veces se escribió la fila.';
comment on column public.abandoned_checkouts.created_at is 'Creación del carrito.';
comment on column public.abandoned_checkouts.business_day is 'Su día local.';
comment on column public.abandoned_checkouts.completed_at is 'Cuándo se convirtió en pedido; nulo si no.';
comment on column public.abandoned_checkouts.customer_id is 'Cliente; nulo si no se conoce.';
comment on column public.abandoned_checkouts.has_contact is 'Si dejó correo o teléfono. Los datos mismos no se guardan.';
comment on column public.abandoned_checkouts.currency_source is 'Moneda del carrito.';
comment on column public.abandoned_checkouts.amount_total_source is 'Valor del carrito con impuestos, moneda del carrito.';

create table public.agents (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  role text not null,
  confirmed boolean not null,
  is_bot boolean default false not null
);
alter table public.agents add constraint agents_pkey PRIMARY KEY (tenant_id, id);
alter table public.agents enable row level security;
alter table public.agents force row level security;
create policy every_row on public.agents as permissive for select to kpi_analyst using (true);
create policy own_rows on public.agents as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.agents as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.agents owner to kpi_owner;
grant delete, insert, select, update on table public.agents to kpi_writer;
grant select on table public.agents to kpi_analyst;
grant select on table public.agents to kpi_reader;
comment on table public.agents is 'Agentes de Chatwoot.';
comment on column public.agents.tenant_id is 'Empresa.';
comment on column public.agents.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.agents.connection_id is 'Conexión (cuenta de origen).';
comment on column public.agents.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.agents.source_id is 'Identificador en el sistema de origen.';
comment on column public.agents.source_created_at is 'Creación según el origen.';
comment on column public.agents.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.agents.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.agents.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.agents.synced_at is 'Última escritura en este almacén.';
comment on column public.agents.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.agents.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.agents.revision is 'Cuántas veces se escribió la fila.';
comment on column public.agents.name is 'Nombre para mostrar.';
comment on column public.agents.role is 'Rol.';
comment on column public.agents.confirmed is 'Si aceptó la invitación.';
comment on column public.agents.is_bot is 'Usuario que en realidad es un bot, según los ajustes de la conexión: lo que escribe no es respuesta de una persona.';

create table public.conversation_events (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  conversation_id uuid not null,
  conversation_internal_id text not null,
  name text not null,
  created_at timestamp with time zone not null,
  started_at timestamp with time zone,
  business_day date not null,
  inbox_id uuid,
  agent_id uuid,
  value_seconds numeric not null,
  business_seconds numeric
);
alter table public.conversation_events add constraint conversation_events_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX conversation_events_conversation ON public.conversation_events USING btree (tenant_id, conversation_id);
alter table public.conversation_events enable row level security;
alter table public.conversation_events force row level security;
create policy every_row on public.conversation_events as permissive for select to kpi_analyst using (true);
create policy own_rows on public.conversation_events as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.conversation_events as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.conversation_events owner to kpi_owner;
grant delete, insert, select, update on table public.conversation_events to kpi_writer;
grant select on table public.conversation_events to kpi_analyst;
grant select on table public.conversation_events to kpi_reader;
comment on table public.conversation_events is 'Eventos de informes de Chatwoot (respuesta, resolución, traspaso), donde el servidor los ofrece.';
comment on column public.conversation_events.tenant_id is 'Empresa.';
comment on column public.conversation_events.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.conversation_events.connection_id is 'Conexión (cuenta de origen).';
comment on column public.conversation_events.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.conversation_events.source_id is 'Identificador en el sistema de origen.';
comment on column public.conversation_events.source_created_at is 'Creación según el origen.';
comment on column public.conversation_events.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.conversation_events.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.conversation_events.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.conversation_events.synced_at is 'Última escritura en este almacén.';
comment on column public.conversation_events.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.conversation_events.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.conversation_events.revision is 'Cuántas veces se escribió la fila.';
comment on column public.conversation_events.conversation_id is 'Conversación a la que se preguntó por sus eventos.';
comment on column public.conversation_events.conversation_internal_id is 'Identificador interno que trae el evento: no es el número visible de la conversación.';
comment on column public.conversation_events.name is 'first_response, reply_time, conversation_resolved, conversation_opened, conversation_bot_handoff u otro.';
comment on column public.conversation_events.created_at is 'Cuándo ocurrió (su término).';
comment on column public.conversation_events.started_at is 'Desde cuándo mide.';
comment on column public.conversation_events.business_day is 'Día local en que ocurrió.';
comment on column public.conversation_events.inbox_id is 'Bandeja.';
comment on column public.conversation_events.agent_id is 'Agente; en resolución y respuestas, el asignado entonces.';
comment on column public.conversation_events.value_seconds is 'Duración según Chatwoot, en segundos corridos.';
comment on column public.conversation_events.business_seconds is 'Duración en segundos hábiles según Chatwoot; nula si la bandeja no tiene horario (Chatwoot dice 0).';

create table public.conversation_status_history (
  tenant_id uuid not null,
  conversation_id uuid not null,
  ordinal integer not null,
  status text not null,
  valid_from timestamp with time zone not null,
  valid_until timestamp with time zone,
  observed_at timestamp with time zone default now() not null
);
alter table public.conversation_status_history add constraint conversation_status_history_pkey PRIMARY KEY (tenant_id, conversation_id, ordinal);
alter table public.conversation_status_history enable row level security;
alter table public.conversation_status_history force row level security;
create policy every_row on public.conversation_status_history as permissive for select to kpi_analyst using (true);
create policy own_rows on public.conversation_status_history as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on public.conversation_status_history as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.conversation_status_history owner to kpi_owner;
grant delete, insert, select, update on table public.conversation_status_history to kpi_writer;
grant select on table public.conversation_status_history to kpi_analyst;
grant select on table public.conversation_status_history to kpi_reader;
comment on table public.conversation_status_history is 'Estados de cada conversación según se observaron al sincronizar: una fila cada vez que se vio otro estado que el guardado. Entre dos lecturas puede faltar alguno.';
comment on column public.conversation_status_history.tenant_id is 'Empresa.';
comment on column public.conversation_status_history.conversation_id is 'Conversación.';
comment on column public.conversation_status_history.ordinal is '1 es el estado en que se vio por primera vez.';
comment on column public.conversation_status_history.status is 'open, resolved, pending o snoozed.';
comment on column public.conversation_status_history.valid_from is 'Desde cuándo a más tardar: el reloj de Chatwoot en la primera versión leída con ese estado.';
comment on column public.conversation_status_history.valid_until is 'Hasta cuándo: el comienzo del siguiente; nulo si es el actual.';
comment on column public.conversation_status_history.observed_at is 'Cuándo se escribió aquí.';

create table public.conversations (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  inbox_id uuid not null,
  channel text default 'Other'::text not null,
  status text not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  last_activity_at timestamp with time zone,
  first_reply_at timestamp with time zone,
  waiting_since timestamp with time zone,
  snoozed_until timestamp with time zone,
  assignee_id uuid,
  assignee_kind text,
  team text,
  priority text,
  labels text[] not null,
  resolved_at timestamp with time zone,
  resolved_at_source text,
  resolved_day date
);
alter table public.conversations add constraint conversations_pkey PRIMARY KEY (tenant_id, id);
alter table public.conversations add constraint conversations_resolved_at_source_check CHECK ((resolved_at_source = ANY (ARRAY['event'::text, 'webhook'::text, 'observed'::text, 'activity'::text])));
alter table public.conversations add constraint resolution_has_a_source CHECK (((resolved_at IS NULL) = (resolved_at_source IS NULL)));
CREATE INDEX conversations_created ON public.conversations USING btree (tenant_id, created_at) INCLUDE (channel, status) WHERE (deleted_at IS NULL);
CREATE INDEX conversations_day ON public.conversations USING btree (tenant_id, business_day) WHERE (deleted_at IS NULL);
CREATE INDEX conversations_inbox ON public.conversations USING btree (tenant_id, inbox_id);
CREATE INDEX conversations_resolved ON public.conversations USING btree (tenant_id, resolved_day) INCLUDE (channel, resolved_at_source) WHERE ((resolved_day IS NOT NULL) AND (deleted_at IS NULL));
alter table public.conversations enable row level security;
alter table public.conversations force row level security;
create policy every_row on public.conversations as permissive for select to kpi_analyst using (true);
create policy own_rows on public.conversations as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.conversations as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.conversations owner to kpi_owner;
grant delete, insert, select, update on table public.conversations to kpi_writer;
grant select on table public.conversations to kpi_analyst;
grant select on table public.conversations to kpi_reader;
comment on table public.conversations is 'Conversaciones (tickets) de Chatwoot.';
comment on column public.conversations.tenant_id is 'Empresa.';
comment on column public.conversations.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.conversations.connection_id is 'Conexión (cuenta de origen).';
comment on column public.conversations.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.conversations.source_id is 'Identificador en el sistema de origen.';
comment on column public.conversations.source_created_at is 'Creación según el origen.';
comment on column public.conversations.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.conversations.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.conversations.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.conversations.synced_at is 'Última escritura en este almacén.';
comment on column public.conversations.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.conversations.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.conversations.revision is 'Cuántas veces se escribió la fila.';
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
comment on column public.conversations.resolved_at is 'Última resolución, si no se ha reabierto desde entonces.';
comment on column public.conversations.resolved_at_source is 'De dónde se sabe: event (evento de Chatwoot), webhook, observed (cambio observado al sincronizar: exacto al intervalo de lectura), activity (última actividad de una conversación vista por primera vez ya resuelta: estimado).';
comment on column public.conversations.resolved_day is 'Día local de la resolución.';

create table public.csat_responses (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  conversation_id uuid not null,
  agent_id uuid,
  rating integer not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  survey_id uuid,
  counts boolean default true not null
);
alter table public.csat_responses add constraint csat_responses_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX csat_responses_day ON public.csat_responses USING btree (tenant_id, business_day) INCLUDE (rating) WHERE (counts AND (deleted_at IS NULL));
CREATE INDEX csat_responses_survey ON public.csat_responses USING btree (tenant_id, survey_id) WHERE (survey_id IS NOT NULL);
alter table public.csat_responses enable row level security;
alter table public.csat_responses force row level security;
create policy every_row on public.csat_responses as permissive for select to kpi_analyst using (true);
create policy own_rows on public.csat_responses as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.csat_responses as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.csat_responses owner to kpi_owner;
grant delete, insert, select, update on table public.csat_responses to kpi_writer;
grant select on table public.csat_responses to kpi_analyst;
grant select on table public.csat_responses to kpi_reader;
comment on table public.csat_responses is 'Respuestas a la encuesta de satisfacción, sin comentario.';
comment on column public.csat_responses.tenant_id is 'Empresa.';
comment on column public.csat_responses.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.csat_responses.connection_id is 'Conexión (cuenta de origen).';
comment on column public.csat_responses.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.csat_responses.source_id is 'Identificador en el sistema de origen.';
comment on column public.csat_responses.source_created_at is 'Creación según el origen.';
comment on column public.csat_responses.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.csat_responses.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.csat_responses.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.csat_responses.synced_at is 'Última escritura en este almacén.';
comment on column public.csat_responses.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.csat_responses.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.csat_responses.revision is 'Cuántas veces se escribió la fila.';
comment on column public.csat_responses.conversation_id is 'Conversación.';
comment on column public.csat_responses.agent_id is 'Agente evaluado.';
comment on column public.csat_responses.rating is 'Nota de 1 a 5.';
comment on column public.csat_responses.created_at is 'Momento de la respuesta.';
comment on column public.csat_responses.business_day is 'Día local.';
comment on column public.csat_responses.survey_id is 'Mensaje con la encuesta que se responde; nulo si no se conoce.';
comment on column public.csat_responses.counts is 'Si es la respuesta más reciente de su encuesta.';

create table public.customer_identities (
  tenant_id uuid not null,
  customer_id uuid not null,
  identity_id uuid not null,
  anonymous boolean not null
);
alter table public.customer_identities add constraint customer_identities_pkey PRIMARY KEY (tenant_id, customer_id);
CREATE INDEX customer_identities_identity ON public.customer_identities USING btree (tenant_id, identity_id);
alter table public.customer_identities enable row level security;
alter table public.customer_identities force row level security;
create policy every_row on public.customer_identities as permissive for select to kpi_analyst using (true);
create policy own_rows on public.customer_identities as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on public.customer_identities as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.customer_identities owner to kpi_owner;
grant delete, insert, select, update on table public.customer_identities to kpi_writer;
grant select on table public.customer_identities to kpi_analyst;
grant select on table public.customer_identities to kpi_reader;
comment on table public.customer_identities is 'Qué clientes de los orígenes son una misma persona o empresa: comparten RUT válido o correo; si no tienen, teléfono; si no, son uno cada uno.';
comment on column public.customer_identities.tenant_id is 'Empresa.';
comment on column public.customer_identities.customer_id is 'Cliente de un origen.';
comment on column public.customer_identities.identity_id is 'Identidad: el menor de los identificadores de sus clientes. Cambia cuando dos se unen o una se separa.';
comment on column public.customer_identities.anonymous is 'Si no identifica a nadie: solo tiene un RUT genérico.';

create table public.customers (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  kind text not null,
  rut_display text,
  rut_valid boolean,
  comuna text,
  region text,
  identity_key text,
  rut_key text,
  email_key text,
  domain_key text,
  phone_key text,
  rut_generic boolean,
  commercial_id uuid
);
alter table public.customers add constraint customers_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX customers_commercial ON public.customers USING btree (tenant_id, commercial_id) WHERE (commercial_id IS NOT NULL);
CREATE INDEX customers_email_key ON public.customers USING btree (tenant_id, email_key) WHERE (email_key IS NOT NULL);
CREATE INDEX customers_phone_key ON public.customers USING btree (tenant_id, phone_key) WHERE (phone_key IS NOT NULL);
CREATE INDEX customers_rut_key ON public.customers USING btree (tenant_id, rut_key) WHERE (rut_key IS NOT NULL);
alter table public.customers enable row level security;
alter table public.customers force row level security;
create policy every_row on public.customers as permissive for select to kpi_analyst using (true);
create policy own_rows on public.customers as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.customers as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.customers owner to kpi_owner;
grant delete, insert, select, update on table public.customers to kpi_writer;
grant select on table public.customers to kpi_analyst;
grant select (comuna, connection_id, deleted_at, id, kind, region, rut_valid, source, source_created_at, source_id, synced_at, tenant_id) on public.customers to kpi_reader;
comment on table public.customers is 'Clientes, sin nombre, correo, teléfono ni dirección. También quien compró sin registrarse, uno por pedido (source_id guest:…), y el RUT que se escribió en la caja, uno por pedido (source_id tax:…).';
comment on column public.customers.tenant_id is 'Empresa.';
comment on column public.customers.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.customers.connection_id is 'Conexión (cuenta de origen).';
comment on column public.customers.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.customers.source_id is 'Identificador en el sistema de origen.';
comment on column public.customers.source_created_at is 'Creación según el origen.';
comment on column public.customers.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.customers.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.customers.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.customers.synced_at is 'Última escritura en este almacén.';
comment on column public.customers.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.customers.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.customers.revision is 'Cuántas veces se escribió la fila.';
comment on column public.customers.kind is 'person o company.';
comment on column public.customers.rut_display is 'Empresas: RUT. Personas: solo los últimos tres dígitos.';
comment on column public.customers.rut_valid is 'Si el RUT es válido.';
comment on column public.customers.comuna is 'Comuna o ciudad.';
comment on column public.customers.region is 'Región.';
comment on column public.customers.identity_key is 'La más fuerte de sus claves (RUT, correo, teléfono, identificador de origen): HMAC con la llave de la empresa. No es para lectores.';
comment on column public.customers.rut_key is 'Clave del RUT válido y no genérico (HMAC); nula si no hay.';
comment on column public.customers.email_key is 'Clave del correo (HMAC); nula si no hay o es de un dominio de reenvío.';
comment on column public.customers.domain_key is 'Clave del dominio del correo (HMAC), para poder excluir dominios compartidos.';
comment on column public.customers.phone_key is 'Clave del teléfono en formato E.164 (HMAC).';
comment on column public.customers.rut_generic is 'Si el RUT es uno que comparten muchos (66666666-6, 55555555-5, el de la propia empresa): no identifica a nadie.';
comment on column public.customers.commercial_id is 'Entidad comercial de la que es contacto o dirección (Odoo commercial_partner_id).';

create table public.exchange_rates (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  currency text not null,
  base_currency text not null,
  rate_date date not null,
  rate numeric not null,
  company text
);
alter table public.exchange_rates add constraint exchange_rates_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX exchange_rates_day ON public.exchange_rates USING btree (tenant_id, currency, base_currency, rate_date) WHERE (deleted_at IS NULL);
alter table public.exchange_rates enable row level security;
alter table public.exchange_rates force row level security;
create policy every_row on public.exchange_rates as permissive for select to kpi_analyst using (true);
create policy own_rows on public.exchange_rates as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.exchange_rates as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.exchange_rates owner to kpi_owner;
grant delete, insert, select, update on table public.exchange_rates to kpi_writer;
grant select on table public.exchange_rates to kpi_analyst;
grant select on table public.exchange_rates to kpi_reader;
comment on table public.exchange_rates is 'Tipos de cambio que declara Odoo, por día. UF se guarda como CLF.';
comment on column public.exchange_rates.tenant_id is 'Empresa.';
comment on column public.exchange_rates.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.exchange_rates.connection_id is 'Conexión (cuenta de origen).';
comment on column public.exchange_rates.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.exchange_rates.source_id is 'Identificador en el sistema de origen.';
comment on column public.exchange_rates.source_created_at is 'Creación según el origen.';
comment on column public.exchange_rates.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.exchange_rates.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.exchange_rates.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.exchange_rates.synced_at is 'Última escritura en este almacén.';
comment on column public.exchange_rates.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.exchange_rates.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.exchange_rates.revision is 'Cuántas veces se escribió la fila.';
comment on column public.exchange_rates.currency is 'Moneda.';
comment on column public.exchange_rates.base_currency is 'Moneda en que se expresa.';
comment on column public.exchange_rates.rate_date is 'Desde qué día rige.';
comment on column public.exchange_rates.rate is 'Unidades de base_currency por una de currency.';
comment on column public.exchange_rates.company is 'Compañía del origen.';

create table public.inboxes (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  channel text not null,
  channel_type text not null,
  working_hours_enabled boolean not null,
  timezone text,
  csat_enabled boolean not null,
  working_hours text[] default '{}'::text[] not null,
  opening integer[],
  opening_zone text
);
alter table public.inboxes add constraint inboxes_pkey PRIMARY KEY (tenant_id, id);
alter table public.inboxes enable row level security;
alter table public.inboxes force row level security;
create policy every_row on public.inboxes as permissive for select to kpi_analyst using (true);
create policy own_rows on public.inboxes as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.inboxes as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.inboxes owner to kpi_owner;
grant delete, insert, select, update on table public.inboxes to kpi_writer;
grant select on table public.inboxes to kpi_analyst;
grant select on table public.inboxes to kpi_reader;
comment on table public.inboxes is 'Bandejas de entrada de Chatwoot.';
comment on column public.inboxes.tenant_id is 'Empresa.';
comment on column public.inboxes.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.inboxes.connection_id is 'Conexión (cuenta de origen).';
comment on column public.inboxes.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.inboxes.source_id is 'Identificador en el sistema de origen.';
comment on column public.inboxes.source_created_at is 'Creación según el origen.';
comment on column public.inboxes.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.inboxes.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.inboxes.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.inboxes.synced_at is 'Última escritura en este almacén.';
comment on column public.inboxes.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.inboxes.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.inboxes.revision is 'Cuántas veces se escribió la fila.';
comment on column public.inboxes.name is 'Nombre.';
comment on column public.inboxes.channel is 'WhatsApp, Email, Web u Other.';
comment on column public.inboxes.channel_type is 'Tipo según Chatwoot.';
comment on column public.inboxes.working_hours_enabled is 'Si tiene horario de atención.';
comment on column public.inboxes.timezone is 'Zona del horario.';
comment on column public.inboxes.csat_enabled is 'Si envía encuesta.';
comment on column public.inboxes.working_hours is 'Horario según Chatwoot: "1 09:00-18:00" por cada día que abre (0 domingo … 6 sábado).';
comment on column public.inboxes.opening is 'Horario en uso: segundos de la semana (lunes 0:00 = 0) en que abre y cierra, de a pares; nulo si no tiene horario.';
comment on column public.inboxes.opening_zone is 'Zona en que vale; la de la empresa si la de Chatwoot no existe.';

create table public.inventory_levels (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  product_id uuid not null,
  location_id uuid not null,
  quantity_on_hand numeric not null,
  quantity_reserved numeric not null,
  quantity_available numeric not null,
  foreign_owner boolean not null
);
alter table public.inventory_levels add constraint inventory_levels_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX inventory_levels_place ON public.inventory_levels USING btree (tenant_id, location_id);
alter table public.inventory_levels enable row level security;
alter table public.inventory_levels force row level security;
create policy every_row on public.inventory_levels as permissive for select to kpi_analyst using (true);
create policy own_rows on public.inventory_levels as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.inventory_levels as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.inventory_levels owner to kpi_owner;
grant delete, insert, select, update on table public.inventory_levels to kpi_writer;
grant select on table public.inventory_levels to kpi_analyst;
grant select on table public.inventory_levels to kpi_reader;
comment on table public.inventory_levels is 'Existencias por registro de origen (producto, ubicación, lote). Odoo y Shopify muestran las mismas unidades: nunca se suman entre sí.';
comment on column public.inventory_levels.tenant_id is 'Empresa.';
comment on column public.inventory_levels.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.inventory_levels.connection_id is 'Conexión (cuenta de origen).';
comment on column public.inventory_levels.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.inventory_levels.source_id is 'Identificador en el sistema de origen.';
comment on column public.inventory_levels.source_created_at is 'Creación según el origen.';
comment on column public.inventory_levels.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.inventory_levels.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.inventory_levels.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.inventory_levels.synced_at is 'Última escritura en este almacén.';
comment on column public.inventory_levels.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.inventory_levels.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.inventory_levels.revision is 'Cuántas veces se escribió la fila.';
comment on column public.inventory_levels.product_id is 'Producto.';
comment on column public.inventory_levels.location_id is 'Ubicación.';
comment on column public.inventory_levels.quantity_on_hand is 'Unidades presentes.';
comment on column public.inventory_levels.quantity_reserved is 'Unidades comprometidas.';
comment on column public.inventory_levels.quantity_available is 'Unidades disponibles.';
comment on column public.inventory_levels.foreign_owner is 'Mercadería de terceros en consignación: no es nuestra.';

create table public.inventory_snapshot_days (
  tenant_id uuid not null,
  day date not null,
  connection_id uuid not null,
  source text not null,
  taken_at timestamp with time zone not null
);
alter table public.inventory_snapshot_days add constraint inventory_snapshot_days_pkey PRIMARY KEY (tenant_id, day, connection_id);
alter table public.inventory_snapshot_days enable row level security;
alter table public.inventory_snapshot_days force row level security;
create policy every_row on public.inventory_snapshot_days as permissive for select to kpi_analyst using (true);
create policy own_rows on public.inventory_snapshot_days as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on public.inventory_snapshot_days as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.inventory_snapshot_days owner to kpi_owner;
grant delete, insert, select, update on table public.inventory_snapshot_days to kpi_writer;
grant select on table public.inventory_snapshot_days to kpi_analyst;
grant select on table public.inventory_snapshot_days to kpi_reader;
comment on table public.inventory_snapshot_days is 'De qué días locales hay una foto del inventario de cada conexión: la primera lectura completa después de la medianoche es del día anterior. Los días anteriores a la primera no se conocen.';
comment on column public.inventory_snapshot_days.tenant_id is 'Empresa.';
comment on column public.inventory_snapshot_days.day is 'Día local que la foto cierra.';
comment on column public.inventory_snapshot_days.connection_id is 'Conexión (cuenta de origen).';
comment on column public.inventory_snapshot_days.source is 'Sistema de origen.';
comment on column public.inventory_snapshot_days.taken_at is 'Cuándo se tomó, por el reloj del origen.';

create table public.inventory_snapshots (
  tenant_id uuid not null,
  day date not null,
  product_id uuid not null,
  location_id uuid not null,
  connection_id uuid not null,
  source text not null,
  on_hand numeric not null,
  reserved numeric not null,
  available numeric not null
);
alter table public.inventory_snapshots add constraint inventory_snapshots_pkey PRIMARY KEY (tenant_id, day, product_id, location_id);
CREATE INDEX inventory_snapshots_product ON public.inventory_snapshots USING btree (tenant_id, product_id, day);
alter table public.inventory_snapshots enable row level security;
alter table public.inventory_snapshots force row level security;
create policy every_row on public.inventory_snapshots as permissive for select to kpi_analyst using (true);
create policy own_rows on public.inventory_snapshots as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on public.inventory_snapshots as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.inventory_snapshots owner to kpi_owner;
grant delete, insert, select, update on table public.inventory_snapshots to kpi_writer;
grant select on table public.inventory_snapshots to kpi_analyst;
grant select on table public.inventory_snapshots to kpi_reader;
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

create table public.invoice_lines (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  invoice_id uuid not null,
  order_id uuid,
  order_line_id uuid,
  product_id uuid,
  quantity numeric not null,
  amount_source numeric not null,
  amount_untaxed_source numeric not null,
  amount_tax_source numeric not null,
  currency_source text not null
);
alter table public.invoice_lines add constraint invoice_lines_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX invoice_lines_invoice ON public.invoice_lines USING btree (tenant_id, invoice_id);
CREATE INDEX invoice_lines_order ON public.invoice_lines USING btree (tenant_id, order_id) WHERE (order_id IS NOT NULL);
alter table public.invoice_lines enable row level security;
alter table public.invoice_lines force row level security;
create policy every_row on public.invoice_lines as permissive for select to kpi_analyst using (true);
create policy own_rows on public.invoice_lines as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.invoice_lines as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.invoice_lines owner to kpi_owner;
grant delete, insert, select, update on table public.invoice_lines to kpi_writer;
grant select on table public.invoice_lines to kpi_analyst;
grant select on table public.invoice_lines to kpi_reader;
comment on table public.invoice_lines is 'Líneas de los documentos emitidos, cada una con el pedido que factura; un documento puede cubrir varios pedidos. Los montos suman el total del documento: su redondeo va en la línea mayor.';
comment on column public.invoice_lines.tenant_id is 'Empresa.';
comment on column public.invoice_lines.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.invoice_lines.connection_id is 'Conexión (cuenta de origen).';
comment on column public.invoice_lines.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.invoice_lines.source_id is 'Identificador en el sistema de origen.';
comment on column public.invoice_lines.source_created_at is 'Creación según el origen.';
comment on column public.invoice_lines.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.invoice_lines.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.invoice_lines.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.invoice_lines.synced_at is 'Última escritura en este almacén.';
comment on column public.invoice_lines.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.invoice_lines.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.invoice_lines.revision is 'Cuántas veces se escribió la fila.';
comment on column public.invoice_lines.invoice_id is 'Documento.';
comment on column public.invoice_lines.order_id is 'Venta que factura; nula si no tiene.';
comment on column public.invoice_lines.order_line_id is 'Línea de la venta.';
comment on column public.invoice_lines.product_id is 'Producto.';
comment on column public.invoice_lines.quantity is 'Cantidad, en la unidad de la línea.';
comment on column public.invoice_lines.amount_source is 'Total con impuestos, moneda del documento.';
comment on column public.invoice_lines.amount_untaxed_source is 'Sin impuestos.';
comment on column public.invoice_lines.amount_tax_source is 'Impuestos.';
comment on column public.invoice_lines.currency_source is 'Moneda del documento.';

create table public.invoices (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  kind text not null,
  state text not null,
  payment_state text,
  document_type text,
  folio text,
  invoice_date date,
  currency_source text not null,
  amount_total_source numeric not null,
  amount_untaxed_source numeric not null,
  amount_tax_source numeric not null,
  amount_net_source numeric,
  amount_exempt_source numeric,
  amount_iva_source numeric,
  amount_other_taxes_source numeric,
  amount_total_company numeric,
  currency_company text,
  reversed_invoice_id uuid,
  debited_invoice_id uuid,
  reference_type text,
  reference_folio text,
  reference_reason text,
  sii_state text,
  customer_id uuid,
  buyer_rut text,
  company text,
  intercompany boolean not null,
  amount_total numeric,
  amount_untaxed numeric
);
alter table public.invoices add constraint invoices_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX invoices_day ON public.invoices USING btree (tenant_id, invoice_date) WHERE (state = 'posted'::text);
CREATE INDEX invoices_folio ON public.invoices USING btree (tenant_id, document_type, folio) WHERE ((state = 'posted'::text) AND (folio IS NOT NULL));
CREATE INDEX invoices_reversed ON public.invoices USING btree (tenant_id, reversed_invoice_id) WHERE (reversed_invoice_id IS NOT NULL);
alter table public.invoices enable row level security;
alter table public.invoices force row level security;
create policy every_row on public.invoices as permissive for select to kpi_analyst using (true);
create policy own_rows on public.invoices as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.invoices as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.invoices owner to kpi_owner;
grant delete, insert, select, update on table public.invoices to kpi_writer;
grant select on table public.invoices to kpi_analyst;
grant select (amount_exempt_source, amount_iva_source, amount_net_source, amount_other_taxes_source, amount_tax_source, amount_total, amount_total_company, amount_total_source, amount_untaxed, amount_untaxed_source, company, connection_id, currency_company, currency_source, customer_id, debited_invoice_id, deleted_at, document_type, folio, id, intercompany, invoice_date, kind, name, payment_state, read_seq, reference_folio, reference_reason, reference_type, reversed_invoice_id, revision, row_hash, sii_state, source, source_created_at, source_id, source_seq, source_updated_at, state, synced_at, tenant_id) on public.invoices to kpi_reader;
comment on table public.invoices is 'Documentos de venta emitidos: boletas, facturas, notas de débito y de crédito, también en borrador y anulados. Montos positivos en todos; kind dice si suman o restan. Debe cuadrar con: Odoo, libro de ventas, y Registro de Ventas del SII del mes, por invoice_date y document_type, solo state posted.';
comment on column public.invoices.tenant_id is 'Empresa.';
comment on column public.invoices.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.invoices.connection_id is 'Conexión (cuenta de origen).';
comment on column public.invoices.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.invoices.source_id is 'Identificador en el sistema de origen.';
comment on column public.invoices.source_created_at is 'Creación según el origen.';
comment on column public.invoices.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.invoices.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.invoices.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.invoices.synced_at is 'Última escritura en este almacén.';
comment on column public.invoices.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.invoices.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.invoices.revision is 'Cuántas veces se escribió la fila.';
comment on column public.invoices.name is 'Número visible en el origen.';
comment on column public.invoices.kind is 'invoice, debit_note o credit_note.';
comment on column public.invoices.state is 'draft, posted o cancelled. Solo posted es un documento emitido.';
comment on column public.invoices.payment_state is 'Estado de pago con la palabra del origen.';
comment on column public.invoices.document_type is 'Código del SII: 33, 34, 39, 41, 56, 61, 110, 111, 112; nulo si el origen no lo dice.';
comment on column public.invoices.folio is 'Folio, sin ceros a la izquierda. El mismo en dos tipos es normal.';
comment on column public.invoices.invoice_date is 'Fecha del documento; es el día y nunca se convierte. Nula en borradores.';
comment on column public.invoices.currency_source is 'Moneda del documento.';
comment on column public.invoices.amount_total_source is 'Total con impuestos, moneda del documento.';
comment on column public.invoices.amount_untaxed_source is 'Sin impuestos, moneda del documento.';
comment on column public.invoices.amount_tax_source is 'Todos los impuestos, moneda del documento.';
comment on column public.invoices.amount_net_source is 'Neto: base afecta a IVA; nulo si no se puede leer qué impuesto es IVA.';
comment on column public.invoices.amount_exempt_source is 'Exento: base sin IVA; nulo si no se puede leer.';
comment on column public.invoices.amount_iva_source is 'IVA; nulo si no se puede leer.';
comment on column public.invoices.amount_other_taxes_source is 'Otros impuestos (ILA y demás): impuestos menos IVA.';
comment on column public.invoices.amount_total_company is 'Total en la moneda de la compañía según sus libros, con signo: negativo en notas de crédito.';
comment on column public.invoices.currency_company is 'Moneda de la compañía.';
comment on column public.invoices.reversed_invoice_id is 'Documento que una nota de crédito revierte.';
comment on column public.invoices.debited_invoice_id is 'Documento al que una nota de débito agrega.';
comment on column public.invoices.reference_type is 'Tipo del documento citado.';
comment on column public.invoices.reference_folio is 'Folio del documento citado.';
comment on column public.invoices.reference_reason is 'Razón de la referencia: 1 anula, 2 corrige texto, 3 corrige monto.';
comment on column public.invoices.sii_state is 'Estado en el SII con la palabra del origen, donde se puede leer.';
comment on column public.invoices.customer_id is 'Comprador.';
comment on column public.invoices.buyer_rut is 'RUT del comprador, solo si es de empresa.';
comment on column public.invoices.company is 'Compañía del origen que emite.';
comment on column public.invoices.intercompany is 'Si el comprador es otra compañía de la misma empresa.';
comment on column public.invoices.amount_total is 'Total en la moneda de la empresa, al cambio del día del documento según los libros; nulo si no se conoce.';
comment on column public.invoices.amount_untaxed is 'Sin impuestos, moneda de la empresa.';

create table public.locations (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  usage text not null,
  active boolean not null,
  counts_stock boolean not null,
  company text
);
alter table public.locations add constraint locations_pkey PRIMARY KEY (tenant_id, id);
alter table public.locations enable row level security;
alter table public.locations force row level security;
create policy every_row on public.locations as permissive for select to kpi_analyst using (true);
create policy own_rows on public.locations as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.locations as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.locations owner to kpi_owner;
grant delete, insert, select, update on table public.locations to kpi_writer;
grant select on table public.locations to kpi_analyst;
grant select on table public.locations to kpi_reader;
comment on table public.locations is 'Bodegas y ubicaciones.';
comment on column public.locations.tenant_id is 'Empresa.';
comment on column public.locations.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.locations.connection_id is 'Conexión (cuenta de origen).';
comment on column public.locations.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.locations.source_id is 'Identificador en el sistema de origen.';
comment on column public.locations.source_created_at is 'Creación según el origen.';
comment on column public.locations.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.locations.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.locations.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.locations.synced_at is 'Última escritura en este almacén.';
comment on column public.locations.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.locations.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.locations.revision is 'Cuántas veces se escribió la fila.';
comment on column public.locations.name is 'Nombre.';
comment on column public.locations.usage is 'Uso según el origen.';
comment on column public.locations.active is 'Si está activa.';
comment on column public.locations.counts_stock is 'Si lo que hay ahí es inventario propio disponible.';
comment on column public.locations.company is 'Compañía del origen.';

create table public.messages (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  conversation_id uuid not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  direction text not null,
  private boolean not null,
  sender_kind text not null,
  agent_id uuid,
  content_type text not null,
  status text not null,
  is_deleted boolean not null,
  is_reply boolean default false not null
);
alter table public.messages add constraint messages_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX messages_conversation ON public.messages USING btree (tenant_id, conversation_id, created_at);
CREATE INDEX messages_gone ON public.messages USING btree (tenant_id, created_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX messages_internal ON public.messages USING btree (tenant_id, created_at) WHERE ((agent_id IS NOT NULL) AND (private OR (direction = 'activity'::text)));
CREATE INDEX messages_surveys ON public.messages USING btree (tenant_id, business_day) INCLUDE (id) WHERE ((content_type = 'input_csat'::text) AND (deleted_at IS NULL));
alter table public.messages enable row level security;
alter table public.messages force row level security;
create policy every_row on public.messages as permissive for select to kpi_analyst using (true);
create policy own_rows on public.messages as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.messages as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.messages owner to kpi_owner;
grant delete, insert, select, update on table public.messages to kpi_writer;
grant select on table public.messages to kpi_analyst;
grant select on table public.messages to kpi_reader;
comment on table public.messages is 'Mensajes de las conversaciones, sin su texto.';
comment on column public.messages.tenant_id is 'Empresa.';
comment on column public.messages.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.messages.connection_id is 'Conexión (cuenta de origen).';
comment on column public.messages.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.messages.source_id is 'Identificador en el sistema de origen.';
comment on column public.messages.source_created_at is 'Creación según el origen.';
comment on column public.messages.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.messages.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.messages.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.messages.synced_at is 'Última escritura en este almacén.';
comment on column public.messages.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.messages.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.messages.revision is 'Cuántas veces se escribió la fila.';
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
comment on column public.messages.is_reply is 'Respuesta pública de una persona: no de bots, reglas, plantillas ni notas internas.';

create table public.order_links (
  tenant_id uuid not null,
  shop_order_id uuid not null,
  erp_order_id uuid not null,
  rule text not null,
  linked_at timestamp with time zone default now() not null
);
alter table public.order_links add constraint order_links_pkey PRIMARY KEY (tenant_id, shop_order_id, erp_order_id);
alter table public.order_links add constraint order_links_rule_check CHECK ((rule = ANY (ARRAY['id'::text, 'name'::text, 'name_prefix'::text, 'name_store'::text, 'person'::text])));
CREATE INDEX order_links_erp ON public.order_links USING btree (erp_order_id, tenant_id);
alter table public.order_links enable row level security;
alter table public.order_links force row level security;
create policy every_row on public.order_links as permissive for select to kpi_analyst using (true);
create policy own_rows on public.order_links as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on public.order_links as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.order_links owner to kpi_owner;
grant delete, insert, select, update on table public.order_links to kpi_writer;
grant select on table public.order_links to kpi_analyst;
grant select on table public.order_links to kpi_reader;
comment on table public.order_links is 'Qué documento de Odoo es espejo de qué pedido de la tienda; puede haber varios.';
comment on column public.order_links.tenant_id is 'Empresa.';
comment on column public.order_links.shop_order_id is 'Pedido de la tienda.';
comment on column public.order_links.erp_order_id is 'Documento de Odoo.';
comment on column public.order_links.rule is 'Qué los unió: id, name (un solo pedido se llama así), name_prefix o name_store (un solo pedido de la tienda de ese prefijo, o de ese equipo, sitio o compañía), o person (una persona, con motivo).';
comment on column public.order_links.linked_at is 'Cuándo.';

create table public.order_payments (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  order_id uuid not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  kind text not null,
  status text not null,
  gateway text not null,
  is_test boolean not null,
  currency_source text not null,
  amount_source numeric not null
);
alter table public.order_payments add constraint order_payments_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX order_payments_order ON public.order_payments USING btree (tenant_id, order_id);
alter table public.order_payments enable row level security;
alter table public.order_payments force row level security;
create policy every_row on public.order_payments as permissive for select to kpi_analyst using (true);
create policy own_rows on public.order_payments as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.order_payments as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.order_payments owner to kpi_owner;
grant delete, insert, select, update on table public.order_payments to kpi_writer;
grant select on table public.order_payments to kpi_analyst;
grant select on table public.order_payments to kpi_reader;
comment on table public.order_payments is 'Transacciones de pago de cada pedido.';
comment on column public.order_payments.tenant_id is 'Empresa.';
comment on column public.order_payments.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.order_payments.connection_id is 'Conexión (cuenta de origen).';
comment on column public.order_payments.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.order_payments.source_id is 'Identificador en el sistema de origen.';
comment on column public.order_payments.source_created_at is 'Creación según el origen.';
comment on column public.order_payments.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.order_payments.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.order_payments.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.order_payments.synced_at is 'Última escritura en este almacén.';
comment on column public.order_payments.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.order_payments.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.order_payments.revision is 'Cuántas veces se escribió la fila.';
comment on column public.order_payments.order_id is 'Pedido.';
comment on column public.order_payments.created_at is 'Momento de la transacción.';
comment on column public.order_payments.business_day is 'Su día local.';
comment on column public.order_payments.kind is 'Tipo según el origen: sale, capture, refund, void.';
comment on column public.order_payments.status is 'Resultado según el origen.';
comment on column public.order_payments.gateway is 'Medio de pago.';
comment on column public.order_payments.is_test is 'Transacción de prueba.';
comment on column public.order_payments.currency_source is 'Moneda.';
comment on column public.order_payments.amount_source is 'Monto.';

create table public.payment_allocations (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  payment_id uuid not null,
  invoice_id uuid not null,
  allocated_on date,
  amount_company numeric not null,
  currency_company text not null
);
alter table public.payment_allocations add constraint payment_allocations_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX payment_allocations_invoice ON public.payment_allocations USING btree (tenant_id, invoice_id);
CREATE INDEX payment_allocations_payment ON public.payment_allocations USING btree (tenant_id, payment_id);
alter table public.payment_allocations enable row level security;
alter table public.payment_allocations force row level security;
create policy every_row on public.payment_allocations as permissive for select to kpi_analyst using (true);
create policy own_rows on public.payment_allocations as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.payment_allocations as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.payment_allocations owner to kpi_owner;
grant delete, insert, select, update on table public.payment_allocations to kpi_writer;
grant select on table public.payment_allocations to kpi_analyst;
grant select on table public.payment_allocations to kpi_reader;
comment on table public.payment_allocations is 'Qué parte de cada pago paga qué documento (conciliación parcial de los libros).';
comment on column public.payment_allocations.tenant_id is 'Empresa.';
comment on column public.payment_allocations.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.payment_allocations.connection_id is 'Conexión (cuenta de origen).';
comment on column public.payment_allocations.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.payment_allocations.source_id is 'Identificador en el sistema de origen.';
comment on column public.payment_allocations.source_created_at is 'Creación según el origen.';
comment on column public.payment_allocations.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.payment_allocations.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.payment_allocations.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.payment_allocations.synced_at is 'Última escritura en este almacén.';
comment on column public.payment_allocations.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.payment_allocations.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.payment_allocations.revision is 'Cuántas veces se escribió la fila.';
comment on column public.payment_allocations.payment_id is 'Pago.';
comment on column public.payment_allocations.invoice_id is 'Documento que paga, o nota de crédito que devuelve.';
comment on column public.payment_allocations.allocated_on is 'La más tardía de las fechas del pago y del documento; nula si el origen no la dice.';
comment on column public.payment_allocations.amount_company is 'Monto, moneda de la compañía.';
comment on column public.payment_allocations.currency_company is 'Moneda de la compañía.';

create table public.payments (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  direction text not null,
  state text not null,
  source_status text not null,
  payment_date date not null,
  currency_source text not null,
  amount_source numeric not null,
  amount_company numeric,
  currency_company text,
  journal text not null,
  reference text,
  matched boolean,
  customer_id uuid,
  company text
);
alter table public.payments add constraint payments_pkey PRIMARY KEY (tenant_id, id);
alter table public.payments add constraint payments_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text])));
alter table public.payments add constraint payments_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'posted'::text, 'cancelled'::text])));
CREATE INDEX payments_day ON public.payments USING btree (tenant_id, payment_date) WHERE (state = 'posted'::text);
alter table public.payments enable row level security;
alter table public.payments force row level security;
create policy every_row on public.payments as permissive for select to kpi_analyst using (true);
create policy own_rows on public.payments as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.payments as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.payments owner to kpi_owner;
grant delete, insert, select, update on table public.payments to kpi_writer;
grant select on table public.payments to kpi_analyst;
grant select on table public.payments to kpi_reader;
comment on table public.payments is 'Pagos de clientes según los libros, también en borrador y anulados. Montos positivos; direction dice si entró o salió dinero. Debe cuadrar con: Odoo, Contabilidad, Clientes, Pagos, por fecha y diario.';
comment on column public.payments.tenant_id is 'Empresa.';
comment on column public.payments.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.payments.connection_id is 'Conexión (cuenta de origen).';
comment on column public.payments.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.payments.source_id is 'Identificador en el sistema de origen.';
comment on column public.payments.source_created_at is 'Creación según el origen.';
comment on column public.payments.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.payments.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.payments.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.payments.synced_at is 'Última escritura en este almacén.';
comment on column public.payments.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.payments.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.payments.revision is 'Cuántas veces se escribió la fila.';
comment on column public.payments.name is 'Número visible en el origen.';
comment on column public.payments.direction is 'inbound: dinero que entra; outbound: dinero devuelto.';
comment on column public.payments.state is 'draft, posted o cancelled. Solo posted está en los libros.';
comment on column public.payments.source_status is 'Estado con la palabra del origen.';
comment on column public.payments.payment_date is 'Fecha del pago; es el día y nunca se convierte.';
comment on column public.payments.currency_source is 'Moneda del pago.';
comment on column public.payments.amount_source is 'Monto, moneda del pago.';
comment on column public.payments.amount_company is 'Monto en la moneda de la compañía según sus libros; nulo si el origen no lo dice.';
comment on column public.payments.currency_company is 'Moneda de la compañía.';
comment on column public.payments.journal is 'Diario en que está: banco, caja o pasarela.';
comment on column public.payments.reference is 'Números que cita: pedido, documento o transacción. Sin texto libre.';
comment on column public.payments.matched is 'Si ya se concilió con la cartola del banco; nulo si el origen no lo dice.';
comment on column public.payments.customer_id is 'Cliente.';
comment on column public.payments.company is 'Compañía del origen.';

create table public.payout_transactions (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  payout_id uuid,
  order_id uuid,
  order_payment_id uuid,
  created_at timestamp with time zone not null,
  business_day date not null,
  kind text not null,
  gateway text not null,
  is_test boolean not null,
  currency_source text not null,
  amount_source numeric not null,
  amount_fee_source numeric not null,
  amount_net_source numeric not null
);
alter table public.payout_transactions add constraint payout_transactions_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX payout_transactions_day ON public.payout_transactions USING btree (tenant_id, business_day);
CREATE INDEX payout_transactions_order ON public.payout_transactions USING btree (tenant_id, order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX payout_transactions_payout ON public.payout_transactions USING btree (tenant_id, payout_id) WHERE (payout_id IS NOT NULL);
alter table public.payout_transactions enable row level security;
alter table public.payout_transactions force row level security;
create policy every_row on public.payout_transactions as permissive for select to kpi_analyst using (true);
create policy own_rows on public.payout_transactions as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.payout_transactions as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.payout_transactions owner to kpi_owner;
grant delete, insert, select, update on table public.payout_transactions to kpi_writer;
grant select on table public.payout_transactions to kpi_analyst;
grant select on table public.payout_transactions to kpi_reader;
comment on table public.payout_transactions is 'Movimientos del saldo en la pasarela: cobros, devoluciones, disputas y ajustes, con su comisión y el abono en que van.';
comment on column public.payout_transactions.tenant_id is 'Empresa.';
comment on column public.payout_transactions.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.payout_transactions.connection_id is 'Conexión (cuenta de origen).';
comment on column public.payout_transactions.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.payout_transactions.source_id is 'Identificador en el sistema de origen.';
comment on column public.payout_transactions.source_created_at is 'Creación según el origen.';
comment on column public.payout_transactions.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.payout_transactions.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.payout_transactions.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.payout_transactions.synced_at is 'Última escritura en este almacén.';
comment on column public.payout_transactions.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.payout_transactions.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.payout_transactions.revision is 'Cuántas veces se escribió la fila.';
comment on column public.payout_transactions.payout_id is 'Abono en que va; nulo mientras no se emite.';
comment on column public.payout_transactions.order_id is 'Pedido.';
comment on column public.payout_transactions.order_payment_id is 'Transacción de pago del pedido.';
comment on column public.payout_transactions.created_at is 'Momento.';
comment on column public.payout_transactions.business_day is 'Su día local.';
comment on column public.payout_transactions.kind is 'Tipo según el origen: CHARGE, REFUND, ADJUSTMENT…';
comment on column public.payout_transactions.gateway is 'Medio de pago, con el mismo nombre que en order_payments.';
comment on column public.payout_transactions.is_test is 'Movimiento de prueba.';
comment on column public.payout_transactions.currency_source is 'Moneda.';
comment on column public.payout_transactions.amount_source is 'Monto antes de comisión; negativo en devoluciones.';
comment on column public.payout_transactions.amount_fee_source is 'Comisión, positiva si se descuenta.';
comment on column public.payout_transactions.amount_net_source is 'Monto menos comisión.';

create table public.payouts (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  status text not null,
  direction text not null,
  gateway text not null,
  reference text,
  currency_source text not null,
  amount_source numeric not null,
  amount_charges_source numeric not null,
  amount_refunds_source numeric not null,
  amount_adjustments_source numeric not null,
  amount_other_source numeric not null,
  amount_fee_source numeric not null
);
alter table public.payouts add constraint payouts_pkey PRIMARY KEY (tenant_id, id);
alter table public.payouts add constraint payouts_direction_check CHECK ((direction = ANY (ARRAY['deposit'::text, 'withdrawal'::text])));
CREATE INDEX payouts_day ON public.payouts USING btree (tenant_id, business_day);
alter table public.payouts enable row level security;
alter table public.payouts force row level security;
create policy every_row on public.payouts as permissive for select to kpi_analyst using (true);
create policy own_rows on public.payouts as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.payouts as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.payouts owner to kpi_owner;
grant delete, insert, select, update on table public.payouts to kpi_writer;
grant select on table public.payouts to kpi_analyst;
grant select on table public.payouts to kpi_reader;
comment on table public.payouts is 'Abonos de una pasarela a la cuenta bancaria (y cargos, cuando el saldo es negativo). amount_source = cobros + devoluciones + ajustes + otros − comisiones, al centavo. Debe cuadrar con: Shopify, Finanzas, Payouts, y la cartola del banco por reference.';
comment on column public.payouts.tenant_id is 'Empresa.';
comment on column public.payouts.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.payouts.connection_id is 'Conexión (cuenta de origen).';
comment on column public.payouts.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.payouts.source_id is 'Identificador en el sistema de origen.';
comment on column public.payouts.source_created_at is 'Creación según el origen.';
comment on column public.payouts.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.payouts.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.payouts.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.payouts.synced_at is 'Última escritura en este almacén.';
comment on column public.payouts.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.payouts.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.payouts.revision is 'Cuántas veces se escribió la fila.';
comment on column public.payouts.created_at is 'Momento de emisión.';
comment on column public.payouts.business_day is 'Su día local.';
comment on column public.payouts.status is 'Estado con la palabra del origen: SCHEDULED, IN_TRANSIT, PAID, FAILED, CANCELED.';
comment on column public.payouts.direction is 'deposit: abono; withdrawal: cargo.';
comment on column public.payouts.gateway is 'Medio de pago, con el mismo nombre que en order_payments.';
comment on column public.payouts.reference is 'Número con que lo muestra el banco; nulo si el origen no lo dice.';
comment on column public.payouts.currency_source is 'Moneda.';
comment on column public.payouts.amount_source is 'Monto abonado; negativo en cargos.';
comment on column public.payouts.amount_charges_source is 'Cobros, antes de comisiones.';
comment on column public.payouts.amount_refunds_source is 'Devoluciones (negativo).';
comment on column public.payouts.amount_adjustments_source is 'Ajustes y disputas.';
comment on column public.payouts.amount_other_source is 'Reservas, reintentos y lo demás.';
comment on column public.payouts.amount_fee_source is 'Comisiones, positivo si se descuentan.';

create table public.products (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  sku text,
  barcode text,
  name text not null,
  kind text not null,
  active boolean not null,
  tracked boolean not null,
  list_price numeric,
  parent text
);
alter table public.products add constraint products_pkey PRIMARY KEY (tenant_id, id);
alter table public.products enable row level security;
alter table public.products force row level security;
create policy every_row on public.products as permissive for select to kpi_analyst using (true);
create policy own_rows on public.products as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.products as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.products owner to kpi_owner;
grant delete, insert, select, update on table public.products to kpi_writer;
grant select on table public.products to kpi_analyst;
grant select on table public.products to kpi_reader;
comment on table public.products is 'Productos (variantes) de cada origen.';
comment on column public.products.tenant_id is 'Empresa.';
comment on column public.products.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.products.connection_id is 'Conexión (cuenta de origen).';
comment on column public.products.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.products.source_id is 'Identificador en el sistema de origen.';
comment on column public.products.source_created_at is 'Creación según el origen.';
comment on column public.products.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.products.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.products.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.products.synced_at is 'Última escritura en este almacén.';
comment on column public.products.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.products.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.products.revision is 'Cuántas veces se escribió la fila.';
comment on column public.products.sku is 'SKU; identifica el producto entre orígenes.';
comment on column public.products.barcode is 'Código de barras.';
comment on column public.products.name is 'Nombre.';
comment on column public.products.kind is 'storable, consumable, service, gift_card o bundle.';
comment on column public.products.active is 'Si está a la venta.';
comment on column public.products.tracked is 'Si se lleva inventario.';
comment on column public.products.list_price is 'Precio de lista, como lo declara el origen.';
comment on column public.products.parent is 'Producto del que es variante, en el origen.';

create table public.refund_lines (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  refund_id uuid not null,
  order_line_id uuid not null,
  quantity numeric not null,
  amount_source numeric not null,
  amount_tax_source numeric not null,
  currency_source text not null
);
alter table public.refund_lines add constraint refund_lines_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX refund_lines_order_line ON public.refund_lines USING btree (tenant_id, order_line_id);
CREATE INDEX refund_lines_refund ON public.refund_lines USING btree (tenant_id, refund_id);
alter table public.refund_lines enable row level security;
alter table public.refund_lines force row level security;
create policy every_row on public.refund_lines as permissive for select to kpi_analyst using (true);
create policy own_rows on public.refund_lines as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.refund_lines as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.refund_lines owner to kpi_owner;
grant delete, insert, select, update on table public.refund_lines to kpi_writer;
grant select on table public.refund_lines to kpi_analyst;
grant select on table public.refund_lines to kpi_reader;
comment on table public.refund_lines is 'Productos devueltos en cada devolución.';
comment on column public.refund_lines.tenant_id is 'Empresa.';
comment on column public.refund_lines.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.refund_lines.connection_id is 'Conexión (cuenta de origen).';
comment on column public.refund_lines.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.refund_lines.source_id is 'Identificador en el sistema de origen.';
comment on column public.refund_lines.source_created_at is 'Creación según el origen.';
comment on column public.refund_lines.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.refund_lines.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.refund_lines.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.refund_lines.synced_at is 'Última escritura en este almacén.';
comment on column public.refund_lines.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.refund_lines.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.refund_lines.revision is 'Cuántas veces se escribió la fila.';
comment on column public.refund_lines.refund_id is 'Devolución.';
comment on column public.refund_lines.order_line_id is 'Línea de venta devuelta.';
comment on column public.refund_lines.quantity is 'Cantidad devuelta.';
comment on column public.refund_lines.amount_source is 'Valor con impuestos, moneda del documento.';
comment on column public.refund_lines.amount_tax_source is 'Impuestos, moneda del documento.';
comment on column public.refund_lines.currency_source is 'Moneda del documento.';

create table public.refunds (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  order_id uuid,
  created_at timestamp with time zone not null,
  business_day date not null,
  currency_source text not null,
  amount_total_source numeric not null,
  amount_untaxed_source numeric not null,
  amount_tax_source numeric not null,
  amount_paid_back_source numeric,
  fx_rate numeric,
  fx_date date,
  amount_total numeric,
  amount_untaxed numeric,
  amount_paid_back numeric,
  counts boolean default false not null,
  created_on date,
  invoice_id uuid,
  amount_replaced_source numeric default 0 not null
);
alter table public.refunds add constraint refunds_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX refunds_day ON public.refunds USING btree (tenant_id, business_day) WHERE counts;
CREATE INDEX refunds_invoice ON public.refunds USING btree (tenant_id, invoice_id) WHERE (invoice_id IS NOT NULL);
CREATE INDEX refunds_order ON public.refunds USING btree (tenant_id, order_id);
alter table public.refunds enable row level security;
alter table public.refunds force row level security;
create policy every_row on public.refunds as permissive for select to kpi_analyst using (true);
create policy own_rows on public.refunds as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.refunds as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.refunds owner to kpi_owner;
grant delete, insert, select, update on table public.refunds to kpi_writer;
grant select on table public.refunds to kpi_analyst;
grant select on table public.refunds to kpi_reader;
comment on table public.refunds is 'Devoluciones: valor recibido de vuelta, en el día en que se devolvió. Nunca cambian la venta.';
comment on column public.refunds.tenant_id is 'Empresa.';
comment on column public.refunds.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.refunds.connection_id is 'Conexión (cuenta de origen).';
comment on column public.refunds.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.refunds.source_id is 'Identificador en el sistema de origen.';
comment on column public.refunds.source_created_at is 'Creación según el origen.';
comment on column public.refunds.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.refunds.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.refunds.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.refunds.synced_at is 'Última escritura en este almacén.';
comment on column public.refunds.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.refunds.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.refunds.revision is 'Cuántas veces se escribió la fila.';
comment on column public.refunds.order_id is 'Venta a la que corresponde; nula si no se conoce.';
comment on column public.refunds.created_at is 'Momento de la devolución.';
comment on column public.refunds.business_day is 'Día local de la devolución.';
comment on column public.refunds.currency_source is 'Moneda del documento.';
comment on column public.refunds.amount_total_source is 'Valor devuelto con impuestos, moneda del documento.';
comment on column public.refunds.amount_untaxed_source is 'Sin impuestos, moneda del documento.';
comment on column public.refunds.amount_tax_source is 'Impuestos, moneda del documento.';
comment on column public.refunds.amount_paid_back_source is 'Dinero efectivamente pagado de vuelta, moneda del documento; nulo si el origen no lo dice.';
comment on column public.refunds.fx_rate is 'Tipo de cambio usado.';
comment on column public.refunds.fx_date is 'Su fecha.';
comment on column public.refunds.amount_total is 'Valor devuelto, moneda de la empresa, sin lo reemplazado por otro documento.';
comment on column public.refunds.amount_untaxed is 'Sin impuestos, moneda de la empresa.';
comment on column public.refunds.amount_paid_back is 'Pagado de vuelta, moneda de la empresa.';
comment on column public.refunds.counts is 'Si cuenta: es de una venta cuyo documento habla.';
comment on column public.refunds.created_on is 'Fecha de la devolución, si el origen no dice la hora; entonces es el día.';
comment on column public.refunds.invoice_id is 'Nota de crédito que es.';
comment on column public.refunds.amount_replaced_source is 'De ese valor, lo que otro documento de la misma venta volvió a facturar (documento reemplazado): no es devolución y no está en los montos en la moneda de la empresa.';

create table public.sla_results (
  tenant_id uuid not null,
  conversation_id uuid not null,
  promise text not null,
  channel text not null,
  clock text not null,
  threshold_seconds integer not null,
  started_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  due_day date not null,
  fulfilled_at timestamp with time zone
);
alter table public.sla_results add constraint sla_results_pkey PRIMARY KEY (tenant_id, conversation_id, promise);
alter table public.sla_results add constraint sla_results_clock_check CHECK ((clock = ANY (ARRAY['business'::text, 'wall'::text])));
alter table public.sla_results add constraint sla_results_promise_check CHECK ((promise = ANY (ARRAY['first_response'::text, 'resolution'::text])));
CREATE INDEX sla_results_due ON public.sla_results USING btree (tenant_id, due_day) INCLUDE (channel, promise, due_at, fulfilled_at);
CREATE INDEX sla_results_unfulfilled ON public.sla_results USING btree (tenant_id, due_at) INCLUDE (promise, channel) WHERE (fulfilled_at IS NULL);
alter table public.sla_results enable row level security;
alter table public.sla_results force row level security;
create policy every_row on public.sla_results as permissive for select to kpi_analyst using (true);
create policy own_rows on public.sla_results as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy writing_tenant on public.sla_results as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.sla_results owner to kpi_owner;
grant delete, insert, select, update on table public.sla_results to kpi_writer;
grant select on table public.sla_results to kpi_analyst;
grant select on table public.sla_results to kpi_reader;
comment on table public.sla_results is 'Compromisos (SLA) de cada conversación en que escribió un cliente: cuándo vencen y cuándo se cumplieron. Si está cumplido, incumplido o en curso lo dicen las vistas, según la hora. No hay compromiso mientras solo atiende el bot.';
comment on column public.sla_results.tenant_id is 'Empresa.';
comment on column public.sla_results.conversation_id is 'Conversación.';
comment on column public.sla_results.promise is 'first_response (primera respuesta) o resolution (resolución).';
comment on column public.sla_results.channel is 'Canal de la conversación.';
comment on column public.sla_results.clock is 'business (horas hábiles de la bandeja) o wall (corridas: la bandeja no tiene horario).';
comment on column public.sla_results.threshold_seconds is 'Plazo.';
comment on column public.sla_results.started_at is 'Desde cuándo corre: inicio de la conversación; para la primera respuesta, también su último traspaso a una persona.';
comment on column public.sla_results.due_at is 'Vencimiento.';
comment on column public.sla_results.due_day is 'Su día local.';
comment on column public.sla_results.fulfilled_at is 'Primera respuesta de una persona, o última resolución; nulo si falta.';

create table public.source_order_lines (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
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
  units numeric,
  units_unknown_because text,
  amount_iva_source numeric
);
alter table public.source_order_lines add constraint source_order_lines_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX source_order_lines_gift_card ON public.source_order_lines USING btree (tenant_id, id) WHERE (line_kind = 'gift_card'::text);
CREATE INDEX source_order_lines_order ON public.source_order_lines USING btree (tenant_id, order_id);
alter table public.source_order_lines enable row level security;
alter table public.source_order_lines force row level security;
create policy every_row on public.source_order_lines as permissive for select to kpi_analyst using (true);
create policy own_rows on public.source_order_lines as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.source_order_lines as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.source_order_lines owner to kpi_owner;
grant delete, insert, select, update on table public.source_order_lines to kpi_writer;
grant select on table public.source_order_lines to kpi_analyst;
grant select on table public.source_order_lines to kpi_reader;
comment on table public.source_order_lines is 'Líneas de cada documento de venta tal como las declara su origen.';
comment on column public.source_order_lines.tenant_id is 'Empresa.';
comment on column public.source_order_lines.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.source_order_lines.connection_id is 'Conexión (cuenta de origen).';
comment on column public.source_order_lines.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.source_order_lines.source_id is 'Identificador en el sistema de origen.';
comment on column public.source_order_lines.source_created_at is 'Creación según el origen.';
comment on column public.source_order_lines.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.source_order_lines.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.source_order_lines.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.source_order_lines.synced_at is 'Última escritura en este almacén.';
comment on column public.source_order_lines.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.source_order_lines.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.source_order_lines.revision is 'Cuántas veces se escribió la fila.';
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
comment on column public.source_order_lines.units is 'Cantidad en la unidad de referencia del producto (2 docenas = 24); solo en líneas de producto, nula si no se puede convertir.';
comment on column public.source_order_lines.units_unknown_because is 'Por qué no hay units: unit_unknown (unidad desconocida), unit_of_other_kind (no se convierte a la del producto), product_unknown (no se pudo leer la unidad del producto).';
comment on column public.source_order_lines.amount_iva_source is 'IVA de la línea, parte de sus impuestos; nulo si no se puede saber.';

create table public.source_orders (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  status text not null,
  excluded_because text,
  payment_state text,
  source_status text not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  cancelled_at timestamp with time zone,
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
  speaks boolean default true not null,
  silent_because text,
  is_sale boolean generated always as ((speaks AND (excluded_because IS NULL) AND (deleted_at IS NULL) AND (status = ANY (ARRAY['open'::text, 'completed'::text, 'refunded'::text])))) stored not null,
  shop text,
  amount_iva_source numeric,
  amount_exempt_source numeric,
  amount_ledger_source numeric,
  amount_iva numeric,
  amount_exempt numeric,
  amount_ledger numeric,
  stated_status text,
  delivered boolean,
  invoiced boolean,
  locked boolean,
  created_on date,
  invoice_id uuid,
  amount_invoiced numeric,
  cancelled_but_invoiced boolean default false not null,
  invoiced_order_id uuid,
  shop_order_names text[],
  shop_order_prefix text,
  shop_order_stores text[],
  billed_to_id uuid
);
alter table public.source_orders add constraint source_orders_pkey PRIMARY KEY (tenant_id, id);
alter table public.source_orders add constraint silence_has_a_reason CHECK ((speaks = (silent_because IS NULL)));
alter table public.source_orders add constraint source_orders_silent_because_check CHECK ((silent_because = ANY (ARRAY['mirror'::text, 'waiting'::text, 'duplicate'::text, 'ordered'::text, 'invoiced'::text, 'not_invoiced'::text, 'replacement'::text])));
CREATE INDEX source_orders_apart ON public.source_orders USING btree (tenant_id, business_day) WHERE ((excluded_because IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX source_orders_billed_to ON public.source_orders USING btree (tenant_id, billed_to_id) WHERE (billed_to_id IS NOT NULL);
CREATE INDEX source_orders_citing ON public.source_orders USING btree (tenant_id, created_at) WHERE ((source = 'odoo'::text) AND ((shop_order_id IS NOT NULL) OR (shop_order_name IS NOT NULL)));
CREATE INDEX source_orders_customer ON public.source_orders USING btree (tenant_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX source_orders_day ON public.source_orders USING btree (tenant_id, business_day) INCLUDE (amount_total, channel, deleted_at) WHERE is_sale;
CREATE INDEX source_orders_foreign ON public.source_orders USING btree (tenant_id, currency_source, business_day) WHERE ((fx_date IS NOT NULL) OR (fx_rate IS NULL));
CREATE INDEX source_orders_invoice ON public.source_orders USING btree (tenant_id, invoice_id) WHERE (invoice_id IS NOT NULL);
CREATE INDEX source_orders_invoiced ON public.source_orders USING btree (tenant_id, invoiced_order_id) WHERE (invoiced_order_id IS NOT NULL);
CREATE INDEX source_orders_left_out ON public.source_orders USING btree (tenant_id, business_day) WHERE ((NOT is_sale) AND (deleted_at IS NULL) AND (status <> 'quotation'::text) AND (COALESCE(silent_because, ''::text) <> ALL (ARRAY['mirror'::text, 'ordered'::text, 'invoiced'::text, 'replacement'::text])));
CREATE INDEX source_orders_merged ON public.source_orders USING btree (tenant_id) WHERE (shop_order_names IS NOT NULL);
CREATE INDEX source_orders_off_ledger ON public.source_orders USING btree (tenant_id, created_at) WHERE ((amount_ledger_source <> amount_total_source) AND (deleted_at IS NULL));
CREATE INDEX source_orders_other_day ON public.source_orders USING btree (tenant_id, business_day) WHERE (NOT is_sale);
CREATE INDEX source_orders_sales ON public.source_orders USING btree (tenant_id, created_at) INCLUDE (amount_total, status, id) WHERE (is_sale AND (deleted_at IS NULL));
CREATE INDEX source_orders_shop_id ON public.source_orders USING btree (tenant_id, shop_order_id) WHERE (shop_order_id IS NOT NULL);
CREATE INDEX source_orders_shop_name ON public.source_orders USING btree (tenant_id, shop_order_name) WHERE (shop_order_name IS NOT NULL);
CREATE INDEX source_orders_waiting ON public.source_orders USING btree (tenant_id, created_at) WHERE (silent_because = 'waiting'::text);
CREATE INDEX source_orders_web ON public.source_orders USING btree (tenant_id, business_day) WHERE (is_sale AND (deleted_at IS NULL) AND (channel = ANY (ARRAY['web'::text, 'website'::text])));
CREATE INDEX source_orders_without_rate ON public.source_orders USING btree (tenant_id, business_day) WHERE (is_sale AND (amount_total IS NULL));
alter table public.source_orders enable row level security;
alter table public.source_orders force row level security;
create policy every_row on public.source_orders as permissive for select to kpi_analyst using (true);
create policy own_rows on public.source_orders as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.source_orders as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.source_orders owner to kpi_owner;
grant delete, insert, select, update on table public.source_orders to kpi_writer;
grant select on table public.source_orders to kpi_analyst;
grant select on table public.source_orders to kpi_reader;
comment on table public.source_orders is 'Cada documento de venta tal como lo declara su origen: también presupuestos, anulados, pruebas y espejos. Las ventas, una sola vez cada una, están en orders.';
comment on column public.source_orders.tenant_id is 'Empresa.';
comment on column public.source_orders.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.source_orders.connection_id is 'Conexión (cuenta de origen).';
comment on column public.source_orders.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.source_orders.source_id is 'Identificador en el sistema de origen.';
comment on column public.source_orders.source_created_at is 'Creación según el origen.';
comment on column public.source_orders.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.source_orders.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.source_orders.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.source_orders.synced_at is 'Última escritura en este almacén.';
comment on column public.source_orders.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.source_orders.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.source_orders.revision is 'Cuántas veces se escribió la fila.';
comment on column public.source_orders.name is 'Número visible: #1001, S00021.';
comment on column public.source_orders.status is 'quotation, open, completed, refunded o cancelled: de lo que dice el documento, de sus documentos emitidos y de los ajustes de la empresa.';
comment on column public.source_orders.excluded_because is 'Por qué no es venta: test, zero_value, gift_card_only, intercompany, settlement (paga un pedido ya contado).';
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
comment on column public.source_orders.silent_because is 'mirror: habla el documento del otro sistema. waiting: cita un pedido que aún no llega. duplicate: otro documento de Odoo habla por el mismo pedido de la tienda. ordered: documento cuyo pedido cuenta. invoiced: pedido cuyos documentos emitidos cuentan. not_invoiced: pedido sin facturar, o solo en parte, de una empresa que cuenta por documentos. replacement: documento que reemplaza a otro ya contado.';
comment on column public.source_orders.is_sale is 'Si es una venta que se cuenta.';
comment on column public.source_orders.shop is 'Tienda de Shopify de la que viene: el mismo #1001 existe en cada una. Nula fuera de Shopify.';
comment on column public.source_orders.amount_iva_source is 'IVA, parte de los impuestos (los licores y bebidas llevan además ILA), moneda del documento; nulo si no se puede saber.';
comment on column public.source_orders.amount_exempt_source is 'Base sin IVA: parte del total sin impuestos que no lleva IVA, moneda del documento; nula si no se puede saber.';
comment on column public.source_orders.amount_ledger_source is 'Suma de los acuerdos de venta y edición que lleva Shopify, sin tarjetas de regalo: control de amount_total_source. Nula si no se leyó completa.';
comment on column public.source_orders.amount_iva is 'IVA, moneda de la empresa; nulo si no se conoce o no hay tipo de cambio.';
comment on column public.source_orders.amount_exempt is 'Base sin IVA, moneda de la empresa; nula si no se conoce o no hay tipo de cambio.';
comment on column public.source_orders.amount_ledger is 'Suma de los acuerdos de Shopify, moneda de la empresa.';
comment on column public.source_orders.stated_status is 'Estado que dice el documento por sí solo.';
comment on column public.source_orders.delivered is 'Si está entregado, o no hay nada que entregar; nulo si el origen no lo dice.';
comment on column public.source_orders.invoiced is 'Si está facturado según el origen; nulo si no lo dice.';
comment on column public.source_orders.locked is 'Si está bloqueado en el origen; nulo si no lo dice.';
comment on column public.source_orders.created_on is 'Fecha de la venta, si el origen no dice la hora; entonces es el día.';
comment on column public.source_orders.invoice_id is 'Documento emitido que es él mismo la venta: por no tener pedido o, con invoiced_order_id, si la empresa cuenta por documentos.';
comment on column public.source_orders.amount_invoiced is 'Facturado menos notas de crédito, moneda de la empresa; nulo si no hay documento emitido conocido o no se pudo convertir.';
comment on column public.source_orders.cancelled_but_invoiced is 'Anulado en el origen, pero con documentos emitidos vigentes: sigue siendo una venta.';
comment on column public.source_orders.invoiced_order_id is 'Pedido que factura este documento; uno que factura varios está una vez por pedido, con su parte.';
comment on column public.source_orders.shop_order_names is 'Números de los pedidos web que cita, cuando son varios (pedidos unidos en uno); shop_order_name es el primero.';
comment on column public.source_orders.shop_order_prefix is 'Lo que antecede al número citado (WEB de WEB_#1001), en mayúsculas; nulo si nada.';
comment on column public.source_orders.shop_order_stores is 'De qué equipo de ventas, sitio web, compañía o instancia del conector es el documento que cita: team:ventas, website:1, company:3.';
comment on column public.source_orders.billed_to_id is 'A quién debe emitirse el documento, si en la caja de la tienda se escribió un RUT (public.customers, source_id tax:…).';

create table public.tenants (
  id uuid not null,
  rut text not null,
  rut_valid boolean not null,
  company_name text not null,
  currency text not null,
  currency_decimals smallint not null,
  time_zone text not null,
  industry text default 'retail'::text not null,
  status text default 'active'::text not null,
  speaking_source text default 'shopify'::text not null,
  reader_role text,
  created_at timestamp with time zone default now() not null,
  channel_names jsonb default '{}'::jsonb not null,
  cart_hours numeric default 1 not null,
  invoices_elsewhere boolean default false not null,
  locked_means_completed boolean default false not null,
  sla_first_response_minutes integer default 60 not null,
  sla_resolution_minutes integer default 1440 not null,
  sla_first_response_by_channel jsonb default '{}'::jsonb not null,
  sla_resolution_by_channel jsonb default '{}'::jsonb not null,
  ocr_tag text default 'ocr'::text not null,
  ocr_name text default 'ocr'::text not null,
  ocr_documents_per_run integer,
  low_stock_threshold numeric default 5 not null,
  stock_source text default 'auto'::text not null,
  closed_weekdays smallint[] default '{7}'::smallint[] not null,
  closed_on_holidays boolean default true not null,
  closed_dates date[] default '{}'::date[] not null,
  reconcile_grace_minutes integer default 60 not null,
  reconcile_days integer default 5 not null,
  reconcile_from date,
  reconcile_pos boolean default true not null,
  reconcile_total_tolerance jsonb default '{}'::jsonb not null,
  reconcile_tax_tolerance jsonb default '{}'::jsonb not null,
  document_expected jsonb default '{}'::jsonb not null,
  sales_basis text default 'orders'::text not null
);
alter table public.tenants add constraint tenants_pkey PRIMARY KEY (id);
alter table public.tenants add constraint tenants_cart_hours_check CHECK (((cart_hours > (0)::numeric) AND (cart_hours <= (168)::numeric)));
alter table public.tenants add constraint tenants_channel_names_check CHECK ((jsonb_typeof(channel_names) = 'object'::text));
alter table public.tenants add constraint tenants_closed_weekdays_check CHECK (((closed_weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]) AND (cardinality(closed_weekdays) < 7)));
alter table public.tenants add constraint tenants_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));
alter table public.tenants add constraint tenants_currency_decimals_check CHECK (((currency_decimals >= 0) AND (currency_decimals <= 4)));
alter table public.tenants add constraint tenants_document_expected_check CHECK ((jsonb_typeof(document_expected) = 'object'::text));
alter table public.tenants add constraint tenants_industry_check CHECK ((industry = ANY (ARRAY['retail'::text, 'services'::text, 'restaurants'::text])));
alter table public.tenants add constraint tenants_low_stock_threshold_check CHECK ((low_stock_threshold >= (0)::numeric));
alter table public.tenants add constraint tenants_ocr_documents_per_run_check CHECK ((ocr_documents_per_run > 0));
alter table public.tenants add constraint tenants_reader_role_key UNIQUE (reader_role);
alter table public.tenants add constraint tenants_reconcile_days_check CHECK (((reconcile_days >= 0) AND (reconcile_days <= 365)));
alter table public.tenants add constraint tenants_reconcile_grace_minutes_check CHECK (((reconcile_grace_minutes >= 0) AND (reconcile_grace_minutes <= 10080)));
alter table public.tenants add constraint tenants_reconcile_tax_tolerance_check CHECK ((jsonb_typeof(reconcile_tax_tolerance) = 'object'::text));
alter table public.tenants add constraint tenants_reconcile_total_tolerance_check CHECK ((jsonb_typeof(reconcile_total_tolerance) = 'object'::text));
alter table public.tenants add constraint tenants_rut_key UNIQUE (rut);
alter table public.tenants add constraint tenants_sales_basis_check CHECK ((sales_basis = ANY (ARRAY['orders'::text, 'invoices'::text])));
alter table public.tenants add constraint tenants_sla_first_response_by_channel_check CHECK ((jsonb_typeof(sla_first_response_by_channel) = 'object'::text));
alter table public.tenants add constraint tenants_sla_first_response_minutes_check CHECK (((sla_first_response_minutes >= 1) AND (sla_first_response_minutes <= 525600)));
alter table public.tenants add constraint tenants_sla_resolution_by_channel_check CHECK ((jsonb_typeof(sla_resolution_by_channel) = 'object'::text));
alter table public.tenants add constraint tenants_sla_resolution_minutes_check CHECK (((sla_resolution_minutes >= 1) AND (sla_resolution_minutes <= 525600)));
alter table public.tenants add constraint tenants_speaking_source_check CHECK ((speaking_source = ANY (ARRAY['shopify'::text, 'odoo'::text])));
alter table public.tenants add constraint tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'erased'::text])));
alter table public.tenants add constraint tenants_stock_source_check CHECK ((stock_source = ANY (ARRAY['auto'::text, 'odoo'::text, 'shopify'::text])));
alter table public.tenants enable row level security;
alter table public.tenants force row level security;
create policy every_row on public.tenants as permissive for select to kpi_analyst using (true);
create policy own_row on public.tenants as permissive for select to kpi_reader using ((reader_role = (CURRENT_USER)::text));
create policy service_adds on public.tenants as permissive for insert to kpi_writer with check ((id = ( SELECT ops.writing_tenant() AS writing_tenant)));
create policy service_changes on public.tenants as permissive for update to kpi_writer using ((id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((id = ( SELECT ops.writing_tenant() AS writing_tenant)));
create policy service_lists on public.tenants as permissive for select to kpi_writer using ((CURRENT_USER = 'kpi_writer'::name));
alter table public.tenants owner to kpi_owner;
grant insert, select, update on table public.tenants to kpi_writer;
grant select on table public.tenants to kpi_analyst;
grant select on table public.tenants to kpi_reader;
comment on table public.tenants is 'Empresas (PYMEs). Cada una ve solo su propia fila.';
comment on column public.tenants.id is 'Identificador de la empresa; es el tenant_id de todas las tablas.';
comment on column public.tenants.rut is 'RUT canónico, sin puntos y con guion: 76042235-5.';
comment on column public.tenants.rut_valid is 'Si el dígito verificador es correcto (módulo 11).';
comment on column public.tenants.company_name is 'Razón social.';
comment on column public.tenants.currency is 'Moneda en que se informa (ISO 4217). Todo monto sin sufijo está en ella.';
comment on column public.tenants.currency_decimals is 'Decimales de la moneda: CLP 0, USD 2.';
comment on column public.tenants.time_zone is 'Zona horaria IANA; decide el día local de cada hecho.';
comment on column public.tenants.industry is 'Rubro, elige las tarjetas del tablero.';
comment on column public.tenants.status is 'active, paused (no se sincroniza) o erased.';
comment on column public.tenants.speaking_source is 'Qué documento habla cuando una venta está en Shopify y en Odoo.';
comment on column public.tenants.reader_role is 'Rol de base de datos con que la empresa lee lo suyo.';
comment on column public.tenants.created_at is 'Cuándo se creó la empresa en este servicio.';
comment on column public.tenants.channel_names is 'Nombres propios de los canales de venta: el del origen a la izquierda, el que se muestra a la derecha.';
comment on column public.tenants.cart_hours is 'Horas sin pedido desde su último cambio tras las que un carrito está abandonado.';
comment on column public.tenants.invoices_elsewhere is 'Si emite sus documentos fuera de Odoo: entonces un pedido entregado está completo aunque Odoo lo tenga por facturar.';
comment on column public.tenants.locked_means_completed is 'Si un pedido bloqueado en Odoo cuenta como completo.';
comment on column public.tenants.sla_first_response_minutes is 'Plazo de primera respuesta, en minutos hábiles (corridos si la bandeja no tiene horario).';
comment on column public.tenants.sla_resolution_minutes is 'Plazo de resolución, en minutos hábiles (corridos si la bandeja no tiene horario).';
comment on column public.tenants.sla_first_response_by_channel is 'Plazos de primera respuesta de canales que difieren: {"WhatsApp": 30}.';
comment on column public.tenants.sla_resolution_by_channel is 'Plazos de resolución de canales que difieren: {"Email": 2880}.';
comment on column public.tenants.ocr_tag is 'Etiqueta de n8n de las automatizaciones que leen documentos (OCR).';
comment on column public.tenants.ocr_name is 'Si ninguna lleva la etiqueta: texto que su nombre contiene, sin distinguir mayúsculas.';
comment on column public.tenants.ocr_documents_per_run is 'Documentos que lee cada ejecución correcta, si siempre son los mismos; nulo si no se sabe, y entonces se informan ejecuciones.';
comment on column public.tenants.low_stock_threshold is 'Un producto con menos unidades disponibles que estas, entre todos los lugares de venta, está bajo.';
comment on column public.tenants.stock_source is 'Qué origen habla del inventario: odoo, shopify o auto (Odoo si tiene existencias propias, si no Shopify).';
comment on column public.tenants.closed_weekdays is 'Días de la semana sin atención (1 lunes … 7 domingo): sus ventas no dan alerta.';
comment on column public.tenants.closed_on_holidays is 'Si los feriados irrenunciables de Chile (1-1, 1-5, 18-9, 19-9, 25-12) son días sin atención.';
comment on column public.tenants.closed_dates is 'Otras fechas sin atención: elecciones, inventario, vacaciones.';
comment on column public.tenants.reconcile_grace_minutes is 'Minutos que un pedido de la tienda puede tardar en llegar a Odoo antes de decir que falta.';
comment on column public.tenants.reconcile_days is 'Días tras los cuales una boleta, factura, nota de crédito o pago que no está es un hallazgo.';
comment on column public.tenants.reconcile_from is 'Primer día local que se concilia; lo anterior queda fuera de alcance. Nulo: todo.';
comment on column public.tenants.reconcile_pos is 'Si las ventas de punto de venta de la tienda deben estar en Odoo.';
comment on column public.tenants.reconcile_total_tolerance is 'Por moneda, cuánto pueden diferir dos totales y ser redondeo; lo que no está es 0.';
comment on column public.tenants.reconcile_tax_tolerance is 'Por moneda, cuánto pueden diferir los impuestos por línea y ser redondeo; lo que no está es la unidad menor de la moneda.';
comment on column public.tenants.document_expected is 'Por canal o medio de pago, el documento que se espera: boleta, factura, voucher o external (emitido fuera de Odoo); lo que no está es boleta.';
comment on column public.tenants.sales_basis is 'Qué documento de Odoo cuenta como venta: orders (el pedido, en su día) o invoices (cada documento emitido, en su fecha).';

create table public.user_tenants (
  tenant_id uuid not null,
  user_id text not null,
  role text,
  because text not null
);
alter table public.user_tenants add constraint user_tenants_pkey PRIMARY KEY (tenant_id, user_id);
alter table public.user_tenants add constraint user_tenants_because_check CHECK ((because = ANY (ARRAY['metadata'::text, 'organization'::text])));
alter table public.user_tenants add constraint user_tenants_role_check CHECK ((role ~ '^[a-z][a-z0-9_:-]{0,63}$'::text));
alter table public.user_tenants enable row level security;
alter table public.user_tenants force row level security;
create policy every_row on public.user_tenants as permissive for select to kpi_analyst using (true);
create policy own_rows on public.user_tenants as permissive for select to kpi_reader using ((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)));
create policy service_lists on public.user_tenants as permissive for select to kpi_writer using ((CURRENT_USER = 'kpi_writer'::name));
create policy writing_tenant on public.user_tenants as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.user_tenants owner to kpi_owner;
grant delete, insert, select, update on table public.user_tenants to kpi_writer;
grant select on table public.user_tenants to kpi_analyst;
grant select on table public.user_tenants to kpi_reader;
comment on table public.user_tenants is 'De qué empresas es cada usuario. Uno de dos empresas tiene dos filas: cuenta una vez en cada una y una sola en el total. Se deriva de users y de las organizaciones de Clerk.';
comment on column public.user_tenants.tenant_id is 'Empresa.';
comment on column public.user_tenants.user_id is 'Usuario (users.id).';
comment on column public.user_tenants.role is 'Rol: el de sus metadatos, si no el de su organización (org:admin, org:member).';
comment on column public.user_tenants.because is 'De dónde se sabe: metadata (metadatos del usuario) u organization (su organización).';

create table public.users (
  id text not null,
  banned boolean not null,
  locked boolean not null,
  created_at timestamp with time zone,
  last_sign_in_day date,
  stated text default 'none'::text not null,
  stated_tenants uuid[] default '{}'::uuid[] not null,
  stated_role text,
  source_updated_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone
);
alter table public.users add constraint users_pkey PRIMARY KEY (id);
alter table public.users add constraint users_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{1,64}$'::text));
alter table public.users add constraint users_stated_check CHECK ((stated = ANY (ARRAY['none'::text, 'known'::text, 'unknown'::text])));
alter table public.users add constraint users_stated_role_check CHECK ((stated_role ~ '^[a-z][a-z0-9_:-]{0,63}$'::text));
alter table public.users enable row level security;
alter table public.users force row level security;
create policy every_row on public.users as permissive for select to kpi_analyst using (true);
create policy own_rows on public.users as permissive for select to kpi_reader using (((deleted_at IS NULL) AND (id = ANY (ARRAY( SELECT m.user_id
   FROM public.user_tenants m
  WHERE (m.tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)))))));
create policy service on public.users as permissive for all to kpi_writer using ((CURRENT_USER = 'kpi_writer'::name)) with check ((CURRENT_USER = 'kpi_writer'::name));
alter table public.users owner to kpi_owner;
grant insert, select, update on table public.users to kpi_writer;
grant select on table public.users to kpi_analyst;
grant select (banned, created_at, deleted_at, id, last_sign_in_day, locked) on public.users to kpi_reader;
comment on table public.users is 'Usuarios registrados en Clerk, sin nombre ni correo. De qué empresas son lo dice user_tenants; cada empresa ve solo los suyos.';
comment on column public.users.id is 'Identificador de Clerk.';
comment on column public.users.banned is 'Si está vetado: no cuenta como registrado.';
comment on column public.users.locked is 'Si está bloqueado por intentos fallidos: sigue contando como registrado.';
comment on column public.users.created_at is 'Cuándo se registró; nulo si de él solo se supo que fue borrado.';
comment on column public.users.last_sign_in_day is 'Día (UTC) del último ingreso; nulo si nunca ingresó. Solo el día: la hora no hace falta.';
comment on column public.users.stated is 'Qué dicen sus metadatos públicos de su empresa: none (nada), known, o unknown (nombran alguna que aquí no existe).';
comment on column public.users.stated_tenants is 'Empresas que nombran sus metadatos públicos y que existen aquí.';
comment on column public.users.stated_role is 'Rol que nombran sus metadatos públicos.';
comment on column public.users.source_updated_at is 'Versión según el reloj de Clerk.';
comment on column public.users.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.users.synced_at is 'Última escritura en este almacén.';
comment on column public.users.deleted_at is 'Cuándo se supo que fue borrado en Clerk; nulo si existe.';

create table public.workflow_executions (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  workflow_id uuid not null,
  workflow_name text,
  status text not null,
  source_status text not null,
  mode text not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  stopped_at timestamp with time zone,
  wait_till timestamp with time zone,
  duration_ms bigint,
  error_category text,
  failed_node_type text,
  retry_of text,
  waited boolean default false not null,
  resolved_by_retry boolean default false not null
);
alter table public.workflow_executions add constraint workflow_executions_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX workflow_executions_created ON public.workflow_executions USING btree (tenant_id, created_at) INCLUDE (workflow_name, duration_ms, status, workflow_id, error_category, resolved_by_retry) WHERE (deleted_at IS NULL);
CREATE INDEX workflow_executions_day ON public.workflow_executions USING btree (tenant_id, business_day) INCLUDE (duration_ms, workflow_id) WHERE (deleted_at IS NULL);
CREATE INDEX workflow_executions_errors ON public.workflow_executions USING btree (tenant_id, business_day) INCLUDE (workflow_id, workflow_name, error_category, resolved_by_retry) WHERE ((status = 'error'::text) AND (deleted_at IS NULL));
CREATE INDEX workflow_executions_failed ON public.workflow_executions USING btree (tenant_id, source_id) WHERE (status = 'error'::text);
CREATE INDEX workflow_executions_retry ON public.workflow_executions USING btree (tenant_id, retry_of) WHERE (retry_of IS NOT NULL);
CREATE INDEX workflow_executions_workflow ON public.workflow_executions USING btree (tenant_id, workflow_id, created_at);
alter table public.workflow_executions enable row level security;
alter table public.workflow_executions force row level security;
create policy every_row on public.workflow_executions as permissive for select to kpi_analyst using (true);
create policy own_rows on public.workflow_executions as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.workflow_executions as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.workflow_executions owner to kpi_owner;
grant delete, insert, select, update on table public.workflow_executions to kpi_writer;
grant select on table public.workflow_executions to kpi_analyst;
grant select on table public.workflow_executions to kpi_reader;
comment on table public.workflow_executions is 'Ejecuciones de producción de n8n (disparador, webhook, reintento, línea de comandos).';
comment on column public.workflow_executions.tenant_id is 'Empresa.';
comment on column public.workflow_executions.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.workflow_executions.connection_id is 'Conexión (cuenta de origen).';
comment on column public.workflow_executions.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.workflow_executions.source_id is 'Identificador en el sistema de origen.';
comment on column public.workflow_executions.source_created_at is 'Creación según el origen.';
comment on column public.workflow_executions.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.workflow_executions.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.workflow_executions.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.workflow_executions.synced_at is 'Última escritura en este almacén.';
comment on column public.workflow_executions.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.workflow_executions.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.workflow_executions.revision is 'Cuántas veces se escribió la fila.';
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
comment on column public.workflow_executions.waited is 'Si alguna vez se la vio esperando: su duración incluiría la espera, por eso no se guarda.';
comment on column public.workflow_executions.resolved_by_retry is 'Error cuyo reintento terminó bien. Sigue siendo un error.';

create table public.workflow_executions_other (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  workflow_id uuid not null,
  workflow_name text,
  status text not null,
  source_status text not null,
  mode text not null,
  created_at timestamp with time zone not null,
  business_day date not null,
  stopped_at timestamp with time zone,
  wait_till timestamp with time zone,
  duration_ms bigint,
  error_category text,
  failed_node_type text,
  retry_of text,
  waited boolean default false not null
);
alter table public.workflow_executions_other add constraint workflow_executions_other_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX workflow_executions_other_workflow ON public.workflow_executions_other USING btree (tenant_id, workflow_id);
alter table public.workflow_executions_other enable row level security;
alter table public.workflow_executions_other force row level security;
create policy every_row on public.workflow_executions_other as permissive for select to kpi_analyst using (true);
create policy own_rows on public.workflow_executions_other as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.workflow_executions_other as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.workflow_executions_other owner to kpi_owner;
grant delete, insert, select, update on table public.workflow_executions_other to kpi_writer;
grant select on table public.workflow_executions_other to kpi_analyst;
grant select on table public.workflow_executions_other to kpi_reader;
comment on table public.workflow_executions_other is 'Ejecuciones que no son de producción: manuales, de prueba, de manejo de errores, subflujos.';
comment on column public.workflow_executions_other.tenant_id is 'Empresa.';
comment on column public.workflow_executions_other.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.workflow_executions_other.connection_id is 'Conexión (cuenta de origen).';
comment on column public.workflow_executions_other.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.workflow_executions_other.source_id is 'Identificador en el sistema de origen.';
comment on column public.workflow_executions_other.source_created_at is 'Creación según el origen.';
comment on column public.workflow_executions_other.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.workflow_executions_other.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.workflow_executions_other.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.workflow_executions_other.synced_at is 'Última escritura en este almacén.';
comment on column public.workflow_executions_other.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.workflow_executions_other.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.workflow_executions_other.revision is 'Cuántas veces se escribió la fila.';
comment on column public.workflow_executions_other.workflow_id is 'Automatización.';
comment on column public.workflow_executions_other.workflow_name is 'Su nombre actual.';
comment on column public.workflow_executions_other.status is 'success, error, running, waiting o canceled.';
comment on column public.workflow_executions_other.source_status is 'Estado con la palabra de n8n.';
comment on column public.workflow_executions_other.mode is 'Cómo se inició.';
comment on column public.workflow_executions_other.created_at is 'Inicio (el primero visto).';
comment on column public.workflow_executions_other.business_day is 'Día local de inicio.';
comment on column public.workflow_executions_other.stopped_at is 'Término; también puede estar puesto mientras espera.';
comment on column public.workflow_executions_other.wait_till is 'Hasta cuándo espera.';
comment on column public.workflow_executions_other.duration_ms is 'Duración en milisegundos; nula si no terminó, esperó o se cayó.';
comment on column public.workflow_executions_other.error_category is 'Tipo de error.';
comment on column public.workflow_executions_other.failed_node_type is 'Tipo de nodo que falló.';
comment on column public.workflow_executions_other.retry_of is 'Ejecución que reintenta.';
comment on column public.workflow_executions_other.waited is 'Si alguna vez se la vio esperando.';

create table public.workflows (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  source text not null,
  source_id text not null,
  source_created_at timestamp with time zone,
  source_updated_at timestamp with time zone not null,
  source_seq bigint not null,
  read_seq bigint not null,
  synced_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  row_hash bytea,
  revision integer default 1 not null,
  name text not null,
  active boolean not null,
  archived boolean not null,
  tags text[] not null,
  project text,
  saves_successes boolean not null
);
alter table public.workflows add constraint workflows_pkey PRIMARY KEY (tenant_id, id);
alter table public.workflows enable row level security;
alter table public.workflows force row level security;
create policy every_row on public.workflows as permissive for select to kpi_analyst using (true);
create policy own_rows on public.workflows as permissive for select to kpi_reader using (((tenant_id = ( SELECT kpi.current_tenant() AS current_tenant)) AND (deleted_at IS NULL)));
create policy writing_tenant on public.workflows as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table public.workflows owner to kpi_owner;
grant delete, insert, select, update on table public.workflows to kpi_writer;
grant select on table public.workflows to kpi_analyst;
grant select on table public.workflows to kpi_reader;
comment on table public.workflows is 'Automatizaciones de n8n.';
comment on column public.workflows.tenant_id is 'Empresa.';
comment on column public.workflows.id is 'Identificador estable: UUID v5 de empresa, conexión, tipo e identificador de origen.';
comment on column public.workflows.connection_id is 'Conexión (cuenta de origen).';
comment on column public.workflows.source is 'Sistema de origen: shopify, odoo, chatwoot, n8n.';
comment on column public.workflows.source_id is 'Identificador en el sistema de origen.';
comment on column public.workflows.source_created_at is 'Creación según el origen.';
comment on column public.workflows.source_updated_at is 'Versión según el reloj del origen; -infinity si no tiene.';
comment on column public.workflows.source_seq is 'Orden entre versiones de igual reloj.';
comment on column public.workflows.read_seq is 'Orden de lectura: a igual versión gana la lectura posterior.';
comment on column public.workflows.synced_at is 'Última escritura en este almacén.';
comment on column public.workflows.deleted_at is 'Cuándo se supo que ya no existe en el origen; nulo si existe.';
comment on column public.workflows.row_hash is 'Huella de todas las columnas de origen; nula si está borrado.';
comment on column public.workflows.revision is 'Cuántas veces se escribió la fila.';
comment on column public.workflows.name is 'Nombre actual.';
comment on column public.workflows.active is 'Si está activa.';
comment on column public.workflows.archived is 'Si está archivada.';
comment on column public.workflows.tags is 'Etiquetas.';
comment on column public.workflows.project is 'Proyecto de n8n.';
comment on column public.workflows.saves_successes is 'Si n8n guarda sus ejecuciones correctas; si no, no se puede saber su tasa de éxito.';

create table raw.records (
  tenant_id uuid not null,
  id uuid not null,
  entity text not null,
  connection_id uuid not null,
  source_id text not null,
  payload jsonb not null,
  synced_at timestamp with time zone default now() not null
);
alter table raw.records add constraint records_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX records_age ON raw.records USING btree (tenant_id, connection_id, entity, synced_at);
alter table raw.records enable row level security;
alter table raw.records force row level security;
create policy writing_tenant on raw.records as permissive for all to kpi_writer using ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant))) with check ((tenant_id = ( SELECT ops.writing_tenant() AS writing_tenant)));
alter table raw.records owner to kpi_owner;
grant delete, insert, select, update on table raw.records to kpi_writer;
comment on table raw.records is 'Last payload of each record, after the connector''s white-list.';
comment on column raw.records.tenant_id is 'Tenant.';
comment on column raw.records.id is 'Same id as the fact.';
comment on column raw.records.entity is 'Kind of record.';
comment on column raw.records.connection_id is 'Connection.';
comment on column raw.records.source_id is 'Id in the source.';
comment on column raw.records.payload is 'The payload.';
comment on column raw.records.synced_at is 'Last written.';

create view kpi.abandoned_carts_by_day with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    d.day,
    t.currency,
    k.abandoned,
    k.recovered,
    k.bought_otherwise,
    k.lost,
    k.amount_abandoned,
    k.amount_recovered,
    k.amount_lost,
    n.without_contact,
    w.orders AS web_orders,
    round(((k.abandoned)::numeric / (NULLIF((k.abandoned + GREATEST((w.orders - r.orders), (0)::bigint)), 0))::numeric), 4) AS abandonment_rate
   FROM (((((((public.tenants t
     JOIN kpi.coverage v ON (((v.tenant_id = t.id) AND (v.subject = 'carts'::text))))
     CROSS JOIN LATERAL ( SELECT min(c.day) AS day
           FROM kpi.carts c
          WHERE (c.tenant_id = t.id)) f)
     CROSS JOIN LATERAL ( SELECT (g.g)::date AS day
           FROM generate_series((
                CASE
                    WHEN isfinite(v.first_day) THEN v.first_day
                    ELSE f.day
                END)::timestamp with time zone, (v.last_day)::timestamp with time zone, '1 day'::interval) g(g)) d)
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (s.state = ANY (ARRAY['recovered'::text, 'bought_otherwise'::text, 'lost'::text]))) AS abandoned,
            count(*) FILTER (WHERE (s.state = 'recovered'::text)) AS recovered,
            count(*) FILTER (WHERE (s.state = 'bought_otherwise'::text)) AS bought_otherwise,
            count(*) FILTER (WHERE (s.state = 'lost'::text)) AS lost,
            COALESCE(sum(s.amount_total) FILTER (WHERE (s.state = ANY (ARRAY['recovered'::text, 'bought_otherwise'::text, 'lost'::text]))), (0)::numeric) AS amount_abandoned,
            COALESCE(sum(s.amount_total) FILTER (WHERE (s.state = 'recovered'::text)), (0)::numeric) AS amount_recovered,
            COALESCE(sum(s.amount_total) FILTER (WHERE (s.state = 'lost'::text)), (0)::numeric) AS amount_lost
           FROM kpi.cart_states s
          WHERE ((s.tenant_id = t.id) AND (s.day = d.day))) k)
     CROSS JOIN LATERAL ( SELECT count(*) AS orders
           FROM kpi.cart_states s
          WHERE ((s.tenant_id = t.id) AND (s.completed_day = d.day) AND (s.state = 'recovered'::text))) r)
     CROSS JOIN LATERAL ( SELECT count(*) AS orders
           FROM public.source_orders o
          WHERE ((o.tenant_id = t.id) AND (o.business_day = d.day) AND o.is_sale AND (o.deleted_at IS NULL) AND (o.channel = ANY (ARRAY['web'::text, 'website'::text])))) w)
     LEFT JOIN LATERAL ( SELECT count(*) AS without_contact
           FROM public.abandoned_checkouts a
          WHERE ((a.tenant_id = t.id) AND (a.business_day = d.day) AND (NOT a.has_contact) AND (a.completed_at IS NULL))) n ON (true))
  WHERE (t.status = 'active'::text);
alter table kpi.abandoned_carts_by_day owner to kpi_owner;
grant select on table kpi.abandoned_carts_by_day to kpi_analyst;
grant select on table kpi.abandoned_carts_by_day to kpi_reader;
grant select on table kpi.abandoned_carts_by_day to kpi_writer;
comment on view kpi.abandoned_carts_by_day is 'Carritos abandonados por día local de creación y qué pasó con ellos. Una fila por empresa y día cubierto. Abandonado: con datos de contacto y sin pedido una hora (ajuste cart_hours) después de su último cambio; recuperado: se convirtió en pedido después; comprado por otra vía: la misma identidad compró hasta siete días después; perdido: el resto. Varios carritos de una identidad en 24 horas son uno, con el valor del último. Tasa = abandonados / (abandonados + pedidos web que no son carritos recuperados). Un día cubierto sin carritos tiene 0; un día no cubierto no tiene fila. Debe cuadrar con: Shopify, Pagos abandonados por día de creación; Odoo, Carritos abandonados.';
comment on column kpi.abandoned_carts_by_day.tenant_id is 'Empresa.';
comment on column kpi.abandoned_carts_by_day.day is 'Día local de creación del carrito.';
comment on column kpi.abandoned_carts_by_day.currency is 'Moneda de la empresa y de los montos.';
comment on column kpi.abandoned_carts_by_day.abandoned is 'Carritos abandonados.';
comment on column kpi.abandoned_carts_by_day.recovered is 'De ellos, recuperados.';
comment on column kpi.abandoned_carts_by_day.bought_otherwise is 'De ellos, comprados por otra vía.';
comment on column kpi.abandoned_carts_by_day.lost is 'De ellos, perdidos.';
comment on column kpi.abandoned_carts_by_day.amount_abandoned is 'Valor de los abandonados, con impuestos.';
comment on column kpi.abandoned_carts_by_day.amount_recovered is 'Valor de los recuperados.';
comment on column kpi.abandoned_carts_by_day.amount_lost is 'Valor de los perdidos.';
comment on column kpi.abandoned_carts_by_day.without_contact is 'Carritos sin datos de contacto ni pedido: no son abandonados, se muestran aparte.';
comment on column kpi.abandoned_carts_by_day.web_orders is 'Pedidos web del día.';
comment on column kpi.abandoned_carts_by_day.abandonment_rate is 'Tasa de abandono, de 0 a 1; nula sin carritos ni pedidos web.';

create view kpi.automations_active with (security_invoker=true) as
 SELECT f.tenant_id,
    n.active,
    n.ran_30_days,
    n.active_idle,
    n.total,
    f.as_of
   FROM (( SELECT x.tenant_id,
            min(x.covered_until) AS as_of
           FROM kpi.freshness x
          WHERE ((x.source = 'n8n'::text) AND (x.stream = 'workflows'::text))
          GROUP BY x.tenant_id
         HAVING (count(*) = count(x.covered_until))) f
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (w.active AND (NOT w.archived))) AS active,
            count(*) FILTER (WHERE r.ran) AS ran_30_days,
            count(*) FILTER (WHERE (w.active AND (NOT w.archived) AND (NOT r.ran))) AS active_idle,
            count(*) AS total
           FROM (public.workflows w
             CROSS JOIN LATERAL ( SELECT (EXISTS ( SELECT
                           FROM public.workflow_executions e
                          WHERE ((e.tenant_id = w.tenant_id) AND (e.workflow_id = w.id) AND (e.created_at >= (now() - '30 days'::interval)) AND (e.deleted_at IS NULL)))) AS ran) r)
          WHERE ((w.tenant_id = f.tenant_id) AND (w.deleted_at IS NULL))) n);
alter table kpi.automations_active owner to kpi_owner;
grant select on table kpi.automations_active to kpi_analyst;
grant select on table kpi.automations_active to kpi_reader;
grant select on table kpi.automations_active to kpi_writer;
comment on view kpi.automations_active is 'Automatizaciones encendidas ahora (activas y no archivadas, de la etiqueta o el proyecto de la empresa) y, al lado, las que se ejecutaron en los últimos 30 días corridos (móvil). Una fila por empresa con n8n cuya lista se ha leído completa; si no, ninguna fila: no se sabe, no es 0. Debe cuadrar con: n8n, lista de Workflows filtrada por la etiqueta o el proyecto de la empresa y por Active.';
comment on column kpi.automations_active.tenant_id is 'Empresa.';
comment on column kpi.automations_active.active is 'Activas y no archivadas.';
comment on column kpi.automations_active.ran_30_days is 'Con alguna ejecución de producción en los últimos 30 días corridos.';
comment on column kpi.automations_active.active_idle is 'Activas sin ninguna ejecución en esos 30 días.';
comment on column kpi.automations_active.total is 'Todas las que tiene la empresa en n8n.';
comment on column kpi.automations_active.as_of is 'De cuándo es la lista, por el reloj de n8n.';

create view kpi.cart_states with (security_invoker=true) as
 SELECT k.tenant_id,
    k.identity_id,
    k.cart_id,
    k.source,
    k.day,
    k.opened_at,
    k.completed_day,
    k.carts,
    k.amount_total,
        CASE
            WHEN (k.completed_at <= (k.opened_at + ((t.cart_hours)::double precision * '01:00:00'::interval))) THEN 'order'::text
            WHEN (k.completed_at IS NOT NULL) THEN 'recovered'::text
            WHEN ((k.changed_at + ((t.cart_hours)::double precision * '01:00:00'::interval)) > LEAST(now(), v.covered_until)) THEN 'open'::text
            WHEN (k.bought_at IS NOT NULL) THEN 'bought_otherwise'::text
            ELSE 'lost'::text
        END AS state
   FROM ((kpi.carts k
     JOIN public.tenants t ON ((t.id = k.tenant_id)))
     LEFT JOIN kpi.coverage v ON (((v.tenant_id = k.tenant_id) AND (v.subject = 'carts'::text))));
alter table kpi.cart_states owner to kpi_owner;
grant select on table kpi.cart_states to kpi_analyst;
grant select on table kpi.cart_states to kpi_reader;
grant select on table kpi.cart_states to kpi_writer;
comment on view kpi.cart_states is 'Qué pasó con cada carrito con datos de contacto. Una fila por empresa y carrito; varios de una identidad en 24 horas son uno, con el valor del último. order: pedido dentro de las horas (no es abandonado). open: sus horas aún corren. recovered: recuperado, pedido después. bought_otherwise: la misma identidad compró por otra vía hasta siete días después. lost: el resto. Montos con impuestos en la moneda de la empresa. Debe cuadrar con: Shopify, Pagos abandonados, que muestra cada carrito por separado y solo tres meses; Odoo, Carritos abandonados.';
comment on column kpi.cart_states.tenant_id is 'Empresa.';
comment on column kpi.cart_states.identity_id is 'Identidad.';
comment on column kpi.cart_states.cart_id is 'El primero de sus carritos.';
comment on column kpi.cart_states.source is 'Sistema del último carrito.';
comment on column kpi.cart_states.day is 'Día local de creación del primero.';
comment on column kpi.cart_states.opened_at is 'Creación del primero.';
comment on column kpi.cart_states.completed_day is 'Día local en que se convirtió en pedido; nulo si no.';
comment on column kpi.cart_states.carts is 'Cuántos carritos reúne.';
comment on column kpi.cart_states.amount_total is 'Valor del último; nulo si es de otra moneda.';
comment on column kpi.cart_states.state is 'order, open, recovered, bought_otherwise o lost.';

create view kpi.closed_months with (security_invoker=true) as
 SELECT m.tenant_id,
    m.month,
    t.currency,
    m.closed_at,
    m.is_forced,
    m.sales AS sales_closed,
    s.sales AS sales_now,
    m.sales_amount AS sales_amount_closed,
    s.sales_amount AS sales_amount_now,
    (s.sales_amount - m.sales_amount) AS sales_amount_changed,
    m.refunds_amount AS refunds_amount_closed,
    s.refunds_amount AS refunds_amount_now,
    (s.refunds_amount - m.refunds_amount) AS refunds_amount_changed,
    m.documents AS documents_closed,
    d.documents AS documents_now,
    m.documents_amount AS documents_amount_closed,
    d.documents_amount AS documents_amount_now,
    (d.documents_amount - m.documents_amount) AS documents_amount_changed
   FROM (((kpi.month_closings m
     JOIN public.tenants t ON ((t.id = m.tenant_id)))
     CROSS JOIN LATERAL ( SELECT (COALESCE(sum(x.orders), (0)::numeric))::bigint AS sales,
            COALESCE(sum(x.amount_total), (0)::numeric) AS sales_amount,
            COALESCE(sum(x.refunds_amount), (0)::numeric) AS refunds_amount
           FROM kpi.sales_daily x
          WHERE ((x.tenant_id = m.tenant_id) AND (x.day >= m.month) AND (x.day < ((m.month + '1 mon'::interval))::date))) s)
     CROSS JOIN LATERAL ( SELECT count(*) AS documents,
            COALESCE(sum(
                CASE
                    WHEN (x.kind = 'credit_note'::text) THEN (- x.amount_total)
                    ELSE x.amount_total
                END), (0)::numeric) AS documents_amount
           FROM public.invoices x
          WHERE ((x.tenant_id = m.tenant_id) AND (x.state = 'posted'::text) AND (x.deleted_at IS NULL) AND (x.invoice_date >= m.month) AND (x.invoice_date < ((m.month + '1 mon'::interval))::date))) d)
  WHERE (m.reopened_at IS NULL);
alter table kpi.closed_months owner to kpi_owner;
grant select on table kpi.closed_months to kpi_analyst;
grant select on table kpi.closed_months to kpi_reader;
grant select on table kpi.closed_months to kpi_writer;
comment on view kpi.closed_months is 'Meses cerrados: cada mes como se cerró y, al lado, como es hoy. Una fila por empresa y mes cerrado, en la moneda de la empresa; un mes reabierto no está. Lo cerrado no cambia; lo de hoy se corrige cuando un origen cambia algo del mes. Debe cuadrar con: kpi reconcile show --month del mes, al cierre y hoy; y con la exportación del mes (kpi reconcile export).';
comment on column kpi.closed_months.tenant_id is 'Empresa.';
comment on column kpi.closed_months.month is 'Primer día del mes.';
comment on column kpi.closed_months.currency is 'Moneda de la empresa.';
comment on column kpi.closed_months.closed_at is 'Cuándo se cerró.';
comment on column kpi.closed_months.is_forced is 'Si se cerró aunque un origen no estaba al día o un puente no cerraba.';
comment on column kpi.closed_months.sales_closed is 'Ventas al cierre.';
comment on column kpi.closed_months.sales_now is 'Ventas hoy.';
comment on column kpi.closed_months.sales_amount_closed is 'Venta bruta al cierre.';
comment on column kpi.closed_months.sales_amount_now is 'Venta bruta hoy.';
comment on column kpi.closed_months.sales_amount_changed is 'Hoy menos al cierre.';
comment on column kpi.closed_months.refunds_amount_closed is 'Devoluciones al cierre.';
comment on column kpi.closed_months.refunds_amount_now is 'Devoluciones hoy.';
comment on column kpi.closed_months.refunds_amount_changed is 'Hoy menos al cierre.';
comment on column kpi.closed_months.documents_closed is 'Documentos emitidos al cierre.';
comment on column kpi.closed_months.documents_now is 'Documentos emitidos hoy.';
comment on column kpi.closed_months.documents_amount_closed is 'Total de los documentos al cierre: de venta menos notas de crédito.';
comment on column kpi.closed_months.documents_amount_now is 'Total de los documentos hoy.';
comment on column kpi.closed_months.documents_amount_changed is 'Hoy menos al cierre.';

create view kpi.conversations_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
    k.channel,
        CASE
            WHEN s.is_covered THEN COALESCE(n.opened, (0)::bigint)
            ELSE NULL::bigint
        END AS opened,
        CASE
            WHEN s.is_covered THEN COALESCE(n.open, (0)::bigint)
            ELSE NULL::bigint
        END AS open,
        CASE
            WHEN s.is_covered THEN COALESCE(n.resolved, (0)::bigint)
            ELSE NULL::bigint
        END AS resolved,
        CASE
            WHEN s.is_covered THEN COALESCE(n.pending, (0)::bigint)
            ELSE NULL::bigint
        END AS pending,
        CASE
            WHEN s.is_covered THEN COALESCE(n.snoozed, (0)::bigint)
            ELSE NULL::bigint
        END AS snoozed,
        CASE
            WHEN s.is_covered THEN 1
            ELSE 0
        END AS coverage
   FROM ((kpi.support_days s
     JOIN ( SELECT DISTINCT x.tenant_id,
            x.channel
           FROM kpi.conversations_daily x) k ON ((k.tenant_id = s.tenant_id)))
     LEFT JOIN LATERAL ( SELECT x.opened,
            x.open,
            x.resolved,
            x.pending,
            x.snoozed
           FROM kpi.conversations_daily x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.day = s.day) AND (x.channel = k.channel))
         OFFSET 0) n ON (true));
alter table kpi.conversations_by_day owner to kpi_owner;
grant select on table kpi.conversations_by_day to kpi_analyst;
grant select on table kpi.conversations_by_day to kpi_reader;
grant select on table kpi.conversations_by_day to kpi_writer;
comment on view kpi.conversations_by_day is 'Conversaciones iniciadas por día local y canal, con su estado actual; las de WhatsApp son la tarjeta Conversaciones WhatsApp. Los canales se guardan como WhatsApp, Email, Web u Other. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Conversaciones del día, por bandeja.';
comment on column kpi.conversations_by_day.tenant_id is 'Empresa.';
comment on column kpi.conversations_by_day.day is 'Día local de inicio.';
comment on column kpi.conversations_by_day.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.conversations_by_day.opened is 'Iniciadas.';
comment on column kpi.conversations_by_day.open is 'De ellas, ahora abiertas.';
comment on column kpi.conversations_by_day.resolved is 'De ellas, ahora resueltas.';
comment on column kpi.conversations_by_day.pending is 'De ellas, ahora con el bot.';
comment on column kpi.conversations_by_day.snoozed is 'De ellas, ahora pospuestas.';
comment on column kpi.conversations_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.coverage with (security_invoker=true) as
 SELECT f.tenant_id,
    n.subject,
    max(COALESCE(f.covered_from, '-infinity'::timestamp with time zone)) AS covered_from,
        CASE
            WHEN (count(*) = count(f.covered_until)) THEN min(f.covered_until)
            ELSE NULL::timestamp with time zone
        END AS covered_until,
        CASE
            WHEN ((count(*) = count(f.covered_until)) AND (max(kpi.first_whole_day(COALESCE(f.covered_from, '-infinity'::timestamp with time zone), t.time_zone)) <= min(kpi.last_whole_day(f.covered_until, t.time_zone)))) THEN max(kpi.first_whole_day(COALESCE(f.covered_from, '-infinity'::timestamp with time zone), t.time_zone))
            ELSE NULL::date
        END AS first_day,
        CASE
            WHEN ((count(*) = count(f.covered_until)) AND (max(kpi.first_whole_day(COALESCE(f.covered_from, '-infinity'::timestamp with time zone), t.time_zone)) <= min(kpi.last_whole_day(f.covered_until, t.time_zone)))) THEN min(kpi.last_whole_day(f.covered_until, t.time_zone))
            ELSE NULL::date
        END AS last_day
   FROM ((kpi.freshness f
     JOIN ( VALUES ('sales'::text,'shopify'::text,'orders'::text), ('sales'::text,'odoo'::text,'orders'::text), ('sales'::text,'odoo'::text,'invoices'::text), ('sales'::text,'odoo'::text,'pos_orders'::text), ('documents'::text,'odoo'::text,'invoices'::text), ('carts'::text,'shopify'::text,'abandoned_checkouts'::text), ('carts'::text,'shopify'::text,'orders'::text), ('carts'::text,'odoo'::text,'orders'::text), ('carts'::text,'odoo'::text,'customers'::text), ('customers'::text,'shopify'::text,'orders'::text), ('customers'::text,'odoo'::text,'orders'::text), ('customers'::text,'odoo'::text,'customers'::text), ('inventory'::text,'shopify'::text,'inventory_levels'::text), ('inventory'::text,'odoo'::text,'inventory_levels'::text), ('support'::text,'chatwoot'::text,'conversations'::text), ('csat'::text,'chatwoot'::text,'csat_responses'::text), ('automation'::text,'n8n'::text,'executions'::text)) n(subject, source, stream) ON (((n.source = f.source) AND (n.stream = f.stream))))
     JOIN public.tenants t ON ((t.id = f.tenant_id)))
  WHERE ((n.subject <> 'sales'::text) OR (n.stream = 'orders'::text) OR (f.covered_until IS NOT NULL) OR (f.last_success_at IS NULL))
  GROUP BY f.tenant_id, n.subject;
alter table kpi.coverage owner to kpi_owner;
grant select on table kpi.coverage to kpi_analyst;
grant select on table kpi.coverage to kpi_reader;
grant select on table kpi.coverage to kpi_writer;
comment on view kpi.coverage is 'Qué días locales cubren por completo los datos de cada materia, para que lo desconocido nunca se muestre como cero. Una fila por empresa y materia con un origen conectado: sales, documents, carts, customers, inventory, support, csat, automation. Un día o período que no está por completo entre first_day y last_day no tiene cifra. Los documentos y el punto de venta cuentan para sales donde se usan: un flujo que terminó sin cubrir nada es de una aplicación que no está instalada o no se puede leer. covered_from -infinity: todo lo que tiene el origen. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.coverage.tenant_id is 'Empresa.';
comment on column kpi.coverage.subject is 'Materia: sales, documents, carts, customers, inventory, support, csat o automation.';
comment on column kpi.coverage.covered_from is 'Desde cuándo hay datos de todos los flujos que necesita; -infinity: todo lo que tiene el origen.';
comment on column kpi.coverage.covered_until is 'Hasta cuándo; nulo si algún flujo no ha completado su primera lectura.';
comment on column kpi.coverage.first_day is 'Primer día local cubierto por completo; nulo si aún no hay ninguno.';
comment on column kpi.coverage.last_day is 'Último día local cubierto por completo; nulo si aún no hay ninguno.';

create view kpi.csat_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
        CASE
            WHEN s.is_csat_covered THEN n.answers
            ELSE NULL::bigint
        END AS answers,
        CASE
            WHEN s.is_csat_covered THEN n.satisfied
            ELSE NULL::bigint
        END AS satisfied,
        CASE
            WHEN s.is_csat_covered THEN round(((n.satisfied)::numeric / (NULLIF(n.answers, 0))::numeric), 4)
            ELSE NULL::numeric
        END AS score,
        CASE
            WHEN s.is_csat_covered THEN n.average
            ELSE NULL::numeric
        END AS average,
        CASE
            WHEN s.is_csat_covered THEN m.sent
            ELSE NULL::bigint
        END AS sent,
        CASE
            WHEN s.is_csat_covered THEN m.answered
            ELSE NULL::bigint
        END AS answered,
        CASE
            WHEN s.is_csat_covered THEN round(((m.answered)::numeric / (NULLIF(m.sent, 0))::numeric), 4)
            ELSE NULL::numeric
        END AS response_rate,
        CASE
            WHEN s.is_csat_covered THEN 1
            ELSE 0
        END AS coverage
   FROM ((kpi.support_days s
     CROSS JOIN LATERAL ( SELECT count(*) AS answers,
            count(*) FILTER (WHERE (x.rating >= 4)) AS satisfied,
            round(avg(x.rating), 2) AS average
           FROM public.csat_responses x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.business_day = s.day) AND x.counts AND (x.deleted_at IS NULL))) n)
     CROSS JOIN LATERAL ( SELECT count(*) AS sent,
            count(*) FILTER (WHERE (EXISTS ( SELECT
                   FROM public.csat_responses y
                  WHERE ((y.tenant_id = x.tenant_id) AND (y.survey_id = x.id) AND (y.deleted_at IS NULL))))) AS answered
           FROM public.messages x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.business_day = s.day) AND (x.content_type = 'input_csat'::text) AND (x.deleted_at IS NULL))) m);
alter table kpi.csat_by_day owner to kpi_owner;
grant select on table kpi.csat_by_day to kpi_analyst;
grant select on table kpi.csat_by_day to kpi_reader;
grant select on table kpi.csat_by_day to kpi_writer;
comment on view kpi.csat_by_day is 'Encuesta de satisfacción por día local: score = notas 4 y 5 sobre todas, por día de la respuesta (de varias respuestas a una encuesta, la última); promedio de 1 a 5; tasa de respuesta = de las encuestas enviadas ese día, las respondidas. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Sin respuestas, score nulo. Debe cuadrar con: Chatwoot, Informes, CSAT; su tasa de respuesta divide respuestas por envíos del mismo período.';
comment on column kpi.csat_by_day.tenant_id is 'Empresa.';
comment on column kpi.csat_by_day.day is 'Día local.';
comment on column kpi.csat_by_day.answers is 'Respuestas (n).';
comment on column kpi.csat_by_day.satisfied is 'De ellas, con nota 4 o 5.';
comment on column kpi.csat_by_day.score is 'Satisfechos, de 0 a 1; nulo sin respuestas.';
comment on column kpi.csat_by_day.average is 'Nota promedio, de 1 a 5.';
comment on column kpi.csat_by_day.sent is 'Encuestas enviadas ese día.';
comment on column kpi.csat_by_day.answered is 'De ellas, respondidas.';
comment on column kpi.csat_by_day.response_rate is 'Respondidas sobre enviadas, de 0 a 1; nula sin envíos.';
comment on column kpi.csat_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.customer_cohorts with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    COALESCE(to_char((m.cohort_month)::timestamp with time zone, 'YYYY-MM'::text), 'anterior'::text) AS cohort,
    p.month,
    (((((EXTRACT(year FROM p.month) - EXTRACT(year FROM m.cohort_month)) * (12)::numeric) + EXTRACT(month FROM p.month)) - EXTRACT(month FROM m.cohort_month)))::integer AS months_since,
    m.buyers,
    m.orders,
    m.amount_total,
    ((p.month >= v.first_day) AND ((((p.month + '1 mon'::interval))::date - 1) <= v.last_day)) AS is_complete
   FROM ((((public.tenants t
     JOIN kpi.coverage v ON (((v.tenant_id = t.id) AND (v.subject = 'customers'::text))))
     CROSS JOIN LATERAL ( SELECT min(d.day) AS first_day,
            v.first_day AS known_from
           FROM kpi.customer_sales_daily d
          WHERE (d.tenant_id = t.id)) f)
     CROSS JOIN LATERAL ( SELECT (g.at)::date AS month
           FROM generate_series(date_trunc('month'::text, (f.first_day)::timestamp without time zone), (v.last_day)::timestamp without time zone, '1 mon'::interval) g(at)) p)
     CROSS JOIN LATERAL ( SELECT x.cohort_month,
            count(*) FILTER (WHERE d.opens_month) AS buyers,
            (sum(d.sales))::bigint AS orders,
            sum(d.amount_total) AS amount_total
           FROM (kpi.customer_sales_daily d
             CROSS JOIN LATERAL ( SELECT
                        CASE
                            WHEN (d.first_month >= f.known_from) THEN d.first_month
                            ELSE NULL::date
                        END AS cohort_month) x)
          WHERE ((d.tenant_id = t.id) AND (d.day >= p.month) AND (d.day < ((p.month + '1 mon'::interval))::date) AND (d.day <= v.last_day) AND (d.identity_id <> ALL (ARRAY( SELECT g.identity_id
                   FROM kpi.generic_identities g
                  WHERE ((g.tenant_id = t.id) AND (NOT g.used))))))
          GROUP BY x.cohort_month) m);
alter table kpi.customer_cohorts owner to kpi_owner;
grant select on table kpi.customer_cohorts to kpi_analyst;
grant select on table kpi.customer_cohorts to kpi_reader;
grant select on table kpi.customer_cohorts to kpi_writer;
comment on view kpi.customer_cohorts is 'Cohortes: de quienes compraron por primera vez en un mes local, cuántos compran en los meses siguientes. Una fila por empresa, cohorte (mes de la primera venta, como 2026-05, o anterior) y mes de venta; solo meses con ventas. Quien compró antes del primer mes cubierto por completo está en anterior, sin months_since. Los días después del último cubierto no están; is_complete dice si el mes de venta está cubierto por completo. Las identidades genéricas no se usan. En la moneda de la empresa. Debe cuadrar con: Shopify, Customer cohort analysis; difiere en las compras en Odoo y en quienes compran como invitados.';
comment on column kpi.customer_cohorts.tenant_id is 'Empresa.';
comment on column kpi.customer_cohorts.cohort is 'Mes local de la primera venta (AAAA-MM), o anterior.';
comment on column kpi.customer_cohorts.month is 'Mes de las ventas (su primer día).';
comment on column kpi.customer_cohorts.months_since is 'Meses desde la primera venta; 0 es el mismo mes; nulo en anterior.';
comment on column kpi.customer_cohorts.buyers is 'Compradores de la cohorte en ese mes.';
comment on column kpi.customer_cohorts.orders is 'Sus ventas.';
comment on column kpi.customer_cohorts.amount_total is 'Su venta bruta.';
comment on column kpi.customer_cohorts.is_complete is 'Si el mes de venta está cubierto por completo.';

create view kpi.dashboard_as_of with (security_invoker=true) as
 SELECT f.tenant_id,
    n.dashboard,
        CASE
            WHEN (count(*) = count(f.covered_until)) THEN min(f.covered_until)
            ELSE NULL::timestamp with time zone
        END AS as_of,
    (array_agg(((f.source || ' '::text) || f.stream) ORDER BY f.covered_until NULLS FIRST, f.source, f.stream))[1] AS held_back_by,
        CASE
            WHEN (count(*) = count(f.covered_until)) THEN max(f.lag_seconds)
            ELSE NULL::bigint
        END AS lag_seconds,
    bool_or(f.is_stale) AS is_stale,
    count(*) FILTER (WHERE f.is_stale) AS stale_streams,
    sum(f.quarantine_open) AS records_refused,
    bool_or((f.backfills_running > 0)) AS is_backfilling
   FROM ((kpi.freshness_now f
     JOIN ( VALUES ('shopify'::text,'orders'::text,ARRAY['Ejecutiva'::text, 'Tenant'::text, 'Ventas'::text]), ('odoo'::text,'orders'::text,ARRAY['Ejecutiva'::text, 'Tenant'::text, 'Ventas'::text]), ('odoo'::text,'order_lines'::text,ARRAY['Tenant'::text, 'Ventas'::text]), ('odoo'::text,'customers'::text,ARRAY['Ventas'::text]), ('shopify'::text,'abandoned_checkouts'::text,ARRAY['Ventas'::text]), ('odoo'::text,'invoices'::text,ARRAY['Ejecutiva'::text, 'Tenant'::text, 'Ventas'::text]), ('odoo'::text,'pos_orders'::text,ARRAY['Ejecutiva'::text, 'Tenant'::text, 'Ventas'::text]), ('shopify'::text,'products'::text,ARRAY['Tenant'::text, 'Ventas'::text, 'Inventario'::text]), ('odoo'::text,'products'::text,ARRAY['Tenant'::text, 'Ventas'::text, 'Inventario'::text]), ('shopify'::text,'locations'::text,ARRAY['Inventario'::text]), ('odoo'::text,'locations'::text,ARRAY['Inventario'::text]), ('shopify'::text,'inventory_levels'::text,ARRAY['Tenant'::text, 'Inventario'::text]), ('odoo'::text,'inventory_levels'::text,ARRAY['Tenant'::text, 'Inventario'::text]), ('chatwoot'::text,'conversations'::text,ARRAY['Ejecutiva'::text, 'Tenant'::text, 'Soporte'::text]), ('chatwoot'::text,'inboxes'::text,ARRAY['Soporte'::text]), ('chatwoot'::text,'csat_responses'::text,ARRAY['Soporte'::text]), ('n8n'::text,'executions'::text,ARRAY['Ejecutiva'::text, 'Tenant'::text, 'Automatizaciones'::text]), ('n8n'::text,'workflows'::text,ARRAY['Automatizaciones'::text])) s(source, stream, dashboards) ON (((s.source = f.source) AND (s.stream = f.stream))))
     CROSS JOIN LATERAL unnest(s.dashboards) n(dashboard))
  GROUP BY f.tenant_id, n.dashboard;
alter table kpi.dashboard_as_of owner to kpi_owner;
grant select on table kpi.dashboard_as_of to kpi_analyst;
grant select on table kpi.dashboard_as_of to kpi_reader;
grant select on table kpi.dashboard_as_of to kpi_writer;
comment on view kpi.dashboard_as_of is 'Hasta cuándo están completas todas las cifras de un tablero, y qué flujo lo retiene. Una fila por empresa y tablero con al menos uno de sus flujos conectado. as_of = el covered_until más antiguo de los flujos de los que salen sus cifras; nulo si alguno no ha terminado su primera lectura. Un origen no conectado no retiene nada. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.dashboard_as_of.tenant_id is 'Empresa.';
comment on column kpi.dashboard_as_of.dashboard is 'Tablero: Ejecutiva, Tenant, Ventas, Soporte, Automatizaciones o Inventario.';
comment on column kpi.dashboard_as_of.as_of is 'Hasta cuándo está completo; nulo si algún flujo no ha terminado su primera lectura.';
comment on column kpi.dashboard_as_of.held_back_by is 'Flujo que lo retiene: origen y flujo.';
comment on column kpi.dashboard_as_of.lag_seconds is 'Segundos de atraso ahora; nulo si as_of es nulo.';
comment on column kpi.dashboard_as_of.is_stale is 'Si alguno de sus flujos está atrasado.';
comment on column kpi.dashboard_as_of.stale_streams is 'Cuántos de sus flujos están atrasados.';
comment on column kpi.dashboard_as_of.records_refused is 'Registros rechazados de sus flujos que esperan a una persona: no están en las cifras.';
comment on column kpi.dashboard_as_of.is_backfilling is 'Si se está releyendo historia de alguno de sus flujos.';

create view kpi.days_of_cover with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    c.product_key,
    c.sku,
    c.product_name,
    c.available,
    c.units_sold_28_days,
    c.days_of_cover,
    c.coverage
   FROM (public.tenants t
     CROSS JOIN LATERAL kpi.days_of_cover_of(t.id) c(product_key, sku, product_name, available, units_sold_28_days, days_of_cover, coverage));
alter table kpi.days_of_cover owner to kpi_owner;
grant select on table kpi.days_of_cover to kpi_analyst;
grant select on table kpi.days_of_cover to kpi_reader;
grant select on table kpi.days_of_cover to kpi_writer;
comment on view kpi.days_of_cover is 'Para cuántos días alcanza lo disponible al ritmo de los últimos 28 días cubiertos: disponible / (unidades vendidas en ellos / 28). Una fila por empresa y producto con inventario. Nulo si no se vendió nada (no es infinito) o si las ventas no cubren los 28 días; coverage dice qué parte cubren. Las devoluciones no bajan el ritmo. Debe cuadrar con: Shopify, Days of inventory remaining, que usa otra ventana y no ve lo vendido fuera de la tienda.';
comment on column kpi.days_of_cover.tenant_id is 'Empresa.';
comment on column kpi.days_of_cover.product_key is 'Identidad del producto.';
comment on column kpi.days_of_cover.sku is 'SKU.';
comment on column kpi.days_of_cover.product_name is 'Nombre.';
comment on column kpi.days_of_cover.available is 'Unidades disponibles entre todos los lugares de venta.';
comment on column kpi.days_of_cover.units_sold_28_days is 'Unidades vendidas en los últimos 28 días cubiertos.';
comment on column kpi.days_of_cover.days_of_cover is 'Días que alcanza; nulo si no se puede saber.';
comment on column kpi.days_of_cover.coverage is 'Qué parte de los 28 días cubren las ventas, de 0 a 1.';

create view kpi.documents_by_month with (security_invoker=true) as
 SELECT i.tenant_id,
    (date_trunc('month'::text, (i.invoice_date)::timestamp with time zone))::date AS month,
    i.company,
    i.document_type,
    i.kind,
    t.currency,
    count(*) FILTER (WHERE (i.state = 'posted'::text)) AS documents,
    min(f.folio) FILTER (WHERE (i.state = 'posted'::text)) AS first_folio,
    max(f.folio) FILTER (WHERE (i.state = 'posted'::text)) AS last_folio,
    (((max(f.folio) - min(f.folio)) + 1) - count(DISTINCT f.folio)) AS missing_folios,
    (count(f.folio) FILTER (WHERE (i.state = 'posted'::text)) - count(DISTINCT f.folio) FILTER (WHERE (i.state = 'posted'::text))) AS duplicate_folios,
    COALESCE(sum(((s.sign)::numeric * (((i.amount_total - p.exempt) - p.iva) - p.other))), (0)::numeric) AS amount_net,
    COALESCE(sum(((s.sign)::numeric * p.exempt)), (0)::numeric) AS amount_exempt,
    COALESCE(sum(((s.sign)::numeric * p.iva)), (0)::numeric) AS amount_iva,
    COALESCE(sum(((s.sign)::numeric * p.other)), (0)::numeric) AS amount_other_taxes,
    COALESCE(sum(((s.sign)::numeric * i.amount_total)) FILTER (WHERE (p.iva IS NULL)), (0)::numeric) AS amount_unsplit,
    COALESCE(sum(((s.sign)::numeric * i.amount_total)), (0)::numeric) AS amount_total,
    count(*) FILTER (WHERE ((i.state = 'posted'::text) AND (i.amount_total IS NULL))) AS documents_without_rate
   FROM (((((public.invoices i
     JOIN public.tenants t ON ((t.id = i.tenant_id)))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (i.state <> 'posted'::text) THEN 0
                    WHEN (i.kind = 'credit_note'::text) THEN '-1'::integer
                    ELSE 1
                END AS sign) s)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (i.folio ~ '^[0-9]{1,18}$'::text) THEN (i.folio)::bigint
                    ELSE NULL::bigint
                END AS folio) f)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN ((i.currency_source = t.currency) OR (i.amount_total_source = (0)::numeric)) THEN (1)::numeric
                    ELSE (i.amount_total / i.amount_total_source)
                END AS rate) r)
     CROSS JOIN LATERAL ( SELECT round((i.amount_exempt_source * r.rate), (t.currency_decimals)::integer) AS exempt,
            round((i.amount_iva_source * r.rate), (t.currency_decimals)::integer) AS iva,
            round((i.amount_other_taxes_source * r.rate), (t.currency_decimals)::integer) AS other) p)
  WHERE ((i.deleted_at IS NULL) AND (i.state = ANY (ARRAY['posted'::text, 'cancelled'::text])) AND (i.invoice_date IS NOT NULL))
  GROUP BY i.tenant_id, ((date_trunc('month'::text, (i.invoice_date)::timestamp with time zone))::date), i.company, i.document_type, i.kind, t.currency
 HAVING (count(*) FILTER (WHERE (i.state = 'posted'::text)) > 0);
alter table kpi.documents_by_month owner to kpi_owner;
grant select on table kpi.documents_by_month to kpi_analyst;
grant select on table kpi.documents_by_month to kpi_reader;
grant select on table kpi.documents_by_month to kpi_writer;
comment on view kpi.documents_by_month is 'Documentos emitidos del mes por tipo, como en el libro de ventas. Una fila por mes de invoice_date, compañía que emite, tipo del SII y clase. En la moneda de la empresa, al cambio de los libros; negativo en notas de crédito. amount_net + amount_exempt + amount_iva + amount_other_taxes + amount_unsplit = amount_total, al peso. Debe cuadrar con: Odoo, libro de ventas del mes, y SII, Registro de Ventas del mes por tipo de documento (cantidad, neto, exento, IVA, total).';
comment on column kpi.documents_by_month.tenant_id is 'Empresa.';
comment on column kpi.documents_by_month.month is 'Primer día del mes, por fecha del documento.';
comment on column kpi.documents_by_month.company is 'Compañía del origen que emite.';
comment on column kpi.documents_by_month.document_type is 'Código del SII: 33, 34, 39, 41, 56, 61, 110, 111, 112; nulo si el origen no lo dice.';
comment on column kpi.documents_by_month.kind is 'invoice, debit_note o credit_note.';
comment on column kpi.documents_by_month.currency is 'Moneda de los montos: la de la empresa.';
comment on column kpi.documents_by_month.documents is 'Documentos emitidos.';
comment on column kpi.documents_by_month.first_folio is 'Primer folio.';
comment on column kpi.documents_by_month.last_folio is 'Último folio.';
comment on column kpi.documents_by_month.missing_folios is 'Folios entre el primero y el último que ningún documento del mes usa, ni anulado; nulo si no hay folios.';
comment on column kpi.documents_by_month.duplicate_folios is 'Documentos cuyo folio ya tiene otro del mismo tipo y compañía.';
comment on column kpi.documents_by_month.amount_net is 'Neto afecto a IVA.';
comment on column kpi.documents_by_month.amount_exempt is 'Exento.';
comment on column kpi.documents_by_month.amount_iva is 'IVA.';
comment on column kpi.documents_by_month.amount_other_taxes is 'Otros impuestos: ILA y demás.';
comment on column kpi.documents_by_month.amount_unsplit is 'Total de los documentos cuyos impuestos no se pueden distinguir: no está en los cuatro anteriores.';
comment on column kpi.documents_by_month.amount_total is 'Total con impuestos.';
comment on column kpi.documents_by_month.documents_without_rate is 'Documentos sin tipo de cambio en los libros: contados, pero en ningún monto.';

create view kpi.errors_by_category with (security_invoker=true) as
 SELECT r.tenant_id,
    r.day,
    r.workflow_id,
    r.workflow_name,
    r.category,
        CASE
            WHEN ((r.day >= c.first_day) AND (r.day <= c.last_day)) THEN r.errors
            ELSE NULL::bigint
        END AS errors,
        CASE
            WHEN ((r.day >= c.first_day) AND (r.day <= c.last_day)) THEN r.resolved
            ELSE NULL::bigint
        END AS resolved,
    (
        CASE
            WHEN ((r.day >= c.first_day) AND (r.day <= c.last_day)) THEN 1
            ELSE 0
        END)::numeric AS coverage
   FROM (( SELECT e.tenant_id,
            e.business_day AS day,
            e.workflow_id,
            max(e.workflow_name) AS workflow_name,
            COALESCE(e.error_category, 'unknown'::text) AS category,
            count(*) AS errors,
            count(*) FILTER (WHERE e.resolved_by_retry) AS resolved
           FROM public.workflow_executions e
          WHERE ((e.deleted_at IS NULL) AND (e.status = 'error'::text))
          GROUP BY e.tenant_id, e.business_day, e.workflow_id, COALESCE(e.error_category, 'unknown'::text)) r
     LEFT JOIN kpi.coverage c ON (((c.tenant_id = r.tenant_id) AND (c.subject = 'automation'::text))));
alter table kpi.errors_by_category owner to kpi_owner;
grant select on table kpi.errors_by_category to kpi_analyst;
grant select on table kpi.errors_by_category to kpi_reader;
grant select on table kpi.errors_by_category to kpi_writer;
comment on view kpi.errors_by_category is 'Ejecuciones de producción con error por tipo, día local y automatización. Una fila por combinación en que algo falló. Tipos: auth, not_found, rate_limit, upstream, client, network, timeout, code, validation, crash, other; unknown si n8n ya no tenía el detalle. resolved = las que un reintento resolvió: siguen siendo errores. Un día no cubierto por completo tiene errors nulo. Debe cuadrar con: n8n, lista de ejecuciones con estado Error y Crashed del día, sin las manuales; kpi.executions_by_day.errors del mismo día.';
comment on column kpi.errors_by_category.tenant_id is 'Empresa.';
comment on column kpi.errors_by_category.day is 'Día local de inicio.';
comment on column kpi.errors_by_category.workflow_id is 'Automatización (workflows.id).';
comment on column kpi.errors_by_category.workflow_name is 'Su nombre actual.';
comment on column kpi.errors_by_category.category is 'Tipo de error.';
comment on column kpi.errors_by_category.errors is 'Ejecuciones con error.';
comment on column kpi.errors_by_category.resolved is 'De ellas, las que un reintento resolvió.';
comment on column kpi.errors_by_category.coverage is '1 si el día está cubierto por completo, 0 si no.';

create view kpi.executions_by_day with (security_invoker=true) as
 SELECT tenant_id,
    day,
    executions,
    success,
    errors,
    errors_resolved,
    crashed,
    canceled,
    running,
    success_rate,
    errors_without_rate,
    coverage
   FROM kpi.executions_of_days('-infinity'::date, 'infinity'::date) d(tenant_id, day, executions, success, errors, errors_resolved, crashed, canceled, running, success_rate, errors_without_rate, coverage);
alter table kpi.executions_by_day owner to kpi_owner;
grant select on table kpi.executions_by_day to kpi_analyst;
grant select on table kpi.executions_by_day to kpi_reader;
grant select on table kpi.executions_by_day to kpi_writer;
comment on view kpi.executions_by_day is 'Ejecuciones de producción por día local, con su tasa de éxito. Una fila por empresa y día, también los días sin ejecuciones (0). Un día que los datos no cubren por completo (antes de la memoria de n8n, o el de hoy) tiene todo nulo y coverage 0. La tasa es de las automatizaciones cuyas ejecuciones correctas guarda n8n; los errores de las demás van en errors_without_rate. Debe cuadrar con: n8n Insights del día, que no cuenta canceladas ni en espera y corta los días en la zona de la instancia.';
comment on column kpi.executions_by_day.tenant_id is 'Empresa.';
comment on column kpi.executions_by_day.day is 'Día local del inicio.';
comment on column kpi.executions_by_day.executions is 'Todas las ejecuciones.';
comment on column kpi.executions_by_day.success is 'Correctas que n8n guardó.';
comment on column kpi.executions_by_day.errors is 'Con error, caídas incluidas; un error reintentado sigue siendo error.';
comment on column kpi.executions_by_day.errors_resolved is 'De los errores, los que un reintento resolvió.';
comment on column kpi.executions_by_day.crashed is 'Caídas.';
comment on column kpi.executions_by_day.canceled is 'Canceladas.';
comment on column kpi.executions_by_day.running is 'En curso o esperando.';
comment on column kpi.executions_by_day.success_rate is 'Correctas / (correctas + con error), de 0 a 1; nula si no se puede saber.';
comment on column kpi.executions_by_day.errors_without_rate is 'Errores de automatizaciones cuyas ejecuciones correctas n8n no guarda: fuera de la tasa.';
comment on column kpi.executions_by_day.coverage is '1 si el día está cubierto por completo, 0 si no.';

create view kpi.executions_by_workflow with (security_invoker=true) as
 SELECT r.tenant_id,
    r.workflow_name,
    (sum(r.executions))::bigint AS executions,
    (sum(r.duration_ms_sum) / NULLIF(sum(r.duration_ms_count), (0)::numeric)) AS avg_duration_ms,
    (sum(r.errors))::bigint AS errors,
    (sum(r.crashed))::bigint AS crashed,
    (sum(r.success))::bigint AS success,
        CASE
            WHEN (NOT bool_or((k.workflow_id IS NOT NULL))) THEN round((sum(r.success) / NULLIF((sum(r.success) + sum(r.errors)), (0)::numeric)), 4)
            ELSE NULL::numeric
        END AS success_rate,
    count(*) AS workflows,
    (sum(r.errors_resolved))::bigint AS errors_resolved
   FROM (( SELECT e.tenant_id,
            e.workflow_id,
            e.workflow_name,
            count(*) AS executions,
            sum(e.duration_ms) AS duration_ms_sum,
            count(e.duration_ms) AS duration_ms_count,
            count(*) FILTER (WHERE (e.status = 'error'::text)) AS errors,
            count(*) FILTER (WHERE (e.error_category = 'crash'::text)) AS crashed,
            count(*) FILTER (WHERE (e.status = 'success'::text)) AS success,
            count(*) FILTER (WHERE e.resolved_by_retry) AS errors_resolved
           FROM public.workflow_executions e
          WHERE ((e.deleted_at IS NULL) AND (e.created_at >= (now() - '30 days'::interval)))
          GROUP BY e.tenant_id, e.workflow_id, e.workflow_name) r
     LEFT JOIN ( SELECT DISTINCT d.tenant_id,
            d.workflow_id
           FROM kpi.executions_daily d
          WHERE ((NOT d.keeps_successes) AND (d.day >= (CURRENT_DATE - 32)))) k ON (((k.workflow_id = r.workflow_id) AND (NOT (k.tenant_id IS DISTINCT FROM r.tenant_id)))))
  GROUP BY r.tenant_id, r.workflow_name;
alter table kpi.executions_by_workflow owner to kpi_owner;
grant select on table kpi.executions_by_workflow to kpi_analyst;
grant select on table kpi.executions_by_workflow to kpi_reader;
grant select on table kpi.executions_by_workflow to kpi_writer;
comment on view kpi.executions_by_workflow is 'Ejecuciones de producción por automatización en los últimos 30 días corridos (móvil): las cifras de la consulta 3 del encargo, con tasa de éxito. Una fila por empresa y nombre de automatización con ejecuciones; las de igual nombre son una fila. Tasa de éxito = correctas / (correctas + con error); nula si ninguna terminó o si n8n no guarda las correctas. Debe cuadrar con: la consulta 3 sin su límite de 10; n8n Insights del mismo período, que no cuenta reintentos de ejecuciones manuales ni las podadas antes de su primera hora.';
comment on column kpi.executions_by_workflow.tenant_id is 'Empresa.';
comment on column kpi.executions_by_workflow.workflow_name is 'Nombre actual de la automatización.';
comment on column kpi.executions_by_workflow.executions is 'Todas las ejecuciones de la ventana.';
comment on column kpi.executions_by_workflow.avg_duration_ms is 'Promedio de las duraciones conocidas, milisegundos.';
comment on column kpi.executions_by_workflow.errors is 'Con error, caídas incluidas; un error reintentado sigue siendo error.';
comment on column kpi.executions_by_workflow.crashed is 'De ellas, caídas.';
comment on column kpi.executions_by_workflow.success is 'Correctas.';
comment on column kpi.executions_by_workflow.success_rate is 'Correctas / (correctas + con error), de 0 a 1; nula si no se puede saber.';
comment on column kpi.executions_by_workflow.workflows is 'Cuántas automatizaciones llevan ese nombre.';
comment on column kpi.executions_by_workflow.errors_resolved is 'De los errores, los que un reintento resolvió.';

create view kpi.executive_sales with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    t.rut,
    t.company_name,
    t.status,
    m.first_day AS month,
    t.currency,
        CASE
            WHEN (c.coverage = (1)::numeric) THEN s.amount_total
            ELSE NULL::numeric
        END AS amount_total,
        CASE
            WHEN (c.coverage = (1)::numeric) THEN s.orders
            ELSE NULL::bigint
        END AS orders,
        CASE
            WHEN (c.coverage = (1)::numeric) THEN s.orders_without_rate
            ELSE NULL::bigint
        END AS orders_without_rate,
    p.currency AS platform_currency,
        CASE
            WHEN ((c.coverage = (1)::numeric) AND (s.days_without_rate = 0)) THEN round(s.amount_platform, (p.currency_decimals)::integer)
            ELSE NULL::numeric
        END AS amount_platform,
        CASE
            WHEN (v.tenant_id IS NULL) THEN 'no_source'::text
            WHEN (c.coverage < (1)::numeric) THEN 'not_covered'::text
            WHEN (s.days_with_implausible_rate > 0) THEN 'implausible_rate'::text
            WHEN (s.days_without_rate > 0) THEN 'no_rate'::text
            ELSE NULL::text
        END AS missing_because,
    c.coverage
   FROM (((((public.tenants t
     CROSS JOIN kpi.platform p)
     CROSS JOIN LATERAL ( SELECT ((date_trunc('month'::text, (now() AT TIME ZONE t.time_zone)) - '1 mon'::interval))::date AS first_day,
            ((date_trunc('month'::text, (now() AT TIME ZONE t.time_zone)))::date - 1) AS last_day) m)
     LEFT JOIN kpi.coverage v ON (((v.tenant_id = t.id) AND (v.subject = 'sales'::text))))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (v.last_day IS NULL) THEN (0)::numeric
                    ELSE round(((GREATEST(((LEAST(v.last_day, m.last_day) - GREATEST(v.first_day, m.first_day)) + 1), 0))::numeric / (((m.last_day - m.first_day) + 1))::numeric), 4)
                END AS coverage) c)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(d.amount_total), (0)::numeric) AS amount_total,
            (COALESCE(sum(d.orders), (0)::numeric))::bigint AS orders,
            (COALESCE(sum(d.orders_without_rate), (0)::numeric))::bigint AS orders_without_rate,
            COALESCE(sum((d.amount_total *
                CASE
                    WHEN (t.currency = p.currency) THEN (1)::numeric
                    WHEN r.is_plausible THEN r.rate
                    ELSE NULL::numeric
                END)), (0)::numeric) AS amount_platform,
            count(*) FILTER (WHERE ((d.amount_total <> (0)::numeric) AND (t.currency <> p.currency) AND (r.is_plausible IS NOT TRUE))) AS days_without_rate,
            count(*) FILTER (WHERE ((d.amount_total <> (0)::numeric) AND (r.is_plausible IS FALSE))) AS days_with_implausible_rate
           FROM (( SELECT s_1.day,
                    sum(s_1.amount_total) AS amount_total,
                    sum(s_1.orders) AS orders,
                    sum(s_1.orders_without_rate) AS orders_without_rate
                   FROM kpi.sales_daily s_1
                  WHERE ((s_1.tenant_id = t.id) AND ((s_1.day >= m.first_day) AND (s_1.day <= m.last_day)))
                  GROUP BY s_1.day) d
             LEFT JOIN LATERAL ( SELECT f.rate,
                    ((f.rate >= COALESCE(b.low, (0)::numeric)) AND (f.rate <= COALESCE(b.high, 'Infinity'::numeric))) AS is_plausible
                   FROM ((( SELECT 1 AS place,
                            x.rate_date,
                            x.rate
                           FROM public.exchange_rates x
                          WHERE ((x.tenant_id = t.id) AND (x.currency = t.currency) AND (x.base_currency = p.currency) AND (x.deleted_at IS NULL) AND (x.rate > (0)::numeric) AND ((x.rate_date >= (d.day - 7)) AND (x.rate_date <= d.day)))
                          ORDER BY x.rate_date DESC, x.id
                         LIMIT 1)
                        UNION ALL
                        ( SELECT 2,
                            x.rate_date,
                            ((1)::numeric / x.rate)
                           FROM public.exchange_rates x
                          WHERE ((x.tenant_id = t.id) AND (x.currency = p.currency) AND (x.base_currency = t.currency) AND (x.deleted_at IS NULL) AND (x.rate > (0)::numeric) AND ((x.rate_date >= (d.day - 7)) AND (x.rate_date <= d.day)))
                          ORDER BY x.rate_date DESC, x.id
                         LIMIT 1)) f
                     LEFT JOIN ( VALUES ('USD'::text,'CLP'::text,300,3000), ('EUR'::text,'CLP'::text,350,3500), ('CLF'::text,'CLP'::text,20000,100000), ('EUR'::text,'USD'::text,0.7,1.8), ('CLP'::text,'USD'::text,((1)::numeric / 3000.0),((1)::numeric / 300.0)), ('CLP'::text,'EUR'::text,((1)::numeric / 3500.0),((1)::numeric / 350.0)), ('USD'::text,'EUR'::text,((1)::numeric / 1.8),((1)::numeric / 0.7))) b(currency, base_currency, low, high) ON (((b.currency = t.currency) AND (b.base_currency = p.currency))))
                  WHERE (t.currency <> p.currency)
                  ORDER BY f.rate_date DESC, f.place
                 LIMIT 1) r ON (true))) s)
  WHERE (t.status <> 'erased'::text);
alter table kpi.executive_sales owner to kpi_owner;
grant select on table kpi.executive_sales to kpi_analyst;
grant select on table kpi.executive_sales to kpi_reader;
grant select on table kpi.executive_sales to kpi_writer;
comment on view kpi.executive_sales is 'Venta bruta de cada empresa en su último mes calendario completo (en su propia zona), en su moneda y en la de la plataforma: la única vista en que empresas de distinta moneda se suman u ordenan. Una fila por empresa. amount_platform = venta de cada día local por el tipo de cambio de ese día: el último propio de la empresa en Odoo a esa fecha, de no más de siete días, en cualquiera de los dos sentidos. Nulo con su razón en missing_because: no_source (ningún origen de ventas), not_covered (mes no cubierto por completo: sin dato), no_rate (un día con ventas sin tipo de cambio; no se usan los de otra empresa), implausible_rate (fuera de lo razonable). Debe cuadrar con: Shopify, Total sales del mes antes de devoluciones, más los pedidos propios de Odoo; amount_platform no existe en ningún origen.';
comment on column kpi.executive_sales.tenant_id is 'Empresa.';
comment on column kpi.executive_sales.rut is 'RUT de la empresa.';
comment on column kpi.executive_sales.company_name is 'Razón social.';
comment on column kpi.executive_sales.status is 'active o paused.';
comment on column kpi.executive_sales.month is 'Primer día del mes informado.';
comment on column kpi.executive_sales.currency is 'Moneda de la empresa y de amount_total.';
comment on column kpi.executive_sales.amount_total is 'Venta bruta del mes en la moneda de la empresa; 0 si no vendió, nula sin dato.';
comment on column kpi.executive_sales.orders is 'Pedidos (ventas) del mes; nulo sin dato.';
comment on column kpi.executive_sales.orders_without_rate is 'De ellos, sin tipo de cambio a la moneda de la empresa: no están en ningún monto.';
comment on column kpi.executive_sales.platform_currency is 'Moneda de la plataforma y de amount_platform.';
comment on column kpi.executive_sales.amount_platform is 'Venta bruta del mes en la moneda de la plataforma; nula si no se sabe o no se puede convertir.';
comment on column kpi.executive_sales.missing_because is 'Por qué falta un monto: no_source, not_covered, no_rate o implausible_rate.';
comment on column kpi.executive_sales.coverage is 'Parte de los días del mes cubierta por los datos, de 0 a 1.';

create view kpi.executive_summary with (security_invoker=true) as
 SELECT a.tenants_active,
    a.tenants_total,
        CASE
            WHEN (p.users_as_of IS NOT NULL) THEN u.users_registered
            ELSE NULL::bigint
        END AS users_registered,
    p.users_as_of,
    p.currency AS platform_currency,
    s.sales_amount,
    s.sales_tenants_without_data,
    s.sales_unconverted,
    concat_ws(', '::text,
        CASE
            WHEN (s.sales_tenants_without_data > 0) THEN ((s.sales_tenants_without_data ||
            CASE s.sales_tenants_without_data
                WHEN 1 THEN ' tenant'::text
                ELSE ' tenants'::text
            END) || ' sin dato'::text)
            ELSE NULL::text
        END, (s.unconverted_note || ' sin convertir'::text)) AS sales_note,
    k.tickets_open,
    k.tickets_tenants_without_data,
    w.workflows_executed,
    w.workflows_tenants_without_data
   FROM (((((kpi.platform p
     LEFT JOIN ( SELECT count(*) AS tenants_total,
            count(*) FILTER (WHERE ((t.status = 'active'::text) AND ((EXISTS ( SELECT
                   FROM kpi.sales_daily d
                  WHERE ((d.tenant_id = t.id) AND (d.orders > 0) AND (d.day > (((now() AT TIME ZONE t.time_zone))::date - 30))))) OR (EXISTS ( SELECT
                   FROM kpi.conversations_daily d
                  WHERE ((d.tenant_id = t.id) AND (d.opened > 0) AND (d.day > (((now() AT TIME ZONE t.time_zone))::date - 30))))) OR (EXISTS ( SELECT
                   FROM kpi.executions_daily d
                  WHERE ((d.tenant_id = t.id) AND (d.executions > 0) AND (d.day > (((now() AT TIME ZONE t.time_zone))::date - 30)))))))) AS tenants_active
           FROM public.tenants t
          WHERE (t.status <> 'erased'::text)) a ON (true))
     LEFT JOIN ( SELECT count(*) AS users_registered
           FROM public.users x
          WHERE ((x.deleted_at IS NULL) AND (NOT x.banned))) u ON (true))
     LEFT JOIN ( SELECT sum(e.amount_platform) AS sales_amount,
            (COALESCE(sum(e.without_data), (0)::numeric))::bigint AS sales_tenants_without_data,
            COALESCE(jsonb_object_agg(e.currency, e.unconverted) FILTER (WHERE (e.unconverted <> (0)::numeric)), '{}'::jsonb) AS sales_unconverted,
            string_agg(((e.currency || ' '::text) || rtrim(translate(to_char(e.unconverted, 'FM999,999,999,999,990.99'::text), ',.'::text, '.,'::text), ','::text)), ', '::text ORDER BY e.currency) FILTER (WHERE (e.unconverted <> (0)::numeric)) AS unconverted_note
           FROM ( SELECT x.currency,
                    sum(x.amount_platform) AS amount_platform,
                    sum(x.amount_total) FILTER (WHERE (x.amount_platform IS NULL)) AS unconverted,
                    count(*) FILTER (WHERE (x.amount_total IS NULL)) AS without_data
                   FROM kpi.executive_sales x
                  GROUP BY x.currency) e) s ON (true))
     LEFT JOIN ( SELECT (sum(COALESCE(o.open, (0)::numeric)) FILTER (WHERE (c.covered_until IS NOT NULL)))::bigint AS tickets_open,
            count(*) FILTER (WHERE (c.covered_until IS NULL)) AS tickets_tenants_without_data
           FROM ((kpi.coverage c
             JOIN public.tenants t ON (((t.id = c.tenant_id) AND (t.status <> 'erased'::text))))
             LEFT JOIN ( SELECT d.tenant_id,
                    sum(d.open) AS open
                   FROM kpi.conversations_daily d
                  WHERE (d.open > 0)
                  GROUP BY d.tenant_id) o ON ((o.tenant_id = c.tenant_id)))
          WHERE (c.subject = 'support'::text)) k ON (true))
     LEFT JOIN ( SELECT (sum(o.executions))::bigint AS workflows_executed,
            count(*) FILTER (WHERE (NOT m.is_covered)) AS workflows_tenants_without_data
           FROM (((kpi.coverage c
             JOIN public.tenants t ON (((t.id = c.tenant_id) AND (t.status <> 'erased'::text))))
             CROSS JOIN LATERAL ( SELECT (x.last_day - 29) AS first_day,
                    x.last_day,
                    COALESCE(((c.first_day <= (x.last_day - 29)) AND (x.last_day >= (x.yesterday - 1))), false) AS is_covered
                   FROM ( SELECT y.yesterday,
                            LEAST(y.yesterday, c.last_day) AS last_day
                           FROM ( SELECT (((now() AT TIME ZONE t.time_zone))::date - 1) AS yesterday) y) x) m)
             LEFT JOIN LATERAL ( SELECT COALESCE(sum(d.executions), (0)::numeric) AS executions
                   FROM kpi.executions_daily d
                  WHERE ((d.tenant_id = c.tenant_id) AND ((d.day >= m.first_day) AND (d.day <= m.last_day)))) o ON (m.is_covered))
          WHERE (c.subject = 'automation'::text)) w ON (true));
alter table kpi.executive_summary owner to kpi_owner;
grant select on table kpi.executive_summary to kpi_analyst;
grant select on table kpi.executive_summary to kpi_writer;
comment on view kpi.executive_summary is 'Las cinco cifras de la Vista Ejecutiva sobre todas las empresas, cada una con lo que deja fuera. Una sola fila, solo para el analista: el lector de una empresa tiene su fila en kpi.executive_sales y kpi.registered_users. Tenants activos: ni pausados ni borrados y con al menos una venta, conversación o ejecución en los últimos 30 días locales, hoy incluido. Usuarios registrados: distintos, ni vetados ni borrados, también los de ninguna empresa. Ventas consolidadas: venta bruta del último mes calendario completo de cada empresa, en la moneda de la plataforma, con los tenants sin dato y lo que no se pudo convertir al lado. Tickets abiertos: conversaciones abiertas ahora. Workflows ejecutados: ejecuciones de producción de 30 días locales completos, hasta ayer. Nulo si ninguna empresa tiene datos, nunca 0. Debe cuadrar con: Clerk, Users, total menos vetados; Chatwoot, conversaciones abiertas; n8n Insights de 30 días; ventas: kpi.executive_sales, fila por fila.';
comment on column kpi.executive_summary.tenants_active is 'Tenants activos en los últimos 30 días.';
comment on column kpi.executive_summary.tenants_total is 'Todos los tenants, sin los borrados.';
comment on column kpi.executive_summary.users_registered is 'Usuarios registrados, cada uno una vez; nulo si nunca se leyeron.';
comment on column kpi.executive_summary.users_as_of is 'Última lectura completa de los usuarios.';
comment on column kpi.executive_summary.platform_currency is 'Moneda de sales_amount.';
comment on column kpi.executive_summary.sales_amount is 'Ventas consolidadas del último mes en la moneda de la plataforma, solo de los tenants con dato y tipo de cambio.';
comment on column kpi.executive_summary.sales_tenants_without_data is 'Tenants sin dato de ventas en el mes: no están en sales_amount.';
comment on column kpi.executive_summary.sales_unconverted is 'Ventas del mes que no se pudieron convertir, por moneda: no están en sales_amount.';
comment on column kpi.executive_summary.sales_note is 'Lo que sales_amount deja fuera, en palabras; vacío si nada.';
comment on column kpi.executive_summary.tickets_open is 'Conversaciones abiertas ahora.';
comment on column kpi.executive_summary.tickets_tenants_without_data is 'Tenants cuyo Chatwoot nunca se leyó completo: no están en tickets_open.';
comment on column kpi.executive_summary.workflows_executed is 'Ejecuciones de producción de 30 días locales completos, hasta ayer.';
comment on column kpi.executive_summary.workflows_tenants_without_data is 'Tenants cuyo n8n no está cubierto los 30 días: no están en workflows_executed.';

create view kpi.freshness_now with (security_invoker=true) as
 SELECT f.tenant_id,
    f.connection_id,
    f.source,
    f.stream,
    f.state,
    f.problem,
    f.last_batch_at,
    f.last_success_at,
    f.covered_from,
    f.covered_until,
        CASE
            WHEN (f.covered_until IS NOT NULL) THEN (GREATEST(floor(EXTRACT(epoch FROM (now() - f.covered_until))), (0)::numeric))::bigint
            ELSE NULL::bigint
        END AS lag_seconds,
    (s.stale_because IS NOT NULL) AS is_stale,
    s.stale_because,
    f.interval_seconds,
    f.error_kind,
    f.error_code,
    f.failing_since,
    f.quarantine_open,
    ( SELECT string_agg(COALESCE((n.said ->> 'es'::text), (n.said ->> 'message'::text)), '; '::text ORDER BY (n.said ->> 'code'::text)) AS string_agg
           FROM jsonb_array_elements(f.notices) n(said)) AS known_gaps,
    f.backfills_running,
    f.backfill_from,
    f.backfill_until,
        CASE
            WHEN (f.problem IS NOT NULL) THEN COALESCE(f.problem_es, 'La última lectura no terminó bien.'::text)
            ELSE NULL::text
        END AS problem_es
   FROM (((((kpi.freshness f
     JOIN public.tenants t ON ((t.id = f.tenant_id)))
     CROSS JOIN LATERAL ( SELECT make_interval(secs => (((3 * COALESCE(f.interval_seconds, 300)) + 120))::double precision) AS allowed) a)
     CROSS JOIN LATERAL ( SELECT GREATEST(a.allowed, '01:00:00'::interval) AS allowed) b)
     CROSS JOIN LATERAL ( SELECT kpi.last_quiet(now(), t.time_zone, f.quiet_from, f.quiet_until) AS until) q)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN ((f.covered_until IS NULL) AND (f.last_success_at IS NULL)) THEN 'never'::text
                    WHEN ((f.last_success_at < (now() - a.allowed)) AND (q.until < (now() - a.allowed))) THEN 'not_read'::text
                    WHEN ((f.covered_until < (now() - b.allowed)) AND (q.until < (now() - b.allowed))) THEN 'behind'::text
                    ELSE NULL::text
                END AS stale_because) s);
alter table kpi.freshness_now owner to kpi_owner;
grant select on table kpi.freshness_now to kpi_analyst;
grant select on table kpi.freshness_now to kpi_reader;
grant select on table kpi.freshness_now to kpi_writer;
comment on view kpi.freshness_now is 'Qué tan atrasado está cada flujo en este momento, si se llega a su origen y qué se sabe que falta. Una fila por empresa, conexión y flujo. lag_seconds = ahora menos covered_until, nunca menos de 0; nulo si el flujo no ha terminado su primera lectura. stale_because dice por qué está atrasado: never (primera lectura sin terminar), not_read (ninguna lectura terminó en tres intervalos y dos minutos) o behind (covered_until más antiguo que eso y que una hora); en las horas de descanso del origen no lo está. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.freshness_now.tenant_id is 'Empresa.';
comment on column kpi.freshness_now.connection_id is 'Conexión.';
comment on column kpi.freshness_now.source is 'Sistema de origen.';
comment on column kpi.freshness_now.stream is 'Flujo.';
comment on column kpi.freshness_now.state is 'new, loading, ok, held (espera a una persona) o failing.';
comment on column kpi.freshness_now.problem is 'Qué pasa y qué hacer, si algo pasa, en inglés para quien opera el servicio.';
comment on column kpi.freshness_now.last_batch_at is 'Última escritura.';
comment on column kpi.freshness_now.last_success_at is 'Última lectura completa.';
comment on column kpi.freshness_now.covered_from is 'Desde cuándo hay datos; nulo con covered_until puesto: todo lo que tiene el origen.';
comment on column kpi.freshness_now.covered_until is 'Hasta cuándo hay datos, por el reloj del origen.';
comment on column kpi.freshness_now.lag_seconds is 'Segundos de atraso ahora; nulo si nunca se completó una lectura.';
comment on column kpi.freshness_now.is_stale is 'Si está atrasado.';
comment on column kpi.freshness_now.stale_because is 'Por qué está atrasado: never, not_read o behind; nulo si no lo está.';
comment on column kpi.freshness_now.interval_seconds is 'Segundos entre dos lecturas.';
comment on column kpi.freshness_now.error_kind is 'Por qué falla: config (debe actuar una persona), transient (el origen no responde), data o bug; nulo si no falla.';
comment on column kpi.freshness_now.error_code is 'Palabra estable del error.';
comment on column kpi.freshness_now.failing_since is 'Desde cuándo falla; nulo si no falla.';
comment on column kpi.freshness_now.quarantine_open is 'Registros rechazados que esperan a una persona: no están en las cifras.';
comment on column kpi.freshness_now.known_gaps is 'Lo que el origen no puede entregar, según él mismo, en castellano; nulo si nada.';
comment on column kpi.freshness_now.backfills_running is 'Relecturas de historia en curso.';
comment on column kpi.freshness_now.backfill_from is 'Desde cuándo releen las que están en curso.';
comment on column kpi.freshness_now.backfill_until is 'Hasta cuándo releen las que están en curso.';
comment on column kpi.freshness_now.problem_es is 'Qué pasa y qué hacer, si algo pasa, en castellano para quien lee las cifras.';

create view kpi.generic_identities with (security_invoker=true) as
 SELECT c.tenant_id,
    c.identity_id,
        CASE
            WHEN c.anonymous THEN 'rut'::text
            ELSE 'share'::text
        END AS reason,
    c.sales,
    round(((c.sales)::numeric / NULLIF(s.sales, (0)::numeric)), 4) AS share,
    (a.identity_id IS NOT NULL) AS used
   FROM ((kpi.customer_sales c
     CROSS JOIN LATERAL ( SELECT sum(d.orders) AS sales
           FROM kpi.sales_daily d
          WHERE (d.tenant_id = c.tenant_id)) s)
     LEFT JOIN kpi.accepted_identities a ON (((a.tenant_id = c.tenant_id) AND (a.identity_id = c.identity_id))))
  WHERE (((c.sales >= 20) OR c.anonymous) AND (c.anonymous OR (((c.sales * 20))::numeric > s.sales)));
alter table kpi.generic_identities owner to kpi_owner;
grant select on table kpi.generic_identities to kpi_analyst;
grant select on table kpi.generic_identities to kpi_reader;
grant select on table kpi.generic_identities to kpi_writer;
comment on view kpi.generic_identities is 'Identidades que probablemente no son un solo cliente: tienen más del 5 % de las ventas de la empresa (y al menos 20), o solo se apoyan en un RUT que comparten muchos ("Cliente Web"). Una fila por empresa e identidad. No se usan en las cifras de clientes hasta que una persona diga que sí (kpi identity accept). Debe cuadrar con: nada en el origen; Shopify y Odoo muestran los pedidos de un cliente en su ficha, no si es genérico.';
comment on column kpi.generic_identities.tenant_id is 'Empresa.';
comment on column kpi.generic_identities.identity_id is 'Identidad (public.customer_identities).';
comment on column kpi.generic_identities.reason is 'share: demasiadas ventas. rut: solo un RUT genérico.';
comment on column kpi.generic_identities.sales is 'Sus ventas.';
comment on column kpi.generic_identities.share is 'Parte de todas las ventas de la empresa, de 0 a 1.';
comment on column kpi.generic_identities.used is 'Si una persona dijo que es un cliente y se usa.';

create view kpi.handoffs_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
        CASE
            WHEN s.is_covered THEN n.to_human
            ELSE NULL::bigint
        END AS to_human,
        CASE
            WHEN s.is_covered THEN n.to_bot
            ELSE NULL::bigint
        END AS to_bot,
        CASE
            WHEN s.is_covered THEN n.conversations
            ELSE NULL::bigint
        END AS conversations,
        CASE
            WHEN s.is_covered THEN 1
            ELSE 0
        END AS coverage
   FROM (kpi.support_days s
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (x.direction = 'to_human'::text)) AS to_human,
            count(*) FILTER (WHERE (x.direction = 'to_bot'::text)) AS to_bot,
            count(DISTINCT x.conversation_id) AS conversations
           FROM kpi.handoffs x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.day = s.day))) n);
alter table kpi.handoffs_by_day owner to kpi_owner;
grant select on table kpi.handoffs_by_day to kpi_analyst;
grant select on table kpi.handoffs_by_day to kpi_reader;
grant select on table kpi.handoffs_by_day to kpi_writer;
comment on view kpi.handoffs_by_day is 'Traspasos entre el bot y las personas por día local: a persona (primer mensaje público de una persona tras alguno del bot, o paso de pending a open, una vez por tramo) y al bot (de open a pending). Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Bot, Traspasos, que cuenta solo el primero de cada conversación: la nuestra es igual o mayor.';
comment on column kpi.handoffs_by_day.tenant_id is 'Empresa.';
comment on column kpi.handoffs_by_day.day is 'Día local.';
comment on column kpi.handoffs_by_day.to_human is 'Del bot a una persona.';
comment on column kpi.handoffs_by_day.to_bot is 'De una persona al bot.';
comment on column kpi.handoffs_by_day.conversations is 'Conversaciones con algún traspaso ese día.';
comment on column kpi.handoffs_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.latency_by_day with (security_invoker=true) as
 SELECT r.tenant_id,
    r.day,
        CASE
            WHEN r.covered THEN COALESCE(d.runs, (0)::bigint)
            ELSE NULL::bigint
        END AS runs,
        CASE
            WHEN r.covered THEN round(((d.duration_ms_sum)::numeric / (NULLIF(d.runs, 0))::numeric), 1)
            ELSE NULL::numeric
        END AS avg_ms,
        CASE
            WHEN r.covered THEN d.p50_ms
            ELSE NULL::bigint
        END AS p50_ms,
        CASE
            WHEN r.covered THEN d.p95_ms
            ELSE NULL::bigint
        END AS p95_ms,
    (
        CASE
            WHEN r.covered THEN 1
            ELSE 0
        END)::numeric AS coverage
   FROM (( SELECT c.tenant_id,
            (s.day)::date AS day,
            COALESCE((((s.day)::date >= c.first_day) AND ((s.day)::date <= c.last_day)), false) AS covered
           FROM ((kpi.coverage c
             CROSS JOIN LATERAL ( SELECT min(x.day) AS first_run,
                    max(x.day) AS last_run
                   FROM kpi.executions_daily x
                  WHERE (x.tenant_id = c.tenant_id)) k)
             CROSS JOIN LATERAL generate_series((LEAST(k.first_run,
                CASE
                    WHEN isfinite(c.first_day) THEN c.first_day
                    ELSE NULL::date
                END))::timestamp without time zone, (GREATEST(k.last_run, c.last_day))::timestamp without time zone, '1 day'::interval) s(day))
          WHERE (c.subject = 'automation'::text)) r
     LEFT JOIN LATERAL ( SELECT x.runs,
            x.duration_ms_sum,
            x.p50_ms,
            x.p95_ms
           FROM kpi.execution_latency_daily x
          WHERE ((x.tenant_id = r.tenant_id) AND (x.day = r.day))
         OFFSET 0) d ON (true));
alter table kpi.latency_by_day owner to kpi_owner;
grant select on table kpi.latency_by_day to kpi_analyst;
grant select on table kpi.latency_by_day to kpi_reader;
grant select on table kpi.latency_by_day to kpi_writer;
comment on view kpi.latency_by_day is 'Cuánto tardan las ejecuciones de producción, por día local de inicio: promedio, mediana y percentil 95 en milisegundos. Una fila por empresa y día; un día cubierto sin duraciones tiene runs 0 y lo demás nulo; uno no cubierto, todo nulo. Sin las que esperaron, se cancelaron, se cayeron o siguen en curso. Los percentiles de varios días no se promedian: para un período, kpi.latency_in_period. Debe cuadrar con: n8n, columna de duración de la lista de ejecuciones del día, sin las que esperaron; Insights promedia también las caídas.';
comment on column kpi.latency_by_day.tenant_id is 'Empresa.';
comment on column kpi.latency_by_day.day is 'Día local de inicio.';
comment on column kpi.latency_by_day.runs is 'Ejecuciones con duración conocida.';
comment on column kpi.latency_by_day.avg_ms is 'Promedio, milisegundos.';
comment on column kpi.latency_by_day.p50_ms is 'Mediana, milisegundos.';
comment on column kpi.latency_by_day.p95_ms is 'Percentil 95, milisegundos.';
comment on column kpi.latency_by_day.coverage is '1 si el día está cubierto por completo, 0 si no.';

create view kpi.ledger_differences with (security_invoker=true) as
 SELECT tenant_id,
    id,
    source_id,
    (name || COALESCE((' · '::text || shop), ''::text)) AS source_ref,
    status,
    currency_source,
    amount_total_source,
    amount_ledger_source,
    (amount_total_source - amount_ledger_source) AS difference,
    created_at,
    business_day
   FROM public.source_orders o
  WHERE ((amount_ledger_source <> amount_total_source) AND (deleted_at IS NULL));
alter table kpi.ledger_differences owner to kpi_owner;
grant select on table kpi.ledger_differences to kpi_analyst;
grant select on table kpi.ledger_differences to kpi_reader;
grant select on table kpi.ledger_differences to kpi_writer;
comment on view kpi.ledger_differences is 'Pedidos cuyo total no es lo que dice el registro de acuerdos de la propia tienda: un aviso para revisar, el pedido cuenta igual con su total. Una fila por pedido de Shopify que difiere, en la moneda del documento. difference = total − suma de los acuerdos ORDER y ORDER_EDIT sin tarjetas de regalo. Sin registro leído por completo no hay fila. Debe cuadrar con: Shopify, la cronología del pedido frente a su total.';
comment on column kpi.ledger_differences.tenant_id is 'Empresa.';
comment on column kpi.ledger_differences.id is 'Documento (source_orders.id).';
comment on column kpi.ledger_differences.source_id is 'Identificador en Shopify.';
comment on column kpi.ledger_differences.source_ref is 'Número visible, con su tienda.';
comment on column kpi.ledger_differences.status is 'Estado del documento.';
comment on column kpi.ledger_differences.currency_source is 'Moneda del documento.';
comment on column kpi.ledger_differences.amount_total_source is 'Total del pedido.';
comment on column kpi.ledger_differences.amount_ledger_source is 'Suma de los acuerdos.';
comment on column kpi.ledger_differences.difference is 'Total menos suma de los acuerdos.';
comment on column kpi.ledger_differences.created_at is 'Momento de la venta.';
comment on column kpi.ledger_differences.business_day is 'Su día local.';

create view kpi.low_stock with (security_invoker=true) as
 SELECT tenant_id,
    stock_source,
    product_key,
    max(sku) AS sku,
    min(product_name) AS product_name,
    min(available_product) AS available,
    sum(on_hand) AS on_hand,
    min(available_other) AS available_other,
    min(threshold) AS threshold,
    min(as_of) AS as_of
   FROM kpi.stock_now n
  WHERE below_threshold
  GROUP BY tenant_id, stock_source, product_key;
alter table kpi.low_stock owner to kpi_owner;
grant select on table kpi.low_stock to kpi_analyst;
grant select on table kpi.low_stock to kpi_reader;
grant select on table kpi.low_stock to kpi_writer;
comment on view kpi.low_stock is 'Productos por agotarse: con menos unidades disponibles que el umbral de la empresa (5 si no se cambió) entre todos los lugares de venta. Una fila por empresa y producto; el agotado está con 0 aunque no tenga existencias registradas, y lo negativo queda negativo. Debe cuadrar con: Odoo, Inventario > Existencias por producto con cantidad disponible menor que el umbral, más los productos almacenables sin existencias; Shopify, Inventory filtrado por Available.';
comment on column kpi.low_stock.tenant_id is 'Empresa.';
comment on column kpi.low_stock.stock_source is 'Origen que habla del inventario.';
comment on column kpi.low_stock.product_key is 'Identidad del producto.';
comment on column kpi.low_stock.sku is 'SKU.';
comment on column kpi.low_stock.product_name is 'Nombre.';
comment on column kpi.low_stock.available is 'Unidades disponibles entre todos los lugares de venta.';
comment on column kpi.low_stock.on_hand is 'Unidades presentes.';
comment on column kpi.low_stock.available_other is 'Disponibles según el otro origen; no se suman.';
comment on column kpi.low_stock.threshold is 'Umbral de la empresa.';
comment on column kpi.low_stock.as_of is 'Última lectura completa, por el reloj del origen.';

create view kpi.messages_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
    k.channel,
        CASE
            WHEN s.is_covered THEN n.incoming
            ELSE NULL::bigint
        END AS incoming,
        CASE
            WHEN s.is_covered THEN n.outgoing
            ELSE NULL::bigint
        END AS outgoing,
        CASE
            WHEN s.is_covered THEN n.templates
            ELSE NULL::bigint
        END AS templates,
        CASE
            WHEN s.is_covered THEN n.failed
            ELSE NULL::bigint
        END AS failed,
        CASE
            WHEN s.is_covered THEN n.conversations
            ELSE NULL::bigint
        END AS conversations,
        CASE
            WHEN s.is_covered THEN 1
            ELSE 0
        END AS coverage
   FROM ((kpi.support_days s
     JOIN ( SELECT DISTINCT x.tenant_id,
            x.channel
           FROM kpi.conversations_daily x) k ON ((k.tenant_id = s.tenant_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(x.incoming), (0)::bigint) AS incoming,
            COALESCE(sum(x.outgoing), (0)::bigint) AS outgoing,
            COALESCE(sum(x.templates), (0)::bigint) AS templates,
            COALESCE(sum(x.failed), (0)::bigint) AS failed,
            count(DISTINCT x.conversation_id) AS conversations
           FROM kpi.conversation_days x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.day = s.day) AND (x.channel = k.channel))) n);
alter table kpi.messages_by_day owner to kpi_owner;
grant select on table kpi.messages_by_day to kpi_analyst;
grant select on table kpi.messages_by_day to kpi_reader;
grant select on table kpi.messages_by_day to kpi_writer;
comment on view kpi.messages_by_day is 'Mensajes públicos por día local y canal, por sentido (volumen de WhatsApp: canal WhatsApp); sin notas internas ni avisos del sistema; los fallidos, aparte. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Mensajes entrantes y salientes, que incluye notas internas y fallidos.';
comment on column kpi.messages_by_day.tenant_id is 'Empresa.';
comment on column kpi.messages_by_day.day is 'Día local.';
comment on column kpi.messages_by_day.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.messages_by_day.incoming is 'Del cliente.';
comment on column kpi.messages_by_day.outgoing is 'Enviados por personas, bots y reglas.';
comment on column kpi.messages_by_day.templates is 'Automáticos de Chatwoot.';
comment on column kpi.messages_by_day.failed is 'No entregados.';
comment on column kpi.messages_by_day.conversations is 'Conversaciones con algún mensaje ese día.';
comment on column kpi.messages_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.ocr_runs with (security_invoker=true) as
 SELECT r.tenant_id,
    r.day,
        CASE
            WHEN (r.covered AND (cardinality(r.chosen) > 0) AND COALESCE(d.keeps, true)) THEN COALESCE(d.success, (0)::bigint)
            ELSE NULL::bigint
        END AS runs,
        CASE
            WHEN (r.covered AND (cardinality(r.chosen) > 0)) THEN COALESCE(d.errors, (0)::bigint)
            ELSE NULL::bigint
        END AS errors,
        CASE
            WHEN (r.covered AND (cardinality(r.chosen) > 0) AND COALESCE(d.keeps, true)) THEN (COALESCE(d.success, (0)::bigint) * r.per_run)
            ELSE NULL::bigint
        END AS documents,
    cardinality(r.chosen) AS automations,
    (
        CASE
            WHEN r.covered THEN 1
            ELSE 0
        END)::numeric AS coverage
   FROM (( SELECT c.tenant_id,
            (s.day)::date AS day,
            COALESCE((((s.day)::date >= c.first_day) AND ((s.day)::date <= c.last_day)), false) AS covered,
            t.ocr_documents_per_run AS per_run,
                CASE
                    WHEN (cardinality(w.tagged) > 0) THEN w.tagged
                    ELSE w.named
                END AS chosen
           FROM ((((kpi.coverage c
             JOIN public.tenants t ON ((t.id = c.tenant_id)))
             CROSS JOIN LATERAL ( SELECT COALESCE(array_agg(x.id) FILTER (WHERE (t.ocr_tag = ANY (x.tags))), '{}'::uuid[]) AS tagged,
                    COALESCE(array_agg(x.id) FILTER (WHERE (POSITION((lower(t.ocr_name)) IN (lower(x.name))) > 0)), '{}'::uuid[]) AS named
                   FROM public.workflows x
                  WHERE ((x.tenant_id = c.tenant_id) AND (x.deleted_at IS NULL))) w)
             CROSS JOIN LATERAL ( SELECT min(x.day) AS first_run,
                    max(x.day) AS last_run
                   FROM kpi.executions_daily x
                  WHERE (x.tenant_id = c.tenant_id)) k)
             CROSS JOIN LATERAL generate_series((LEAST(k.first_run,
                CASE
                    WHEN isfinite(c.first_day) THEN c.first_day
                    ELSE NULL::date
                END))::timestamp without time zone, (GREATEST(k.last_run, c.last_day))::timestamp without time zone, '1 day'::interval) s(day))
          WHERE (c.subject = 'automation'::text)) r
     LEFT JOIN LATERAL ( SELECT (sum(x.success))::bigint AS success,
            (sum(x.errors))::bigint AS errors,
            bool_and(x.keeps_successes) AS keeps
           FROM kpi.executions_daily x
          WHERE ((x.tenant_id = r.tenant_id) AND (x.day = r.day) AND (x.workflow_id = ANY (r.chosen)))) d ON (true));
alter table kpi.ocr_runs owner to kpi_owner;
grant select on table kpi.ocr_runs to kpi_analyst;
grant select on table kpi.ocr_runs to kpi_reader;
grant select on table kpi.ocr_runs to kpi_writer;
comment on view kpi.ocr_runs is 'Ejecuciones OCR correctas por día local: ejecuciones de producción de las automatizaciones que leen documentos, según la regla de la empresa (la etiqueta ocr_tag; si ninguna la lleva, el nombre contiene ocr_name). Una ejecución puede leer muchas páginas: documents solo tiene valor si la regla dice cuántos documentos lee cada una. Una fila por empresa y día, también los días sin ejecuciones (0). Nulo si el día no está cubierto, si ninguna automatización cumple la regla o si n8n no guarda las correctas. Debe cuadrar con: n8n, lista de ejecuciones correctas del día de esas automatizaciones, sin las manuales.';
comment on column kpi.ocr_runs.tenant_id is 'Empresa.';
comment on column kpi.ocr_runs.day is 'Día local de inicio.';
comment on column kpi.ocr_runs.runs is 'Ejecuciones OCR correctas.';
comment on column kpi.ocr_runs.errors is 'Con error.';
comment on column kpi.ocr_runs.documents is 'Documentos leídos; nulo si la regla no dice cuántos lee cada ejecución.';
comment on column kpi.ocr_runs.automations is 'Automatizaciones que cumplen la regla.';
comment on column kpi.ocr_runs.coverage is '1 si el día está cubierto por completo, 0 si no.';

create view kpi.product_keys with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    k.product_id,
    k.source,
    k.product_key,
    k.sku,
    k.name,
    k.stocked
   FROM (public.tenants t
     CROSS JOIN LATERAL kpi.product_keys_of(t.id) k(product_id, source, product_key, sku, name, stocked));
alter table kpi.product_keys owner to kpi_owner;
grant select on table kpi.product_keys to kpi_analyst;
grant select on table kpi.product_keys to kpi_reader;
grant select on table kpi.product_keys to kpi_writer;
comment on view kpi.product_keys is 'Qué productos de los orígenes son el mismo producto: igual product_key. Una fila por producto de cada origen. La clave es el SKU (sin espacios, en mayúsculas) si no está en kpi.sku_conflicts; sin SKU, el código de barras si no se repite en una conexión; si no, el producto mismo. Un SKU o código repetido no une nada. Debe cuadrar con: nada, es un criterio de identidad.';
comment on column kpi.product_keys.tenant_id is 'Empresa.';
comment on column kpi.product_keys.product_id is 'Producto (products.id).';
comment on column kpi.product_keys.source is 'Sistema de origen.';
comment on column kpi.product_keys.product_key is 'Identidad: sku:…, barcode:… o id:….';
comment on column kpi.product_keys.sku is 'SKU sin espacios y en mayúsculas.';
comment on column kpi.product_keys.name is 'Nombre en su origen.';
comment on column kpi.product_keys.stocked is 'Si se lleva inventario de él: activo, con seguimiento, no servicio ni tarjeta de regalo ni combo.';

create view kpi.product_movements with (security_invoker=true) as
 SELECT m.tenant_id,
    m.created_at,
    m.business_day,
    m.kind,
    COALESCE(k.product_key, ('sku:'::text || NULLIF(upper(btrim(m.sku)), ''::text)), ('id:'::text || (m.product_id)::text), ('name:'::text || upper(btrim(m.name)))) AS product_key,
    COALESCE(k.sku, NULLIF(upper(btrim(m.sku)), ''::text)) AS sku,
    COALESCE(k.name, m.name) AS product_name,
    m.units,
    m.amount,
    m.order_id,
    m.entity,
    m.line_id
   FROM (( SELECT l.tenant_id,
            l.created_at,
            l.business_day,
            'sale'::text AS kind,
            l.product_id,
            l.sku,
            l.name,
            l.units,
            l.amount,
            l.order_id,
            'order_line'::text AS entity,
            l.id AS line_id
           FROM public.order_lines l
          WHERE (l.line_kind = 'product'::text)
        UNION ALL
         SELECT r.tenant_id,
            r.created_at,
            r.business_day,
            'return'::text,
            l.product_id,
            l.sku,
            l.name,
                CASE
                    WHEN (l.units = l.quantity) THEN (- d.quantity)
                    ELSE (- round(((d.quantity * l.units) / NULLIF(l.quantity, (0)::numeric)), 8))
                END AS "case",
                CASE
                    WHEN (d.currency_source <> r.currency_source) THEN NULL::numeric
                    WHEN (r.currency_source = t.currency) THEN (- d.amount_source)
                    ELSE (- round((d.amount_source * r.fx_rate), (t.currency_decimals)::integer))
                END AS "case",
            l.order_id,
            'refund_line'::text,
            d.id
           FROM (((public.refunds r
             JOIN public.refund_lines d ON (((d.tenant_id = r.tenant_id) AND (d.refund_id = r.id))))
             JOIN public.source_order_lines l ON (((l.tenant_id = d.tenant_id) AND (l.id = d.order_line_id))))
             JOIN public.tenants t ON ((t.id = r.tenant_id)))
          WHERE (r.counts AND (l.line_kind = 'product'::text) AND (r.deleted_at IS NULL) AND (d.deleted_at IS NULL) AND (l.deleted_at IS NULL))) m
     LEFT JOIN kpi.product_keys k ON (((k.product_id = m.product_id) AND (NOT (k.tenant_id IS DISTINCT FROM m.tenant_id)))));
alter table kpi.product_movements owner to kpi_owner;
grant select on table kpi.product_movements to kpi_analyst;
grant select on table kpi.product_movements to kpi_reader;
grant select on table kpi.product_movements to kpi_writer;
comment on view kpi.product_movements is 'Cada línea de producto vendida y cada línea de producto devuelta, los hechos detrás de los rankings. Una fila por línea; las devoluciones son negativas y van en el día en que se devolvió. Unidades en la unidad de referencia del producto (2 docenas = 24), nulas si la unidad no se puede convertir; monto en la moneda de la empresa, con impuestos, después de todos los descuentos, nulo sin tipo de cambio. Una línea sin producto conocido se identifica por su SKU escrito, el id de su producto o su nombre. Despacho, descuentos, propinas, tarjetas de regalo, premios y anticipos nunca son productos. Debe cuadrar con: las líneas de producto de pedidos y devoluciones en su propio sistema.';
comment on column kpi.product_movements.tenant_id is 'Empresa.';
comment on column kpi.product_movements.created_at is 'Momento de la venta o de la devolución.';
comment on column kpi.product_movements.business_day is 'Su día local.';
comment on column kpi.product_movements.kind is 'sale o return.';
comment on column kpi.product_movements.product_key is 'Identidad del producto (ver kpi.product_keys).';
comment on column kpi.product_movements.sku is 'SKU.';
comment on column kpi.product_movements.product_name is 'Nombre del producto.';
comment on column kpi.product_movements.units is 'Unidades; negativas en devoluciones.';
comment on column kpi.product_movements.amount is 'Monto; negativo en devoluciones.';
comment on column kpi.product_movements.order_id is 'Venta a la que pertenece.';
comment on column kpi.product_movements.entity is 'Qué es la fila: order_line o refund_line.';
comment on column kpi.product_movements.line_id is 'Su identificador.';

create view kpi.product_sales_daily with (security_invoker=true) as
 SELECT tenant_id,
    day,
    product_key,
    sku,
    product_name,
        CASE
            WHEN (lines_without_units = 0) THEN (units_sold - units_returned)
            ELSE NULL::numeric
        END AS units,
        CASE
            WHEN ((amount_sold IS NOT NULL) OR (amount_returned IS NOT NULL)) THEN (COALESCE(amount_sold, (0)::numeric) - COALESCE(amount_returned, (0)::numeric))
            ELSE NULL::numeric
        END AS amount,
        CASE
            WHEN (lines_without_units = 0) THEN units_sold
            ELSE NULL::numeric
        END AS units_sold,
        CASE
            WHEN (lines_without_units = 0) THEN units_returned
            ELSE NULL::numeric
        END AS units_returned,
    amount_sold,
    amount_returned,
    lines_without_units,
    lines_without_rate
   FROM ( SELECT d.tenant_id,
            d.day,
            COALESCE(k.product_key, ('sku:'::text || d.sku), ('id:'::text || (d.product_id)::text), d.product_ref) AS product_key,
            max(COALESCE(k.sku, d.sku)) AS sku,
            max(COALESCE(k.name, d.name)) AS product_name,
            sum(d.units_sold) AS units_sold,
            sum(d.units_returned) AS units_returned,
            sum(d.amount_sold) AS amount_sold,
            sum(d.amount_returned) AS amount_returned,
            (sum(d.lines_without_units))::bigint AS lines_without_units,
            (sum(d.lines_without_rate))::bigint AS lines_without_rate
           FROM (kpi.product_days d
             LEFT JOIN kpi.product_keys k ON (((k.product_id = d.product_id) AND (NOT (k.tenant_id IS DISTINCT FROM d.tenant_id)))))
          GROUP BY d.tenant_id, d.day, COALESCE(k.product_key, ('sku:'::text || d.sku), ('id:'::text || (d.product_id)::text), d.product_ref)) p;
alter table kpi.product_sales_daily owner to kpi_owner;
grant select on table kpi.product_sales_daily to kpi_analyst;
grant select on table kpi.product_sales_daily to kpi_reader;
grant select on table kpi.product_sales_daily to kpi_writer;
comment on view kpi.product_sales_daily is 'Productos vendidos y devueltos por día local. Una fila por empresa, día y producto. Unidades en la unidad de referencia del producto; montos en la moneda de la empresa, con impuestos, después de los descuentos propios y los del pedido. units = vendidas − devueltas; la devolución es del día en que se devolvió. Sin tipo de cambio cuentan las unidades y no el monto; una línea cuya unidad no se puede convertir deja nulas las unidades del producto ese día, y su monto cuenta. Debe cuadrar con: Shopify, Sales by product por día; Odoo, Análisis de ventas por producto sin los pedidos que vienen de la tienda.';
comment on column kpi.product_sales_daily.tenant_id is 'Empresa.';
comment on column kpi.product_sales_daily.day is 'Día local.';
comment on column kpi.product_sales_daily.product_key is 'Identidad del producto (ver kpi.product_keys).';
comment on column kpi.product_sales_daily.sku is 'SKU.';
comment on column kpi.product_sales_daily.product_name is 'Nombre del producto.';
comment on column kpi.product_sales_daily.units is 'Unidades vendidas menos devueltas; nulas si alguna línea no tiene unidades.';
comment on column kpi.product_sales_daily.amount is 'Monto vendido menos devuelto; nulo si ninguno tiene tipo de cambio.';
comment on column kpi.product_sales_daily.units_sold is 'Unidades vendidas.';
comment on column kpi.product_sales_daily.units_returned is 'Unidades devueltas, positivo.';
comment on column kpi.product_sales_daily.amount_sold is 'Monto vendido.';
comment on column kpi.product_sales_daily.amount_returned is 'Monto devuelto, positivo.';
comment on column kpi.product_sales_daily.lines_without_units is 'Líneas cuya unidad no se pudo convertir.';
comment on column kpi.product_sales_daily.lines_without_rate is 'Líneas sin tipo de cambio: no están en los montos.';

create view kpi.product_stock_by_day with (security_invoker=true) as
 SELECT k.tenant_id,
    k.product_key,
    k.sku,
    k.product_name,
    d.day,
        CASE
            WHEN (d.coverage = (1)::numeric) THEN COALESCE(t.available, (0)::numeric)
            ELSE NULL::numeric
        END AS available,
        CASE
            WHEN (d.coverage = (1)::numeric) THEN COALESCE(t.on_hand, (0)::numeric)
            ELSE NULL::numeric
        END AS on_hand,
    d.coverage
   FROM ((((( SELECT n.tenant_id,
            n.product_key,
            max(n.sku) AS sku,
            min(n.name) AS product_name,
            array_agg(n.product_id) AS products
           FROM kpi.product_keys n
          GROUP BY n.tenant_id, n.product_key) k
     JOIN ( SELECT p.tenant_id,
            array_agg(p.location_id) AS places
           FROM kpi.stock_places p
          WHERE p.sells
          GROUP BY p.tenant_id) s ON ((NOT (s.tenant_id IS DISTINCT FROM k.tenant_id))))
     CROSS JOIN LATERAL ( SELECT min(x.day) AS first_day
           FROM (unnest(k.products) u(product_id)
             CROSS JOIN LATERAL ( SELECT min(y.day) AS day
                   FROM public.inventory_snapshots y
                  WHERE ((y.tenant_id = k.tenant_id) AND (y.product_id = u.product_id))) x)) f)
     JOIN kpi.stock_by_day d ON (((NOT (d.tenant_id IS DISTINCT FROM k.tenant_id)) AND (d.day >= f.first_day))))
     LEFT JOIN LATERAL ( SELECT sum(x.available) AS available,
            sum(x.on_hand) AS on_hand
           FROM public.inventory_snapshots x
          WHERE ((x.tenant_id = k.tenant_id) AND (x.product_id = ANY (k.products)) AND (x.day = d.day) AND (x.location_id = ANY (s.places)))) t ON (true));
alter table kpi.product_stock_by_day owner to kpi_owner;
grant select on table kpi.product_stock_by_day to kpi_analyst;
grant select on table kpi.product_stock_by_day to kpi_reader;
grant select on table kpi.product_stock_by_day to kpi_writer;
comment on view kpi.product_stock_by_day is 'Inventario de cada producto al cierre de cada día local, en los lugares que hoy venden. Una fila por empresa, producto y día, desde la primera foto que lo tiene. Un día con foto en que el producto no está es 0; un día sin foto es nulo. Pida un producto o pocos días. Debe cuadrar con: Odoo, Inventario > Informes > Existencias del producto con fecha al cierre del día, ubicaciones internas; Shopify, Inventory snapshot del producto.';
comment on column kpi.product_stock_by_day.tenant_id is 'Empresa.';
comment on column kpi.product_stock_by_day.product_key is 'Identidad del producto.';
comment on column kpi.product_stock_by_day.sku is 'SKU.';
comment on column kpi.product_stock_by_day.product_name is 'Nombre.';
comment on column kpi.product_stock_by_day.day is 'Día local.';
comment on column kpi.product_stock_by_day.available is 'Unidades disponibles.';
comment on column kpi.product_stock_by_day.on_hand is 'Unidades presentes.';
comment on column kpi.product_stock_by_day.coverage is '1 si hay foto del día, 0 si no.';

create view kpi.reconciliation_by_day with (security_invoker=true) as
 SELECT d.tenant_id,
    d.day,
    d.class,
    t.currency,
    d.findings,
    d.amount,
    d.value,
    d.open AS open_findings,
    d.explained AS explained_findings
   FROM (kpi.reconciliation_daily d
     JOIN public.tenants t ON ((t.id = d.tenant_id)));
alter table kpi.reconciliation_by_day owner to kpi_owner;
grant select on table kpi.reconciliation_by_day to kpi_analyst;
grant select on table kpi.reconciliation_by_day to kpi_reader;
grant select on table kpi.reconciliation_by_day to kpi_writer;
comment on view kpi.reconciliation_by_day is 'Diferencias vigentes entre la tienda y Odoo: una fila por empresa, día local del documento original y clase, solo clases con hallazgos. En la moneda de la empresa. amount es Odoo menos tienda y cada peso está en una sola clase, de modo que las clases de un día suman su diferencia; after_closing no es parte de ella: es lo que cambió en un mes cerrado, en el día en que se vio. Lo que aún no se puede juzgar está en pending y pending_link, nunca como faltante. Viva: se corrige con cada conciliación. Debe cuadrar con: kpi reconcile run del mismo período, monto por clase; difiere en lo que cambió desde entonces.';
comment on column kpi.reconciliation_by_day.tenant_id is 'Empresa.';
comment on column kpi.reconciliation_by_day.day is 'Día local del documento original; de after_closing, el día en que se vio el cambio.';
comment on column kpi.reconciliation_by_day.class is 'Clase de la diferencia: missing_in_odoo, amount, tax, refund_missing, …';
comment on column kpi.reconciliation_by_day.currency is 'Moneda de la empresa.';
comment on column kpi.reconciliation_by_day.findings is 'Hallazgos.';
comment on column kpi.reconciliation_by_day.amount is 'Odoo menos tienda; 0 si la clase solo señala algo.';
comment on column kpi.reconciliation_by_day.value is 'Monto de lo que los hallazgos señalan sin ser diferencia: devoluciones, documentos; nulo si no tratan de dinero.';
comment on column kpi.reconciliation_by_day.open_findings is 'Hallazgos por ver: abiertos o reaparecidos.';
comment on column kpi.reconciliation_by_day.explained_findings is 'Hallazgos que una persona explicó.';

create view kpi.registered_users with (security_invoker=true) as
 SELECT t.id AS tenant_id,
        CASE
            WHEN (p.users_as_of IS NOT NULL) THEN c.registered
            ELSE NULL::bigint
        END AS registered,
        CASE
            WHEN (p.users_as_of IS NOT NULL) THEN c.banned
            ELSE NULL::bigint
        END AS banned,
        CASE
            WHEN (p.users_as_of IS NOT NULL) THEN c.active_30_days
            ELSE NULL::bigint
        END AS active_30_days,
    p.users_as_of
   FROM (((public.tenants t
     CROSS JOIN kpi.platform p)
     LEFT JOIN ( SELECT m.tenant_id,
            count(*) FILTER (WHERE (NOT u.banned)) AS registered,
            count(*) FILTER (WHERE u.banned) AS banned,
            count(*) FILTER (WHERE ((NOT u.banned) AND (u.last_sign_in_day > (((now() AT TIME ZONE 'UTC'::text))::date - 30)))) AS active_30_days
           FROM (public.user_tenants m
             JOIN public.users u ON ((u.id = m.user_id)))
          WHERE (u.deleted_at IS NULL)
          GROUP BY m.tenant_id) k ON ((k.tenant_id = t.id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(k.registered, (0)::bigint) AS registered,
            COALESCE(k.banned, (0)::bigint) AS banned,
            COALESCE(k.active_30_days, (0)::bigint) AS active_30_days) c)
  WHERE (t.status <> 'erased'::text);
alter table kpi.registered_users owner to kpi_owner;
grant select on table kpi.registered_users to kpi_analyst;
grant select on table kpi.registered_users to kpi_reader;
grant select on table kpi.registered_users to kpi_writer;
comment on view kpi.registered_users is 'Usuarios registrados en Clerk que pueden ver las cifras de la empresa: ni vetados ni borrados. Una fila por empresa; uno de dos empresas cuenta una vez en cada una y una sola en kpi.executive_summary. Los bloqueados por intentos fallidos cuentan. Nulo si la lista nunca se leyó completa. Un usuario cuya empresa no se puede saber no está en ninguna, pero sí en el total. Debe cuadrar con: Clerk, Users, filtrando por la organización de la empresa; difiere si la empresa está en los metadatos del usuario, y en los vetados.';
comment on column kpi.registered_users.tenant_id is 'Empresa.';
comment on column kpi.registered_users.registered is 'Usuarios ni vetados ni borrados; nulo si no se sabe.';
comment on column kpi.registered_users.banned is 'Usuarios vetados, no incluidos.';
comment on column kpi.registered_users.active_30_days is 'De los registrados, los que ingresaron en los últimos 30 días (UTC, hoy incluido).';
comment on column kpi.registered_users.users_as_of is 'Última lectura completa de los usuarios.';

create view kpi.response_time_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
        CASE
            WHEN s.is_covered THEN n.replies
            ELSE NULL::bigint
        END AS replies,
        CASE
            WHEN s.is_covered THEN n.average_seconds
            ELSE NULL::numeric
        END AS average_seconds,
        CASE
            WHEN s.is_covered THEN n.median_seconds
            ELSE NULL::numeric
        END AS median_seconds,
        CASE
            WHEN s.is_covered THEN n.p90_seconds
            ELSE NULL::numeric
        END AS p90_seconds,
        CASE
            WHEN s.is_covered THEN n.business_average_seconds
            ELSE NULL::numeric
        END AS business_average_seconds,
        CASE
            WHEN s.is_covered THEN n.business_median_seconds
            ELSE NULL::numeric
        END AS business_median_seconds,
        CASE
            WHEN s.is_covered THEN n.first_responses
            ELSE NULL::bigint
        END AS first_responses,
        CASE
            WHEN s.is_covered THEN n.first_response_average_seconds
            ELSE NULL::numeric
        END AS first_response_average_seconds,
        CASE
            WHEN s.is_covered THEN n.first_response_median_seconds
            ELSE NULL::numeric
        END AS first_response_median_seconds,
        CASE
            WHEN s.is_covered THEN n.first_response_business_average_seconds
            ELSE NULL::numeric
        END AS first_response_business_average_seconds,
        CASE
            WHEN s.is_covered THEN 1
            ELSE 0
        END AS coverage
   FROM (kpi.support_days s
     CROSS JOIN LATERAL ( SELECT count(*) AS replies,
            round(avg(x.wall_seconds), 1) AS average_seconds,
            round((percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((x.wall_seconds)::double precision)))::numeric, 1) AS median_seconds,
            round((percentile_cont((0.9)::double precision) WITHIN GROUP (ORDER BY ((x.wall_seconds)::double precision)))::numeric, 1) AS p90_seconds,
            round(avg(x.business_seconds), 1) AS business_average_seconds,
            round((percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((x.business_seconds)::double precision)))::numeric, 1) AS business_median_seconds,
            count(x.first_response_seconds) AS first_responses,
            round(avg(x.first_response_seconds), 1) AS first_response_average_seconds,
            round((percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((x.first_response_seconds)::double precision)))::numeric, 1) AS first_response_median_seconds,
            round(avg(x.first_response_business_seconds), 1) AS first_response_business_average_seconds
           FROM kpi.waits x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.day = s.day))) n);
alter table kpi.response_time_by_day owner to kpi_owner;
grant select on table kpi.response_time_by_day to kpi_analyst;
grant select on table kpi.response_time_by_day to kpi_reader;
grant select on table kpi.response_time_by_day to kpi_writer;
comment on view kpi.response_time_by_day is 'Tiempo de respuesta por día local de la respuesta, en segundos: promedio, mediana y p90 de las esperas que terminó una respuesta pública de una persona, también la primera; y de la primera respuesta. business_*: en horas hábiles de la bandeja. Mensajes 10:00 y 10:05, respuesta 10:30; mensaje 11:00, respuesta 11:10: promedio 20 minutos. Ni promedios ni medianas de varios días se suman: para un período, kpi.response_time. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Tiempo de respuesta del cliente, que no incluye las primeras respuestas.';
comment on column kpi.response_time_by_day.tenant_id is 'Empresa.';
comment on column kpi.response_time_by_day.day is 'Día local de la respuesta.';
comment on column kpi.response_time_by_day.replies is 'Esperas terminadas por una respuesta.';
comment on column kpi.response_time_by_day.average_seconds is 'Promedio, segundos corridos.';
comment on column kpi.response_time_by_day.median_seconds is 'Mediana.';
comment on column kpi.response_time_by_day.p90_seconds is 'Nueve de cada diez esperaron a lo más esto.';
comment on column kpi.response_time_by_day.business_average_seconds is 'Promedio en segundos hábiles.';
comment on column kpi.response_time_by_day.business_median_seconds is 'Mediana en segundos hábiles.';
comment on column kpi.response_time_by_day.first_responses is 'Primeras respuestas.';
comment on column kpi.response_time_by_day.first_response_average_seconds is 'Promedio de primera respuesta.';
comment on column kpi.response_time_by_day.first_response_median_seconds is 'Mediana de primera respuesta.';
comment on column kpi.response_time_by_day.first_response_business_average_seconds is 'Promedio de primera respuesta en segundos hábiles.';
comment on column kpi.response_time_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.returning_customers_30d with (security_invoker=true) as
 SELECT t.id AS tenant_id,
        CASE
            WHEN c.is_covered THEN b.buyers
            ELSE NULL::bigint
        END AS buyers,
        CASE
            WHEN c.is_covered THEN b.returning_buyers
            ELSE NULL::bigint
        END AS returning_buyers,
        CASE
            WHEN c.is_covered THEN round(((b.returning_buyers)::numeric / (NULLIF(b.buyers, 0))::numeric), 4)
            ELSE NULL::numeric
        END AS repeat_rate,
    c.covered_until
   FROM ((public.tenants t
     CROSS JOIN LATERAL ( SELECT COALESCE(bool_and(COALESCE(((v.covered_from <= (now() - '30 days'::interval)) AND (v.covered_until >= (now() - '24:00:00'::interval))), false)), false) AS is_covered,
            min(v.covered_until) AS covered_until
           FROM kpi.coverage v
          WHERE ((v.tenant_id = t.id) AND (v.subject = 'customers'::text))) c)
     CROSS JOIN LATERAL ( SELECT count(*) AS buyers,
            count(*) FILTER (WHERE (s.sales > 1)) AS returning_buyers
           FROM kpi.customer_sales s
          WHERE ((s.tenant_id = t.id) AND (s.last_sale_at >= (now() - '30 days'::interval)) AND (s.identity_id <> ALL (ARRAY( SELECT g.identity_id
                   FROM kpi.generic_identities g
                  WHERE ((g.tenant_id = t.id) AND (NOT g.used))))))) b)
  WHERE (t.status = 'active'::text);
alter table kpi.returning_customers_30d owner to kpi_owner;
grant select on table kpi.returning_customers_30d to kpi_analyst;
grant select on table kpi.returning_customers_30d to kpi_reader;
grant select on table kpi.returning_customers_30d to kpi_writer;
comment on view kpi.returning_customers_30d is 'Clientes recurrentes, móvil (últimos 30 días corridos): compradores identificados con una venta en la ventana y cuántos de ellos habían comprado antes, en cualquier momento. Una fila por empresa activa. Nulo si los datos no cubren desde el inicio de la ventana hasta hace 24 horas. Debe cuadrar con: kpi.returning_customers de los mismos días, salvo las horas de los bordes.';
comment on column kpi.returning_customers_30d.tenant_id is 'Empresa.';
comment on column kpi.returning_customers_30d.buyers is 'Compradores identificados de los últimos 30 días.';
comment on column kpi.returning_customers_30d.returning_buyers is 'De ellos, recurrentes: con una venta anterior.';
comment on column kpi.returning_customers_30d.repeat_rate is 'Recurrentes dividido por compradores, de 0 a 1; nula sin compradores.';
comment on column kpi.returning_customers_30d.covered_until is 'Hasta cuándo están cubiertos todos los flujos que necesita.';

create view kpi.revenue_by_tenant with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    t.rut,
    t.company_name,
    t.currency,
        CASE
            WHEN c.is_covered THEN s.total_sales
            ELSE NULL::numeric
        END AS total_sales,
        CASE
            WHEN c.is_covered THEN s.total_orders
            ELSE NULL::bigint
        END AS total_orders,
        CASE
            WHEN c.is_covered THEN s.orders_without_rate
            ELSE NULL::bigint
        END AS orders_without_rate,
    c.coverage,
    c.covered_until
   FROM ((public.tenants t
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(o.amount_total), (0)::numeric) AS total_sales,
            count(*) AS total_orders,
            count(*) FILTER (WHERE (o.amount_total IS NULL)) AS orders_without_rate
           FROM public.orders o
          WHERE ((o.tenant_id = t.id) AND (o.created_at >= (now() - '30 days'::interval)))) s)
     CROSS JOIN LATERAL ( SELECT COALESCE(bool_and(COALESCE(((f.covered_until >= (now() - '24:00:00'::interval)) AND (COALESCE(f.covered_from, '-infinity'::timestamp with time zone) <= w.window_start)), false)), false) AS is_covered,
            COALESCE(min(round(
                CASE
                    WHEN (f.covered_until IS NULL) THEN (0)::numeric
                    ELSE (GREATEST(EXTRACT(epoch FROM (LEAST(f.covered_until, now()) - GREATEST(f.covered_from, w.window_start))), (0)::numeric) / EXTRACT(epoch FROM (now() - w.window_start)))
                END, 4)), (0)::numeric) AS coverage,
                CASE
                    WHEN (count(*) = count(f.covered_until)) THEN min(f.covered_until)
                    ELSE NULL::timestamp with time zone
                END AS covered_until
           FROM (kpi.freshness f
             CROSS JOIN ( SELECT (now() - '30 days'::interval) AS window_start) w)
          WHERE ((f.tenant_id = t.id) AND (f.source = ANY (ARRAY['shopify'::text, 'odoo'::text])) AND (f.stream = 'orders'::text))) c)
  WHERE (t.status = 'active'::text);
alter table kpi.revenue_by_tenant owner to kpi_owner;
grant select on table kpi.revenue_by_tenant to kpi_analyst;
grant select on table kpi.revenue_by_tenant to kpi_reader;
grant select on table kpi.revenue_by_tenant to kpi_writer;
comment on view kpi.revenue_by_tenant is 'Ventas por empresa, móvil (últimos 30 días corridos): la consulta 1 del encargo, pero con todas las empresas activas. Una fila por empresa, cada una en su propia moneda: filas de monedas distintas no se suman ni se ordenan juntas. 0 si no vendió nada; nulo (sin dato) si los datos no cubren la ventana: cada flujo de pedidos debe llegar desde el inicio de la ventana hasta hace no más de 24 horas. Las ventas sin tipo de cambio se cuentan y no están en el monto. Debe cuadrar con: la consulta 1 en las filas que esta devuelve; Shopify, Total sales de los últimos 30 días antes de devoluciones.';
comment on column kpi.revenue_by_tenant.tenant_id is 'Empresa.';
comment on column kpi.revenue_by_tenant.rut is 'RUT de la empresa.';
comment on column kpi.revenue_by_tenant.company_name is 'Razón social.';
comment on column kpi.revenue_by_tenant.currency is 'Moneda de la empresa y de total_sales.';
comment on column kpi.revenue_by_tenant.total_sales is 'Venta bruta de los últimos 30 días; 0 sin ventas, nula sin dato.';
comment on column kpi.revenue_by_tenant.total_orders is 'Ventas de los últimos 30 días; nula sin dato.';
comment on column kpi.revenue_by_tenant.orders_without_rate is 'De ellas, sin tipo de cambio: no están en total_sales.';
comment on column kpi.revenue_by_tenant.coverage is 'Parte de la ventana cubierta por el flujo de pedidos más atrasado, de 0 a 1.';
comment on column kpi.revenue_by_tenant.covered_until is 'Hasta cuándo están cubiertos todos los flujos de pedidos; nulo si alguno aún no termina su primera lectura.';

create view kpi.sales_30_days with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    t.currency,
        CASE
            WHEN x.is_covered THEN o.gross
            ELSE NULL::numeric
        END AS gross_sales,
        CASE
            WHEN x.is_covered THEN r.refunded
            ELSE NULL::numeric
        END AS refunds,
        CASE
            WHEN x.is_covered THEN (o.gross - r.refunded)
            ELSE NULL::numeric
        END AS sales_after_refunds,
        CASE
            WHEN x.is_covered THEN o.orders
            ELSE NULL::bigint
        END AS orders,
        CASE
            WHEN x.is_covered THEN round((o.gross / (NULLIF((o.orders - o.without_rate), 0))::numeric), (t.currency_decimals)::integer)
            ELSE NULL::numeric
        END AS average_order,
        CASE
            WHEN x.is_covered THEN r.refund_count
            ELSE NULL::bigint
        END AS refund_count,
        CASE
            WHEN x.is_covered THEN o.without_rate
            ELSE NULL::bigint
        END AS orders_without_rate,
    x.coverage,
    c.covered_until
   FROM ((((public.tenants t
     LEFT JOIN kpi.coverage c ON (((c.tenant_id = t.id) AND (c.subject = 'sales'::text))))
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(s.amount_total), (0)::numeric) AS gross,
            count(*) AS orders,
            count(*) FILTER (WHERE (s.amount_total IS NULL)) AS without_rate
           FROM public.orders s
          WHERE ((s.tenant_id = t.id) AND (s.created_at >= (now() - '30 days'::interval)))) o)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(f.amount_total), (0)::numeric) AS refunded,
            count(*) AS refund_count
           FROM public.refunds f
          WHERE ((f.tenant_id = t.id) AND f.counts AND (f.deleted_at IS NULL) AND (f.created_at >= (now() - '30 days'::interval)) AND (f.business_day >= (((now() AT TIME ZONE t.time_zone))::date - 31)))) r)
     CROSS JOIN LATERAL ( SELECT COALESCE(((c.covered_from <= (now() - '30 days'::interval)) AND (c.covered_until >= (now() - '24:00:00'::interval))), false) AS is_covered,
                CASE
                    WHEN (c.covered_until IS NULL) THEN (0)::numeric
                    ELSE trunc((GREATEST(EXTRACT(epoch FROM (LEAST(c.covered_until, now()) - GREATEST(c.covered_from, (now() - '30 days'::interval)))), (0)::numeric) / EXTRACT(epoch FROM (now() - (now() - '30 days'::interval)))), 4)
                END AS coverage) x);
alter table kpi.sales_30_days owner to kpi_owner;
grant select on table kpi.sales_30_days to kpi_analyst;
grant select on table kpi.sales_30_days to kpi_reader;
grant select on table kpi.sales_30_days to kpi_writer;
comment on view kpi.sales_30_days is 'Ventas móviles: últimos 30 días corridos, la misma condición de la consulta 1 del encargo. Una fila por empresa, en su moneda, con impuestos. Nulas (sin dato), nunca 0, si los datos no cubren desde el inicio de la ventana hasta hace no más de 24 horas. Las ventas sin tipo de cambio se cuentan y no están en ningún monto. Debe cuadrar con: la consulta 1 del encargo; Shopify, Total sales de los últimos 30 días antes de devoluciones, que cuenta días enteros.';
comment on column kpi.sales_30_days.tenant_id is 'Empresa.';
comment on column kpi.sales_30_days.currency is 'Moneda de la empresa.';
comment on column kpi.sales_30_days.gross_sales is 'Venta bruta de la ventana; nula sin dato.';
comment on column kpi.sales_30_days.refunds is 'Devoluciones hechas en la ventana, con impuestos.';
comment on column kpi.sales_30_days.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_30_days.orders is 'Pedidos (ventas) de la ventana.';
comment on column kpi.sales_30_days.average_order is 'Venta promedio por pedido; nula si no hay.';
comment on column kpi.sales_30_days.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_30_days.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_30_days.coverage is 'Parte de la ventana que cubren los datos, de 0 a 1.';
comment on column kpi.sales_30_days.covered_until is 'Hasta cuándo están cubiertos los flujos de pedidos; nulo si alguno aún no termina su primera lectura.';

create view kpi.sales_by_day with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    d.day,
    t.currency,
        CASE
            WHEN d.is_covered THEN m.gross
            ELSE NULL::numeric
        END AS gross_sales,
        CASE
            WHEN d.is_covered THEN m.refunded
            ELSE NULL::numeric
        END AS refunds,
        CASE
            WHEN d.is_covered THEN (m.gross - m.refunded)
            ELSE NULL::numeric
        END AS sales_after_refunds,
        CASE
            WHEN d.is_covered THEN m.net_untaxed
            ELSE NULL::numeric
        END AS net_sales_untaxed,
        CASE
            WHEN d.is_covered THEN m.orders
            ELSE NULL::bigint
        END AS orders,
        CASE
            WHEN d.is_covered THEN round((m.gross / (NULLIF((m.orders - m.without_rate), 0))::numeric), (t.currency_decimals)::integer)
            ELSE NULL::numeric
        END AS average_order,
        CASE
            WHEN d.is_covered THEN m.refund_count
            ELSE NULL::bigint
        END AS refund_count,
        CASE
            WHEN d.is_covered THEN m.without_rate
            ELSE NULL::bigint
        END AS orders_without_rate,
        CASE
            WHEN d.is_covered THEN m.unpaid
            ELSE NULL::numeric
        END AS unpaid_sales,
        CASE
            WHEN d.is_covered THEN m.unpaid_orders
            ELSE NULL::bigint
        END AS unpaid_orders,
        CASE
            WHEN d.is_covered THEN m.partly_paid
            ELSE NULL::bigint
        END AS partly_paid_orders,
    d.coverage
   FROM ((((public.tenants t
     LEFT JOIN kpi.coverage c ON (((c.tenant_id = t.id) AND (c.subject = 'sales'::text))))
     CROSS JOIN LATERAL ( SELECT ((now() AT TIME ZONE t.time_zone))::date AS today,
            min(s.day) AS first_day,
            max(s.day) AS last_day
           FROM kpi.sales_daily s
          WHERE (s.tenant_id = t.id)) k)
     CROSS JOIN LATERAL ( SELECT (g.at)::date AS day,
            COALESCE((((g.at)::date >= c.first_day) AND ((g.at)::date <= c.last_day)), false) AS is_covered,
                CASE
                    WHEN (c.covered_until IS NULL) THEN (0)::numeric
                    ELSE trunc((GREATEST(EXTRACT(epoch FROM (LEAST(c.covered_until, b.ends) - GREATEST(c.covered_from, b.begins))), (0)::numeric) / EXTRACT(epoch FROM (b.ends - b.begins))), 4)
                END AS coverage
           FROM (generate_series((LEAST(COALESCE(LEAST(k.first_day, NULLIF(c.first_day, '-infinity'::date)), c.last_day, k.today), k.today))::timestamp without time zone, (GREATEST(k.last_day, k.today))::timestamp without time zone, '1 day'::interval) g(at)
             CROSS JOIN LATERAL ( SELECT (g.at AT TIME ZONE t.time_zone) AS begins,
                    ((g.at + '1 day'::interval) AT TIME ZONE t.time_zone) AS ends
                 OFFSET 0) b)) d)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(s.amount_total), (0)::numeric) AS gross,
            COALESCE(sum(s.refunds_amount), (0)::numeric) AS refunded,
            (COALESCE(sum(s.amount_untaxed), (0)::numeric) - COALESCE(sum(s.refunds_untaxed), (0)::numeric)) AS net_untaxed,
            (COALESCE(sum(s.orders), (0)::numeric))::bigint AS orders,
            (COALESCE(sum(s.refunds), (0)::numeric))::bigint AS refund_count,
            (COALESCE(sum(s.orders_without_rate), (0)::numeric))::bigint AS without_rate,
            COALESCE(sum(s.amount_unpaid), (0)::numeric) AS unpaid,
            (COALESCE(sum(s.orders_unpaid), (0)::numeric))::bigint AS unpaid_orders,
            (COALESCE(sum(s.orders_partly_paid), (0)::numeric))::bigint AS partly_paid
           FROM kpi.sales_daily s
          WHERE ((s.tenant_id = t.id) AND (s.day = d.day))) m);
alter table kpi.sales_by_day owner to kpi_owner;
grant select on table kpi.sales_by_day to kpi_analyst;
grant select on table kpi.sales_by_day to kpi_reader;
grant select on table kpi.sales_by_day to kpi_writer;
comment on view kpi.sales_by_day is 'Ventas por día local, sumando todos los orígenes, cada venta una vez. Una fila por empresa y día, desde el primero del que se sabe hasta hoy. En la moneda de la empresa. La devolución es del día en que se devolvió, nunca del día de su venta. Un día que no está cubierto por completo, también el de hoy (ver kpi.sales_today), no tiene cifras: nulas, nunca 0, y coverage dice qué parte está cubierta; un día cubierto sin ventas tiene 0. Las ventas sin tipo de cambio se cuentan en orders y orders_without_rate y no están en ningún monto. Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales por día antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_by_day.tenant_id is 'Empresa.';
comment on column kpi.sales_by_day.day is 'Día local de la empresa.';
comment on column kpi.sales_by_day.currency is 'Moneda de la empresa.';
comment on column kpi.sales_by_day.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si el día no está cubierto por completo.';
comment on column kpi.sales_by_day.refunds is 'Devoluciones hechas ese día, con impuestos.';
comment on column kpi.sales_by_day.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_by_day.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_by_day.orders is 'Pedidos (ventas).';
comment on column kpi.sales_by_day.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_by_day.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_by_day.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_by_day.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_by_day.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_by_day.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_by_day.coverage is 'Parte del día que cubren los datos, de 0 a 1; solo con 1 hay cifras.';

create view kpi.sales_last_month with (security_invoker=true) as
 SELECT tenant_id,
    first_day,
    last_day,
    currency,
    gross_sales,
    refunds,
    sales_after_refunds,
    net_sales_untaxed,
    orders,
    average_order,
    refund_count,
    orders_without_rate,
    unpaid_sales,
    unpaid_orders,
    partly_paid_orders,
    coverage
   FROM kpi.sales_periods p
  WHERE (period = 'last_month'::text);
alter table kpi.sales_last_month owner to kpi_owner;
grant select on table kpi.sales_last_month to kpi_analyst;
grant select on table kpi.sales_last_month to kpi_reader;
grant select on table kpi.sales_last_month to kpi_writer;
comment on view kpi.sales_last_month is 'Último mes: ventas del último mes calendario completo de cada empresa. Una fila por empresa, en su moneda: filas de monedas distintas no se suman. Un mes que no está cubierto por completo no tiene cifras: nulas, nunca 0. Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales del mes antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_last_month.tenant_id is 'Empresa.';
comment on column kpi.sales_last_month.first_day is 'Primer día del mes.';
comment on column kpi.sales_last_month.last_day is 'Último día del mes.';
comment on column kpi.sales_last_month.currency is 'Moneda de la empresa.';
comment on column kpi.sales_last_month.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si el mes no está cubierto por completo.';
comment on column kpi.sales_last_month.refunds is 'Devoluciones hechas en el mes, con impuestos.';
comment on column kpi.sales_last_month.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_last_month.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_last_month.orders is 'Pedidos (ventas).';
comment on column kpi.sales_last_month.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_last_month.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_last_month.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_last_month.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_last_month.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_last_month.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_last_month.coverage is 'Parte de los días del mes que está cubierta por completo, de 0 a 1; solo con 1 hay cifras.';

create view kpi.sales_left_out with (security_invoker=true) as
 SELECT tenant_id,
        CASE
            WHEN (excluded_because IS NOT NULL) THEN excluded_because
            WHEN (status = 'cancelled'::text) THEN 'cancelled'::text
            WHEN (silent_because = ANY (ARRAY['waiting'::text, 'not_invoiced'::text])) THEN silent_because
            ELSE 'without_rate'::text
        END AS reason,
    id,
    source,
    source_id,
    (name || COALESCE((' · '::text || shop), ''::text)) AS source_ref,
    status,
    currency_source,
        CASE
            WHEN ((silent_because IS DISTINCT FROM 'not_invoiced'::text) OR (COALESCE(amount_invoiced, (0)::numeric) = (0)::numeric)) THEN amount_total_source
            WHEN (fx_rate = (1)::numeric) THEN (amount_total_source - amount_invoiced)
            ELSE round((amount_total_source * ((1)::numeric - (amount_invoiced / NULLIF(amount_total, (0)::numeric)))), 2)
        END AS amount_total_source,
    created_at,
    business_day
   FROM ( SELECT x.tenant_id,
            x.id,
            x.connection_id,
            x.source,
            x.source_id,
            x.source_created_at,
            x.source_updated_at,
            x.source_seq,
            x.read_seq,
            x.synced_at,
            x.deleted_at,
            x.row_hash,
            x.revision,
            x.name,
            x.status,
            x.excluded_because,
            x.payment_state,
            x.source_status,
            x.created_at,
            x.business_day,
            x.cancelled_at,
            x.currency_source,
            x.amount_total_source,
            x.amount_untaxed_source,
            x.amount_tax_source,
            x.amount_products_source,
            x.amount_shipping_source,
            x.amount_discount_source,
            x.amount_other_source,
            x.fx_rate,
            x.fx_date,
            x.amount_total,
            x.amount_untaxed,
            x.amount_tax,
            x.amount_products,
            x.amount_shipping,
            x.amount_discount,
            x.amount_other,
            x.customer_id,
            x.channel,
            x.company,
            x.shop_order_id,
            x.shop_order_name,
            x.speaks,
            x.silent_because,
            x.is_sale,
            x.shop,
            x.amount_iva_source,
            x.amount_exempt_source,
            x.amount_ledger_source,
            x.amount_iva,
            x.amount_exempt,
            x.amount_ledger,
            x.stated_status,
            x.delivered,
            x.invoiced,
            x.locked,
            x.created_on,
            x.invoice_id,
            x.amount_invoiced,
            x.cancelled_but_invoiced,
            x.invoiced_order_id,
            x.shop_order_names,
            x.shop_order_prefix,
            x.shop_order_stores,
            x.billed_to_id
           FROM public.source_orders x
          WHERE ((NOT x.is_sale) AND (x.deleted_at IS NULL) AND (x.status <> 'quotation'::text) AND (COALESCE(x.silent_because, ''::text) <> ALL (ARRAY['mirror'::text, 'ordered'::text, 'invoiced'::text, 'replacement'::text])))
        UNION ALL
         SELECT x.tenant_id,
            x.id,
            x.connection_id,
            x.source,
            x.source_id,
            x.source_created_at,
            x.source_updated_at,
            x.source_seq,
            x.read_seq,
            x.synced_at,
            x.deleted_at,
            x.row_hash,
            x.revision,
            x.name,
            x.status,
            x.excluded_because,
            x.payment_state,
            x.source_status,
            x.created_at,
            x.business_day,
            x.cancelled_at,
            x.currency_source,
            x.amount_total_source,
            x.amount_untaxed_source,
            x.amount_tax_source,
            x.amount_products_source,
            x.amount_shipping_source,
            x.amount_discount_source,
            x.amount_other_source,
            x.fx_rate,
            x.fx_date,
            x.amount_total,
            x.amount_untaxed,
            x.amount_tax,
            x.amount_products,
            x.amount_shipping,
            x.amount_discount,
            x.amount_other,
            x.customer_id,
            x.channel,
            x.company,
            x.shop_order_id,
            x.shop_order_name,
            x.speaks,
            x.silent_because,
            x.is_sale,
            x.shop,
            x.amount_iva_source,
            x.amount_exempt_source,
            x.amount_ledger_source,
            x.amount_iva,
            x.amount_exempt,
            x.amount_ledger,
            x.stated_status,
            x.delivered,
            x.invoiced,
            x.locked,
            x.created_on,
            x.invoice_id,
            x.amount_invoiced,
            x.cancelled_but_invoiced,
            x.invoiced_order_id,
            x.shop_order_names,
            x.shop_order_prefix,
            x.shop_order_stores,
            x.billed_to_id
           FROM public.source_orders x
          WHERE (x.is_sale AND (x.amount_total IS NULL))) o
  WHERE ((deleted_at IS NULL) AND (status <> 'quotation'::text) AND (COALESCE(silent_because, ''::text) <> ALL (ARRAY['mirror'::text, 'ordered'::text, 'invoiced'::text, 'replacement'::text])) AND ((excluded_because IS NOT NULL) OR (status = 'cancelled'::text) OR (silent_because = 'waiting'::text) OR (amount_total IS NULL) OR ((silent_because = 'not_invoiced'::text) AND (status = ANY (ARRAY['open'::text, 'completed'::text])) AND (amount_total > COALESCE(amount_invoiced, (0)::numeric)))));
alter table kpi.sales_left_out owner to kpi_owner;
grant select on table kpi.sales_left_out to kpi_analyst;
grant select on table kpi.sales_left_out to kpi_reader;
grant select on table kpi.sales_left_out to kpi_writer;
comment on view kpi.sales_left_out is 'Lo que alguien podría echar de menos en las cifras de venta, documento por documento y con su motivo. Una fila por documento; no están los presupuestos ni los espejos (cuenta su original). En la moneda del documento. El motivo es el primero que se cumple: test, intercompany, gift_card_only, zero_value, cancelled (anulado antes de pagar), waiting (pedido de Odoo que cita un pedido web que aún no llega), not_invoiced (pedido de Odoo confirmado de una empresa que cuenta por documentos emitidos: lo que de él ningún documento factura), without_rate (contado en orders, pero sin monto por falta de tipo de cambio). Debe cuadrar con: la diferencia entre el total de pedidos que muestra Shopify u Odoo y kpi.sales_by_day.';
comment on column kpi.sales_left_out.tenant_id is 'Empresa.';
comment on column kpi.sales_left_out.reason is 'Motivo: test, intercompany, gift_card_only, zero_value, cancelled, waiting, not_invoiced o without_rate.';
comment on column kpi.sales_left_out.id is 'Documento (source_orders.id).';
comment on column kpi.sales_left_out.source is 'Sistema de origen.';
comment on column kpi.sales_left_out.source_id is 'Identificador en el origen.';
comment on column kpi.sales_left_out.source_ref is 'Número visible.';
comment on column kpi.sales_left_out.status is 'Estado del documento.';
comment on column kpi.sales_left_out.currency_source is 'Moneda del documento.';
comment on column kpi.sales_left_out.amount_total_source is 'Total en la moneda del documento; de un pedido por facturar, lo que falta facturar.';
comment on column kpi.sales_left_out.created_at is 'Momento del documento.';
comment on column kpi.sales_left_out.business_day is 'Su día local.';

create view kpi.sales_periods with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    p.period,
    p.first_day,
    p.last_day,
    t.currency,
        CASE
            WHEN x.is_covered THEN m.gross
            ELSE NULL::numeric
        END AS gross_sales,
        CASE
            WHEN x.is_covered THEN m.refunded
            ELSE NULL::numeric
        END AS refunds,
        CASE
            WHEN x.is_covered THEN (m.gross - m.refunded)
            ELSE NULL::numeric
        END AS sales_after_refunds,
        CASE
            WHEN x.is_covered THEN m.net_untaxed
            ELSE NULL::numeric
        END AS net_sales_untaxed,
        CASE
            WHEN x.is_covered THEN m.orders
            ELSE NULL::bigint
        END AS orders,
        CASE
            WHEN x.is_covered THEN round((m.gross / (NULLIF((m.orders - m.without_rate), 0))::numeric), (t.currency_decimals)::integer)
            ELSE NULL::numeric
        END AS average_order,
        CASE
            WHEN x.is_covered THEN m.refund_count
            ELSE NULL::bigint
        END AS refund_count,
        CASE
            WHEN x.is_covered THEN m.without_rate
            ELSE NULL::bigint
        END AS orders_without_rate,
        CASE
            WHEN x.is_covered THEN m.unpaid
            ELSE NULL::numeric
        END AS unpaid_sales,
        CASE
            WHEN x.is_covered THEN m.unpaid_orders
            ELSE NULL::bigint
        END AS unpaid_orders,
        CASE
            WHEN x.is_covered THEN m.partly_paid
            ELSE NULL::bigint
        END AS partly_paid_orders,
    x.coverage
   FROM (((((public.tenants t
     LEFT JOIN kpi.coverage c ON (((c.tenant_id = t.id) AND (c.subject = 'sales'::text))))
     CROSS JOIN LATERAL ( SELECT ((now() AT TIME ZONE t.time_zone))::date AS today,
            (date_trunc('month'::text, (now() AT TIME ZONE t.time_zone)))::date AS month) n)
     CROSS JOIN LATERAL ( VALUES ('yesterday'::text,(n.today - 1),(n.today - 1)), ('last_7_days'::text,(n.today - 7),(n.today - 1)), ('last_30_days'::text,(n.today - 30),(n.today - 1)), ('month_to_yesterday'::text,n.month,(n.today - 1)), ('last_month'::text,((n.month - '1 mon'::interval))::date,(n.month - 1)), ('month_before_last'::text,((n.month - '2 mons'::interval))::date,(((n.month - '1 mon'::interval))::date - 1)), ('last_12_months'::text,((n.month - '1 year'::interval))::date,(n.month - 1))) p(period, first_day, last_day))
     CROSS JOIN LATERAL ( SELECT COALESCE(((p.first_day >= c.first_day) AND (p.last_day <= c.last_day) AND (p.last_day >= p.first_day)), false) AS is_covered,
                CASE
                    WHEN (p.last_day >= p.first_day) THEN
                    CASE
                        WHEN (c.last_day IS NULL) THEN (0)::numeric
                        ELSE trunc(((GREATEST(((LEAST(p.last_day, c.last_day) - GREATEST(p.first_day, c.first_day)) + 1), 0))::numeric / (((p.last_day - p.first_day) + 1))::numeric), 4)
                    END
                    ELSE NULL::numeric
                END AS coverage) x)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(s.amount_total), (0)::numeric) AS gross,
            COALESCE(sum(s.refunds_amount), (0)::numeric) AS refunded,
            (COALESCE(sum(s.amount_untaxed), (0)::numeric) - COALESCE(sum(s.refunds_untaxed), (0)::numeric)) AS net_untaxed,
            (COALESCE(sum(s.orders), (0)::numeric))::bigint AS orders,
            (COALESCE(sum(s.refunds), (0)::numeric))::bigint AS refund_count,
            (COALESCE(sum(s.orders_without_rate), (0)::numeric))::bigint AS without_rate,
            COALESCE(sum(s.amount_unpaid), (0)::numeric) AS unpaid,
            (COALESCE(sum(s.orders_unpaid), (0)::numeric))::bigint AS unpaid_orders,
            (COALESCE(sum(s.orders_partly_paid), (0)::numeric))::bigint AS partly_paid
           FROM kpi.sales_daily s
          WHERE ((s.tenant_id = t.id) AND ((s.day >= p.first_day) AND (s.day <= p.last_day)))) m);
alter table kpi.sales_periods owner to kpi_owner;
grant select on table kpi.sales_periods to kpi_analyst;
grant select on table kpi.sales_periods to kpi_reader;
grant select on table kpi.sales_periods to kpi_writer;
comment on view kpi.sales_periods is 'Ventas de los períodos cerrados que nombran las tarjetas: días locales completos hasta ayer. Una fila por empresa y período: yesterday, last_7_days, last_30_days, month_to_yesterday, last_month (último mes completo), month_before_last, last_12_months. En la moneda de la empresa. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0. last_30_days son 30 días completos, no la ventana móvil (kpi.sales_30_days). Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales del período antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_periods.tenant_id is 'Empresa.';
comment on column kpi.sales_periods.period is 'Período: yesterday, last_7_days, last_30_days, month_to_yesterday, last_month, month_before_last o last_12_months.';
comment on column kpi.sales_periods.first_day is 'Primer día local del período.';
comment on column kpi.sales_periods.last_day is 'Último día local, incluido.';
comment on column kpi.sales_periods.currency is 'Moneda de la empresa.';
comment on column kpi.sales_periods.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si el período no está cubierto por completo.';
comment on column kpi.sales_periods.refunds is 'Devoluciones hechas en el período, con impuestos.';
comment on column kpi.sales_periods.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_periods.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_periods.orders is 'Pedidos (ventas).';
comment on column kpi.sales_periods.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_periods.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_periods.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_periods.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_periods.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_periods.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_periods.coverage is 'Parte de los días del período que está cubierta por completo, de 0 a 1; solo con 1 hay cifras. Nula si el período aún no tiene días.';

create view kpi.sales_today with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    d.day,
    'hoy, parcial'::text AS label,
    t.currency,
        CASE
            WHEN x.is_covered THEN m.gross
            ELSE NULL::numeric
        END AS gross_sales,
        CASE
            WHEN x.is_covered THEN m.refunded
            ELSE NULL::numeric
        END AS refunds,
        CASE
            WHEN x.is_covered THEN (m.gross - m.refunded)
            ELSE NULL::numeric
        END AS sales_after_refunds,
        CASE
            WHEN x.is_covered THEN m.net_untaxed
            ELSE NULL::numeric
        END AS net_sales_untaxed,
        CASE
            WHEN x.is_covered THEN m.orders
            ELSE NULL::bigint
        END AS orders,
        CASE
            WHEN x.is_covered THEN round((m.gross / (NULLIF((m.orders - m.without_rate), 0))::numeric), (t.currency_decimals)::integer)
            ELSE NULL::numeric
        END AS average_order,
        CASE
            WHEN x.is_covered THEN m.refund_count
            ELSE NULL::bigint
        END AS refund_count,
        CASE
            WHEN x.is_covered THEN m.without_rate
            ELSE NULL::bigint
        END AS orders_without_rate,
        CASE
            WHEN x.is_covered THEN m.unpaid
            ELSE NULL::numeric
        END AS unpaid_sales,
        CASE
            WHEN x.is_covered THEN m.unpaid_orders
            ELSE NULL::bigint
        END AS unpaid_orders,
        CASE
            WHEN x.is_covered THEN m.partly_paid
            ELSE NULL::bigint
        END AS partly_paid_orders,
        CASE
            WHEN x.is_covered THEN LEAST(c.covered_until, d.ends)
            ELSE NULL::timestamp with time zone
        END AS as_of,
        CASE
            WHEN x.is_covered THEN trunc((EXTRACT(epoch FROM (LEAST(c.covered_until, d.ends) - d.begins)) / EXTRACT(epoch FROM (d.ends - d.begins))), 4)
            ELSE (0)::numeric
        END AS day_share
   FROM ((((public.tenants t
     LEFT JOIN kpi.coverage c ON (((c.tenant_id = t.id) AND (c.subject = 'sales'::text))))
     CROSS JOIN LATERAL ( SELECT g.day,
            ((g.day)::timestamp without time zone AT TIME ZONE t.time_zone) AS begins,
            (((g.day + 1))::timestamp without time zone AT TIME ZONE t.time_zone) AS ends
           FROM ( SELECT ((now() AT TIME ZONE t.time_zone))::date AS day) g) d)
     CROSS JOIN LATERAL ( SELECT COALESCE(((c.covered_from <= d.begins) AND (c.covered_until > d.begins)), false) AS is_covered) x)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(s.amount_total), (0)::numeric) AS gross,
            COALESCE(sum(s.refunds_amount), (0)::numeric) AS refunded,
            (COALESCE(sum(s.amount_untaxed), (0)::numeric) - COALESCE(sum(s.refunds_untaxed), (0)::numeric)) AS net_untaxed,
            (COALESCE(sum(s.orders), (0)::numeric))::bigint AS orders,
            (COALESCE(sum(s.refunds), (0)::numeric))::bigint AS refund_count,
            (COALESCE(sum(s.orders_without_rate), (0)::numeric))::bigint AS without_rate,
            COALESCE(sum(s.amount_unpaid), (0)::numeric) AS unpaid,
            (COALESCE(sum(s.orders_unpaid), (0)::numeric))::bigint AS unpaid_orders,
            (COALESCE(sum(s.orders_partly_paid), (0)::numeric))::bigint AS partly_paid
           FROM kpi.sales_daily s
          WHERE ((s.tenant_id = t.id) AND (s.day = d.day))) m);
alter table kpi.sales_today owner to kpi_owner;
grant select on table kpi.sales_today to kpi_analyst;
grant select on table kpi.sales_today to kpi_reader;
grant select on table kpi.sales_today to kpi_writer;
comment on view kpi.sales_today is 'Hoy, parcial: lo que se ha leído hasta ahora del día local en curso. Una fila por empresa, en su moneda. as_of dice hasta cuándo está completo. Nulas, nunca 0, si nada de hoy está cubierto todavía. Hoy no está en ningún período cerrado. Debe cuadrar con: Shopify, Total sales de hoy antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';
comment on column kpi.sales_today.tenant_id is 'Empresa.';
comment on column kpi.sales_today.day is 'Día local en curso.';
comment on column kpi.sales_today.label is 'Siempre «hoy, parcial»: cómo debe llamarse en la tarjeta.';
comment on column kpi.sales_today.currency is 'Moneda de la empresa.';
comment on column kpi.sales_today.gross_sales is 'Venta bruta: suma de las ventas con impuestos, antes de devoluciones; nula si nada de hoy está cubierto todavía.';
comment on column kpi.sales_today.refunds is 'Devoluciones hechas hoy, con impuestos.';
comment on column kpi.sales_today.sales_after_refunds is 'Venta después de devoluciones: venta bruta menos devoluciones.';
comment on column kpi.sales_today.net_sales_untaxed is 'Venta neta (sin IVA): ventas sin impuestos menos devoluciones sin impuestos.';
comment on column kpi.sales_today.orders is 'Pedidos (ventas).';
comment on column kpi.sales_today.average_order is 'Venta promedio por pedido: venta bruta dividida por los pedidos con monto conocido; nula si no hay.';
comment on column kpi.sales_today.refund_count is 'Cantidad de devoluciones.';
comment on column kpi.sales_today.orders_without_rate is 'Pedidos sin tipo de cambio: contados, pero en ningún monto.';
comment on column kpi.sales_today.unpaid_sales is 'De la venta bruta, por cobrar: pedidos de los que no se ha recibido ningún pago, según su origen; no están los de orígenes que no lo dicen.';
comment on column kpi.sales_today.unpaid_orders is 'Cuántos pedidos están por cobrar.';
comment on column kpi.sales_today.partly_paid_orders is 'Pedidos pagados en parte; su saldo no está en unpaid_sales.';
comment on column kpi.sales_today.as_of is 'Hasta cuándo están completas las cifras; nulo si no hay.';
comment on column kpi.sales_today.day_share is 'Parte del día que cubren, de 0 a 1.';

create view kpi.shop_erp_sync with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    d.day,
    t.currency,
        CASE
            WHEN d.is_covered THEN COALESCE(s.shop_orders, (0)::bigint)
            ELSE NULL::bigint
        END AS shop_orders,
        CASE
            WHEN d.is_covered THEN COALESCE(s.shop_amount, (0)::numeric)
            ELSE NULL::numeric
        END AS shop_amount,
        CASE
            WHEN d.is_covered THEN COALESCE(s.erp_orders, (0)::bigint)
            ELSE NULL::bigint
        END AS erp_orders,
        CASE
            WHEN d.is_covered THEN COALESCE(s.erp_amount, (0)::numeric)
            ELSE NULL::numeric
        END AS erp_amount,
        CASE
            WHEN d.is_covered THEN COALESCE(s.linked, (0)::bigint)
            ELSE NULL::bigint
        END AS linked,
        CASE
            WHEN d.is_covered THEN COALESCE(s.without_erp, (0)::bigint)
            ELSE NULL::bigint
        END AS missing_in_odoo,
        CASE
            WHEN d.is_covered THEN COALESCE(s.without_erp_amount, (0)::numeric)
            ELSE NULL::numeric
        END AS missing_in_odoo_amount,
        CASE
            WHEN d.is_covered THEN COALESCE(s.without_shop, (0)::bigint)
            ELSE NULL::bigint
        END AS missing_in_shopify,
        CASE
            WHEN d.is_covered THEN COALESCE(s.without_shop_amount, (0)::numeric)
            ELSE NULL::numeric
        END AS missing_in_shopify_amount,
        CASE
            WHEN d.is_covered THEN COALESCE(s.differing, (0)::bigint)
            ELSE NULL::bigint
        END AS differing,
        CASE
            WHEN d.is_covered THEN COALESCE(s.difference, (0)::numeric)
            ELSE NULL::numeric
        END AS difference,
        CASE
            WHEN d.is_covered THEN COALESCE(s.difference_absolute, (0)::numeric)
            ELSE NULL::numeric
        END AS difference_absolute,
        CASE
            WHEN d.is_covered THEN COALESCE(s.duplicates, (0)::bigint)
            ELSE NULL::bigint
        END AS duplicates,
        CASE
            WHEN d.is_covered THEN COALESCE(s.duplicates_amount, (0)::numeric)
            ELSE NULL::numeric
        END AS duplicates_amount,
        CASE
            WHEN d.is_covered THEN COALESCE(s.status_differs, (0)::bigint)
            ELSE NULL::bigint
        END AS status_differs,
        CASE
            WHEN d.is_covered THEN COALESCE(s.status_amount, (0)::numeric)
            ELSE NULL::numeric
        END AS status_amount,
        CASE
            WHEN d.is_covered THEN (0)::bigint
            ELSE COALESCE((s.without_erp + s.without_shop), (0)::bigint)
        END AS pending,
    d.coverage
   FROM ((((public.tenants t
     JOIN ( SELECT f.tenant_id,
            max(COALESCE(f.covered_from, '-infinity'::timestamp with time zone)) AS covered_from,
                CASE
                    WHEN (count(*) = count(f.covered_until)) THEN min(f.covered_until)
                    ELSE NULL::timestamp with time zone
                END AS covered_until
           FROM kpi.freshness f
          WHERE ((f.stream = 'orders'::text) AND (f.source = ANY (ARRAY['shopify'::text, 'odoo'::text])))
          GROUP BY f.tenant_id
         HAVING (count(DISTINCT f.source) = 2)) c ON ((c.tenant_id = t.id)))
     CROSS JOIN LATERAL ( SELECT min(x.day) AS first_day,
            max(x.day) AS last_day
           FROM kpi.shop_erp_daily x
          WHERE (x.tenant_id = t.id)) k)
     CROSS JOIN LATERAL ( SELECT (g.at)::date AS day,
            COALESCE(((b.begins >= c.covered_from) AND ((b.ends + '01:00:00'::interval) <= c.covered_until)), false) AS is_covered,
                CASE
                    WHEN (c.covered_until IS NULL) THEN (0)::numeric
                    ELSE trunc((GREATEST(EXTRACT(epoch FROM (LEAST((c.covered_until - '01:00:00'::interval), b.ends) - GREATEST(c.covered_from, b.begins))), (0)::numeric) / EXTRACT(epoch FROM (b.ends - b.begins))), 4)
                END AS coverage
           FROM (generate_series((k.first_day)::timestamp without time zone, (GREATEST(k.last_day, ((((c.covered_until - '01:00:00'::interval) AT TIME ZONE t.time_zone))::date - 1)))::timestamp without time zone, '1 day'::interval) g(at)
             CROSS JOIN LATERAL ( SELECT (g.at AT TIME ZONE t.time_zone) AS begins,
                    ((g.at + '1 day'::interval) AT TIME ZONE t.time_zone) AS ends
                 OFFSET 0) b)) d)
     LEFT JOIN LATERAL ( SELECT x.tenant_id,
            x.day,
            x.shop_orders,
            x.shop_amount,
            x.erp_orders,
            x.erp_amount,
            x.linked,
            x.differing,
            x.difference,
            x.difference_absolute,
            x.without_erp,
            x.without_erp_amount,
            x.without_shop,
            x.without_shop_amount,
            x.duplicates,
            x.duplicates_amount,
            x.status_differs,
            x.status_amount
           FROM kpi.shop_erp_daily x
          WHERE ((x.tenant_id = t.id) AND (x.day = d.day))
         OFFSET 0) s ON (true));
alter table kpi.shop_erp_sync owner to kpi_owner;
grant select on table kpi.shop_erp_sync to kpi_analyst;
grant select on table kpi.shop_erp_sync to kpi_reader;
grant select on table kpi.shop_erp_sync to kpi_writer;
comment on view kpi.shop_erp_sync is 'Cuánto concuerdan la tienda y Odoo en los pedidos de cada día local: unidos, faltantes en un lado, con diferencias. Una fila por empresa con tienda y Odoo, y día. El día es el del pedido de la tienda, o el del documento de Odoo que no tiene pareja. Un pedido partido en varios documentos se compara con su suma, y varios juntados en uno con él, en el día del primero. Siempre erp_amount - shop_amount = missing_in_shopify_amount - missing_in_odoo_amount + difference + duplicates_amount + status_amount. Un día que ambos lados no cubren por completo y 60 minutos más no tiene cifras (nulo), y pending dice cuántos documentos aún no tienen pareja; un día cubierto sin nada tiene 0. Montos en la moneda de la empresa, con impuestos, antes de devoluciones. Debe cuadrar con: kpi reconcile run del mismo período (clases missing_in_odoo, missing_in_shopify, amount y currency, duplicate_in_odoo, status); difiere en pedidos que el cotejo aún da por pendientes.';
comment on column kpi.shop_erp_sync.tenant_id is 'Empresa.';
comment on column kpi.shop_erp_sync.day is 'Día local.';
comment on column kpi.shop_erp_sync.currency is 'Moneda de la empresa.';
comment on column kpi.shop_erp_sync.shop_orders is 'Pedidos de la tienda que son venta.';
comment on column kpi.shop_erp_sync.shop_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.erp_orders is 'Documentos vigentes de Odoo de pedidos de la tienda.';
comment on column kpi.shop_erp_sync.erp_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.linked is 'Ventas de la tienda con documento vigente en Odoo.';
comment on column kpi.shop_erp_sync.missing_in_odoo is 'Ventas de la tienda sin documento en Odoo.';
comment on column kpi.shop_erp_sync.missing_in_odoo_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.missing_in_shopify is 'Documentos vigentes de Odoo que citan un pedido que no está en la tienda.';
comment on column kpi.shop_erp_sync.missing_in_shopify_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.differing is 'Pedidos unidos, o grupos de ellos partidos o juntados, que difieren en monto o moneda.';
comment on column kpi.shop_erp_sync.difference is 'Suma de sus diferencias, Odoo menos tienda.';
comment on column kpi.shop_erp_sync.difference_absolute is 'Diferencias del día sin signo.';
comment on column kpi.shop_erp_sync.duplicates is 'Documentos vigentes de un pedido más allá de los que lo completan.';
comment on column kpi.shop_erp_sync.duplicates_amount is 'Su monto.';
comment on column kpi.shop_erp_sync.status_differs is 'Vigentes en un lado y no en el otro.';
comment on column kpi.shop_erp_sync.status_amount is 'Odoo menos tienda de esos pedidos.';
comment on column kpi.shop_erp_sync.pending is 'Documentos sin pareja de un día aún no cubierto: todavía no se puede decir que falten.';
comment on column kpi.shop_erp_sync.coverage is 'Parte del día que ambos lados cubren, de 0 a 1.';

create view kpi.sku_conflicts with (security_invoker=true) as
 SELECT tenant_id,
    connection_id,
    source,
    upper(btrim(sku)) AS sku,
    count(*) AS products,
    array_agg(source_id ORDER BY (length(source_id)), source_id) AS source_ids
   FROM public.products p
  WHERE ((deleted_at IS NULL) AND (btrim(sku) <> ''::text))
  GROUP BY tenant_id, connection_id, source, (upper(btrim(sku)))
 HAVING (count(*) > 1);
alter table kpi.sku_conflicts owner to kpi_owner;
grant select on table kpi.sku_conflicts to kpi_analyst;
grant select on table kpi.sku_conflicts to kpi_reader;
grant select on table kpi.sku_conflicts to kpi_writer;
comment on view kpi.sku_conflicts is 'SKU que están en más de un producto de la misma conexión y por eso no identifican a ninguno: esos productos no se unen entre orígenes. Una fila por empresa, conexión y SKU (sin espacios, en mayúsculas); incluye productos archivados, que tienen historia. Productos sin SKU no están. Debe cuadrar con: la lista de productos del origen filtrada por ese SKU.';
comment on column kpi.sku_conflicts.tenant_id is 'Empresa.';
comment on column kpi.sku_conflicts.connection_id is 'Conexión (cuenta de origen).';
comment on column kpi.sku_conflicts.source is 'Sistema de origen.';
comment on column kpi.sku_conflicts.sku is 'SKU repetido.';
comment on column kpi.sku_conflicts.products is 'Cuántos productos lo llevan.';
comment on column kpi.sku_conflicts.source_ids is 'Sus identificadores en el origen.';

create view kpi.sla_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
    p.promise,
        CASE
            WHEN s.is_covered THEN n.met
            ELSE NULL::bigint
        END AS met,
        CASE
            WHEN s.is_covered THEN n.missed
            ELSE NULL::bigint
        END AS missed,
        CASE
            WHEN s.is_covered THEN n.running
            ELSE NULL::bigint
        END AS running,
        CASE
            WHEN s.is_covered THEN round(((n.met)::numeric / (NULLIF((n.met + n.missed), 0))::numeric), 4)
            ELSE NULL::numeric
        END AS compliance,
        CASE
            WHEN s.is_covered THEN 1
            ELSE 0
        END AS coverage
   FROM ((kpi.support_days s
     CROSS JOIN ( VALUES ('first_response'::text), ('resolution'::text)) p(promise))
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (x.fulfilled_at <= x.due_at)) AS met,
            count(*) FILTER (WHERE ((x.fulfilled_at > x.due_at) OR ((x.fulfilled_at IS NULL) AND (x.due_at <= now())))) AS missed,
            count(*) FILTER (WHERE ((x.fulfilled_at IS NULL) AND (x.due_at > now()))) AS running
           FROM public.sla_results x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.due_day = s.day) AND (x.promise = p.promise))) n);
alter table kpi.sla_by_day owner to kpi_owner;
grant select on table kpi.sla_by_day to kpi_analyst;
grant select on table kpi.sla_by_day to kpi_reader;
grant select on table kpi.sla_by_day to kpi_writer;
comment on view kpi.sla_by_day is 'Cumplimiento de SLA por día local de vencimiento y compromiso (primera respuesta, resolución): cumplidos, incumplidos y su proporción. Vencen hoy 10: 8 a tiempo, 1 tarde, 1 sin responder: 80 %. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, SLA, que cuenta como cumplidos los que siguen en curso y mide horas corridas.';
comment on column kpi.sla_by_day.tenant_id is 'Empresa.';
comment on column kpi.sla_by_day.day is 'Día local en que vencen.';
comment on column kpi.sla_by_day.promise is 'first_response o resolution.';
comment on column kpi.sla_by_day.met is 'Cumplidos a tiempo.';
comment on column kpi.sla_by_day.missed is 'Incumplidos: tarde, o vencidos sin cumplir.';
comment on column kpi.sla_by_day.running is 'Aún no vencen.';
comment on column kpi.sla_by_day.compliance is 'Cumplidos sobre cumplidos e incumplidos, de 0 a 1; nulo si no venció ninguno.';
comment on column kpi.sla_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.sla_now with (security_invoker=true) as
 SELECT c.tenant_id,
    p.promise,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.running
            ELSE NULL::bigint
        END AS running,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.overdue
            ELSE NULL::bigint
        END AS overdue,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.due_within_hour
            ELSE NULL::bigint
        END AS due_within_hour,
    n.next_due_at,
    c.covered_until AS as_of
   FROM ((kpi.coverage c
     CROSS JOIN ( VALUES ('first_response'::text), ('resolution'::text)) p(promise))
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (x.due_at > now())) AS running,
            count(*) FILTER (WHERE (x.due_at <= now())) AS overdue,
            count(*) FILTER (WHERE ((x.due_at > now()) AND (x.due_at <= (now() + '01:00:00'::interval)))) AS due_within_hour,
            min(x.due_at) FILTER (WHERE (x.due_at > now())) AS next_due_at
           FROM (public.sla_results x
             CROSS JOIN LATERAL ( SELECT y.status
                   FROM public.conversations y
                  WHERE ((y.tenant_id = x.tenant_id) AND (y.id = x.conversation_id))
                 OFFSET 0) v)
          WHERE ((x.tenant_id = c.tenant_id) AND (x.promise = p.promise) AND (x.fulfilled_at IS NULL) AND (v.status <> 'resolved'::text))) n)
  WHERE (c.subject = 'support'::text);
alter table kpi.sla_now owner to kpi_owner;
grant select on table kpi.sla_now to kpi_analyst;
grant select on table kpi.sla_now to kpi_reader;
grant select on table kpi.sla_now to kpi_writer;
comment on view kpi.sla_now is 'Compromisos (SLA) en curso y vencidos en este momento (móvil), por empresa con Chatwoot y compromiso. Los de conversaciones resueltas sin respuesta ya no esperan aquí; en kpi.sla_by_day son incumplidos. Debe cuadrar con: Chatwoot, Informes, SLA, con los plazos de Chatwoot.';
comment on column kpi.sla_now.tenant_id is 'Empresa.';
comment on column kpi.sla_now.promise is 'first_response o resolution.';
comment on column kpi.sla_now.running is 'En curso.';
comment on column kpi.sla_now.overdue is 'Vencidos sin cumplir.';
comment on column kpi.sla_now.due_within_hour is 'Vencen dentro de una hora.';
comment on column kpi.sla_now.next_due_at is 'El próximo vencimiento.';
comment on column kpi.sla_now.as_of is 'Hasta cuándo se ha leído Chatwoot.';

create view kpi.stock_by_day with (security_invoker=true) as
 SELECT d.tenant_id,
    d.day,
        CASE
            WHEN (d.taken = d.expected) THEN COALESCE(t.available, (0)::numeric)
            ELSE NULL::numeric
        END AS available,
        CASE
            WHEN (d.taken = d.expected) THEN COALESCE(t.on_hand, (0)::numeric)
            ELSE NULL::numeric
        END AS on_hand,
        CASE
            WHEN (d.taken = d.expected) THEN COALESCE(t.reserved, (0)::numeric)
            ELSE NULL::numeric
        END AS reserved,
    d.taken_at,
    (
        CASE
            WHEN (d.taken = d.expected) THEN 1
            ELSE 0
        END)::numeric AS coverage
   FROM (( SELECT s.tenant_id,
            (g.at)::date AS day,
            s.places,
            count(h.day) AS taken,
            count(*) AS expected,
            max(h.taken_at) AS taken_at
           FROM ((( SELECT c.tenant_id,
                    c.connection_id,
                    min(c.day) AS first_day,
                    max(c.day) AS last_day,
                    p.places
                   FROM (public.inventory_snapshot_days c
                     JOIN ( SELECT x.tenant_id,
                            array_agg(x.location_id) AS places,
                            array_agg(DISTINCT x.connection_id) AS connections
                           FROM kpi.stock_places x
                          WHERE x.sells
                          GROUP BY x.tenant_id) p ON (((NOT (p.tenant_id IS DISTINCT FROM c.tenant_id)) AND (c.connection_id = ANY (p.connections)))))
                  GROUP BY c.tenant_id, c.connection_id, p.places) s
             CROSS JOIN LATERAL generate_series((s.first_day)::timestamp without time zone, (s.last_day)::timestamp without time zone, '1 day'::interval) g(at))
             LEFT JOIN public.inventory_snapshot_days h ON (((h.tenant_id = s.tenant_id) AND (h.connection_id = s.connection_id) AND (h.day = (g.at)::date))))
          GROUP BY s.tenant_id, g.at, s.places) d
     LEFT JOIN LATERAL ( SELECT sum(x.available) AS available,
            sum(x.on_hand) AS on_hand,
            sum(x.reserved) AS reserved
           FROM kpi.stock_daily x
          WHERE ((x.tenant_id = d.tenant_id) AND (x.day = d.day) AND (x.location_id = ANY (d.places)))) t ON (true));
alter table kpi.stock_by_day owner to kpi_owner;
grant select on table kpi.stock_by_day to kpi_analyst;
grant select on table kpi.stock_by_day to kpi_reader;
grant select on table kpi.stock_by_day to kpi_writer;
comment on view kpi.stock_by_day is 'Inventario al cierre de cada día local, de todos los productos, en los lugares que hoy venden. Una fila por empresa y día, desde la primera foto hasta la última. La primera lectura completa después de la medianoche es del día anterior y nunca se reescribe; taken_at dice cuándo se tomó. Un día sin foto es nulo, no 0; antes de la primera no hay filas. Debe cuadrar con: Odoo, Inventario > Informes > Existencias con fecha al cierre del día, ubicaciones internas; Shopify, Inventory snapshot del día.';
comment on column kpi.stock_by_day.tenant_id is 'Empresa.';
comment on column kpi.stock_by_day.day is 'Día local.';
comment on column kpi.stock_by_day.available is 'Unidades disponibles.';
comment on column kpi.stock_by_day.on_hand is 'Unidades presentes.';
comment on column kpi.stock_by_day.reserved is 'De ellas, comprometidas.';
comment on column kpi.stock_by_day.taken_at is 'Cuándo se tomó la foto, por el reloj del origen.';
comment on column kpi.stock_by_day.coverage is '1 si hay foto de todas las conexiones que tienen lugares de venta, 0 si no.';

create view kpi.stock_now with (security_invoker=true) as
 SELECT t.id AS tenant_id,
    n.stock_source,
    n.product_id,
    n.product_key,
    n.sku,
    n.product_name,
    n.location_id,
    n.location,
    n.on_hand,
    n.reserved,
    n.available,
    n.available_product,
    n.available_other,
    n.below_threshold,
    n.threshold,
    n.as_of
   FROM (public.tenants t
     CROSS JOIN LATERAL kpi.stock_now_of(t.id) n(stock_source, product_id, product_key, sku, product_name, location_id, location, on_hand, reserved, available, available_product, available_other, below_threshold, threshold, as_of));
alter table kpi.stock_now owner to kpi_owner;
grant select on table kpi.stock_now to kpi_analyst;
grant select on table kpi.stock_now to kpi_reader;
grant select on table kpi.stock_now to kpi_writer;
comment on view kpi.stock_now is 'Lo que se puede vender ahora, según el único origen que habla del inventario (ajuste stock_source; en auto, Odoo si la empresa tiene existencias ahí, si no Shopify); el otro muestra las mismas unidades y va solo al lado, nunca sumado. Una fila por producto y lugar de venta; un producto sin existencias tiene una fila sin lugar y con 0. available = unidades disponibles sin mercadería de terceros (Odoo: cantidad − reservado; Shopify: available). below_threshold = menos unidades que el umbral de la empresa entre todos los lugares de venta. Lo negativo queda negativo; lo nunca leído es nulo. Las columnas del producto se repiten en cada lugar: no se suman. Debe cuadrar con: Odoo, Inventario > Existencias, disponible en ubicaciones internas; Shopify, Inventory > Available.';
comment on column kpi.stock_now.tenant_id is 'Empresa.';
comment on column kpi.stock_now.stock_source is 'Origen que habla del inventario: odoo o shopify.';
comment on column kpi.stock_now.product_id is 'Producto (products.id).';
comment on column kpi.stock_now.product_key is 'Identidad del producto entre orígenes.';
comment on column kpi.stock_now.sku is 'SKU.';
comment on column kpi.stock_now.product_name is 'Nombre.';
comment on column kpi.stock_now.location_id is 'Lugar; nulo si el producto no tiene existencias.';
comment on column kpi.stock_now.location is 'Nombre del lugar.';
comment on column kpi.stock_now.on_hand is 'Unidades presentes en el lugar.';
comment on column kpi.stock_now.reserved is 'De ellas, comprometidas.';
comment on column kpi.stock_now.available is 'Unidades disponibles en el lugar.';
comment on column kpi.stock_now.available_product is 'Disponibles del producto entre todos los lugares; se repite, no sumar.';
comment on column kpi.stock_now.available_other is 'Disponibles del mismo producto según el otro origen; se repite, no sumar; nulo si no lo tiene.';
comment on column kpi.stock_now.below_threshold is 'Si al producto le quedan menos unidades que el umbral entre todos los lugares de venta.';
comment on column kpi.stock_now.threshold is 'Umbral de la empresa, en unidades.';
comment on column kpi.stock_now.as_of is 'Última lectura completa del origen que habla, por su reloj.';

create view kpi.stock_places with (security_invoker=true) as
 SELECT o.tenant_id,
    o.id AS location_id,
    o.connection_id,
    o.source,
    o.name AS location,
    o.counts_stock AS holds_own,
    s.sells AS said,
    COALESCE(s.sells, (o.counts_stock AND (o.source = k.stock_source)), false) AS sells
   FROM ((public.locations o
     LEFT JOIN kpi.stock_source k ON ((NOT (k.tenant_id IS DISTINCT FROM o.tenant_id))))
     LEFT JOIN kpi.location_settings s ON (((s.location_id = o.id) AND (NOT (s.tenant_id IS DISTINCT FROM o.tenant_id)))))
  WHERE (o.deleted_at IS NULL);
alter table kpi.stock_places owner to kpi_owner;
grant select on table kpi.stock_places to kpi_analyst;
grant select on table kpi.stock_places to kpi_reader;
grant select on table kpi.stock_places to kpi_writer;
comment on view kpi.stock_places is 'Qué lugares venden: aquellos cuyas existencias cuentan. Una fila por lugar de cada origen. sells = lo que dijo una persona; si nada, el lugar tiene inventario propio y su origen es el que habla. Debe cuadrar con: Odoo, Inventario > Configuración > Ubicaciones internas; Shopify, Settings > Locations.';
comment on column kpi.stock_places.tenant_id is 'Empresa.';
comment on column kpi.stock_places.location_id is 'Lugar (locations.id).';
comment on column kpi.stock_places.connection_id is 'Conexión (cuenta de origen).';
comment on column kpi.stock_places.source is 'Sistema de origen.';
comment on column kpi.stock_places.location is 'Nombre.';
comment on column kpi.stock_places.holds_own is 'Si lo que hay ahí es inventario propio disponible, según su tipo.';
comment on column kpi.stock_places.said is 'Lo que dijo una persona; nulo si nada.';
comment on column kpi.stock_places.sells is 'Si cuenta como lugar de venta.';

create view kpi.stock_source with (security_invoker=true) as
 SELECT r.tenant_id,
    r.stock_source,
    r.threshold,
        CASE
            WHEN (a.connections = a.read) THEN a.as_of
            ELSE NULL::timestamp with time zone
        END AS as_of
   FROM (( SELECT t.id AS tenant_id,
            t.low_stock_threshold AS threshold,
                CASE
                    WHEN (t.stock_source <> 'auto'::text) THEN t.stock_source
                    WHEN (EXISTS ( SELECT
                       FROM public.locations o
                      WHERE ((o.tenant_id = t.id) AND (o.source = 'odoo'::text) AND o.counts_stock AND (o.deleted_at IS NULL) AND (EXISTS ( SELECT
                               FROM public.inventory_levels l
                              WHERE ((l.tenant_id = t.id) AND (l.location_id = o.id) AND (NOT l.foreign_owner) AND (l.deleted_at IS NULL) AND (EXISTS ( SELECT
                                       FROM public.products p
                                      WHERE ((p.tenant_id = t.id) AND (p.id = l.product_id) AND (p.deleted_at IS NULL)))))))))) THEN 'odoo'::text
                    ELSE 'shopify'::text
                END AS stock_source
           FROM public.tenants t
          WHERE (EXISTS ( SELECT
                   FROM kpi.freshness x
                  WHERE ((x.tenant_id = t.id) AND (x.stream = 'inventory_levels'::text))))
         OFFSET 0) r
     CROSS JOIN LATERAL ( SELECT count(*) AS connections,
            count(f.covered_until) AS read,
            min(f.covered_until) AS as_of
           FROM kpi.freshness f
          WHERE ((f.tenant_id = r.tenant_id) AND (f.stream = 'inventory_levels'::text) AND (f.source = r.stock_source))) a);
alter table kpi.stock_source owner to kpi_owner;
grant select on table kpi.stock_source to kpi_analyst;
grant select on table kpi.stock_source to kpi_reader;
grant select on table kpi.stock_source to kpi_writer;
comment on view kpi.stock_source is 'Qué origen habla del inventario de cada empresa y de cuándo es su última lectura completa: lo que dice el ajuste stock_source o, en auto, Odoo si la empresa tiene existencias propias ahí, si no Shopify. Una fila por empresa con un origen de inventario conectado. as_of nulo: nunca se leyó completo, nada se sabe. Debe cuadrar con: nada en el origen; es una regla de este servicio.';
comment on column kpi.stock_source.tenant_id is 'Empresa.';
comment on column kpi.stock_source.stock_source is 'odoo o shopify.';
comment on column kpi.stock_source.threshold is 'Con menos unidades disponibles que estas, un producto está bajo.';
comment on column kpi.stock_source.as_of is 'Última lectura completa, por el reloj del origen; nulo si no la hay.';

create view kpi.support_days with (security_invoker=true) as
 SELECT c.tenant_id,
    (d.day)::date AS day,
    COALESCE((((d.day)::date >= c.first_day) AND ((d.day)::date <= c.last_day)), false) AS is_covered,
    (COALESCE((((d.day)::date >= GREATEST(c.first_day, a.first_day)) AND ((d.day)::date <= LEAST(c.last_day, a.last_day))), false) AND (c.last_day IS NOT NULL) AND (a.last_day IS NOT NULL)) AS is_csat_covered
   FROM (((((kpi.coverage c
     JOIN public.tenants t ON ((t.id = c.tenant_id)))
     LEFT JOIN LATERAL ( SELECT max(x.first_day) AS first_day,
            max(x.last_day) AS last_day
           FROM kpi.coverage x
          WHERE ((x.tenant_id = c.tenant_id) AND (x.subject = 'csat'::text))) a ON (true))
     CROSS JOIN LATERAL ( SELECT min(x.business_day) AS first_day
           FROM public.conversations x
          WHERE ((x.tenant_id = c.tenant_id) AND (x.deleted_at IS NULL))) f)
     CROSS JOIN LATERAL ( SELECT GREATEST(c.last_day, (((now() AT TIME ZONE t.time_zone))::date - 1)) AS last_day) u)
     CROSS JOIN LATERAL generate_series((COALESCE(LEAST(f.first_day,
        CASE
            WHEN (c.first_day > '-infinity'::date) THEN c.first_day
            ELSE NULL::date
        END), u.last_day))::timestamp without time zone, (u.last_day)::timestamp without time zone, '1 day'::interval) d(day))
  WHERE (c.subject = 'support'::text);
alter table kpi.support_days owner to kpi_owner;
grant select on table kpi.support_days to kpi_analyst;
grant select on table kpi.support_days to kpi_reader;
grant select on table kpi.support_days to kpi_writer;
comment on view kpi.support_days is 'Días locales por los que se puede preguntar en soporte, y cuáles cubren por completo los datos. Una fila por empresa con Chatwoot y día, desde la primera conversación (o el primer día cubierto) hasta ayer. Debe cuadrar con: nada en el origen; es lo que este servicio sabe de sí mismo.';
comment on column kpi.support_days.tenant_id is 'Empresa.';
comment on column kpi.support_days.day is 'Día local.';
comment on column kpi.support_days.is_covered is 'Si los datos de conversaciones cubren el día completo.';
comment on column kpi.support_days.is_csat_covered is 'Si además lo cubren las respuestas de encuestas.';

create view kpi.tickets_by_channel with (security_invoker=true) as
 SELECT tenant_id,
    channel,
    status,
    count(*) FILTER (WHERE (created_at >= (now() - '7 days'::interval))) AS last_7_days,
    count(*) AS total
   FROM public.conversations c
  WHERE (deleted_at IS NULL)
  GROUP BY tenant_id, channel, status;
alter table kpi.tickets_by_channel owner to kpi_owner;
grant select on table kpi.tickets_by_channel to kpi_analyst;
grant select on table kpi.tickets_by_channel to kpi_reader;
grant select on table kpi.tickets_by_channel to kpi_writer;
comment on view kpi.tickets_by_channel is 'Conversaciones (tickets) por canal y estado actual: la consulta 2 del encargo (últimos 7 días corridos) y al lado todas las guardadas. Una fila por empresa, canal y estado. Estado de hoy: open, resolved, pending (con el bot) o snoozed; un canal que no es WhatsApp, Email ni Web es Other. Debe cuadrar con: la consulta 2 en las filas con last_7_days > 0; Chatwoot, informe de conversaciones por canal.';
comment on column kpi.tickets_by_channel.tenant_id is 'Empresa.';
comment on column kpi.tickets_by_channel.channel is 'WhatsApp, Email, Web u Other.';
comment on column kpi.tickets_by_channel.status is 'open, resolved, pending (con el bot) o snoozed.';
comment on column kpi.tickets_by_channel.last_7_days is 'Iniciadas en los últimos 7 días corridos.';
comment on column kpi.tickets_by_channel.total is 'Todas las guardadas.';

create view kpi.tickets_now with (security_invoker=true) as
 SELECT c.tenant_id,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.open
            ELSE NULL::bigint
        END AS open,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN (n.open + n.snoozed)
            ELSE NULL::bigint
        END AS pending,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.snoozed
            ELSE NULL::bigint
        END AS snoozed,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.with_bot
            ELSE NULL::bigint
        END AS with_bot,
    c.covered_until AS as_of
   FROM (kpi.coverage c
     CROSS JOIN LATERAL ( SELECT (COALESCE(sum(x.open), (0)::numeric))::bigint AS open,
            (COALESCE(sum(x.snoozed), (0)::numeric))::bigint AS snoozed,
            (COALESCE(sum(x.pending), (0)::numeric))::bigint AS with_bot
           FROM kpi.conversations_daily x
          WHERE ((x.tenant_id = c.tenant_id) AND ((x.open > 0) OR (x.snoozed > 0) OR (x.pending > 0)))) n)
  WHERE (c.subject = 'support'::text);
alter table kpi.tickets_now owner to kpi_owner;
grant select on table kpi.tickets_now to kpi_analyst;
grant select on table kpi.tickets_now to kpi_reader;
grant select on table kpi.tickets_now to kpi_writer;
comment on view kpi.tickets_now is 'Tickets en este momento: abiertos (open), pendientes (open + pospuestos) y con el bot (pending de Chatwoot). Una fila por empresa con Chatwoot, a la hora as_of; nulos si nunca se completó una lectura. Debe cuadrar con: Chatwoot, Conversaciones, contadores de Abiertas, Pospuestas y Pendientes (con el bot), con todas las bandejas.';
comment on column kpi.tickets_now.tenant_id is 'Empresa.';
comment on column kpi.tickets_now.open is 'Abiertos.';
comment on column kpi.tickets_now.pending is 'Pendientes: abiertos y pospuestos.';
comment on column kpi.tickets_now.snoozed is 'De ellos, pospuestos.';
comment on column kpi.tickets_now.with_bot is 'Con el bot.';
comment on column kpi.tickets_now.as_of is 'A qué hora, por el reloj de Chatwoot.';

create view kpi.tickets_resolved_by_day with (security_invoker=true) as
 SELECT s.tenant_id,
    s.day,
        CASE
            WHEN s.is_covered THEN n.resolved
            ELSE NULL::bigint
        END AS resolved,
        CASE
            WHEN s.is_covered THEN n.exact
            ELSE NULL::bigint
        END AS exact,
        CASE
            WHEN s.is_covered THEN n.observed
            ELSE NULL::bigint
        END AS observed,
        CASE
            WHEN s.is_covered THEN n.estimated
            ELSE NULL::bigint
        END AS estimated,
        CASE
            WHEN s.is_covered THEN round((((n.observed + n.estimated))::numeric / (NULLIF(n.resolved, 0))::numeric), 4)
            ELSE NULL::numeric
        END AS estimated_share,
        CASE
            WHEN s.is_covered THEN 1
            ELSE 0
        END AS coverage
   FROM (kpi.support_days s
     CROSS JOIN LATERAL ( SELECT count(*) AS resolved,
            count(*) FILTER (WHERE (x.resolved_at_source = ANY (ARRAY['event'::text, 'webhook'::text]))) AS exact,
            count(*) FILTER (WHERE (x.resolved_at_source = 'observed'::text)) AS observed,
            count(*) FILTER (WHERE (x.resolved_at_source = 'activity'::text)) AS estimated
           FROM public.conversations x
          WHERE ((x.tenant_id = s.tenant_id) AND (x.resolved_day = s.day) AND (x.deleted_at IS NULL))) n);
alter table kpi.tickets_resolved_by_day owner to kpi_owner;
grant select on table kpi.tickets_resolved_by_day to kpi_analyst;
grant select on table kpi.tickets_resolved_by_day to kpi_reader;
grant select on table kpi.tickets_resolved_by_day to kpi_writer;
comment on view kpi.tickets_resolved_by_day is 'Tickets resueltos por día local: cada conversación una vez, el día de su última resolución, si no se ha reabierto. Resuelta el lunes, reabierta el martes y resuelta el miércoles: lunes 0, miércoles 1. estimated_share es la parte cuya hora no es exacta. Hoy y los días no cubiertos por completo no tienen cifra (nulo, coverage 0); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Resoluciones, que cuenta eventos (una reabierta, dos veces): la nuestra es igual o menor.';
comment on column kpi.tickets_resolved_by_day.tenant_id is 'Empresa.';
comment on column kpi.tickets_resolved_by_day.day is 'Día local.';
comment on column kpi.tickets_resolved_by_day.resolved is 'Resueltas.';
comment on column kpi.tickets_resolved_by_day.exact is 'Con hora exacta (evento o webhook).';
comment on column kpi.tickets_resolved_by_day.observed is 'Con hora del cambio observado entre dos lecturas.';
comment on column kpi.tickets_resolved_by_day.estimated is 'Con hora estimada por la última actividad.';
comment on column kpi.tickets_resolved_by_day.estimated_share is 'Parte observada o estimada, de 0 a 1; nula si no hubo.';
comment on column kpi.tickets_resolved_by_day.coverage is '1 si los datos cubren el día completo, 0 si no.';

create view kpi.top_products with (security_invoker=true) as
 SELECT tenant_id,
    row_number() OVER (PARTITION BY tenant_id ORDER BY amount DESC NULLS LAST, units DESC NULLS LAST, product_key) AS "position",
    product_key,
    sku,
    product_name,
    units,
    amount,
    units_sold,
    units_returned
   FROM ( SELECT m.tenant_id,
            m.product_key,
            max(m.sku) AS sku,
            (array_agg(m.product_name ORDER BY m.day DESC, m.product_name))[1] AS product_name,
                CASE
                    WHEN (sum(m.lines_without_units) = (0)::numeric) THEN (sum(m.units_sold) - sum(m.units_returned))
                    ELSE NULL::numeric
                END AS units,
            sum(m.amount) AS amount,
                CASE
                    WHEN (sum(m.lines_without_units) = (0)::numeric) THEN sum(m.units_sold)
                    ELSE NULL::numeric
                END AS units_sold,
                CASE
                    WHEN (sum(m.lines_without_units) = (0)::numeric) THEN sum(m.units_returned)
                    ELSE NULL::numeric
                END AS units_returned
           FROM ( SELECT r.tenant_id,
                    COALESCE(k.product_key, ('sku:'::text || r.sku), ('id:'::text || (r.product_id)::text), r.product_ref) AS product_key,
                    COALESCE(k.sku, r.sku) AS sku,
                    COALESCE(k.name, r.name) AS product_name,
                    r.day,
                    r.units_sold,
                    r.units_returned,
                    r.amount,
                    r.lines_without_units
                   FROM (( SELECT d.tenant_id,
                                CASE
                                    WHEN (d.product_id IS NULL) THEN d.product_ref
                                    ELSE NULL::text
                                END AS product_ref,
                            d.product_id,
                            max(d.sku) AS sku,
                            max(d.name) AS name,
                            max(d.day) AS day,
                            sum(d.units_sold) AS units_sold,
                            sum(d.units_returned) AS units_returned,
                                CASE
                                    WHEN ((count(d.amount_sold) + count(d.amount_returned)) > 0) THEN (COALESCE(sum(d.amount_sold), (0)::numeric) - COALESCE(sum(d.amount_returned), (0)::numeric))
                                    ELSE NULL::numeric
                                END AS amount,
                            sum(d.lines_without_units) AS lines_without_units
                           FROM (kpi.product_days d
                             JOIN ( SELECT x.id,
                                    (((now() - '30 days'::interval) AT TIME ZONE x.time_zone))::date AS first_day
                                   FROM public.tenants x
                                 OFFSET 0) t ON ((t.id = d.tenant_id)))
                          WHERE ((d.day >= ((((now() - '30 days'::interval) AT TIME ZONE 'UTC'::text))::date - 1)) AND (d.day > t.first_day))
                          GROUP BY d.tenant_id, d.product_id,
                                CASE
                                    WHEN (d.product_id IS NULL) THEN d.product_ref
                                    ELSE NULL::text
                                END) r
                     LEFT JOIN kpi.product_keys k ON (((k.product_id = r.product_id) AND (NOT (k.tenant_id IS DISTINCT FROM r.tenant_id)))))
                UNION ALL
                 SELECT f.tenant_id,
                    f.product_key,
                    f.sku,
                    f.product_name,
                    f.business_day,
                        CASE
                            WHEN (f.kind = 'sale'::text) THEN COALESCE(f.units, (0)::numeric)
                            ELSE (0)::numeric
                        END AS "case",
                        CASE
                            WHEN (f.kind = 'return'::text) THEN COALESCE((- f.units), (0)::numeric)
                            ELSE (0)::numeric
                        END AS "case",
                    f.amount,
                        CASE
                            WHEN (f.units IS NULL) THEN 1
                            ELSE 0
                        END AS "case"
                   FROM (kpi.product_movements f
                     JOIN public.tenants t ON ((t.id = f.tenant_id)))
                  WHERE ((f.business_day = (((now() - '30 days'::interval) AT TIME ZONE t.time_zone))::date) AND (f.created_at >= (now() - '30 days'::interval)) AND (f.created_at < ((now() - '30 days'::interval) + '26:00:00'::interval)) AND (f.business_day >= ((((now() - '30 days'::interval) AT TIME ZONE 'UTC'::text))::date - 1)) AND (f.business_day <= ((((now() - '30 days'::interval) AT TIME ZONE 'UTC'::text))::date + 1)))) m
          GROUP BY m.tenant_id, m.product_key) p;
alter table kpi.top_products owner to kpi_owner;
grant select on table kpi.top_products to kpi_analyst;
grant select on table kpi.top_products to kpi_reader;
grant select on table kpi.top_products to kpi_writer;
comment on view kpi.top_products is 'Productos de los últimos 30 días corridos (móvil), ordenados por lo que aportaron. Una fila por empresa y producto con ventas o devoluciones en la ventana; position <= 10 da los diez primeros. Monto en la moneda de la empresa, con impuestos, después de descuentos y menos lo devuelto en la ventana; unidades vendidas menos devueltas, en la unidad de referencia del producto (nulas si una línea no se puede convertir). Sin tipo de cambio el monto es nulo y el producto va al final. Debe cuadrar con: Shopify, Sales by product de los últimos 30 días; difiere en las horas, porque la ventana es móvil.';
comment on column kpi.top_products.tenant_id is 'Empresa.';
comment on column kpi.top_products."position" is 'Lugar por monto, desde 1.';
comment on column kpi.top_products.product_key is 'Identidad del producto.';
comment on column kpi.top_products.sku is 'SKU.';
comment on column kpi.top_products.product_name is 'Nombre en el último movimiento.';
comment on column kpi.top_products.units is 'Unidades vendidas menos devueltas.';
comment on column kpi.top_products.amount is 'Monto vendido menos devuelto.';
comment on column kpi.top_products.units_sold is 'Unidades vendidas.';
comment on column kpi.top_products.units_returned is 'Unidades devueltas, positivo.';

create view kpi.unanswered_now with (security_invoker=true) as
 SELECT c.tenant_id,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.waiting
            ELSE NULL::bigint
        END AS waiting,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.over_2h
            ELSE NULL::bigint
        END AS over_2h,
        CASE
            WHEN (c.covered_until IS NOT NULL) THEN n.over_2h_business
            ELSE NULL::bigint
        END AS over_2h_business,
    n.longest_seconds,
    c.covered_until AS as_of
   FROM (kpi.coverage c
     CROSS JOIN LATERAL ( SELECT count(*) AS waiting,
            count(*) FILTER (WHERE (x.started_at < (now() - '02:00:00'::interval))) AS over_2h,
            count(*) FILTER (WHERE ((x.started_at < (now() - '02:00:00'::interval)) AND (COALESCE(kpi.business_seconds(x.started_at, now(), i.opening, i.opening_zone), (7201)::bigint) > 7200))) AS over_2h_business,
            (floor(EXTRACT(epoch FROM (now() - min(x.started_at)))))::bigint AS longest_seconds
           FROM ((kpi.waits x
             CROSS JOIN LATERAL ( SELECT y.inbox_id,
                    y.status
                   FROM public.conversations y
                  WHERE ((y.tenant_id = x.tenant_id) AND (y.id = x.conversation_id))
                 OFFSET 0) v)
             LEFT JOIN LATERAL ( SELECT y.opening,
                    y.opening_zone
                   FROM public.inboxes y
                  WHERE ((y.tenant_id = x.tenant_id) AND (y.id = v.inbox_id))
                 OFFSET 0) i ON (true))
          WHERE ((x.tenant_id = c.tenant_id) AND (x.ended_at IS NULL) AND (v.status = 'open'::text))) n)
  WHERE (c.subject = 'support'::text);
alter table kpi.unanswered_now owner to kpi_owner;
grant select on table kpi.unanswered_now to kpi_analyst;
grant select on table kpi.unanswered_now to kpi_reader;
grant select on table kpi.unanswered_now to kpi_writer;
comment on view kpi.unanswered_now is 'Conversaciones abiertas en que un cliente espera respuesta de una persona en este momento (móvil): cuántas, cuántas hace más de 2 horas corridas (la tarjeta) y cuántas hace más de 2 horas hábiles de la bandeja (la alerta). Una fila por empresa con Chatwoot. Debe cuadrar con: Chatwoot, Conversaciones, filtro Sin atender, donde espera también quien no ha escrito nada.';
comment on column kpi.unanswered_now.tenant_id is 'Empresa.';
comment on column kpi.unanswered_now.waiting is 'Esperan respuesta.';
comment on column kpi.unanswered_now.over_2h is 'Hace más de 2 horas corridas.';
comment on column kpi.unanswered_now.over_2h_business is 'Hace más de 2 horas hábiles (corridas si la bandeja no tiene horario).';
comment on column kpi.unanswered_now.longest_seconds is 'La espera más larga, en segundos corridos.';
comment on column kpi.unanswered_now.as_of is 'Hasta cuándo se ha leído Chatwoot.';

create view ops.cited_orders with (security_invoker=true) as
 SELECT e.tenant_id,
    e.id AS erp_order_id,
    n.name,
    s.id AS shop_order_id,
    d.rule
   FROM ((((public.source_orders e
     CROSS JOIN LATERAL unnest(COALESCE(e.shop_order_names, ARRAY[e.shop_order_name])) n(name))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (EXISTS ( SELECT
                       FROM ops.shop_claims k_1
                      WHERE ((k_1.tenant_id = e.tenant_id) AND (e.shop_order_prefix = ANY (k_1.prefixes))))) THEN 'name_prefix'::text
                    WHEN (EXISTS ( SELECT
                       FROM ops.shop_claims k_1
                      WHERE ((k_1.tenant_id = e.tenant_id) AND (e.shop_order_stores && k_1.stores)))) THEN 'name_store'::text
                    ELSE 'name'::text
                END AS rule) d)
     CROSS JOIN LATERAL ( SELECT x.id,
            x.connection_id
           FROM public.source_orders x
          WHERE ((x.tenant_id = e.tenant_id) AND (x.source = 'shopify'::text) AND (x.shop_order_name = n.name) AND (x.deleted_at IS NULL))
         OFFSET 0) s)
     LEFT JOIN ops.shop_claims k ON (((k.tenant_id = e.tenant_id) AND (k.connection_id = s.connection_id))))
  WHERE ((e.source = 'odoo'::text) AND (e.deleted_at IS NULL) AND
        CASE d.rule
            WHEN 'name_prefix'::text THEN (e.shop_order_prefix = ANY (k.prefixes))
            WHEN 'name_store'::text THEN (e.shop_order_stores && k.stores)
            ELSE ((e.shop_order_prefix IS NULL) OR (COALESCE(cardinality(k.prefixes), 0) = 0))
        END);
alter table ops.cited_orders owner to kpi_owner;
grant select on table ops.cited_orders to kpi_writer;
comment on view ops.cited_orders is 'Orders of the shops that a document of the books may mean by each number it cites: one, and it is meant; several, and a person must say which.';
comment on column ops.cited_orders.tenant_id is 'Tenant.';
comment on column ops.cited_orders.erp_order_id is 'The document of the books.';
comment on column ops.cited_orders.name is 'The number it cites.';
comment on column ops.cited_orders.shop_order_id is 'An order that has it.';
comment on column ops.cited_orders.rule is 'What decides which shops it may be of: name_prefix, name_store, or name where nothing does.';

create view ops.period_documents with (security_invoker=true) as
 SELECT o.tenant_id,
    'sale'::text AS entity,
    o.id,
    o.business_day AS day,
    o.name,
    COALESCE(o.amount_total, (0)::numeric) AS amount
   FROM public.source_orders o
  WHERE (o.is_sale AND (o.deleted_at IS NULL))
UNION ALL
 SELECT o.tenant_id,
    'erp_order'::text AS entity,
    o.id,
    o.business_day AS day,
    o.name,
    COALESCE(o.amount_total, (0)::numeric) AS amount
   FROM public.source_orders o
  WHERE ((o.source = 'odoo'::text) AND (NOT o.is_sale) AND (o.deleted_at IS NULL) AND (o.status = ANY (ARRAY['open'::text, 'completed'::text, 'refunded'::text])) AND (o.excluded_because IS NULL) AND ((o.shop_order_id IS NOT NULL) OR (o.shop_order_name IS NOT NULL)))
UNION ALL
 SELECT r.tenant_id,
    'refund'::text AS entity,
    r.id,
    r.business_day AS day,
    o.name,
    (- COALESCE(r.amount_total, (0)::numeric)) AS amount
   FROM (public.refunds r
     LEFT JOIN public.source_orders o ON (((o.tenant_id = r.tenant_id) AND (o.id = r.order_id))))
  WHERE (r.counts AND (r.deleted_at IS NULL))
UNION ALL
 SELECT i.tenant_id,
    'document'::text AS entity,
    i.id,
    i.invoice_date AS day,
    i.name,
        CASE
            WHEN (i.kind = 'credit_note'::text) THEN (- COALESCE(i.amount_total, (0)::numeric))
            ELSE COALESCE(i.amount_total, (0)::numeric)
        END AS amount
   FROM public.invoices i
  WHERE ((i.state = 'posted'::text) AND (i.deleted_at IS NULL));
alter table ops.period_documents owner to kpi_owner;
grant select on table ops.period_documents to kpi_writer;
comment on view ops.period_documents is 'What a period consists of: sales, the books'' orders that stand for them, what was given back, and issued documents.';
comment on column ops.period_documents.tenant_id is 'Tenant.';
comment on column ops.period_documents.entity is 'sale, erp_order, refund or document.';
comment on column ops.period_documents.id is 'Its id.';
comment on column ops.period_documents.day is 'Local day of the sale, order or refund; a document''s own date.';
comment on column ops.period_documents.name is 'Its name; of a refund, its order''s.';
comment on column ops.period_documents.amount is 'In the tenant''s currency, below zero for what is given back; 0 without an exchange rate.';

create view ops.shop_claims with (security_invoker=true) as
 SELECT tenant_id,
    id AS connection_id,
    ARRAY( SELECT jsonb_array_elements_text((c.settings -> 'reference_prefixes'::text)) AS jsonb_array_elements_text) AS prefixes,
    ARRAY( SELECT jsonb_array_elements_text((c.settings -> 'erp_stores'::text)) AS jsonb_array_elements_text) AS stores
   FROM ops.connections c
  WHERE ((source = 'shopify'::text) AND (jsonb_typeof(COALESCE((settings -> 'reference_prefixes'::text), '[]'::jsonb)) = 'array'::text) AND (jsonb_typeof(COALESCE((settings -> 'erp_stores'::text), '[]'::jsonb)) = 'array'::text));
alter table ops.shop_claims owner to kpi_owner;
grant select on table ops.shop_claims to kpi_writer;
comment on view ops.shop_claims is 'What in the books is each shop''s own, by its settings.';
comment on column ops.shop_claims.tenant_id is 'Tenant.';
comment on column ops.shop_claims.connection_id is 'The shop.';
comment on column ops.shop_claims.prefixes is 'What stands before its order numbers there.';
comment on column ops.shop_claims.stores is 'Sales teams, websites, companies and instances of the connector that are its own there.';

create view ops.stream_health with (security_invoker=true) as
 SELECT s.tenant_id,
    s.connection_id,
    s.stream,
        CASE
            WHEN (s.held_because IS NOT NULL) THEN 'held'::text
            WHEN ((s.error_kind IS NOT NULL) AND (s.error_kind <> 'transient'::text)) THEN 'failing'::text
            WHEN ((s.last_success_at < a.read_by) AND (a.quiet < a.read_by)) THEN 'stale'::text
            WHEN ((s.covered_until < a.covered_by) AND (a.quiet < a.covered_by)) THEN 'stale'::text
            WHEN (s.error_kind IS NOT NULL) THEN 'retrying'::text
            WHEN (s.last_success_at IS NULL) THEN 'loading'::text
            ELSE 'ok'::text
        END AS state,
        CASE
            WHEN (COALESCE(s.covered_until, s.last_success_at) IS NOT NULL) THEN (GREATEST(EXTRACT(epoch FROM (clock_timestamp() - COALESCE(s.covered_until, s.last_success_at))), (0)::numeric))::double precision
            ELSE NULL::double precision
        END AS lag_seconds,
    s.last_success_at,
    (s.expires_at > clock_timestamp()) AS reading,
    COALESCE(s.held_because, ((s.error_message || '. '::text) || s.error_advice)) AS problem
   FROM (((((( SELECT clock_timestamp() AS now) clock
     CROSS JOIN ops.streams s)
     JOIN ops.connections c ON (((c.tenant_id = s.tenant_id) AND (c.id = s.connection_id))))
     JOIN public.tenants t ON ((t.id = s.tenant_id)))
     CROSS JOIN LATERAL ( SELECT make_interval(secs => (((3 * s.interval_seconds) + 120))::double precision) AS allowed) i)
     CROSS JOIN LATERAL ( SELECT (clock.now - i.allowed) AS read_by,
            (clock.now - GREATEST(i.allowed, '01:00:00'::interval)) AS covered_by,
            kpi.last_quiet(clock.now, t.time_zone, c.quiet_from, c.quiet_until) AS quiet) a)
  WHERE (s.lane = 'live'::text);
alter table ops.stream_health owner to kpi_owner;
grant select on table ops.stream_health to kpi_writer;
comment on view ops.stream_health is 'State of every live stream, paused ones included. Staleness is that of kpi.freshness_now.';
comment on column ops.stream_health.tenant_id is 'Tenant.';
comment on column ops.stream_health.connection_id is 'Connection.';
comment on column ops.stream_health.stream is 'Stream.';
comment on column ops.stream_health.state is 'The first that holds: held (waits for a person), failing (a person must act), stale (no reading ended for three intervals and two minutes, or what it covers is older than that and an hour), retrying, loading (its first reading has not ended), ok.';
comment on column ops.stream_health.lag_seconds is 'Seconds since what it covers ended, by the clock of its source; null before its first reading has ended.';
comment on column ops.stream_health.last_success_at is 'End of the last complete walk.';
comment on column ops.stream_health.reading is 'Somebody reads it at this moment.';
comment on column ops.stream_health.problem is 'What happened and what to do, when something did.';

create view public.order_lines with (security_invoker=true) as
 SELECT l.id,
    l.tenant_id,
    l.order_id,
    l.source,
    l.source_id,
    l.product_id,
    l.line_kind,
    l.sku,
    l.name,
    l.quantity,
    t.currency,
    c.amount,
    c.amount_untaxed,
    (c.amount - c.amount_untaxed) AS amount_tax,
    c.amount_discount,
    l.unit_price_source,
    l.amount_source,
    l.currency_source,
    o.created_at,
    o.business_day,
    l.units,
    l.units_unknown_because
   FROM ((((public.source_order_lines l
     JOIN public.source_orders o ON (((o.tenant_id = l.tenant_id) AND (o.id = l.order_id))))
     JOIN public.tenants t ON ((t.id = l.tenant_id)))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (l.currency_source <> o.currency_source) THEN NULL::numeric
                    WHEN (o.currency_source = t.currency) THEN (1)::numeric
                    ELSE o.fx_rate
                END AS fx_rate) r)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (o.currency_source = t.currency) THEN (l.amount_source * r.fx_rate)
                    ELSE round((l.amount_source * r.fx_rate), (t.currency_decimals)::integer)
                END AS amount,
                CASE
                    WHEN (o.currency_source = t.currency) THEN (l.amount_untaxed_source * r.fx_rate)
                    ELSE round((l.amount_untaxed_source * r.fx_rate), (t.currency_decimals)::integer)
                END AS amount_untaxed,
                CASE
                    WHEN (o.currency_source = t.currency) THEN (l.amount_discount_source * r.fx_rate)
                    ELSE round((l.amount_discount_source * r.fx_rate), (t.currency_decimals)::integer)
                END AS amount_discount) c)
  WHERE (o.is_sale AND (o.deleted_at IS NULL) AND (l.deleted_at IS NULL));
alter table public.order_lines owner to kpi_owner;
grant select on table public.order_lines to kpi_analyst;
grant select on table public.order_lines to kpi_reader;
grant select on table public.order_lines to kpi_writer;
comment on view public.order_lines is 'Líneas de las ventas de orders; no están las de presupuestos, espejos ni otros documentos que no son venta. Una fila por línea; solo line_kind = product es un producto, y gift_card no es parte del total del pedido. Montos sin sufijo en la moneda de la empresa, con impuestos, después de sus descuentos y su parte de los del pedido: monto de origen por el tipo de cambio del pedido, redondeado a los decimales de la moneda (las líneas de un pedido en otra moneda pueden diferir de su total por redondeo). Nulos sin tipo de cambio o si la moneda de la línea no es la del pedido. Debe cuadrar con: las líneas del pedido en su propio sistema.';
comment on column public.order_lines.id is 'Identificador de la línea.';
comment on column public.order_lines.tenant_id is 'Empresa.';
comment on column public.order_lines.order_id is 'Venta (orders.id).';
comment on column public.order_lines.source is 'Sistema de origen.';
comment on column public.order_lines.source_id is 'Identificador de la línea en el origen; shipping-… es despacho, tip-… propina.';
comment on column public.order_lines.product_id is 'Producto; nulo en líneas sin producto.';
comment on column public.order_lines.line_kind is 'product, shipping, discount, tip, gift_card, reward, down_payment, section u other.';
comment on column public.order_lines.sku is 'SKU escrito en la línea.';
comment on column public.order_lines.name is 'Descripción.';
comment on column public.order_lines.quantity is 'Cantidad, en la unidad de la línea.';
comment on column public.order_lines.currency is 'Moneda de la empresa.';
comment on column public.order_lines.amount is 'Total de la línea con impuestos, después de descuentos, en la moneda de la empresa.';
comment on column public.order_lines.amount_untaxed is 'Sin impuestos.';
comment on column public.order_lines.amount_tax is 'Impuestos: amount menos amount_untaxed.';
comment on column public.order_lines.amount_discount is 'Descuentos con impuestos, positivo; ya restados de amount.';
comment on column public.order_lines.unit_price_source is 'Precio unitario como lo declara el origen, en su moneda.';
comment on column public.order_lines.amount_source is 'Total de la línea en la moneda del documento.';
comment on column public.order_lines.currency_source is 'Moneda del documento.';
comment on column public.order_lines.created_at is 'Momento de la venta.';
comment on column public.order_lines.business_day is 'Día local de la venta.';
comment on column public.order_lines.units is 'Cantidad en la unidad de referencia del producto (2 docenas = 24); solo en líneas de producto, nula si no se puede convertir.';
comment on column public.order_lines.units_unknown_because is 'Por qué no hay units: unit_unknown, unit_of_other_kind o product_unknown.';

create view public.orders with (security_invoker=true) as
 SELECT o.id,
    o.tenant_id,
    o.source,
    o.source_id,
    (o.name || COALESCE((' · '::text || o.shop), ''::text)) AS source_ref,
    o.status,
    o.payment_state,
    t.currency,
    o.amount_total,
    o.amount_untaxed,
    o.amount_tax,
    o.amount_products,
    o.amount_shipping,
    o.amount_discount,
    o.amount_other,
    o.amount_total_source,
    o.currency_source,
    o.fx_rate,
    o.fx_date,
    o.customer_id,
    COALESCE((t.channel_names ->> o.channel), o.channel) AS channel,
    o.created_at,
    o.business_day,
    o.cancelled_at,
    o.amount_iva,
    o.amount_exempt,
    o.amount_ledger
   FROM (public.source_orders o
     LEFT JOIN public.tenants t ON ((t.id = o.tenant_id)))
  WHERE (o.is_sale AND (o.deleted_at IS NULL));
alter table public.orders owner to kpi_owner;
grant select on table public.orders to kpi_analyst;
grant select on table public.orders to kpi_reader;
grant select on table public.orders to kpi_writer;
comment on view public.orders is 'Cada venta exactamente una vez, y solo ventas: documentos confirmados (open, completed, refunded) que hablan por sí mismos; sin presupuestos, anulados, pruebas, valor cero, espejos ni borrados. De Odoo, el pedido en su día o, si la empresa cuenta por documentos (sales_basis), cada documento emitido en su fecha. Una fila por venta, en su día para siempre; lo devuelto está en refunds y no cambia la venta. Montos sin sufijo en la moneda de la empresa, con impuestos y antes de devoluciones; nulos si no hay tipo de cambio (ver kpi.sales_left_out). amount_total = amount_products + amount_shipping + amount_other = amount_untaxed + amount_tax. Debe cuadrar con: Shopify, Total sales antes de devoluciones por fecha de proceso (difiere en tarjetas de regalo vendidas y pedidos anulados sin pago); Odoo, pedidos confirmados (o documentos publicados) que no vienen de la tienda.';
comment on column public.orders.id is 'Identificador de la venta: el del documento que habla.';
comment on column public.orders.tenant_id is 'Empresa.';
comment on column public.orders.source is 'Sistema cuyo documento habla: shopify u odoo.';
comment on column public.orders.source_id is 'Identificador del documento en ese sistema.';
comment on column public.orders.source_ref is 'Número visible del documento, con su tienda: #1001 · mi-tienda, S00021.';
comment on column public.orders.status is 'open (en curso), completed (pagada y entregada) o refunded (devuelta por completo).';
comment on column public.orders.payment_state is 'unpaid, partial o paid; nulo si el origen no lo dice.';
comment on column public.orders.currency is 'Moneda de la empresa, la de todos los montos sin sufijo.';
comment on column public.orders.amount_total is 'Venta bruta: total con impuestos, despacho y propina, antes de devoluciones, sin tarjetas de regalo vendidas. Nulo sin tipo de cambio.';
comment on column public.orders.amount_untaxed is 'Total sin impuestos.';
comment on column public.orders.amount_tax is 'Todos los impuestos.';
comment on column public.orders.amount_products is 'Productos con impuestos, después de descuentos.';
comment on column public.orders.amount_shipping is 'Despacho con impuestos, después de descuentos.';
comment on column public.orders.amount_discount is 'Descuentos con impuestos, positivo; ya restados de los demás montos.';
comment on column public.orders.amount_other is 'Propinas, recargos y redondeo: total menos productos y despacho.';
comment on column public.orders.amount_total_source is 'Total en la moneda del documento.';
comment on column public.orders.currency_source is 'Moneda del documento.';
comment on column public.orders.fx_rate is 'Unidades de la moneda de la empresa por una del documento; nulo si no se conoce.';
comment on column public.orders.fx_date is 'Fecha de ese tipo de cambio; nula si la moneda es la misma.';
comment on column public.orders.customer_id is 'Cliente.';
comment on column public.orders.channel is 'Canal de venta según el origen, con el nombre propio que le da la empresa.';
comment on column public.orders.created_at is 'Momento de la venta.';
comment on column public.orders.business_day is 'Día local de la venta, en la zona de la empresa.';
comment on column public.orders.cancelled_at is 'Anulación posterior al pago, según el origen; la venta sigue contando y lo devuelto está en refunds.';
comment on column public.orders.amount_iva is 'IVA, parte de amount_tax (licores y bebidas llevan además ILA); nulo si no se puede saber.';
comment on column public.orders.amount_exempt is 'Base sin IVA, parte de amount_untaxed; nula si no se puede saber.';
comment on column public.orders.amount_ledger is 'Control: suma de los acuerdos de venta y edición que lleva Shopify; si difiere de amount_total la venta está en kpi.ledger_differences.';

CREATE OR REPLACE FUNCTION kpi.abandoned_carts(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, currency text, abandoned bigint, recovered bigint, bought_otherwise bigint, lost bigint, amount_abandoned numeric, amount_recovered numeric, amount_lost numeric, web_orders bigint, abandonment_rate numeric, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    t.currency,
    case when c.share = 1 then k.abandoned end,
    case when c.share = 1 then k.recovered end,
    case when c.share = 1 then k.bought_otherwise end,
    case when c.share = 1 then k.lost end,
    case when c.share = 1 then k.amount_abandoned end,
    case when c.share = 1 then k.amount_recovered end,
    case when c.share = 1 then k.amount_lost end,
    case when c.share = 1 then w.orders end,
    case when c.share = 1 then round(k.abandoned::numeric / nullif(k.abandoned + greatest(w.orders - r.orders, 0), 0), 4) end,
    c.share
  from public.tenants as t
  cross join lateral (
    select coalesce(max(trunc(greatest(
      least(v.last_day, abandoned_carts.last_day) - greatest(v.first_day, abandoned_carts.first_day) + 1, 0)::numeric
        / nullif(abandoned_carts.last_day - abandoned_carts.first_day + 1, 0), 4)), 0) as share
    from kpi.coverage as v
    where v.tenant_id = t.id and v.subject = 'carts' and v.first_day is not null and v.last_day is not null
  ) as c
  cross join lateral (
    select
      count(*) as abandoned,
      count(*) filter (where s.state = 'recovered') as recovered,
      count(*) filter (where s.state = 'bought_otherwise') as bought_otherwise,
      count(*) filter (where s.state = 'lost') as lost,
      coalesce(sum(s.amount_total), 0) as amount_abandoned,
      coalesce(sum(s.amount_total) filter (where s.state = 'recovered'), 0) as amount_recovered,
      coalesce(sum(s.amount_total) filter (where s.state = 'lost'), 0) as amount_lost
    from kpi.cart_states as s
    where s.tenant_id = t.id and s.day between abandoned_carts.first_day and abandoned_carts.last_day
      and s.state in ('recovered', 'bought_otherwise', 'lost')
  ) as k
  cross join lateral (
    select count(*) as orders
    from kpi.cart_states as s
    where s.tenant_id = t.id and s.completed_day between abandoned_carts.first_day and abandoned_carts.last_day and s.state = 'recovered'
  ) as r
  cross join lateral (
    select count(*) as orders
    from public.source_orders as o
    where o.tenant_id = t.id and o.business_day between abandoned_carts.first_day and abandoned_carts.last_day and o.is_sale
      and o.deleted_at is null and o.channel in ('web', 'website')
  ) as w
  where t.status = 'active';
end $function$;
alter function kpi.abandoned_carts(date,date) owner to kpi_owner;
grant execute on function kpi.abandoned_carts(date,date) to kpi_analyst;
grant execute on function kpi.abandoned_carts(date,date) to kpi_reader;
grant execute on function kpi.abandoned_carts(date,date) to kpi_writer;
comment on function kpi.abandoned_carts(date,date) is 'Carritos abandonados de un período cerrado (días locales de creación, ambos incluidos) y qué pasó con ellos: recuperados, comprados por otra vía, perdidos, sus valores y la tasa = abandonados / (abandonados + pedidos web que no son carritos recuperados). Una fila por empresa; nulo si el período no está cubierto por completo (coverage dice cuánto). Debe cuadrar con: Shopify, Pagos abandonados del período, con varios de un comprador en 24 horas contados una vez; Odoo, Carritos abandonados.';

CREATE OR REPLACE FUNCTION kpi.agents_busiest(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, agent_id uuid, agent_name text, messages bigint, conversations bigint, rank bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
      c.tenant_id, n.agent_id, a.name,
      case when p.coverage = 1 then n.messages end,
      case when p.coverage = 1 then n.conversations end,
      case when p.coverage = 1 then rank() over (partition by c.tenant_id order by n.messages desc, n.conversations desc) end,
      p.coverage
    from kpi.coverage as c
    cross join lateral (
      select case when c.last_day is null then 0 else round(
        greatest(least(agents_busiest.last_day, c.last_day) - greatest(agents_busiest.first_day, c.first_day) + 1, 0)::numeric
        / nullif(greatest(agents_busiest.last_day - agents_busiest.first_day + 1, 0), 0), 4) end as coverage
    ) as p
    cross join lateral (
      select x.agent_id, sum(x.replies)::bigint as messages, count(distinct x.conversation_id) as conversations
      from kpi.conversation_days as x
      where x.tenant_id = c.tenant_id and x.day between agents_busiest.first_day and agents_busiest.last_day and x.agent_id is not null
        and x.replies > 0
      group by x.agent_id
    ) as n
    left join lateral (
      select y.name from public.agents as y where y.tenant_id = c.tenant_id and y.id = n.agent_id offset 0
    ) as a on true
    where c.subject = 'support'
    order by 1, 6, 3;
end $function$;
alter function kpi.agents_busiest(date,date) owner to kpi_owner;
grant execute on function kpi.agents_busiest(date,date) to kpi_analyst;
grant execute on function kpi.agents_busiest(date,date) to kpi_reader;
grant execute on function kpi.agents_busiest(date,date) to kpi_writer;
comment on function kpi.agents_busiest(date,date) is 'Agentes más activos de un período: mensajes públicos escritos por cada uno y conversaciones en que participó; sin reglas, bots ni respuestas desde el teléfono. Una fila por empresa y agente con algún mensaje; un período no cubierto por completo no tiene cifras y coverage dice qué parte lo está. Debe cuadrar con: Chatwoot, Informes, Agentes, Mensajes enviados, que incluye notas internas y bots con usuario propio: la nuestra es igual o menor.';

CREATE OR REPLACE FUNCTION kpi.business_due(from_instant timestamp with time zone, seconds integer, opening integer[], zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
declare
  local_from timestamp;
  monday timestamp;
  local_due timestamp;
  from_second integer;
  edge integer;
  at timestamptz := from_instant;
  remaining bigint := seconds;
  per_week bigint := 0;
  shift interval;
  start bigint;
  target bigint;
  rest bigint;
  due timestamptz;
  upto timestamptz;
  change timestamptz;
begin
  if opening is null or from_instant is null then
    return from_instant + seconds * interval '1 second';
  end if;
  local_from := from_instant at time zone zone;
  monday := date_trunc('week', local_from);
  from_second := floor(date_part('epoch', local_from - monday));
  edge := width_bucket(from_second, opening);
  rest := remaining;
  -- What is left of the opening it begins in, then the next ones, this week's and the week's after.
  if edge % 2 = 1 then
    if rest <= opening[edge + 1] - from_second then
      local_due := monday + (from_second + rest) * interval '1 second';
    end if;
    rest := rest - (opening[edge + 1] - from_second);
    edge := edge + 1;
  end if;
  for week in 0 .. 1 loop
    exit when local_due is not null;
    for i in edge / 2 + 1 .. cardinality(opening) / 2 loop
      if rest <= opening[2 * i] - opening[2 * i - 1] then
        local_due := monday + (opening[2 * i - 1] + rest + 604800 * week) * interval '1 second';
        exit;
      end if;
      rest := rest - (opening[2 * i] - opening[2 * i - 1]);
    end loop;
    edge := 0;
  end loop;
  if local_due is not null then
    shift := local_from - (from_instant at time zone 'UTC');
    due := (local_due - shift) at time zone 'UTC';
    -- The clock shows then what it would have come to: nobody has set it.
    if due at time zone zone = local_due then
      return due;
    end if;
  end if;
  for i in 1 .. cardinality(opening) / 2 loop
    per_week := per_week + opening[2 * i] - opening[2 * i - 1];
  end loop;
  loop
    shift := (at at time zone zone) - (at at time zone 'UTC');
    start := kpi.opening_seconds(at at time zone zone, opening);
    target := start + remaining;
    rest := target - ((target - 1) / per_week) * per_week;
    for i in 1 .. cardinality(opening) / 2 loop
      if rest <= opening[2 * i] - opening[2 * i - 1] then
        due := ((timestamp '2001-01-01' + ((target - 1) / per_week) * interval '168 hours'
                 + (opening[2 * i - 1] + rest) * interval '1 second') - shift) at time zone 'UTC';
        exit;
      end if;
      rest := rest - (opening[2 * i] - opening[2 * i - 1]);
    end loop;
    upto := least(due, at + interval '480 hours');
    change := kpi.clock_change(at, upto, zone);
    if change is null and upto = due then
      return due;
    end if;
    upto := coalesce(change, upto);
    remaining := remaining - (kpi.opening_seconds((upto at time zone 'UTC') + shift, opening) - start);
    -- The clock is set at the very moment it falls due.
    if remaining = 0 then
      return due;
    end if;
    at := upto;
  end loop;
end $function$;
alter function kpi.business_due(timestamp with time zone,integer,integer[],text) owner to kpi_owner;
grant execute on function kpi.business_due(timestamp with time zone,integer,integer[],text) to kpi_analyst;
grant execute on function kpi.business_due(timestamp with time zone,integer,integer[],text) to kpi_reader;
grant execute on function kpi.business_due(timestamp with time zone,integer,integer[],text) to kpi_writer;
comment on function kpi.business_due(timestamp with time zone,integer,integer[],text) is 'Cuándo se cumplen tantos segundos hábiles; corridos si no hay horario.';

CREATE OR REPLACE FUNCTION kpi.business_seconds(from_instant timestamp with time zone, until_instant timestamp with time zone, opening integer[], zone text)
 RETURNS bigint
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
declare
  local_from timestamp;
  local_until timestamp;
  monday timestamp;
  from_second integer;
  until_second integer;
  from_edge integer;
  until_edge integer;
  at timestamptz := from_instant;
  upto timestamptz;
  shift interval;
  total bigint := 0;
begin
  if opening is null or from_instant is null or until_instant is null then
    return null;
  end if;
  if until_instant <= from_instant then
    return 0;
  end if;
  local_from := from_instant at time zone zone;
  local_until := until_instant at time zone zone;
  monday := date_trunc('week', local_from);
  -- The clock shows as much as has passed: nobody has set it.
  if local_until < monday + interval '7 days' and local_until - local_from = until_instant - from_instant then
    from_second := floor(date_part('epoch', local_from - monday));
    until_second := floor(date_part('epoch', local_until - monday));
    -- How many openings and closings of the week were before: open after an odd number of them.
    from_edge := width_bucket(from_second, opening);
    until_edge := width_bucket(until_second, opening);
    if from_edge = until_edge then
      return case when from_edge % 2 = 1 then until_second - from_second else 0 end;
    end if;
    if from_edge % 2 = 1 then
      total := opening[from_edge + 1] - from_second;
    end if;
    if until_edge % 2 = 1 then
      total := total + until_second - opening[until_edge];
    end if;
    for i in (from_edge + 1) / 2 + 1 .. until_edge / 2 loop
      total := total + opening[2 * i] - opening[2 * i - 1];
    end loop;
    return total;
  end if;
  while at < until_instant loop
    upto := least(until_instant, at + interval '480 hours');
    upto := coalesce(kpi.clock_change(at, upto, zone), upto);
    -- The clock as it runs up to this moment, before it is set.
    shift := (at at time zone zone) - (at at time zone 'UTC');
    total := total + kpi.opening_seconds((upto at time zone 'UTC') + shift, opening) - kpi.opening_seconds(at at time zone zone, opening);
    at := upto;
  end loop;
  return total;
end $function$;
alter function kpi.business_seconds(timestamp with time zone,timestamp with time zone,integer[],text) owner to kpi_owner;
grant execute on function kpi.business_seconds(timestamp with time zone,timestamp with time zone,integer[],text) to kpi_analyst;
grant execute on function kpi.business_seconds(timestamp with time zone,timestamp with time zone,integer[],text) to kpi_reader;
grant execute on function kpi.business_seconds(timestamp with time zone,timestamp with time zone,integer[],text) to kpi_writer;
comment on function kpi.business_seconds(timestamp with time zone,timestamp with time zone,integer[],text) is 'Segundos hábiles entre dos momentos; nulo sin horario.';

CREATE OR REPLACE FUNCTION kpi.carts_by_day(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, day date, currency text, abandoned bigint, recovered bigint, bought_otherwise bigint, lost bigint, amount_abandoned numeric, amount_recovered numeric, amount_lost numeric, web_orders bigint, abandonment_rate numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    d.tenant_id, d.day, d.currency, d.abandoned, d.recovered, d.bought_otherwise, d.lost, d.amount_abandoned, d.amount_recovered,
    d.amount_lost, d.web_orders, d.abandonment_rate
  from kpi.abandoned_carts_by_day as d
  where d.day between carts_by_day.first_day and carts_by_day.last_day;
end $function$;
alter function kpi.carts_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.carts_by_day(date,date) to kpi_analyst;
grant execute on function kpi.carts_by_day(date,date) to kpi_reader;
grant execute on function kpi.carts_by_day(date,date) to kpi_writer;
comment on function kpi.carts_by_day(date,date) is 'Carritos abandonados por día local de creación, del primer al último día pedido (ambos incluidos), y qué pasó con ellos: las filas de kpi.abandoned_carts_by_day de esos días, sin los carritos sin contacto. Una fila por empresa y día cubierto; un día no cubierto no tiene fila. Debe cuadrar con: Shopify, Pagos abandonados por día de creación; Odoo, Carritos abandonados.';

CREATE OR REPLACE FUNCTION kpi.clock_change(after_instant timestamp with time zone, until_instant timestamp with time zone, zone text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
declare
  low bigint := floor(extract(epoch from after_instant) / 60);
  high bigint := ceil(extract(epoch from until_instant) / 60);
  middle bigint;
  was constant interval := (after_instant at time zone zone) - (after_instant at time zone 'UTC');
begin
  if (until_instant at time zone zone) - (until_instant at time zone 'UTC') = was then
    return null;
  end if;
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (to_timestamp(middle * 60) at time zone zone) - (to_timestamp(middle * 60) at time zone 'UTC') = was then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return to_timestamp(high * 60);
end $function$;
alter function kpi.clock_change(timestamp with time zone,timestamp with time zone,text) owner to kpi_owner;
grant execute on function kpi.clock_change(timestamp with time zone,timestamp with time zone,text) to kpi_analyst;
grant execute on function kpi.clock_change(timestamp with time zone,timestamp with time zone,text) to kpi_reader;
grant execute on function kpi.clock_change(timestamp with time zone,timestamp with time zone,text) to kpi_writer;
comment on function kpi.clock_change(timestamp with time zone,timestamp with time zone,text) is 'Cuándo cambió la hora de la zona entre dos momentos.';

CREATE OR REPLACE FUNCTION kpi.csat(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, answers bigint, satisfied bigint, score numeric, average numeric, sent bigint, answered bigint, response_rate numeric, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
      c.tenant_id, n.answers, n.satisfied, round(n.satisfied::numeric / nullif(n.answers, 0), 4), n.average, m.sent, m.answered,
      round(m.answered::numeric / nullif(m.sent, 0), 4), p.coverage
    from kpi.coverage as c
    join kpi.coverage as a on a.tenant_id = c.tenant_id and a.subject = 'csat'
    cross join lateral (
      select case when c.last_day is not null and a.last_day is not null then round(
        greatest(least(csat.last_day, c.last_day, a.last_day) - greatest(csat.first_day, c.first_day, a.first_day) + 1, 0)::numeric
        / nullif(greatest(csat.last_day - csat.first_day + 1, 0), 0), 4) else 0 end as coverage
    ) as p
    left join lateral (
      select count(*) as answers, count(*) filter (where x.rating >= 4) as satisfied, round(avg(x.rating), 2) as average
      from public.csat_responses as x
      where x.tenant_id = c.tenant_id and x.business_day between csat.first_day and csat.last_day and x.counts and x.deleted_at is null
      having p.coverage = 1
    ) as n on true
    left join lateral (
      select
        count(*) as sent,
        count(*) filter (where exists (
          select from public.csat_responses as y where y.tenant_id = x.tenant_id and y.survey_id = x.id and y.deleted_at is null
        )) as answered
      from public.messages as x
      where x.tenant_id = c.tenant_id and x.business_day between csat.first_day and csat.last_day and x.content_type = 'input_csat'
        and x.deleted_at is null
      having p.coverage = 1
    ) as m on true
    where c.subject = 'support';
end $function$;
alter function kpi.csat(date,date) owner to kpi_owner;
grant execute on function kpi.csat(date,date) to kpi_analyst;
grant execute on function kpi.csat(date,date) to kpi_reader;
grant execute on function kpi.csat(date,date) to kpi_writer;
comment on function kpi.csat(date,date) is 'Encuesta de satisfacción de un período: score = notas 4 y 5 sobre todas las respuestas del período, promedio, n, y tasa de respuesta = de las encuestas enviadas en el período, las respondidas. Una fila por empresa con Chatwoot; un período no cubierto por completo no tiene cifras y coverage dice qué parte lo está. Sin respuestas, score nulo. Debe cuadrar con: Chatwoot, Informes, CSAT; su tasa de respuesta divide respuestas por envíos del mismo período.';

CREATE OR REPLACE FUNCTION kpi.current_tenant()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
begin
  return (select t.id from public.tenants t where t.reader_role = current_user::text);
end $function$;
alter function kpi.current_tenant() owner to kpi_owner;
grant execute on function kpi.current_tenant() to kpi_reader;
comment on function kpi.current_tenant() is 'Empresa del rol que pregunta; nulo si el rol no es de ninguna.';

CREATE OR REPLACE FUNCTION kpi.customer_cohorts(first_month date, last_month date)
 RETURNS SETOF kpi.customer_cohorts
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.customer_cohorts as d where d.month between $1 and $2;
end $function$;
alter function kpi.customer_cohorts(date,date) owner to kpi_owner;
grant execute on function kpi.customer_cohorts(date,date) to kpi_analyst;
grant execute on function kpi.customer_cohorts(date,date) to kpi_reader;
grant execute on function kpi.customer_cohorts(date,date) to kpi_writer;
comment on function kpi.customer_cohorts(date,date) is 'Las filas de kpi.customer_cohorts de los meses de venta pedidos (primer día de cada uno), ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.days_of_cover_of(tenant uuid)
 RETURNS TABLE(product_key text, sku text, product_name text, available numeric, units_sold_28_days numeric, days_of_cover numeric, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  with source as materialized (
    select x.stock_source, x.as_of from kpi.stock_source as x where x.tenant_id = tenant
  ),
  place as materialized (
    select x.location_id, x.sells from kpi.stock_places as x where x.tenant_id = tenant
  ),
  key as materialized (
    select x.product_id, x.source, x.product_key, x.sku, x.name, x.stocked from kpi.product_keys_of(tenant) as x
  ),
  covered as materialized (
    select
      v.last_day - 27 as from_day,
      v.last_day,
      case when v.last_day is null then 0 else round(greatest(v.last_day - greatest(v.first_day, v.last_day - 27) + 1, 0) / 28.0, 4) end as share
    from kpi.coverage as v
    where v.tenant_id = tenant and v.subject = 'sales'
  )
  select
    s.product_key,
    s.sku,
    s.product_name,
    s.available,
    case when c.share = 1 then coalesce(s.units_sold, 0) end,
    case when c.share = 1 then round(s.available * 28 / nullif(s.units_sold, 0), 1) end,
    coalesce(c.share, 0)
  from (
    -- Stock and sales are added up and not joined: the planner takes a tenant to have few products and would compare each with each.
    select
      m.product_key,
      max(m.sku) as sku,
      min(m.product_name) as product_name,
      min(m.available) as available,
      sum(m.units_sold) as units_sold
    from (
      -- What kpi.stock_now says of each product, without its places: a row of it for each product and place takes twice as long.
      select n.product_key, n.sku, n.product_name, n.available, null::numeric as units_sold, true as is_stock
      from (
        select
          k.product_key,
          max(k.sku) as sku,
          coalesce(
            min(k.name) filter (where k.stocked and w.places > 0),
            (array_agg(k.name order by k.product_id) filter (where k.stocked and k.source = o.stock_source))[1]) as product_name,
          case when min(o.as_of) is not null then coalesce(sum(w.available), 0) end as available
        from key as k
        cross join source as o
        left join (
          select l.product_id, sum(l.quantity_available) filter (where p.sells) as available, count(*) filter (where p.sells) as places
          from public.inventory_levels as l
          join place as p on p.location_id = l.location_id
          where l.tenant_id = tenant and l.deleted_at is null and not l.foreign_owner
          group by l.product_id
        ) as w on w.product_id = k.product_id
        group by k.product_key
        having bool_or(k.stocked and w.places > 0)
          or (coalesce(sum(w.places), 0) = 0 and bool_or(k.stocked and k.source = o.stock_source))
      ) as n
      union all
      -- As kpi.product_sales_daily says, for these products.
      select x.product_key, null, null, null, x.units_sold, false
      from (
        select
          coalesce(k.product_key, 'sku:' || d.sku, 'id:' || d.product_id::text, d.product_ref) as product_key,
          case when sum(d.lines_without_units) = 0 then sum(d.units_sold) end as units_sold
        from covered as v
        -- "offset 0" keeps it a select of its own, so that the days are found by their index from the first to the last.
        cross join lateral (
          select y.day, y.product_id, y.product_ref, y.sku, y.lines_without_units, y.units_sold
          from kpi.product_days as y
          where y.tenant_id = tenant and y.day between v.from_day and v.last_day
          offset 0
        ) as d
        left join key as k on k.product_id = d.product_id
        group by d.day, coalesce(k.product_key, 'sku:' || d.sku, 'id:' || d.product_id::text, d.product_ref)
      ) as x
    ) as m
    group by m.product_key
    having bool_or(m.is_stock)
  ) as s
  left join covered as c on true;
end $function$;
alter function kpi.days_of_cover_of(uuid) owner to kpi_owner;
grant execute on function kpi.days_of_cover_of(uuid) to kpi_analyst;
grant execute on function kpi.days_of_cover_of(uuid) to kpi_reader;
grant execute on function kpi.days_of_cover_of(uuid) to kpi_writer;
comment on function kpi.days_of_cover_of(uuid) is 'Las filas de kpi.days_of_cover de una empresa.';

CREATE OR REPLACE FUNCTION kpi.executions_by_day(first_day date, last_day date)
 RETURNS SETOF kpi.executions_by_day
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.executions_of_days($1, $2) as d;
end $function$;
alter function kpi.executions_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.executions_by_day(date,date) to kpi_analyst;
grant execute on function kpi.executions_by_day(date,date) to kpi_reader;
grant execute on function kpi.executions_by_day(date,date) to kpi_writer;
comment on function kpi.executions_by_day(date,date) is 'Las filas de kpi.executions_by_day del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.executions_in_period(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, executions bigint, success bigint, errors bigint, errors_resolved bigint, crashed bigint, canceled bigint, running bigint, success_rate numeric, errors_without_rate bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    p.tenant_id,
    case when p.share = 1 then coalesce(d.executions, 0) end,
    case when p.share = 1 then coalesce(d.success, 0) end,
    case when p.share = 1 then coalesce(d.errors, 0) end,
    case when p.share = 1 then coalesce(d.errors_resolved, 0) end,
    case when p.share = 1 then coalesce(d.crashed, 0) end,
    case when p.share = 1 then coalesce(d.canceled, 0) end,
    case when p.share = 1 then coalesce(d.running, 0) end,
    case when p.share = 1 then round(d.rated_success / nullif(d.rated_success + d.rated_errors, 0), 4) end,
    case when p.share = 1 then coalesce(d.errors - d.rated_errors, 0)::bigint end,
    p.share
  from (
    select
      c.tenant_id,
      -- Least and greatest pass over nulls, so what covers nothing is told apart first.
      case when c.last_day is null then 0 else greatest(least($2, c.last_day) - greatest($1, c.first_day) + 1, 0) end::numeric
        / nullif(greatest($2 - $1 + 1, 0), 0) as share
    from kpi.coverage as c
    where c.subject = 'automation'
  ) as p
  cross join lateral (
    select
      sum(x.executions)::bigint as executions,
      sum(x.success)::bigint as success,
      sum(x.errors)::bigint as errors,
      sum(x.errors_resolved)::bigint as errors_resolved,
      sum(x.crashed)::bigint as crashed,
      sum(x.canceled)::bigint as canceled,
      sum(x.running)::bigint as running,
      coalesce(sum(x.success) filter (where x.keeps_successes), 0) as rated_success,
      coalesce(sum(x.errors) filter (where x.keeps_successes), 0) as rated_errors
    from kpi.executions_daily as x
    where x.tenant_id = p.tenant_id and x.day between $1 and $2
  ) as d;
end $function$;
alter function kpi.executions_in_period(date,date) owner to kpi_owner;
grant execute on function kpi.executions_in_period(date,date) to kpi_analyst;
grant execute on function kpi.executions_in_period(date,date) to kpi_reader;
grant execute on function kpi.executions_in_period(date,date) to kpi_writer;
comment on function kpi.executions_in_period(date,date) is 'Ejecuciones de producción de un período cerrado de días locales completos, con su tasa de éxito. Una fila por empresa con n8n. Si el período no está cubierto por completo (hoy nunca lo está), todo es nulo y coverage dice qué parte lo está. La tasa es de las automatizaciones cuyas ejecuciones correctas guarda n8n; los errores de las demás van en errors_without_rate. Debe cuadrar con: n8n Insights del período, que no cuenta canceladas ni en espera y corta los días en la zona de la instancia.';

CREATE OR REPLACE FUNCTION kpi.executions_of_days(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, day date, executions bigint, success bigint, errors bigint, errors_resolved bigint, crashed bigint, canceled bigint, running bigint, success_rate numeric, errors_without_rate numeric, coverage numeric)
 LANGUAGE sql
 STABLE
AS $function$
select
  r.tenant_id,
  r.day,
  case when r.covered then r.executions end as executions,
  case when r.covered then r.success end as success,
  case when r.covered then r.errors end as errors,
  case when r.covered then r.errors_resolved end as errors_resolved,
  case when r.covered then r.crashed end as crashed,
  case when r.covered then r.canceled end as canceled,
  case when r.covered then r.running end as running,
  case when r.covered then round(r.rated_success / nullif(r.rated_success + r.rated_errors, 0), 4) end as success_rate,
  case when r.covered then r.errors - r.rated_errors end as errors_without_rate,
  case when r.covered then 1 else 0 end::numeric as coverage
from (
  select
    m.tenant_id,
    m.day,
    bool_or(m.covered) as covered,
    coalesce(sum(m.executions), 0)::bigint as executions,
    coalesce(sum(m.success), 0)::bigint as success,
    coalesce(sum(m.errors), 0)::bigint as errors,
    coalesce(sum(m.errors_resolved), 0)::bigint as errors_resolved,
    coalesce(sum(m.crashed), 0)::bigint as crashed,
    coalesce(sum(m.canceled), 0)::bigint as canceled,
    coalesce(sum(m.running), 0)::bigint as running,
    coalesce(sum(m.success) filter (where m.keeps_successes), 0) as rated_success,
    coalesce(sum(m.errors) filter (where m.keeps_successes), 0) as rated_errors
  from (
    select
      c.tenant_id, k.first_day + s.n as day, coalesce(k.first_day + s.n between c.first_day and c.last_day, false) as covered,
      null::bigint as executions, null::bigint as success, null::bigint as errors, null::bigint as errors_resolved, null::bigint as crashed,
      null::bigint as canceled, null::bigint as running, null::boolean as keeps_successes
    from kpi.coverage as c
    cross join lateral (
      select
        least(min(x.day), case when isfinite(c.first_day) then c.first_day end) as first_day,
        greatest(max(x.day), c.last_day) as last_day
      from kpi.executions_daily as x
      where x.tenant_id = c.tenant_id
    ) as k
    cross join lateral generate_series(
      greatest(k.first_day, $1) - k.first_day, least(k.last_day, $2) - k.first_day) as s(n)
    where c.subject = 'automation'
    union all
    -- Each of its days is one of those above.
    select
      c.tenant_id, x.day, null, x.executions, x.success, x.errors, x.errors_resolved, x.crashed, x.canceled, x.running, x.keeps_successes
    from kpi.coverage as c
    join kpi.executions_daily as x on x.tenant_id = c.tenant_id
    where c.subject = 'automation' and x.day between $1 and $2
  ) as m
  group by m.tenant_id, m.day
) as r
$function$;
alter function kpi.executions_of_days(date,date) owner to kpi_owner;
grant execute on function kpi.executions_of_days(date,date) to kpi_analyst;
grant execute on function kpi.executions_of_days(date,date) to kpi_reader;
grant execute on function kpi.executions_of_days(date,date) to kpi_writer;
comment on function kpi.executions_of_days(date,date) is 'Las filas de kpi.executions_by_day del primer al último día pedido, ambos incluidos; de aquí las toma esa vista.';

CREATE OR REPLACE FUNCTION kpi.first_whole_day(since timestamp with time zone, zone text)
 RETURNS date
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
begin
  -- A day that had begun before is not covered wholly.
  return (since at time zone zone)::date + (since > (since at time zone zone)::date::timestamp at time zone zone)::integer;
end $function$;
alter function kpi.first_whole_day(timestamp with time zone,text) owner to kpi_owner;
grant execute on function kpi.first_whole_day(timestamp with time zone,text) to kpi_analyst;
grant execute on function kpi.first_whole_day(timestamp with time zone,text) to kpi_reader;
grant execute on function kpi.first_whole_day(timestamp with time zone,text) to kpi_writer;
comment on function kpi.first_whole_day(timestamp with time zone,text) is 'Primer día local que empieza en este momento o después.';

CREATE OR REPLACE FUNCTION kpi.last_quiet(instant timestamp with time zone, zone text, quiet_from time without time zone, quiet_until time without time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
RETURN CASE WHEN (quiet_from IS NULL) THEN '-infinity'::timestamp with time zone ELSE (SELECT max(LEAST(last_quiet.instant, (((n.night + CASE WHEN (last_quiet.quiet_until <= last_quiet.quiet_from) THEN 1 ELSE 0 END) + last_quiet.quiet_until) AT TIME ZONE last_quiet.zone))) AS max FROM (SELECT (((last_quiet.instant AT TIME ZONE last_quiet.zone))::date - days.days) AS night FROM generate_series(0, 2) days(days)) n WHERE (((n.night + last_quiet.quiet_from) AT TIME ZONE last_quiet.zone) <= last_quiet.instant)) END;
alter function kpi.last_quiet(timestamp with time zone,text,time without time zone,time without time zone) owner to kpi_owner;
grant execute on function kpi.last_quiet(timestamp with time zone,text,time without time zone,time without time zone) to kpi_analyst;
grant execute on function kpi.last_quiet(timestamp with time zone,text,time without time zone,time without time zone) to kpi_reader;
grant execute on function kpi.last_quiet(timestamp with time zone,text,time without time zone,time without time zone) to kpi_writer;
comment on function kpi.last_quiet(timestamp with time zone,text,time without time zone,time without time zone) is 'Último instante, hasta el dado, en que el origen estaba en sus horas de descanso: ese mismo instante si lo está ahora, -infinity si no las tiene.';

CREATE OR REPLACE FUNCTION kpi.last_whole_day(until timestamp with time zone, zone text)
 RETURNS date
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
begin
  return (until at time zone zone)::date - 1;
end $function$;
alter function kpi.last_whole_day(timestamp with time zone,text) owner to kpi_owner;
grant execute on function kpi.last_whole_day(timestamp with time zone,text) to kpi_analyst;
grant execute on function kpi.last_whole_day(timestamp with time zone,text) to kpi_reader;
grant execute on function kpi.last_whole_day(timestamp with time zone,text) to kpi_writer;
comment on function kpi.last_whole_day(timestamp with time zone,text) is 'Último día local que ha terminado en este momento.';

CREATE OR REPLACE FUNCTION kpi.latency_in_period(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, runs bigint, avg_ms numeric, p50_ms bigint, p95_ms bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    p.tenant_id,
    case when p.share = 1 then d.runs end,
    case when p.share = 1 then d.avg_ms end,
    case when p.share = 1 then d.percentiles[1] end,
    case when p.share = 1 then d.percentiles[2] end,
    p.share
  from (
    select
      c.tenant_id,
      -- Least and greatest pass over nulls, so what covers nothing is told apart first.
      case when c.last_day is null then 0 else greatest(least($2, c.last_day) - greatest($1, c.first_day) + 1, 0) end::numeric
        / nullif(greatest($2 - $1 + 1, 0), 0) as share
    from kpi.coverage as c
    where c.subject = 'automation'
  ) as p
  cross join lateral (
    -- One sort for both percentiles; 100,000 runs take 50 ms, so a roll-up for it would cost more than it saves.
    select
      count(*) as runs,
      round(avg(x.duration_ms), 1) as avg_ms,
      percentile_disc(array[0.5, 0.95]) within group (order by x.duration_ms) as percentiles
    from public.workflow_executions as x
    where x.tenant_id = p.tenant_id and x.business_day between $1 and $2 and x.deleted_at is null and x.duration_ms is not null
  ) as d;
end $function$;
alter function kpi.latency_in_period(date,date) owner to kpi_owner;
grant execute on function kpi.latency_in_period(date,date) to kpi_analyst;
grant execute on function kpi.latency_in_period(date,date) to kpi_reader;
grant execute on function kpi.latency_in_period(date,date) to kpi_writer;
comment on function kpi.latency_in_period(date,date) is 'Cuánto tardan las ejecuciones de producción en un período cerrado de días locales completos: promedio, mediana y percentil 95 en milisegundos. Una fila por empresa con n8n; el promedio por automatización está en kpi.workflows_in_period. Sin las que esperaron, se cancelaron, se cayeron o siguen en curso. Si el período no está cubierto por completo, todo es nulo y coverage dice qué parte lo está. Debe cuadrar con: n8n, columna de duración de la lista de ejecuciones, sin las que esperaron; Insights promedia también las caídas.';

CREATE OR REPLACE FUNCTION kpi.opening_of(working_hours text[])
 RETURNS integer[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
RETURN (SELECT array_agg(e.second ORDER BY p.opens, e.second) AS array_agg FROM (((unnest(opening_of.working_hours) h(line) CROSS JOIN LATERAL (SELECT ((((split_part(h.line, ' '::text, 1))::integer + 6) % 7) * 86400) AS midnight, (EXTRACT(epoch FROM (split_part(split_part(h.line, ' '::text, 2), '-'::text, 1))::interval))::integer AS opens, (EXTRACT(epoch FROM (split_part(split_part(h.line, ' '::text, 2), '-'::text, 2))::interval))::integer AS closes) d) CROSS JOIN LATERAL (SELECT (d.midnight + d.opens) AS opens, (d.midnight + d.closes) AS closes) p) CROSS JOIN LATERAL (VALUES (p.opens), (p.closes)) e(second)) WHERE (p.closes > p.opens));
alter function kpi.opening_of(text[]) owner to kpi_owner;
grant execute on function kpi.opening_of(text[]) to kpi_analyst;
grant execute on function kpi.opening_of(text[]) to kpi_reader;
grant execute on function kpi.opening_of(text[]) to kpi_writer;
comment on function kpi.opening_of(text[]) is 'Horario en segundos de la semana.';

CREATE OR REPLACE FUNCTION kpi.opening_seconds(reading timestamp without time zone, opening integer[])
 RETURNS bigint
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
declare
  total constant bigint := floor(extract(epoch from reading - timestamp '2001-01-01'));
  second constant integer := ((total % 604800) + 604800) % 604800;
  per_week bigint := 0;
  this_week bigint := 0;
begin
  for i in 1 .. cardinality(opening) / 2 loop
    per_week := per_week + opening[2 * i] - opening[2 * i - 1];
    this_week := this_week + least(greatest(second - opening[2 * i - 1], 0), opening[2 * i] - opening[2 * i - 1]);
  end loop;
  return ((total - second) / 604800) * per_week + this_week;
end $function$;
alter function kpi.opening_seconds(timestamp without time zone,integer[]) owner to kpi_owner;
grant execute on function kpi.opening_seconds(timestamp without time zone,integer[]) to kpi_analyst;
grant execute on function kpi.opening_seconds(timestamp without time zone,integer[]) to kpi_reader;
grant execute on function kpi.opening_seconds(timestamp without time zone,integer[]) to kpi_writer;
comment on function kpi.opening_seconds(timestamp without time zone,integer[]) is 'Segundos hábiles desde el lunes 1 de enero de 2001 hasta esta hora local.';

CREATE OR REPLACE FUNCTION kpi.orders_apart(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, zero_value_orders bigint, gift_card_only_orders bigint, test_orders bigint, intercompany_orders bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    case when c.is_covered then a.zero_value end,
    case when c.is_covered then a.gift_card_only end,
    case when c.is_covered then a.test end,
    case when c.is_covered then a.intercompany end,
    c.coverage
  from public.tenants as t
  cross join lateral (
    -- No row, or a stream that never ended a reading: nothing is covered.
    select
      coalesce(bool_or(orders_apart.first_day >= v.first_day and orders_apart.last_day <= v.last_day), false) as is_covered,
      coalesce(max(trunc(greatest(least(orders_apart.last_day, v.last_day) - greatest(orders_apart.first_day, v.first_day) + 1, 0)::numeric
        / (orders_apart.last_day - orders_apart.first_day + 1), 4)), 0) as coverage
    from kpi.coverage as v
    where v.tenant_id = t.id and v.subject = 'sales' and v.last_day is not null and v.first_day is not null
  ) as c
  cross join lateral (
    select
      count(*) filter (where x.excluded_because = 'zero_value') as zero_value,
      count(*) filter (where x.excluded_because = 'gift_card_only') as gift_card_only,
      count(*) filter (where x.excluded_because = 'test') as test,
      count(*) filter (where x.excluded_because = 'intercompany') as intercompany
    from public.source_orders as x
    where x.tenant_id = t.id and x.business_day >= orders_apart.first_day and x.business_day <= orders_apart.last_day
      and x.excluded_because is not null and x.deleted_at is null and x.speaks and x.status in ('open', 'completed', 'refunded')
  ) as a
  where orders_apart.first_day <= orders_apart.last_day;
end $function$;
alter function kpi.orders_apart(date,date) owner to kpi_owner;
grant execute on function kpi.orders_apart(date,date) to kpi_analyst;
grant execute on function kpi.orders_apart(date,date) to kpi_reader;
grant execute on function kpi.orders_apart(date,date) to kpi_writer;
comment on function kpi.orders_apart(date,date) is 'Documentos de un período de días locales que se cuentan aparte porque no son ventas: pedidos de total cero (garantías, regalos, reposiciones), solo de tarjetas de regalo, de prueba y entre compañías de la misma empresa. Una fila por empresa. Sin presupuestos, anulados ni espejos. Período no cubierto por completo: cuentas nulas y coverage menor que 1. Debe cuadrar con: Shopify, pedidos del período con total 0, que su Average order value incluye; Odoo, pedidos confirmados con total 0.';

CREATE OR REPLACE FUNCTION kpi.product_keys_of(tenant uuid)
 RETURNS TABLE(product_id uuid, source text, product_key text, sku text, name text, stocked boolean)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  with p as materialized (
    select
      r.id,
      r.connection_id,
      r.source,
      nullif(upper(btrim(r.sku)), '') as sku,
      nullif(btrim(r.barcode), '') as barcode,
      r.name,
      r.active and r.tracked and r.kind in ('storable', 'consumable') as stocked
    from public.products as r
    where r.tenant_id = tenant and r.deleted_at is null
  )
  select
    p.id,
    p.source,
    case
      when p.sku is not null
        and p.sku not in (select o.sku from p as o where o.sku is not null group by o.connection_id, o.sku having count(*) > 1)
        then 'sku:' || p.sku
      when p.sku is null and p.barcode is not null
        and p.barcode not in (select o.barcode from p as o where o.barcode is not null group by o.connection_id, o.barcode having count(*) > 1)
        then 'barcode:' || p.barcode
      else 'id:' || p.id::text
    end,
    p.sku,
    p.name,
    p.stocked
  from p;
end $function$;
alter function kpi.product_keys_of(uuid) owner to kpi_owner;
grant execute on function kpi.product_keys_of(uuid) to kpi_analyst;
grant execute on function kpi.product_keys_of(uuid) to kpi_reader;
grant execute on function kpi.product_keys_of(uuid) to kpi_writer;
comment on function kpi.product_keys_of(uuid) is 'Las filas de kpi.product_keys de una empresa.';

CREATE OR REPLACE FUNCTION kpi.response_time(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, replies bigint, average_seconds numeric, median_seconds numeric, p90_seconds numeric, business_replies bigint, business_average_seconds numeric, business_median_seconds numeric, business_p90_seconds numeric, first_responses bigint, first_response_average_seconds numeric, first_response_median_seconds numeric, first_response_p90_seconds numeric, first_response_business_average_seconds numeric, running bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
      c.tenant_id, n.replies, n.average_seconds, n.median_seconds, n.p90_seconds, n.business_replies, n.business_average_seconds,
      n.business_median_seconds, n.business_p90_seconds, n.first_responses, n.first_response_average_seconds, n.first_response_median_seconds,
      n.first_response_p90_seconds, n.first_response_business_average_seconds,
      (select count(*) from kpi.waits as x where x.tenant_id = c.tenant_id and x.ended_at is null),
      p.coverage
    from kpi.coverage as c
    cross join lateral (
      select case when c.last_day is null then 0 else round(
        greatest(least(response_time.last_day, c.last_day) - greatest(response_time.first_day, c.first_day) + 1, 0)::numeric
        / nullif(greatest(response_time.last_day - response_time.first_day + 1, 0), 0), 4) end as coverage
    ) as p
    left join lateral (
      select
        count(*) as replies,
        round(avg(x.wall_seconds), 1) as average_seconds,
        round((percentile_cont(0.5) within group (order by x.wall_seconds))::numeric, 1) as median_seconds,
        round((percentile_cont(0.9) within group (order by x.wall_seconds))::numeric, 1) as p90_seconds,
        count(x.business_seconds) as business_replies,
        round(avg(x.business_seconds), 1) as business_average_seconds,
        round((percentile_cont(0.5) within group (order by x.business_seconds))::numeric, 1) as business_median_seconds,
        round((percentile_cont(0.9) within group (order by x.business_seconds))::numeric, 1) as business_p90_seconds,
        count(x.first_response_seconds) as first_responses,
        round(avg(x.first_response_seconds), 1) as first_response_average_seconds,
        round((percentile_cont(0.5) within group (order by x.first_response_seconds))::numeric, 1) as first_response_median_seconds,
        round((percentile_cont(0.9) within group (order by x.first_response_seconds))::numeric, 1) as first_response_p90_seconds,
        round(avg(x.first_response_business_seconds), 1) as first_response_business_average_seconds
      from kpi.waits as x
      where x.tenant_id = c.tenant_id and x.day between response_time.first_day and response_time.last_day
      having p.coverage = 1
    ) as n on true
    where c.subject = 'support';
end $function$;
alter function kpi.response_time(date,date) owner to kpi_owner;
grant execute on function kpi.response_time(date,date) to kpi_analyst;
grant execute on function kpi.response_time(date,date) to kpi_reader;
grant execute on function kpi.response_time(date,date) to kpi_writer;
comment on function kpi.response_time(date,date) is 'Tiempo de respuesta de un período, en segundos: promedio, mediana y p90 de las esperas que terminó una respuesta pública de una persona, también la primera; y de la primera respuesta (desde el inicio o el último traspaso a una persona). business_*: en horas hábiles de la bandeja. running: esperas que corren ahora, fuera de los promedios. Una fila por empresa con Chatwoot; un período no cubierto por completo no tiene cifras y coverage dice qué parte lo está. Debe cuadrar con: Chatwoot, Informes, Tiempo de respuesta del cliente (sin primeras respuestas) y Primer tiempo de respuesta.';

CREATE OR REPLACE FUNCTION kpi.response_time_by_day(first_day date, last_day date)
 RETURNS SETOF kpi.response_time_by_day
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.response_time_by_day as d where d.day between $1 and $2;
end $function$;
alter function kpi.response_time_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.response_time_by_day(date,date) to kpi_analyst;
grant execute on function kpi.response_time_by_day(date,date) to kpi_reader;
grant execute on function kpi.response_time_by_day(date,date) to kpi_writer;
comment on function kpi.response_time_by_day(date,date) is 'Las filas de kpi.response_time_by_day del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.returning_customers(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, buyers bigint, returning_buyers bigint, new_buyers bigint, repeat_rate numeric, orders bigint, orders_without_identity bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    case when c.share = 1 then b.buyers end,
    case when c.share = 1 then b.returning_buyers end,
    case when c.share = 1 then b.buyers - b.returning_buyers end,
    case when c.share = 1 then round(b.returning_buyers::numeric / nullif(b.buyers, 0), 4) end,
    case when c.share = 1 then s.orders end,
    case when c.share = 1 then s.orders - b.orders end,
    c.share
  from public.tenants as t
  cross join lateral (
    select coalesce(max(trunc(greatest(
      least(v.last_day, returning_customers.last_day) - greatest(v.first_day, returning_customers.first_day) + 1, 0)::numeric
        / nullif(returning_customers.last_day - returning_customers.first_day + 1, 0), 4)), 0) as share
    from kpi.coverage as v
    where v.tenant_id = t.id and v.subject = 'customers' and v.first_day is not null and v.last_day is not null
  ) as c
  cross join lateral (
    select count(*) as buyers, count(*) filter (where p.back) as returning_buyers, coalesce(sum(p.orders), 0)::bigint as orders
    from (
      select d.identity_id, bool_or(d.sales_before + d.sales > 1) as back, sum(d.sales) as orders
      from kpi.customer_sales_daily as d
      where d.tenant_id = t.id and d.day between returning_customers.first_day and returning_customers.last_day
        and d.identity_id <> all (array(
          select g.identity_id from kpi.generic_identities as g where g.tenant_id = t.id and not g.used))
      group by d.identity_id
    ) as p
  ) as b
  cross join lateral (
    select coalesce(sum(d.orders), 0)::bigint as orders
    from kpi.sales_daily as d
    where d.tenant_id = t.id and d.day between returning_customers.first_day and returning_customers.last_day
  ) as s
  where t.status = 'active';
end $function$;
alter function kpi.returning_customers(date,date) owner to kpi_owner;
grant execute on function kpi.returning_customers(date,date) to kpi_analyst;
grant execute on function kpi.returning_customers(date,date) to kpi_reader;
grant execute on function kpi.returning_customers(date,date) to kpi_writer;
comment on function kpi.returning_customers(date,date) is 'Clientes recurrentes de un período cerrado de días locales (ambos incluidos): de los compradores identificados (una identidad: mismo RUT válido o correo; si no hay, teléfono; si no, el registro del origen), cuántos habían comprado antes, en cualquier momento. Una fila por empresa: buyers, returning_buyers, new_buyers, repeat_rate (0 a 1, nula sin compradores), orders, orders_without_identity (pedidos sin identidad, fuera de ambos) y coverage (parte del período cubierta). Si el período no está cubierto por completo, las cifras son nulas. Las ventas devueltas son compras, las entre empresas del grupo no. Las identidades genéricas no se usan. Las compras anteriores a lo cubierto no se conocen. Debe cuadrar con: Shopify, Returning customer rate; difiere porque Shopify no conoce las compras en Odoo ni une invitados.';

CREATE OR REPLACE FUNCTION kpi.sales_between(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, currency text, gross_sales numeric, refunds numeric, sales_after_refunds numeric, net_sales_untaxed numeric, orders bigint, average_order numeric, refund_count bigint, orders_without_rate bigint, unpaid_sales numeric, unpaid_orders bigint, partly_paid_orders bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    t.id,
    t.currency,
    case when x.is_covered then m.gross end as gross_sales,
    case when x.is_covered then m.refunded end as refunds,
    case when x.is_covered then m.gross - m.refunded end as sales_after_refunds,
    case when x.is_covered then m.net_untaxed end as net_sales_untaxed,
    case when x.is_covered then m.orders end as orders,
    case when x.is_covered then round(m.gross / nullif(m.orders - m.without_rate, 0), t.currency_decimals) end as average_order,
    case when x.is_covered then m.refund_count end as refund_count,
    case when x.is_covered then m.without_rate end as orders_without_rate,
    case when x.is_covered then m.unpaid end as unpaid_sales,
    case when x.is_covered then m.unpaid_orders end as unpaid_orders,
    case when x.is_covered then m.partly_paid end as partly_paid_orders,
    x.coverage
  from public.tenants as t
  cross join (select sales_between.first_day, sales_between.last_day) as p
  left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales'
  cross join lateral (
    select
      coalesce(p.first_day >= c.first_day and p.last_day <= c.last_day and p.last_day >= p.first_day, false) as is_covered,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when p.last_day >= p.first_day then case when c.last_day is null then 0 else trunc(greatest(
      least(p.last_day, c.last_day) - greatest(p.first_day, c.first_day) + 1, 0)::numeric / (p.last_day - p.first_day + 1), 4) end end as coverage
  ) as x
  cross join lateral (
    select
      coalesce(sum(s.amount_total), 0) as gross,
      coalesce(sum(s.refunds_amount), 0) as refunded,
      coalesce(sum(s.amount_untaxed), 0) - coalesce(sum(s.refunds_untaxed), 0) as net_untaxed,
      coalesce(sum(s.orders), 0)::bigint as orders,
      coalesce(sum(s.refunds), 0)::bigint as refund_count,
      coalesce(sum(s.orders_without_rate), 0)::bigint as without_rate,
      coalesce(sum(s.amount_unpaid), 0) as unpaid,
      coalesce(sum(s.orders_unpaid), 0)::bigint as unpaid_orders,
      coalesce(sum(s.orders_partly_paid), 0)::bigint as partly_paid
    from kpi.sales_daily as s
    where s.tenant_id = t.id and s.day between p.first_day and p.last_day
  ) as m;
end $function$;
alter function kpi.sales_between(date,date) owner to kpi_owner;
grant execute on function kpi.sales_between(date,date) to kpi_analyst;
grant execute on function kpi.sales_between(date,date) to kpi_reader;
grant execute on function kpi.sales_between(date,date) to kpi_writer;
comment on function kpi.sales_between(date,date) is 'Ventas de cualquier período cerrado, del primer al último día local, ambos incluidos. Una fila por empresa, en su moneda: venta bruta (gross_sales), devoluciones (refunds), venta después de devoluciones (sales_after_refunds), venta neta sin IVA (net_sales_untaxed), pedidos (orders), venta promedio por pedido (average_order), por cobrar (unpaid_sales, unpaid_orders), pedidos pagados en parte, pedidos sin tipo de cambio y coverage, la parte de los días que está cubierta por completo. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0. Viva: se corrige cuando un origen cambia algo de un día pasado. Debe cuadrar con: Shopify, Total sales del período antes de devoluciones (por fecha de proceso, zona horaria de la tienda), más los pedidos propios de Odoo; difiere en tarjetas de regalo vendidas y pedidos anulados sin pago.';

CREATE OR REPLACE FUNCTION kpi.sales_by_channel(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, channel text, currency text, orders bigint, gross_sales numeric, orders_without_rate bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  with span as (
    select
      t.id,
      t.currency,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when c.tenant_id is null then 0 else trunc(greatest(
        least(sales_by_channel.last_day, c.last_day) - greatest(sales_by_channel.first_day, c.first_day) + 1, 0)::numeric / (sales_by_channel.last_day - sales_by_channel.first_day + 1), 4)
      end as coverage,
      coalesce(sales_by_channel.first_day >= c.first_day and sales_by_channel.last_day <= c.last_day, false) as is_covered
    from public.tenants as t
    left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales' and c.last_day is not null and c.first_day is not null
    where sales_by_channel.first_day <= sales_by_channel.last_day
  ),
  -- By the source's channel before the tenant's name for it is looked up: channels are few, sales are many.
  stated as (
    select
      o.tenant_id,
      o.channel,
      count(*) as orders,
      coalesce(sum(o.amount_total), 0) as gross_sales,
      count(*) filter (where o.amount_total is null) as orders_without_rate
    from public.source_orders as o
    where o.business_day >= sales_by_channel.first_day and o.business_day <= sales_by_channel.last_day and o.is_sale and o.deleted_at is null
    group by o.tenant_id, o.channel
  ),
  summed as (
    select
      d.tenant_id,
      coalesce(t.channel_names ->> d.channel, d.channel, 'sin canal') as channel,
      sum(d.orders)::bigint as orders,
      sum(d.gross_sales) as gross_sales,
      sum(d.orders_without_rate)::bigint as orders_without_rate
    from stated as d
    join public.tenants as t on t.id = d.tenant_id
    group by d.tenant_id, coalesce(t.channel_names ->> d.channel, d.channel, 'sin canal')
  )
  select s.id, p.channel, s.currency, p.orders, p.gross_sales, p.orders_without_rate, s.coverage
  from span as s
  left join summed as p on s.is_covered and p.tenant_id = s.id
  where p.channel is not null or not s.is_covered;
end $function$;
alter function kpi.sales_by_channel(date,date) owner to kpi_owner;
grant execute on function kpi.sales_by_channel(date,date) to kpi_analyst;
grant execute on function kpi.sales_by_channel(date,date) to kpi_reader;
grant execute on function kpi.sales_by_channel(date,date) to kpi_writer;
comment on function kpi.sales_by_channel(date,date) is 'Ventas de un período cerrado por canal: la tienda, el punto de venta, la aplicación de un marketplace, un equipo de ventas. Una fila por empresa y canal con ventas entre first_day y last_day, ambos incluidos. Venta bruta en la moneda de la empresa, con impuestos, antes de devoluciones. El canal es el del origen, con el nombre propio que le da la empresa (tenants.channel_names). Período no cubierto por completo: una fila sin canal y con coverage menor que 1. Debe cuadrar con: Shopify, Total sales by sales channel antes de devoluciones; la liquidación del marketplace del período.';

CREATE OR REPLACE FUNCTION kpi.sales_by_day(first_day date, last_day date)
 RETURNS SETOF kpi.sales_by_day
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.sales_by_day as d where d.day between $1 and $2;
end $function$;
alter function kpi.sales_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.sales_by_day(date,date) to kpi_analyst;
grant execute on function kpi.sales_by_day(date,date) to kpi_reader;
grant execute on function kpi.sales_by_day(date,date) to kpi_writer;
comment on function kpi.sales_by_day(date,date) is 'Las filas de kpi.sales_by_day del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.sales_left_out(first_day date, last_day date)
 RETURNS SETOF kpi.sales_left_out
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.sales_left_out as d where d.business_day between $1 and $2;
end $function$;
alter function kpi.sales_left_out(date,date) owner to kpi_owner;
grant execute on function kpi.sales_left_out(date,date) to kpi_analyst;
grant execute on function kpi.sales_left_out(date,date) to kpi_reader;
grant execute on function kpi.sales_left_out(date,date) to kpi_writer;
comment on function kpi.sales_left_out(date,date) is 'Las filas de kpi.sales_left_out del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.shop_erp_sync(first_day date, last_day date)
 RETURNS SETOF kpi.shop_erp_sync
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.shop_erp_sync as d where d.day between $1 and $2;
end $function$;
alter function kpi.shop_erp_sync(date,date) owner to kpi_owner;
grant execute on function kpi.shop_erp_sync(date,date) to kpi_analyst;
grant execute on function kpi.shop_erp_sync(date,date) to kpi_reader;
grant execute on function kpi.shop_erp_sync(date,date) to kpi_writer;
comment on function kpi.shop_erp_sync(date,date) is 'Las filas de kpi.shop_erp_sync del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.shop_erp_sync_between(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, currency text, linked bigint, missing_in_odoo bigint, missing_in_odoo_amount numeric, missing_in_shopify bigint, missing_in_shopify_amount numeric, differing bigint, difference numeric, duplicates bigint, duplicates_amount numeric, pending bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    k.tenant_id,
    k.currency,
    case when k.is_known then k.linked end,
    case when k.is_known then k.missing_in_odoo end,
    case when k.is_known then k.missing_in_odoo_amount end,
    case when k.is_known then k.missing_in_shopify end,
    case when k.is_known then k.missing_in_shopify_amount end,
    case when k.is_known then k.differing end,
    case when k.is_known then k.difference end,
    case when k.is_known then k.duplicates end,
    case when k.is_known then k.duplicates_amount end,
    k.pending
  from (
    select
      c.tenant_id,
      s.currency,
      -- Both sides need an hour beyond the day before anything of it is missing.
      coalesce(shop_erp_sync_between.first_day >= c.first_day and shop_erp_sync_between.last_day <= c.last_day, false)
        and bool_and(s.coverage = 1) as is_known,
      sum(s.linked)::bigint as linked,
      sum(s.missing_in_odoo)::bigint as missing_in_odoo,
      sum(s.missing_in_odoo_amount) as missing_in_odoo_amount,
      sum(s.missing_in_shopify)::bigint as missing_in_shopify,
      sum(s.missing_in_shopify_amount) as missing_in_shopify_amount,
      sum(s.differing)::bigint as differing,
      sum(s.difference) as difference,
      sum(s.duplicates)::bigint as duplicates,
      sum(s.duplicates_amount) as duplicates_amount,
      sum(s.pending)::bigint as pending
    from kpi.coverage as c
    join kpi.shop_erp_sync as s
      on s.tenant_id = c.tenant_id and s.day between shop_erp_sync_between.first_day and shop_erp_sync_between.last_day
    where c.subject = 'sales'
    group by c.tenant_id, c.first_day, c.last_day, s.currency
  ) as k;
end $function$;
alter function kpi.shop_erp_sync_between(date,date) owner to kpi_owner;
grant execute on function kpi.shop_erp_sync_between(date,date) to kpi_analyst;
grant execute on function kpi.shop_erp_sync_between(date,date) to kpi_reader;
grant execute on function kpi.shop_erp_sync_between(date,date) to kpi_writer;
comment on function kpi.shop_erp_sync_between(date,date) is 'Cuánto concuerdan la tienda y Odoo en los pedidos de un período cerrado de días locales (ambos incluidos): unidos, faltantes en un lado, con diferencias, duplicados. Una fila por empresa con tienda y Odoo, en su moneda. Si las ventas no cubren todo el período, o ambos lados algún día y 60 minutos más, no hay cifras (nulo), y pending dice cuántos documentos aún no tienen pareja. Debe cuadrar con: kpi reconcile run del mismo período; difiere en pedidos que el cotejo aún da por pendientes.';

CREATE OR REPLACE FUNCTION kpi.stock_by_day(first_day date, last_day date)
 RETURNS SETOF kpi.stock_by_day
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.stock_by_day as d where d.day between $1 and $2;
end $function$;
alter function kpi.stock_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.stock_by_day(date,date) to kpi_analyst;
grant execute on function kpi.stock_by_day(date,date) to kpi_reader;
grant execute on function kpi.stock_by_day(date,date) to kpi_writer;
comment on function kpi.stock_by_day(date,date) is 'Las filas de kpi.stock_by_day del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.stock_now_of(tenant uuid)
 RETURNS TABLE(stock_source text, product_id uuid, product_key text, sku text, product_name text, location_id uuid, location text, on_hand numeric, reserved numeric, available numeric, available_product numeric, available_other numeric, below_threshold boolean, threshold numeric, as_of timestamp with time zone)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  with source as materialized (
    select x.stock_source, x.threshold, x.as_of from kpi.stock_source as x where x.tenant_id = tenant
  ),
  place as materialized (
    select x.location_id, x.location, x.sells, x.holds_own from kpi.stock_places as x where x.tenant_id = tenant
  )
  select
    r.stock_source,
    r.product_id,
    r.product_key,
    r.sku,
    r.name,
    case when r.sells then r.location_id end,
    case when r.sells then r.location end,
    case when r.as_of is not null or r.sells then case when r.sells then r.on_hand else 0 end end,
    case when r.as_of is not null or r.sells then case when r.sells then r.reserved else 0 end end,
    case when r.as_of is not null or r.sells then case when r.sells then r.available else 0 end end,
    case when r.as_of is not null then coalesce(r.available_product, 0) end,
    r.available_other,
    case when r.as_of is not null then coalesce(r.available_product, 0) < r.threshold end,
    r.threshold,
    r.as_of
  from (
    select
      k.product_id,
      k.source,
      k.product_key,
      k.sku,
      k.name,
      k.stocked,
      s.stock_source,
      s.threshold,
      s.as_of,
      w.location_id,
      w.location,
      w.on_hand,
      w.reserved,
      w.available,
      coalesce(w.sells, false) as sells,
      sum(w.available) filter (where w.sells) over (partition by k.product_key) as available_product,
      sum(w.available) filter (where not w.sells and w.holds_own and k.source <> s.stock_source) over (partition by k.product_key)
        as available_other,
      count(*) filter (where w.sells) over (partition by k.product_key) as places,
      row_number() over (
        partition by k.product_key order by k.stocked and k.source = s.stock_source desc, k.product_id, w.location_id) as position
    from kpi.product_keys_of(tenant) as k
    cross join source as s
    left join (
      select
        l.product_id,
        l.location_id,
        -- One and the same for each place: not grouped by, as texts compare slowly.
        max(p.location) as location,
        bool_or(p.sells) as sells,
        bool_or(p.holds_own) as holds_own,
        sum(l.quantity_on_hand) as on_hand,
        sum(l.quantity_reserved) as reserved,
        sum(l.quantity_available) as available
      from public.inventory_levels as l
      join place as p on p.location_id = l.location_id
      where l.tenant_id = tenant and l.deleted_at is null and not l.foreign_owner
      group by l.product_id, l.location_id
    ) as w on w.product_id = k.product_id
  ) as r
  where r.stocked and (r.sells or (r.places = 0 and r.position = 1 and r.source = r.stock_source));
end $function$;
alter function kpi.stock_now_of(uuid) owner to kpi_owner;
grant execute on function kpi.stock_now_of(uuid) to kpi_analyst;
grant execute on function kpi.stock_now_of(uuid) to kpi_reader;
grant execute on function kpi.stock_now_of(uuid) to kpi_writer;
comment on function kpi.stock_now_of(uuid) is 'Las filas de kpi.stock_now de una empresa.';

CREATE OR REPLACE FUNCTION kpi.tickets_resolved(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, resolved bigint, exact bigint, observed bigint, estimated bigint, estimated_share numeric, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    c.tenant_id,
    case when x.is_covered then n.resolved end,
    case when x.is_covered then n.exact end,
    case when x.is_covered then n.observed end,
    case when x.is_covered then n.estimated end,
    case when x.is_covered then round((n.observed + n.estimated)::numeric / nullif(n.resolved, 0), 4) end,
    x.coverage
  from kpi.coverage as c
  cross join lateral (
    select
      coalesce(tickets_resolved.first_day >= c.first_day and tickets_resolved.last_day <= c.last_day and tickets_resolved.last_day >= tickets_resolved.first_day, false) as is_covered,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when tickets_resolved.last_day >= tickets_resolved.first_day then case when c.last_day is null then 0 else trunc(greatest(
        least(tickets_resolved.last_day, c.last_day) - greatest(tickets_resolved.first_day, c.first_day) + 1, 0)::numeric
          / (tickets_resolved.last_day - tickets_resolved.first_day + 1), 4) end end as coverage
  ) as x
  cross join lateral (
    select
      count(*) as resolved,
      count(*) filter (where v.resolved_at_source in ('event', 'webhook')) as exact,
      count(*) filter (where v.resolved_at_source = 'observed') as observed,
      count(*) filter (where v.resolved_at_source = 'activity') as estimated
    from public.conversations as v
    where v.tenant_id = c.tenant_id and v.resolved_day between tickets_resolved.first_day and tickets_resolved.last_day
      and v.deleted_at is null
  ) as n
  where c.subject = 'support';
end $function$;
alter function kpi.tickets_resolved(date,date) owner to kpi_owner;
grant execute on function kpi.tickets_resolved(date,date) to kpi_analyst;
grant execute on function kpi.tickets_resolved(date,date) to kpi_reader;
grant execute on function kpi.tickets_resolved(date,date) to kpi_writer;
comment on function kpi.tickets_resolved(date,date) is 'Tickets resueltos de un período cerrado de días locales (ambos incluidos): cada conversación una vez, el día de su última resolución, si no se ha reabierto. Una fila por empresa con Chatwoot: resolved, exact (hora exacta), observed (cambio observado), estimated (por la última actividad), estimated_share (parte sin hora exacta, nula si no hubo) y coverage, la parte de los días que está cubierta. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0. Debe cuadrar con: Chatwoot, Informes, Resoluciones, que cuenta eventos (una reabierta, dos veces): la nuestra es igual o menor.';

CREATE OR REPLACE FUNCTION kpi.tickets_resolved_by_day(first_day date, last_day date)
 RETURNS SETOF kpi.tickets_resolved_by_day
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query select d.* from kpi.tickets_resolved_by_day as d where d.day between $1 and $2;
end $function$;
alter function kpi.tickets_resolved_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.tickets_resolved_by_day(date,date) to kpi_analyst;
grant execute on function kpi.tickets_resolved_by_day(date,date) to kpi_reader;
grant execute on function kpi.tickets_resolved_by_day(date,date) to kpi_writer;
comment on function kpi.tickets_resolved_by_day(date,date) is 'Las filas de kpi.tickets_resolved_by_day del primer al último día pedido, ambos incluidos.';

CREATE OR REPLACE FUNCTION kpi.top_products_between(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, "position" bigint, product_key text, sku text, product_name text, units numeric, amount numeric, units_sold numeric, units_returned numeric, lines_without_units bigint, lines_without_rate bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  with span as (
    select
      t.id,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when c.tenant_id is null then 0 else trunc(greatest(
        least(top_products_between.last_day, c.last_day) - greatest(top_products_between.first_day, c.first_day) + 1, 0)::numeric / (top_products_between.last_day - top_products_between.first_day + 1), 4)
      end as coverage,
      coalesce(top_products_between.first_day >= c.first_day and top_products_between.last_day <= c.last_day, false) as is_covered
    from public.tenants as t
    left join kpi.coverage as c on c.tenant_id = t.id and c.subject = 'sales' and c.last_day is not null and c.first_day is not null
    where top_products_between.first_day <= top_products_between.last_day
  ),
  -- By what the lines say before the products are looked up: they are few, the days are many.
  stated as (
    select
      d.tenant_id,
      -- Ids where there are any: texts compare slowly.
      case when d.product_id is null then d.product_ref end as product_ref,
      d.product_id,
      max(d.sku) as sku,
      max(d.name) as name,
      sum(d.units_sold) as units_sold,
      sum(d.units_returned) as units_returned,
      case when count(d.amount_sold) + count(d.amount_returned) > 0 then coalesce(sum(d.amount_sold), 0) - coalesce(sum(d.amount_returned), 0) end
        as amount,
      sum(d.lines_without_units) as lines_without_units,
      sum(d.lines_without_rate) as lines_without_rate
    from kpi.product_days as d
    where d.day >= top_products_between.first_day and d.day <= top_products_between.last_day
    group by d.tenant_id, d.product_id, case when d.product_id is null then d.product_ref end
  ),
  named as (
    select
      m.*,
      coalesce(k.product_key, 'sku:' || m.sku, 'id:' || m.product_id::text, m.product_ref) as product_key,
      coalesce(k.sku, m.sku) as known_sku,
      coalesce(k.name, m.name) as product_name
    from stated as m
    -- "is not distinct from": see kpi.stock_now.
    left join kpi.product_keys as k on k.product_id = m.product_id and k.tenant_id is not distinct from m.tenant_id
  ),
  summed as (
    select
      n.tenant_id,
      n.product_key,
      max(n.known_sku) as sku,
      max(n.product_name) as product_name,
      case when sum(n.lines_without_units) = 0 then sum(n.units_sold) - sum(n.units_returned) end as units,
      sum(n.amount) as amount,
      case when sum(n.lines_without_units) = 0 then sum(n.units_sold) end as units_sold,
      case when sum(n.lines_without_units) = 0 then sum(n.units_returned) end as units_returned,
      sum(n.lines_without_units)::bigint as lines_without_units,
      sum(n.lines_without_rate)::bigint as lines_without_rate
    from named as n
    group by n.tenant_id, n.product_key
  )
  select
    s.id,
    case when p.product_key is not null then
      row_number() over (partition by s.id order by p.amount desc nulls last, p.units desc nulls last, p.product_key)
    end,
    p.product_key, p.sku, p.product_name, p.units, p.amount, p.units_sold, p.units_returned, p.lines_without_units, p.lines_without_rate,
    s.coverage
  from span as s
  left join summed as p on s.is_covered and p.tenant_id = s.id
  where p.product_key is not null or not s.is_covered;
end $function$;
alter function kpi.top_products_between(date,date) owner to kpi_owner;
grant execute on function kpi.top_products_between(date,date) to kpi_analyst;
grant execute on function kpi.top_products_between(date,date) to kpi_reader;
grant execute on function kpi.top_products_between(date,date) to kpi_writer;
comment on function kpi.top_products_between(date,date) is 'Productos de un período cerrado de días locales, ordenados por lo que aportaron. Una fila por empresa y producto con ventas o devoluciones entre first_day y last_day, ambos incluidos; position <= 10 da los diez primeros. Monto en la moneda de la empresa, con impuestos, después de descuentos y menos lo devuelto en el período; unidades vendidas menos devueltas, en la unidad de referencia del producto. Si los datos no cubren todo el período: una fila sin producto, con coverage menor que 1 (sin dato). Cubierto y sin ventas: ninguna fila. Debe cuadrar con: Shopify, Sales by product del período; Odoo, Análisis de ventas por producto.';

CREATE OR REPLACE FUNCTION kpi.whatsapp_by_day(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, day date, opened bigint, incoming bigint, outgoing bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  -- Added up and not joined: both have the same days, and a join compares each with each.
  select d.tenant_id, d.day, sum(d.opened)::bigint, sum(d.incoming)::bigint, sum(d.outgoing)::bigint
  from (
    select v.tenant_id, v.day, v.opened, null::numeric as incoming, null::numeric as outgoing
    from kpi.conversations_by_day as v
    where v.channel = 'WhatsApp' and v.day between whatsapp_by_day.first_day and whatsapp_by_day.last_day
    union all
    select v.tenant_id, v.day, null, v.incoming, v.outgoing
    from kpi.messages_by_day as v
    where v.channel = 'WhatsApp' and v.day between whatsapp_by_day.first_day and whatsapp_by_day.last_day
  ) as d
  group by d.tenant_id, d.day;
end $function$;
alter function kpi.whatsapp_by_day(date,date) owner to kpi_owner;
grant execute on function kpi.whatsapp_by_day(date,date) to kpi_analyst;
grant execute on function kpi.whatsapp_by_day(date,date) to kpi_reader;
grant execute on function kpi.whatsapp_by_day(date,date) to kpi_writer;
comment on function kpi.whatsapp_by_day(date,date) is 'WhatsApp por día local, del primer al último día pedido (ambos incluidos): conversaciones iniciadas (opened) y mensajes públicos recibidos (incoming) y enviados (outgoing). Una fila por empresa que ha tenido WhatsApp y día del que se sabe. Hoy y los días no cubiertos por completo no tienen cifra (nulo); un día cubierto en que no pasó nada tiene 0. Debe cuadrar con: Chatwoot, Informes, Conversaciones y Mensajes del día, bandejas de WhatsApp, con las diferencias que dicen kpi.conversations_by_day y kpi.messages_by_day.';

CREATE OR REPLACE FUNCTION kpi.whatsapp_conversations(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, opened bigint, open bigint, resolved bigint, pending bigint, snoozed bigint, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    c.tenant_id,
    case when x.is_covered then n.opened end,
    case when x.is_covered then n.open end,
    case when x.is_covered then n.resolved end,
    case when x.is_covered then n.pending end,
    case when x.is_covered then n.snoozed end,
    x.coverage
  from kpi.coverage as c
  cross join lateral (
    select
      coalesce(whatsapp_conversations.first_day >= c.first_day and whatsapp_conversations.last_day <= c.last_day and whatsapp_conversations.last_day >= whatsapp_conversations.first_day, false) as is_covered,
      -- least and greatest pass over nulls: without coverage there would seem to be all of it.
      case when whatsapp_conversations.last_day >= whatsapp_conversations.first_day then case when c.last_day is null then 0 else trunc(greatest(
        least(whatsapp_conversations.last_day, c.last_day) - greatest(whatsapp_conversations.first_day, c.first_day) + 1, 0)::numeric
          / (whatsapp_conversations.last_day - whatsapp_conversations.first_day + 1), 4) end end as coverage
  ) as x
  cross join lateral (
    select
      coalesce(sum(d.opened), 0)::bigint as opened,
      coalesce(sum(d.open), 0)::bigint as open,
      coalesce(sum(d.resolved), 0)::bigint as resolved,
      coalesce(sum(d.pending), 0)::bigint as pending,
      coalesce(sum(d.snoozed), 0)::bigint as snoozed
    from kpi.conversations_daily as d
    where d.tenant_id = c.tenant_id and d.channel = 'WhatsApp'
      and d.day between whatsapp_conversations.first_day and whatsapp_conversations.last_day
  ) as n
  where c.subject = 'support';
end $function$;
alter function kpi.whatsapp_conversations(date,date) owner to kpi_owner;
grant execute on function kpi.whatsapp_conversations(date,date) to kpi_analyst;
grant execute on function kpi.whatsapp_conversations(date,date) to kpi_reader;
grant execute on function kpi.whatsapp_conversations(date,date) to kpi_writer;
comment on function kpi.whatsapp_conversations(date,date) is 'Conversaciones WhatsApp iniciadas en un período cerrado de días locales (ambos incluidos): la tarjeta del mismo nombre. Una fila por empresa con Chatwoot: opened (iniciadas), y de ellas, con su estado de ahora, open, resolved, pending (con el bot) y snoozed; coverage es la parte de los días que está cubierta. Un período que no está cubierto por completo no tiene cifras: nulas, nunca 0; sin WhatsApp es 0. Debe cuadrar con: Chatwoot, Informes, Conversaciones del período, bandejas de WhatsApp.';

CREATE OR REPLACE FUNCTION kpi.workflows_in_period(first_day date, last_day date)
 RETURNS TABLE(tenant_id uuid, workflow_id uuid, workflow_name text, executions bigint, success bigint, errors bigint, errors_resolved bigint, crashed bigint, canceled bigint, running bigint, success_rate numeric, avg_duration_ms numeric, coverage numeric)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
#variable_conflict use_column
begin
  return query
  select
    p.tenant_id,
    d.workflow_id,
    n.workflow_name,
    case when p.share = 1 then d.executions end,
    case when p.share = 1 and d.keeps then d.success end,
    case when p.share = 1 then d.errors end,
    case when p.share = 1 then d.errors_resolved end,
    case when p.share = 1 then d.crashed end,
    case when p.share = 1 then d.canceled end,
    case when p.share = 1 then d.running end,
    case when p.share = 1 and d.keeps then round(d.success::numeric / nullif(d.success + d.errors, 0), 4) end,
    case when p.share = 1 then d.avg_duration_ms end,
    p.share
  from (
    select
      c.tenant_id,
      -- Least and greatest pass over nulls, so what covers nothing is told apart first.
      case when c.last_day is null then 0 else greatest(least($2, c.last_day) - greatest($1, c.first_day) + 1, 0) end::numeric
        / nullif(greatest($2 - $1 + 1, 0), 0) as share
    from kpi.coverage as c
    where c.subject = 'automation'
  ) as p
  cross join lateral (
    select
      x.workflow_id,
      sum(x.executions)::bigint as executions,
      sum(x.success)::bigint as success,
      sum(x.errors)::bigint as errors,
      sum(x.errors_resolved)::bigint as errors_resolved,
      sum(x.crashed)::bigint as crashed,
      sum(x.canceled)::bigint as canceled,
      sum(x.running)::bigint as running,
      sum(x.duration_ms_sum) / nullif(sum(x.duration_ms_count), 0) as avg_duration_ms,
      bool_and(x.keeps_successes) as keeps
    from kpi.executions_daily as x
    where x.tenant_id = p.tenant_id and x.day between $1 and $2
    group by x.workflow_id
  ) as d
  -- From a run and not from the workflow, which a reader does not see once it was deleted.
  left join lateral (
    select e.workflow_name from public.workflow_executions as e
    where e.tenant_id = p.tenant_id and e.workflow_id = d.workflow_id and e.deleted_at is null
    order by e.created_at desc limit 1
  ) as n on true;
end $function$;
alter function kpi.workflows_in_period(date,date) owner to kpi_owner;
grant execute on function kpi.workflows_in_period(date,date) to kpi_analyst;
grant execute on function kpi.workflows_in_period(date,date) to kpi_reader;
grant execute on function kpi.workflows_in_period(date,date) to kpi_writer;
comment on function kpi.workflows_in_period(date,date) is 'Ejecuciones de producción de cada automatización en un período cerrado de días locales completos, con su tasa de éxito y su duración promedio. Una fila por empresa y automatización que se ejecutó. Si el período no está cubierto por completo, todo es nulo y coverage dice qué parte lo está. Si n8n no guarda las ejecuciones correctas de la automatización, success y success_rate son nulos, no 0. Debe cuadrar con: n8n, lista de ejecuciones filtrada por automatización y fechas, sin las manuales.';

CREATE OR REPLACE FUNCTION ops.applied_migrations()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$ select f.name from schema_history.migration_file f $function$;
alter function ops.applied_migrations() owner to kpi_owner;
grant execute on function ops.applied_migrations() to kpi_writer;
comment on function ops.applied_migrations() is 'Names of the migrations that were applied.';

CREATE OR REPLACE PROCEDURE ops.create_fact(IN fact text, IN readable boolean DEFAULT true)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $procedure$
declare
  -- "public.invoices" or "invoices" in public, spelled as given by the migration that calls.
  target constant text := format('%I.%I', split_part(fact, '.', 1), split_part(fact, '.', 2));
begin
  execute format('create table %s (like public.refund_lines including defaults including comments)', target);
  execute format('alter table %s drop column refund_id, drop column order_line_id, drop column quantity, drop column amount_source, '
                 'drop column amount_tax_source, drop column currency_source, add primary key (tenant_id, id)', target);
  call ops.secure(fact, 'deleted_at is null', readable);
end $procedure$;
alter function ops.create_fact(text,boolean) owner to kpi_owner;
comment on function ops.create_fact(text,boolean) is 'For migrations: a table with the columns every fact has, secured.';

CREATE OR REPLACE FUNCTION ops.enqueue(identifier text, payload json DEFAULT '{}'::json, job_key text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, max_attempts integer DEFAULT NULL::integer, job_key_mode text DEFAULT 'replace'::text)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    select j.id from graphile_worker.add_job(
      identifier => enqueue.identifier, payload => enqueue.payload, run_at => enqueue.run_at, max_attempts => enqueue.max_attempts,
      job_key => enqueue.job_key, priority => enqueue.priority, job_key_mode => enqueue.job_key_mode) j;
  $function$;
alter function ops.enqueue(text,json,text,timestamp with time zone,integer,integer,text) owner to kpi_queue;
grant execute on function ops.enqueue(text,json,text,timestamp with time zone,integer,integer,text) to kpi_writer;
comment on function ops.enqueue(text,json,text,timestamp with time zone,integer,integer,text) is 'Adds a job to the queue (graphile_worker.add_job) with the rights of its owner. Returns the job''s number.';

CREATE OR REPLACE FUNCTION ops.queue_state(OUT task text, OUT state text, OUT locked_by text, OUT jobs bigint, OUT oldest_at timestamp with time zone, OUT last_error text)
 RETURNS SETOF record
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    select t.identifier, s.state, j.locked_by, count(*), min(s.since), left(max(j.last_error), 500)
    from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    cross join lateral (
      select case when j.locked_at is not null then 'running' when j.attempts >= j.max_attempts then 'failed'
          when j.run_at > now() then 'scheduled' else 'ready' end as state,
        case when j.locked_at is not null then j.locked_at when j.attempts >= j.max_attempts then j.updated_at else j.run_at end as since) s
    group by t.identifier, s.state, j.locked_by;
  $function$;
alter function ops.queue_state() owner to kpi_queue;
grant execute on function ops.queue_state() to kpi_writer;
comment on function ops.queue_state() is 'Jobs of the queue by task, state (running, failed, scheduled, ready) and holder: how many, since when the oldest, and an error of one.';

CREATE OR REPLACE FUNCTION ops.quiet_ends(instant timestamp with time zone, zone text, quiet_from time without time zone, quiet_until time without time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
RETURN (SELECT max(q.ends) AS max FROM ((SELECT (((quiet_ends.instant AT TIME ZONE quiet_ends.zone))::date - days.days) AS night FROM generate_series(0, 1) days(days)) n CROSS JOIN LATERAL (SELECT ((n.night + quiet_ends.quiet_from) AT TIME ZONE quiet_ends.zone) AS begins, (((n.night + CASE WHEN (quiet_ends.quiet_until <= quiet_ends.quiet_from) THEN 1 ELSE 0 END) + quiet_ends.quiet_until) AT TIME ZONE quiet_ends.zone) AS ends) q) WHERE ((q.begins <= quiet_ends.instant) AND (q.ends > quiet_ends.instant)));
alter function ops.quiet_ends(timestamp with time zone,text,time without time zone,time without time zone) owner to kpi_owner;
grant execute on function ops.quiet_ends(timestamp with time zone,text,time without time zone,time without time zone) to kpi_writer;
comment on function ops.quiet_ends(timestamp with time zone,text,time without time zone,time without time zone) is 'When the quiet hours end that this instant is in; null when it is in none.';

CREATE OR REPLACE FUNCTION ops.report_due(cadence text, weekday smallint, month_day smallint, local_time time without time zone, zone text, at timestamp with time zone, OUT latest date, OUT next date, OUT next_at timestamp with time zone)
 RETURNS record
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
  with days as (
    select day, (day + local_time) at time zone zone as moment
    from (select ((at at time zone zone)::date + n)::date as day from generate_series(-32, 32) as n) as around
    where case cadence
      when 'daily' then true
      when 'weekly' then extract(isodow from day) = weekday
      else extract(day from day) = least(month_day, extract(day from date_trunc('month', day::timestamp) + interval '1 month - 1 day'))
    end
  )
  select max(day) filter (where moment <= at), min(day) filter (where moment > at), min(moment) filter (where moment > at) from days
$function$;
alter function ops.report_due(text,smallint,smallint,time without time zone,text,timestamp with time zone) owner to kpi_owner;
grant execute on function ops.report_due(text,smallint,smallint,time without time zone,text,timestamp with time zone) to kpi_writer;
comment on function ops.report_due(text,smallint,smallint,time without time zone,text,timestamp with time zone) is 'Latest due day of a schedule up to an instant, and the next.';

CREATE OR REPLACE PROCEDURE ops.secure(IN target_table text, IN visible text DEFAULT NULL::text, IN readable boolean DEFAULT true)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $procedure$
declare
  target constant text := format('%I.%I', split_part(target_table, '.', 1), split_part(target_table, '.', 2));
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy writing_tenant on %s to kpi_writer using (tenant_id = (select ops.writing_tenant())) '
                 'with check (tenant_id = (select ops.writing_tenant()))', target);
  execute format('create policy every_row on %s for select to kpi_analyst using (true)', target);
  execute format('create policy own_rows on %s for select to kpi_reader using (tenant_id = (select kpi.current_tenant())%s)', target,
                 coalesce(' and ' || visible, ''));
  execute format('grant select, insert, update, delete on %s to kpi_writer', target);
  execute format('grant select on %s to kpi_analyst', target);
  if readable then
    execute format('grant select on %s to kpi_reader', target);
  end if;
end $procedure$;
alter function ops.secure(text,text,boolean) owner to kpi_owner;
comment on function ops.secure(text,text,boolean) is 'For migrations: row-level security, policies and rights of a tenant-bound table.';

CREATE OR REPLACE FUNCTION ops.writing_tenant()
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
RETURN (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
alter function ops.writing_tenant() owner to kpi_owner;
grant execute on function ops.writing_tenant() to kpi_writer;
comment on function ops.writing_tenant() is 'Tenant named by the writer''s transaction (set_config app.tenant_id).';
