-- Who buys: keys of a customer one by one, identities made of them, and carts that did not become an order.

-- The keys are for the writer alone: HMACs with the company's key, of which a reader needs none. identity_key stays the strongest of them.
alter table public.customers
  add column rut_key text,
  add column email_key text,
  add column domain_key text,
  add column phone_key text,
  add column rut_generic boolean,
  add column commercial_id uuid;
comment on column public.customers.identity_key is 'La más fuerte de sus claves (RUT, correo, teléfono, identificador de origen): HMAC con la llave de la empresa. No es para lectores.';
comment on column public.customers.rut_key is 'Clave del RUT válido y no genérico (HMAC); nula si no hay.';
comment on column public.customers.email_key is 'Clave del correo (HMAC); nula si no hay o es de un dominio de reenvío.';
comment on column public.customers.domain_key is 'Clave del dominio del correo (HMAC), para poder excluir dominios compartidos.';
comment on column public.customers.phone_key is 'Clave del teléfono en formato E.164 (HMAC).';
comment on column public.customers.rut_generic is 'Si el RUT es uno que comparten muchos (66666666-6, 55555555-5, el de la propia empresa): no identifica a nadie.';
comment on column public.customers.commercial_id is 'Entidad comercial de la que es contacto o dirección (Odoo commercial_partner_id).';
comment on table public.customers is 'Clientes, sin nombre, correo, teléfono ni dirección. También quien compró sin registrarse, uno por pedido (source_id guest:…).';
revoke select (identity_key) on public.customers from kpi_reader;
create index customers_rut_key on public.customers (tenant_id, rut_key) where rut_key is not null;
create index customers_email_key on public.customers (tenant_id, email_key) where email_key is not null;
create index customers_phone_key on public.customers (tenant_id, phone_key) where phone_key is not null;
create index customers_commercial on public.customers (tenant_id, commercial_id) where commercial_id is not null;

create table kpi.shared_keys (
  tenant_id uuid not null,
  kind text not null check (kind in ('rut', 'email', 'email_domain', 'phone')),
  key text not null,
  decided_at timestamptz not null default now(),
  primary key (tenant_id, kind, key)
);
comment on table kpi.shared_keys is 'Claves que comparten muchos y no identifican a nadie, porque una persona lo dijo. No es para lectores.';
comment on column kpi.shared_keys.tenant_id is 'Empresa.';
comment on column kpi.shared_keys.kind is 'rut, email, email_domain (todos los correos del dominio) o phone.';
comment on column kpi.shared_keys.key is 'La clave: HMAC con la llave de la empresa.';
comment on column kpi.shared_keys.decided_at is 'Cuándo.';
call ops.secure('kpi.shared_keys', null, false);

create table kpi.accepted_identities (
  tenant_id uuid not null,
  identity_id uuid not null,
  decided_at timestamptz not null default now(),
  primary key (tenant_id, identity_id)
);
comment on table kpi.accepted_identities is 'Identidades con tantos pedidos que parecen genéricas, pero que una persona dijo que son un cliente.';
comment on column kpi.accepted_identities.tenant_id is 'Empresa.';
comment on column kpi.accepted_identities.identity_id is 'Identidad (public.customer_identities).';
comment on column kpi.accepted_identities.decided_at is 'Cuándo.';
call ops.secure('kpi.accepted_identities');

create table public.customer_identities (
  tenant_id uuid not null,
  customer_id uuid not null,
  identity_id uuid not null,
  anonymous boolean not null,
  primary key (tenant_id, customer_id)
);
comment on table public.customer_identities is 'Qué clientes de los orígenes son una misma persona o empresa: comparten RUT válido o correo; si no tienen, teléfono; si no, son uno cada uno.';
comment on column public.customer_identities.tenant_id is 'Empresa.';
comment on column public.customer_identities.customer_id is 'Cliente de un origen.';
comment on column public.customer_identities.identity_id is 'Identidad: el menor de los identificadores de sus clientes. Cambia cuando dos se unen o una se separa.';
comment on column public.customer_identities.anonymous is 'Si no identifica a nadie: solo tiene un RUT genérico.';
create index customer_identities_identity on public.customer_identities (tenant_id, identity_id);
call ops.secure('public.customer_identities');

