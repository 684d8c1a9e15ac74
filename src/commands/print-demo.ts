import type { Reconciliation } from '../reconcile/reconciliation.ts';
import type { Database } from '../store/database.ts';
import type { StreamState } from '../store/stream-states.ts';
import { printReconciliation } from './print-reconciliation.ts';
import type { DemoResult } from './run-demo.ts';
import { statusColumns } from './status.ts';
import type { Column, Terminal, Words } from './terminal.ts';
import { thousands } from './thousands.ts';

interface Section {
  readonly title: Words;
  readonly query: string;
  readonly columns: readonly Column<Record<string, string | null>>[];
}

const text = (name: string, es: string, en: string): Column<Record<string, string | null>> => ({
  title: { es, en },
  value: (row) => row[name] ?? null,
});
const money = (name: string, es: string, en: string): Column<Record<string, string | null>> => ({
  title: { es, en },
  value: (row) => thousands(row[name] ?? null),
  right: true,
});

// What the demo shows of the KPI tables, one company after the other; everything is there for a look with the printed URLs.
const SECTIONS: readonly Section[] = [
  {
    title: { es: 'Vista ejecutiva, último mes', en: 'Executive view, last month' },
    query: `select tenants_active || '/' || tenants_total as tenants, users_registered::text, platform_currency, sales_amount::text, sales_note,
        tickets_open::text, workflows_executed::text from kpi.executive_summary`,
    columns: [
      text('tenants', 'Empresas activas', 'Active companies'),
      money('users_registered', 'Usuarios', 'Users'),
      text('platform_currency', 'Moneda', 'Currency'),
      money('sales_amount', 'Ventas consolidadas', 'Consolidated sales'),
      text('sales_note', 'Fuera de la suma', 'Not in the sum'),
      money('tickets_open', 'Tickets abiertos', 'Open tickets'),
      money('workflows_executed', 'Workflows', 'Workflows'),
    ],
  },
  {
    title: { es: 'Ventas, últimos 7 días con ventas', en: 'Sales, last 7 days with sales' },
    query: `select * from (select t.company_name, s.day::text, s.currency, s.orders::text, round(s.gross_sales, t.currency_decimals)::text as gross_sales, round(s.refunds, t.currency_decimals)::text as refunds,
        round(s.net_sales_untaxed, t.currency_decimals)::text as net_sales_untaxed,
        row_number() over (partition by s.tenant_id order by s.day desc) as n
      from kpi.sales_by_day s join public.tenants t on t.id = s.tenant_id) x where n <= 7 order by company_name, day`,
    columns: [
      text('company_name', 'Empresa', 'Company'),
      text('day', 'Día', 'Day'),
      text('currency', 'Moneda', 'Currency'),
      money('orders', 'Pedidos', 'Orders'),
      money('gross_sales', 'Venta bruta', 'Gross sales'),
      money('refunds', 'Devoluciones', 'Refunds'),
      money('net_sales_untaxed', 'Venta neta (sin IVA)', 'Net of tax'),
    ],
  },
  {
    title: { es: 'Productos más vendidos, 30 días', en: 'Best-selling products, 30 days' },
    query: `select t.company_name, p.position::text, p.sku, p.product_name, trim_scale(p.units)::text as units, round(p.amount, t.currency_decimals)::text as amount
      from kpi.top_products p join public.tenants t on t.id = p.tenant_id where p.position <= 3 order by t.company_name, p.position`,
    columns: [
      text('company_name', 'Empresa', 'Company'),
      text('position', 'N°', 'No.'),
      text('sku', 'SKU', 'SKU'),
      text('product_name', 'Producto', 'Product'),
      money('units', 'Unidades', 'Units'),
      money('amount', 'Monto', 'Amount'),
    ],
  },
  {
    title: { es: 'Existencias', en: 'Stock' },
    query: `select t.company_name, s.stock_source, count(distinct s.product_id)::text as products, trim_scale(sum(s.available))::text as available,
        count(distinct s.product_id) filter (where s.below_threshold)::text as low
      from kpi.stock_now s join public.tenants t on t.id = s.tenant_id group by 1, 2 order by 1`,
    columns: [
      text('company_name', 'Empresa', 'Company'),
      text('stock_source', 'Origen', 'Source'),
      money('products', 'Productos', 'Products'),
      money('available', 'Disponible', 'Available'),
      money('low', 'Bajo 5', 'Below 5'),
    ],
  },
  {
    title: { es: 'Tickets por canal y estado', en: 'Tickets by channel and status' },
    query: `select t.company_name, c.channel, sum(c.last_7_days)::text as last_7_days, sum(c.total)::text as total,
        coalesce(sum(c.total) filter (where c.status = 'open'), 0)::text as open,
        coalesce(sum(c.total) filter (where c.status = 'pending'), 0)::text as pending,
        coalesce(sum(c.total) filter (where c.status = 'snoozed'), 0)::text as snoozed,
        coalesce(sum(c.total) filter (where c.status = 'resolved'), 0)::text as resolved
      from kpi.tickets_by_channel c join public.tenants t on t.id = c.tenant_id group by 1, 2 order by 1, 2`,
    columns: [
      text('company_name', 'Empresa', 'Company'),
      text('channel', 'Canal', 'Channel'),
      money('last_7_days', '7 días', '7 days'),
      money('total', 'Todos', 'All'),
      money('open', 'Abiertos', 'Open'),
      money('pending', 'Con bot', 'With bot'),
      money('snoozed', 'Pospuestos', 'Snoozed'),
      money('resolved', 'Resueltos', 'Resolved'),
    ],
  },
  {
    title: { es: 'Automatizaciones, 30 días', en: 'Automations, 30 days' },
    query: `select t.company_name, e.workflow_name, e.executions::text, e.errors::text, round(e.avg_duration_ms)::text as ms, round(e.success_rate * 100, 1)::text as rate
      from kpi.executions_by_workflow e join public.tenants t on t.id = e.tenant_id order by 1, e.executions desc`,
    columns: [
      text('company_name', 'Empresa', 'Company'),
      text('workflow_name', 'Automatización', 'Workflow'),
      money('executions', 'Ejecuciones', 'Executions'),
      money('errors', 'Errores', 'Errors'),
      money('ms', 'Duración ms', 'Duration ms'),
      money('rate', 'Éxito %', 'Success %'),
    ],
  },
];

