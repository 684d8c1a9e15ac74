-- Who uses the dashboards, as Clerk says it, and what holds for the whole service. No name, no e-mail, no phone: a Clerk id, and nothing
-- that Clerk's own screen would be needed to read.

-- What holds for all companies together. One row, put in before row-level security: a migration never touches rows behind it.
create table kpi.platform (
  singleton boolean primary key default true check (singleton),
  currency text not null default 'CLP' check (currency ~ '^[A-Z]{3}$'),
  currency_decimals smallint not null default 0 check (currency_decimals between 0 and 4),
  users_as_of timestamptz
);
insert into kpi.platform default values;
comment on table kpi.platform is 'Lo que vale para todas las empresas juntas; una sola fila. Se cambia con: kpi platform set.';
comment on column kpi.platform.singleton is 'Siempre verdadero: hay una sola fila.';
comment on column kpi.platform.currency is 'Moneda en que se suman las ventas de empresas de distinta moneda (ISO 4217).';
comment on column kpi.platform.currency_decimals is 'Decimales de esa moneda: CLP 0, USD 2.';
comment on column kpi.platform.users_as_of is 'Inicio de la última lectura completa de los usuarios; nulo si nunca se leyeron: entonces no se sabe cuántos hay.';

alter table kpi.platform enable row level security;
alter table kpi.platform force row level security;
create policy every_row on kpi.platform for select to kpi_analyst using (true);
create policy of_every_tenant on kpi.platform for select to kpi_reader using ((select kpi.current_tenant()) is not null);
create policy service on kpi.platform to kpi_writer using (current_user = 'kpi_writer') with check (current_user = 'kpi_writer');
grant select (currency, currency_decimals, users_as_of) on kpi.platform to kpi_reader;
grant select on kpi.platform to kpi_analyst;
grant select, update on kpi.platform to kpi_writer;

-- Users belong to no tenant or to several, so their rows have none; public.user_tenants says whose they are.
create table public.users (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{1,64}$'),
  banned boolean not null,
  locked boolean not null,
  created_at timestamptz,
  last_sign_in_day date,
  stated text not null default 'none' check (stated in ('none', 'known', 'unknown')),
  stated_tenants uuid[] not null default '{}',
  stated_role text check (stated_role ~ '^[a-z][a-z0-9_:-]{0,63}$'),
  source_updated_at timestamptz not null default '-infinity',
  read_seq bigint not null,
  synced_at timestamptz not null default now(),
  deleted_at timestamptz
);
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

create table public.user_tenants (
  tenant_id uuid not null,
  user_id text not null,
  role text check (role ~ '^[a-z][a-z0-9_:-]{0,63}$'),
  because text not null check (because in ('metadata', 'organization')),
  primary key (tenant_id, user_id)
);
comment on table public.user_tenants is 'De qué empresas es cada usuario. Uno de dos empresas tiene dos filas: cuenta una vez en cada una y una sola en el total. Se deriva de users y de las organizaciones de Clerk.';
comment on column public.user_tenants.tenant_id is 'Empresa.';
comment on column public.user_tenants.user_id is 'Usuario (users.id).';
comment on column public.user_tenants.role is 'Rol: el de sus metadatos, si no el de su organización (org:admin, org:member).';
comment on column public.user_tenants.because is 'De dónde se sabe: metadata (metadatos del usuario) u organization (su organización).';
call ops.secure('public.user_tenants');
-- Finding what differs needs all tenants; what is changed is still one tenant at a time.
create policy service_lists on public.user_tenants for select to kpi_writer using (current_user = 'kpi_writer');

alter table public.users enable row level security;
alter table public.users force row level security;
create policy every_row on public.users for select to kpi_analyst using (true);
create policy own_rows on public.users for select to kpi_reader
  using (deleted_at is null
    and id = any (array(select m.user_id from public.user_tenants m where m.tenant_id = (select kpi.current_tenant()))));
create policy service on public.users to kpi_writer using (current_user = 'kpi_writer') with check (current_user = 'kpi_writer');
-- stated_tenants names other companies: not for readers.
grant select (id, banned, locked, created_at, last_sign_in_day, deleted_at) on public.users to kpi_reader;
grant select on public.users to kpi_analyst;
grant select, insert, update on public.users to kpi_writer;

