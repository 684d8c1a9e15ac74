import { randomUUID } from 'node:crypto';
import { recordIds } from '../normalize/record-id.ts';
import { periodOf } from '../reports/report-period.ts';
import { reportMessage, type MessageFacts } from '../reports/report-message.ts';
import type { Database } from '../store/database.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import {
  addReportMessage,
  claimReport,
  failReport,
  finishReport,
  type ClaimedReport,
  type ListedSchedule,
  type ReportMessage,
} from '../store/report-schedules.ts';
import type { JobDeps } from './job-deps.ts';

/** How long a report is one worker's; printing takes two minutes at most. */
const CLAIM_SECONDS = 600;
const TENANT = 'select id, rut, company_name as name from public.tenants where id = $1';

/**
 * Makes what is due of a tenant and puts it into the outbox, each due day once however many workers there are: a day is done with in the
 * transaction that writes its message. What fails is written down with the schedule and tried again.
 * @returns how many messages there are to send
 */
export async function makeReports(
  deps: Pick<JobDeps, 'db' | 'reports' | 'sync'>,
  tenantId: string,
  stopping: AbortSignal,
  at: Date | null = null,
): Promise<number> {
  let made = 0;
  while (!stopping.aborted) {
    const claimed = await claimReport(deps.db, tenantId, CLAIM_SECONDS, at);
    if (claimed === null) break;
    try {
      if (await finishReport(deps.db, tenantId, claimed, await messageOf(deps, tenantId, claimed))) made += 1;
    } catch (error) {
      // A database that is away brings the job back by itself, and the claim ends.
      if (describeDatabaseError(error)?.code === 'database_unreachable') throw error;
      const advice = error instanceof Error && 'advice' in error ? `. ${String(error.advice)}` : '';
      const problem = `${error instanceof Error ? error.message : String(error)}${advice}`;
      await failReport(deps.db, tenantId, claimed, problem);
      deps.sync.log.warn({ tenant_id: tenantId, schedule_id: claimed.id, due_on: claimed.dueOn }, 'a report could not be made');
    }
  }
  return made;
}

/** The report that would be due today, into the outbox now; the calendar goes on as if nothing had happened. @returns its delivery id */
export async function makeReportNow(
  deps: Pick<JobDeps, 'db' | 'reports'>,
  { tenantId, dashboard, cadence, route }: ListedSchedule,
  today: string,
): Promise<string> {
  const deliveryId = randomUUID();
  const printed = await deps.reports.print(tenantId, dashboard, periodOf(cadence, today));
  const facts = { deliveryId, route, cadence: 'manual', dueOn: today, dashboard, printed } as const;
  await addReportMessage(deps.db, tenantId, await toMessage(deps.db, tenantId, facts));
  return deliveryId;
}

async function messageOf(deps: Pick<JobDeps, 'db' | 'reports'>, tenantId: string, claimed: ClaimedReport): Promise<ReportMessage> {
  const { id, dashboard, cadence, route, dueOn } = claimed;
  const printed = await deps.reports.print(tenantId, dashboard, periodOf(cadence, dueOn));
  const deliveryId = recordIds(tenantId, id)('report', dueOn);
  return toMessage(deps.db, tenantId, { deliveryId, route, cadence, dueOn, dashboard, printed });
}

async function toMessage(db: Database, tenantId: string, facts: Omit<MessageFacts, 'tenant'>): Promise<ReportMessage> {
  const tenant = (await db.query<{ id: string; rut: string; name: string }>(TENANT, [tenantId])).rows[0];
  if (tenant === undefined) throw new Error(`there is no tenant ${tenantId}`);
  const { deliveryId, dashboard, route } = facts;
  return { deliveryId, kind: `report:${dashboard}:${route}`, body: reportMessage({ ...facts, tenant }) };
}