/** The demo's result for people: KPI tables, freshness, reconciliation, and the verdict. */
export async function printDemo(
  terminal: Terminal,
  analyst: Database,
  result: DemoResult,
  reconciliations: ReadonlyMap<string, Reconciliation>,
  streams: readonly StreamState[],
): Promise<void> {
  if (terminal.json) return;
  for (const section of SECTIONS) {
    terminal.title(section.title);
    terminal.table(section.columns, (await analyst.query<Record<string, string | null>>(section.query)).rows);
  }
  terminal.title({ es: 'Frescura', en: 'Freshness' });
  terminal.table(statusColumns, streams);
  for (const stream of streams)
    for (const notice of stream.notices) terminal.line(`  ! ${stream.company_name} ${stream.source} ${stream.stream}: ${notice.message}`);
  for (const [rut, reconciliation] of reconciliations) {
    const name = result.tenants.find((tenant) => tenant.rut === rut)?.name ?? rut;
    terminal.title({ es: `Conciliación Shopify ↔ Odoo: ${name}`, en: `Reconciliation Shopify ↔ Odoo: ${name}` });
    // The simulated companies that have books are Chilean.
    printReconciliation(terminal, reconciliation, 'America/Santiago');
  }
  terminal.title(
    result.ok
      ? {
          es: `✓ El almacén y el mundo simulado coinciden: ${thousands(String(result.world_rows_compared))} filas comparadas celda por celda; conciliación: todo lo sembrado, encontrado; resto 0.`,
          en: `✓ Warehouse and simulated world agree: ${thousands(String(result.world_rows_compared))} rows compared cell by cell; reconciliation: all that was planted was found; remainder 0.`,
        }
      : {
          es: `✗ ${result.world_diff_count} diferencias con el mundo simulado; sembrado ${JSON.stringify(result.reconciliation.injected)}, encontrado ${JSON.stringify(result.reconciliation.found)}, resto ${result.reconciliation.remainder}.`,
          en: `✗ ${result.world_diff_count} differences to the simulated world; planted ${JSON.stringify(result.reconciliation.injected)}, found ${JSON.stringify(result.reconciliation.found)}, remainder ${result.reconciliation.remainder}.`,
        },
  );
  for (const d of result.world_diff.slice(0, 20))
    terminal.line(`  ${d.table} ${d.source_id} ${d.column ?? '(row)'}: ${d.world} ≠ ${d.warehouse}`);
  terminal.line(
    terminal.say({
      es: `  ${result.sync_seconds} s hasta tener todo, ${result.peak_mb} MB el mayor trabajador, semilla ${result.seed}, ancla ${result.anchor}`,
      en: `  ${result.sync_seconds} s until everything was in, ${result.peak_mb} MB the largest worker, seed ${result.seed}, anchor ${result.anchor}`,
    }),
  );
}
