import { randomUUID } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { messageBody, type AlertTenant } from './payload.ts';
import { builtIn } from './rules.ts';
import { sqlFile } from './sql-file.ts';

export interface DeliveryRow {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly id: string;
  readonly kind: string;
  readonly event: string;
  readonly state: 'waiting' | 'sent' | 'dead';
  readonly attempts: number;
  readonly created_at: Date;
  readonly next_try_at: Date;
  readonly sent_at: Date | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
}

export interface StateRow {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
  readonly state: 'pending' | 'firing';
  readonly since: Date;
  readonly announced: boolean;
  readonly notified_at: Date | null;
  readonly value: string | null;
  readonly currency: string;
}

const LIST = sqlFile('list-deliveries');
const STATES = sqlFile('list-states');
const RETRY = sqlFile('retry-deliveries');
const ENQUEUE_DUE = sqlFile('enqueue-due');
const TENANT = 'select id, rut, company_name as name, currency, time_zone from public.tenants where id = $1';
const ADD = `insert into ops.alert_deliveries (tenant_id, id, kind, event, body) values ($1, $2, $3, 'test', $4)`;

/** Queues one job for each tenant whose rules are due or who has messages to send. @returns how many were queued */
export async function enqueueAlerts(db: Database): Promise<number> {
  return (await db.query(ENQUEUE_DUE)).rowCount ?? 0;
}

/** Queues the sending of a tenant's messages now. */
export async function enqueueDeliveries(db: Database, tenantId: string): Promise<void> {
  const payload = JSON.stringify({ tenant_id: tenantId });
  await db.query('select ops.enqueue($1, $2::json, job_key => $3)', ['alert_deliveries', payload, `alert_deliveries:${tenantId}`]);
}

/** Messages of a tenant or of all, newest first. */
export async function listDeliveries(
  db: Database,
  which: { readonly tenantId: string | null; readonly state: DeliveryRow['state'] | null; readonly limit: number },
): Promise<DeliveryRow[]> {
  return (await db.query<DeliveryRow>(LIST, [which.tenantId, which.state, which.limit])).rows;
}

/** What fires or is about to. */
export async function listStates(db: Database, tenantId: string | null): Promise<StateRow[]> {
  return (await db.query<StateRow>(STATES, [tenantId])).rows;
}

/** Gives dead messages a new life; they leave with the same idempotency key. @returns those concerned */
export async function retryDead(
  db: Database,
  which: { readonly tenantId: string | null; readonly ids: readonly string[] | null },
): Promise<{ tenant_id: string; id: string }[]> {
  return (await db.query<{ tenant_id: string; id: string }>(RETRY, [which.tenantId, which.ids])).rows;
}

/** Writes a test message for a tenant. @returns its idempotency key */
export async function addTest(db: Database, tenantId: string, link: string | null): Promise<string> {
  const deliveryId = randomUUID();
  const tenant = (await db.query<AlertTenant>(TENANT, [tenantId])).rows[0];
  if (tenant === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  const rule = { ...builtIn('sales_below'), from: 'built-in', idleBecause: null } as const;
  const finding = {
    subject: 'prueba',
    title: 'Prueba',
    occasion: null,
    value: '0',
    breach: true,
    because: null,
    cells: [[new Date().toISOString().slice(0, 10), '0', tenant.currency, 0, '0']],
  };
  const body = messageBody({ deliveryId, tenant, rule, event: 'test', findings: [finding], at: new Date(), link });
  await db.query(ADD, [tenantId, deliveryId, 'test', body]);
  return deliveryId;
}