create index source_orders_customer on public.source_orders (tenant_id, customer_id) where customer_id is not null;
create index source_orders_web on public.source_orders (tenant_id, business_day) where is_sale and deleted_at is null and channel in ('web', 'website');

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
  first_sale_at timestamptz not null,
  last_sale_at timestamptz not null,
  primary key (tenant_id, identity_id, day)
);
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
create index customer_sales_daily_day on kpi.customer_sales_daily (tenant_id, day)
  include (identity_id, sales, sales_before, first_day, amount_total, anonymous);
call ops.secure('kpi.customer_sales_daily');

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
  first_sale_at timestamptz not null,
  last_sale_at timestamptz not null,
  primary key (tenant_id, identity_id)
);
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
create index customer_sales_last on kpi.customer_sales (tenant_id, last_sale_at) include (identity_id, sales, anonymous);
-- Those that may be too big to be one customer.
create index customer_sales_large on kpi.customer_sales (tenant_id) include (identity_id, sales, anonymous) where sales >= 20 or anonymous;
call ops.secure('kpi.customer_sales');

call ops.create_fact('public.abandoned_checkouts');
alter table public.abandoned_checkouts
  add column created_at timestamptz not null,
  add column business_day date not null,
  add column completed_at timestamptz,
  add column customer_id uuid,
  add column has_contact boolean not null,
  add column currency_source text not null,
  add column amount_total_source numeric not null;
comment on table public.abandoned_checkouts is 'Carritos que llegaron a la caja de la tienda (Shopify abandonedCheckouts, también los recuperados), sin enlace ni datos de contacto. Shopify los borra a los tres meses: su ausencia nunca es un borrado.';
comment on column public.abandoned_checkouts.created_at is 'Creación del carrito.';
comment on column public.abandoned_checkouts.business_day is 'Su día local.';
comment on column public.abandoned_checkouts.completed_at is 'Cuándo se convirtió en pedido; nulo si no.';
comment on column public.abandoned_checkouts.customer_id is 'Cliente; nulo si no se conoce.';
comment on column public.abandoned_checkouts.has_contact is 'Si dejó correo o teléfono. Los datos mismos no se guardan.';
comment on column public.abandoned_checkouts.currency_source is 'Moneda del carrito.';
comment on column public.abandoned_checkouts.amount_total_source is 'Valor del carrito con impuestos, moneda del carrito.';
create index abandoned_checkouts_customer on public.abandoned_checkouts (tenant_id, customer_id) where customer_id is not null;
create index abandoned_checkouts_silent on public.abandoned_checkouts (tenant_id, business_day) where not has_contact;

create table kpi.carts (
  tenant_id uuid not null,
  identity_id uuid not null,
  cart_id uuid not null,
  source text not null,
  carts bigint not null,
  opened_at timestamptz not null,
  day date not null,
  changed_at timestamptz not null,
  completed_at timestamptz,
  completed_day date,
  bought_at timestamptz,
  currency_source text not null,
  amount_total_source numeric not null,
  amount_total numeric,
  primary key (tenant_id, identity_id, cart_id)
);
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
create index carts_day on kpi.carts (tenant_id, day);
create index carts_completed_day on kpi.carts (tenant_id, completed_day) where completed_day is not null;
call ops.secure('kpi.carts');

alter table public.tenants add column cart_hours numeric not null default 1 check (cart_hours > 0 and cart_hours <= 168);
comment on column public.tenants.cart_hours is 'Horas sin pedido desde su último cambio tras las que un carrito está abandonado.';
