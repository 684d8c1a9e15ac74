import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

export interface DashboardJob {
  readonly tenant_id: string;
  readonly id: string;
  readonly template: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly requested_by: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly problem: string | null;
  readonly result: Readonly<Record<string, number>> | null;
}

const ADD = `insert into ops.dashboard_jobs (tenant_id, id, template, requested_by) values ($1, $2, $3, $4)
  on conflict (tenant_id) where state in ('queued', 'running') do nothing`;
const OPEN = "select * from ops.dashboard_jobs where tenant_id = $1 and state in ('queued', 'running')";
const SHOW = 'select * from ops.dashboard_jobs where id = $1';
const BEGIN = `update ops.dashboard_jobs set state = 'running', started_at = coalesce(started_at, clock_timestamp())
  where tenant_id = $1 and id = $2 and state in ('queued', 'running') returning *`;
const END = `update ops.dashboard_jobs set state = $3, problem = $4, result = $5, ended_at = clock_timestamp()
  where tenant_id = $1 and id = $2 and state = 'running'`;
const INDUSTRY = 'update public.tenants set industry = $2 where id = $1 and industry <> $2';
const ENQUEUE = 'select ops.enqueue($1, $2::json, job_key => $3)';

/** Asks for a tenant's dashboards. While one such job is open there is no second: it is returned, whatever its template. */
export async function requestDashboards(db: Database, tenantId: string, template: string, requestedBy: string): Promise<DashboardJob> {
  // An open job may end between the two statements; then the next try adds one.
  for (;;) {
    await db.query(ADD, [tenantId, randomUUID(), template, requestedBy]);
    const job = (await db.query<DashboardJob & Record<string, unknown>>(OPEN, [tenantId])).rows[0];
    if (job === undefined) continue;
    await db.query(ENQUEUE, ['dashboards', JSON.stringify({ tenant_id: tenantId, job_id: job.id }), `dashboards:${tenantId}`]);
    return job;
  }
}

export async function showDashboardJob(db: Database, id: string): Promise<DashboardJob | null> {
  return (await db.query<DashboardJob & Record<string, unknown>>(SHOW, [id])).rows[0] ?? null;
}

/** Takes a job up, again where a worker died with it, and makes the tenant one of the template's industry. @returns null when it has ended */
export async function beginDashboardJob(db: Database, tenantId: string, id: string): Promise<DashboardJob | null> {
  return db.transaction(tenantId, async ({ query }) => {
    const job = (await query<DashboardJob & Record<string, unknown>>(BEGIN, [tenantId, id])).rows[0];
    if (job !== undefined) await query(INDUSTRY, [tenantId, job.template]);
    return job ?? null;
  });
}

export async function endDashboardJob(
  db: Database,
  tenantId: string,
  id: string,
  ended: { readonly problem: string } | { readonly result: Readonly<Record<string, number>> },
): Promise<void> {
  const values = 'problem' in ended ? ['failed', ended.problem, null] : ['done', null, ended.result];
  await db.query(END, [tenantId, id, ...values]);
}
