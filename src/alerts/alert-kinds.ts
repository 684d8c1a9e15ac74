import { z } from 'zod';
import type { Dashboard } from '../dashboards/dashboard.ts';
import { inSpanish } from '../dashboards/in-spanish.ts';
import { sqlFile } from './sql-file.ts';

export const ALERT_KINDS = [
  'sales_below',
  'tickets_unanswered',
  'workflow_error_rate',
  'low_stock',
  'stream_stale',
  'reconciliation_difference',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a threshold and a value count. Shares are from 0 to 1. */
export type Unit = 'money' | 'count' | 'share' | 'minutes';

/** A kind of rule: its statement, its limits when nobody set any, and the words of its messages. */
export interface AlertKindSpec {
  /** Spanish, for people. */
  readonly title: string;
  readonly unit: Unit;
  /** Statement over `kpi.*`: $1 tenant, $2 threshold and options as one JSON object; one row a subject (see `Finding`). */
  readonly sql: string;
  /** Titles of the cells of each subject, in Spanish. */
  readonly columns: readonly string[];
  /** Key of the dashboard a message links to. */
  readonly dashboard: Dashboard['key'];
  /** Decimal text; null: the tenant's own (`low_stock`). Money is in Chilean pesos. */
  readonly threshold: string | null;
  readonly severity: Severity;
  readonly cooldownMinutes: number;
  readonly forMinutes: number;
  /** Options a rule may set; their defaults are the built-in ones. */
  readonly options: z.ZodType<Readonly<Record<string, unknown>>>;
}

const none = z.strictObject({});

/** The built-in rules. */
export const KINDS: Readonly<Record<AlertKind, AlertKindSpec>> = {
  sales_below: {
    title: 'Venta diaria baja',
    unit: 'money',
    sql: sqlFile('sales-below'),
    columns: ['Día', 'Venta bruta', 'Moneda', 'Pedidos', 'Devoluciones'],
    dashboard: 'ventas',
    threshold: '10000',
    severity: 'warning',
    cooldownMinutes: 720,
    forMinutes: 0,
    options: none,
  },
  tickets_unanswered: {
    title: 'Conversaciones sin responder',
    unit: 'count',
    sql: sqlFile('tickets-unanswered'),
    columns: ['Más de 2 horas hábiles', 'Más de 2 horas corridas', 'Esperan', 'Espera más larga (minutos)'],
    dashboard: 'soporte',
    threshold: '1',
    severity: 'warning',
    cooldownMinutes: 60,
    forMinutes: 0,
    options: none,
  },
  workflow_error_rate: {
    title: 'Automatizaciones con errores',
    unit: 'share',
    sql: sqlFile('workflow-error-rate'),
    columns: ['Automatización', 'Errores', 'Terminadas', 'Tasa de error'],
    dashboard: 'automatizaciones',
    threshold: '0.1',
    severity: 'critical',
    cooldownMinutes: 60,
    forMinutes: 0,
    options: z.strictObject({
      window_hours: z.number().int().min(1).max(720).default(24),
      min_sample: z.number().int().min(1).max(1_000_000).default(20),
      by: z.enum(['all', 'workflow']).default('all'),
    }),
  },
  low_stock: {
    title: 'Inventario bajo',
    unit: 'count',
    sql: sqlFile('low-stock'),
    columns: ['SKU', 'Producto', 'Disponible', 'Umbral'],
    dashboard: 'tenant',
    threshold: null,
    severity: 'warning',
    cooldownMinutes: 1440,
    forMinutes: 0,
    options: none,
  },
  stream_stale: {
    title: 'Datos atrasados',
    unit: 'minutes',
    sql: inSpanish(sqlFile('stream-stale')),
    columns: ['Origen', 'Flujo', 'Minutos sin datos', 'Estado', 'Motivo'],
    dashboard: 'tenant',
    threshold: '60',
    severity: 'critical',
    cooldownMinutes: 60,
    forMinutes: 0,
    options: none,
  },
  reconciliation_difference: {
    title: 'Conciliación con diferencias',
    unit: 'money',
    sql: sqlFile('reconciliation-difference'),
    columns: ['Clase', 'Hallazgos', 'Monto', 'Moneda'],
    dashboard: 'ventas',
    threshold: '1000',
    severity: 'warning',
    cooldownMinutes: 1440,
    forMinutes: 0,
    options: none,
  },
};
