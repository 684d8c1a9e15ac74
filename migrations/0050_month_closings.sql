-- What a company's readers see of its closed months; the closings themselves are the service's.
create table kpi.month_closings (
  tenant_id uuid not null,
  closing_id uuid not null,
  month date not null,
  closed_at timestamptz not null,
  is_forced boolean not null,
  reopened_at timestamptz,
  sales bigint not null,
  sales_amount numeric not null,
  refunds bigint not null,
  refunds_amount numeric not null,
  documents bigint not null,
  documents_amount numeric not null,
  primary key (tenant_id, closing_id)
);
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
call ops.secure('kpi.month_closings');