create table ops.clerk_organizations (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{1,64}$'),
  stated text not null default 'none' check (stated in ('none', 'known', 'unknown')),
  stated_tenant uuid,
  mapped_tenant uuid,
  source_updated_at timestamptz not null default '-infinity',
  read_seq bigint not null default 0
);
comment on table ops.clerk_organizations is 'Which tenant an organisation of Clerk is. Its own metadata say it, else a person (kpi users map).';
comment on column ops.clerk_organizations.id is 'Organisation id of Clerk. Its name is not kept.';
comment on column ops.clerk_organizations.stated is 'What its public metadata say: none (nothing), known, or unknown (a tenant that is not here).';
comment on column ops.clerk_organizations.stated_tenant is 'Tenant its public metadata name.';
comment on column ops.clerk_organizations.mapped_tenant is 'Tenant a person named.';
comment on column ops.clerk_organizations.source_updated_at is 'Version by the clock of Clerk.';
comment on column ops.clerk_organizations.read_seq is 'Order of reading.';

create table ops.clerk_memberships (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{1,64}$'),
  user_id text not null,
  organization_id text not null,
  role text check (role ~ '^[a-z][a-z0-9_:-]{0,63}$'),
  source_updated_at timestamptz not null default '-infinity',
  read_seq bigint not null,
  deleted_at timestamptz
);
create index clerk_memberships_user on ops.clerk_memberships (user_id) where deleted_at is null;
comment on table ops.clerk_memberships is 'Who is in which organisation of Clerk.';
comment on column ops.clerk_memberships.id is 'Membership id of Clerk; one that was ended never comes back under the same id.';
comment on column ops.clerk_memberships.user_id is 'User; may not have come yet.';
comment on column ops.clerk_memberships.organization_id is 'Organisation.';
comment on column ops.clerk_memberships.role is 'Role in it.';
comment on column ops.clerk_memberships.source_updated_at is 'Version by the clock of Clerk.';
comment on column ops.clerk_memberships.read_seq is 'Order of reading.';
comment on column ops.clerk_memberships.deleted_at is 'When it was known to have ended.';

create table ops.clerk_state (
  singleton boolean primary key default true check (singleton),
  version bigint not null default 0,
  tried_at timestamptz,
  succeeded_at timestamptz,
  problem text
);
insert into ops.clerk_state default values;
comment on table ops.clerk_state is 'Health of the reading from Clerk; its one row is the lock that writers of users take first.';
comment on column ops.clerk_state.singleton is 'Always true: one row.';
comment on column ops.clerk_state.version is 'Counts transactions.';
comment on column ops.clerk_state.tried_at is 'Start of the last reading.';
comment on column ops.clerk_state.succeeded_at is 'Start of the last complete reading.';
comment on column ops.clerk_state.problem is 'What a person should look at; null when the last reading was complete.';

create table ops.webhooks (
  source text not null,
  id text not null,
  type text not null,
  outcome text not null check (outcome in ('applied', 'ignored')),
  received_at timestamptz not null default clock_timestamp(),
  primary key (source, id)
);
create index webhooks_age on ops.webhooks (received_at);
comment on table ops.webhooks is 'Messages that were received and acted on, so that the same one changes nothing twice. Kept seven days, without their contents.';
comment on column ops.webhooks.source is 'Who sent it: clerk.';
comment on column ops.webhooks.id is 'Message id (svix-id).';
comment on column ops.webhooks.type is 'Kind of event.';
comment on column ops.webhooks.outcome is 'applied, or ignored when nothing here depends on such an event.';
comment on column ops.webhooks.received_at is 'When.';

do $$
declare t text;
begin
  foreach t in array array['clerk_organizations', 'clerk_memberships', 'clerk_state', 'webhooks'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;

-- Which migrations this database has: the books belong to the owner, and a server says "ready" only on a schema of its own release.
create function ops.applied_migrations() returns setof text
  language sql stable security definer
  set search_path = pg_catalog
as $$ select f.name from schema_history.migration_file f $$;
comment on function ops.applied_migrations() is 'Names of the migrations that were applied.';
revoke execute on function ops.applied_migrations() from public;
grant execute on function ops.applied_migrations() to kpi_writer;

-- Open tickets of all companies, from the few days that still have some.
create index conversations_daily_open on kpi.conversations_daily (tenant_id) include (open) where open > 0;
