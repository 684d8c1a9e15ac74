import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

export type Cadence = 'daily' | 'weekly' | 'monthly';

/** When a report is made, and for whom. */
export interface NewSchedule {
  readonly tenantId: string;
  readonly dashboard: string;
  readonly cadence: Cadence;
  /** Weekly: 1 Monday … 7 Sunday. */
  readonly weekday: number | null;
  /** Monthly: 1 to 31; in a shorter month its last day. */
  readonly monthDay: number | null;
  /** `07:00`, in the company's zone. */
  readonly localTime: string;
  /** Name under which the receiver keeps the recipients: lower-case letters, digits, `-` and `_`. */
  readonly route: string;
  readonly createdBy: string;
}

export interface ListedSchedule extends Omit<NewSchedule, 'createdBy'> {
  readonly id: string;
  readonly rut: string;
  readonly companyName: string;
  readonly timeZone: string;
  readonly nextDueOn: string;
  readonly nextAt: Date;
  /** A due day whose report is not made yet. */
  readonly waitsFor: string | null;
  /** Latest due day whose report went into the outbox. */
  readonly sentOn: string | null;
  readonly problem: string | null;
}

/** A due report that one worker has taken. */
export interface ClaimedReport {
  readonly id: string;
  readonly claim: string;
  readonly dashboard: string;
  readonly cadence: Cadence;
  readonly route: string;
  /** Local day, `2026-11-30`. */
  readonly dueOn: string;
}

/** A message with a report, for the outbox. */
export interface ReportMessage {
  readonly deliveryId: string;
  /** Messages of one kind leave in their order. */
  readonly kind: string;
  readonly body: string;
}

const ADD = sqlFile('report-schedule-add');
const LIST = sqlFile('report-schedules-list');
const CLAIM = sqlFile('report-claim');
const ENQUEUE = sqlFile('reports-enqueue');
const REMOVE = 'delete from ops.report_schedules where id = $1 returning tenant_id as "tenantId", dashboard, route';
const DONE = `update ops.report_schedules set last_due_on = $4, sent_on = $4, failures = 0, problem = null, retry_at = '-infinity',
  claim = null, claimed_until = '-infinity' where tenant_id = $1 and id = $2 and claim = $3`;
const FAILED = `update ops.report_schedules set failures = failures + 1, problem = $4, claim = null, claimed_until = '-infinity',
  retry_at = clock_timestamp() + make_interval(secs => least(3600, 60 * 2 ^ least(failures, 6)))
  where tenant_id = $1 and id = $2 and claim = $3`;
const ADD_MESSAGE = `insert into ops.alert_deliveries (tenant_id, id, kind, event, body) values ($1, $2, $3, 'report', $4)
  on conflict (tenant_id, id) do nothing`;

/** Adds a schedule; its first report is the next that is due. @returns its id */
export async function addSchedule(db: Database, one: NewSchedule): Promise<string> {
  const id = randomUUID();
  const { tenantId, dashboard, cadence, weekday, monthDay, localTime, route, createdBy } = one;
  const added = await db.query(ADD, [tenantId, id, dashboard, cadence, weekday, monthDay, localTime, route, createdBy]);
  if (added.rowCount === 0) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return id;
}

/** Schedules of a tenant, or of all. @param at the instant that "next" is counted from; now when left out */
export async function listSchedules(db: Database, tenantId: string | null, at: Date | null = null): Promise<ListedSchedule[]> {
  return (await db.query<ListedSchedule & Record<string, unknown>>(LIST, [tenantId, at])).rows;
}

/** @returns what it was; null when there was none */
export async function removeSchedule(db: Database, id: string): Promise<{ tenantId: string; dashboard: string; route: string } | null> {
  return (await db.query<{ tenantId: string; dashboard: string; route: string }>(REMOVE, [id])).rows[0] ?? null;
}

/** Queues one job for each active tenant with a report that is due. @returns how many were queued */
export async function enqueueReports(db: Database): Promise<number> {
  return (await db.query(ENQUEUE)).rowCount ?? 0;
}

/**
 * Takes a tenant's next due report for so many seconds; nobody else gets it meanwhile. Of several due days that were missed only the
 * latest is due.
 * @param at the instant to judge at; now when left out
 */
export async function claimReport(db: Database, tenantId: string, seconds: number, at: Date | null = null): Promise<ClaimedReport | null> {
  return (await db.query<ClaimedReport & Record<string, unknown>>(CLAIM, [tenantId, seconds, at])).rows[0] ?? null;
}

/**
 * The message goes into the outbox and the due day is done with, both or neither.
 * @returns false when another worker has taken the report over: then nothing is written
 */
export function finishReport(db: Database, tenantId: string, claimed: ClaimedReport, message: ReportMessage): Promise<boolean> {
  return db.transaction(tenantId, async ({ query }) => {
    const done = await query(DONE, [tenantId, claimed.id, claimed.claim, claimed.dueOn]);
    if (done.rowCount === 0) return false;
    await query(ADD_MESSAGE, [tenantId, message.deliveryId, message.kind, message.body]);
    return true;
  });
}

/** It is tried again after a pause that grows to an hour, until it succeeds or a later day is due. */
export async function failReport(db: Database, tenantId: string, claimed: ClaimedReport, problem: string): Promise<void> {
  await db.query(FAILED, [tenantId, claimed.id, claimed.claim, problem.slice(0, 1000)]);
}

/** A message that belongs to no due day, into the outbox. */
export async function addReportMessage(db: Database, tenantId: string, { deliveryId, kind, body }: ReportMessage): Promise<void> {
  await db.query(ADD_MESSAGE, [tenantId, deliveryId, kind, body]);
}
