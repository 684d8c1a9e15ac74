-- What a closed day still has to be paid, and what is known of each stream's health beside its coverage.

alter table kpi.sales_daily
  add column orders_unpaid bigint not null default 0,
  add column amount_unpaid numeric not null default 0,
  add column orders_partly_paid bigint not null default 0;
comment on column kpi.sales_daily.orders_unpaid is 'Ventas de las que aún no se ha recibido ningún pago, según su origen; no están las de orígenes que no lo dicen.';
comment on column kpi.sales_daily.amount_unpaid is 'Su venta bruta.';
comment on column kpi.sales_daily.orders_partly_paid is 'Ventas pagadas en parte; su saldo no está en amount_unpaid.';

alter table kpi.freshness
  add column interval_seconds integer,
  add column error_kind text check (error_kind in ('config', 'transient', 'data', 'bug')),
  add column error_code text,
  add column failing_since timestamptz,
  add column quarantine_open integer not null default 0,
  add column notices jsonb not null default '[]',
  add column backfills_running integer not null default 0,
  add column backfill_from timestamptz,
  add column backfill_until timestamptz;
comment on column kpi.freshness.interval_seconds is 'Segundos entre dos lecturas.';
comment on column kpi.freshness.error_kind is 'Por qué falla: config (debe actuar una persona), transient (el origen no responde), data o bug; nulo si la última lectura anduvo.';
comment on column kpi.freshness.error_code is 'Palabra estable del error.';
comment on column kpi.freshness.failing_since is 'Desde cuándo falla; nulo si no falla.';
comment on column kpi.freshness.quarantine_open is 'Registros rechazados que esperan a una persona: no están en las cifras.';
comment on column kpi.freshness.notices is 'Lo que el origen no puede entregar, según él mismo: lista de code y message.';
comment on column kpi.freshness.backfills_running is 'Relecturas de historia en curso.';
comment on column kpi.freshness.backfill_from is 'Desde cuándo releen las que están en curso.';
comment on column kpi.freshness.backfill_until is 'Hasta cuándo releen las que están en curso.';
