import { randomUUID } from 'node:crypto';
import type { Database, Query } from './database.ts';

export type TenantJobKind = 'export' | 'erase' | 'customer_export' | 'customer_erase';

/** An export or an erasure that was asked for: who, why, and how far it is. */
export interface TenantJob {
  readonly tenant_id: string;
  readonly id: string;
  readonly kind: TenantJobKind;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly requested_by: string;
  readonly reason: string;
  /** Whom it is about, in pseudonyms, and how it is to be done; empty once it has ended. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  /** Why it failed. Holds no secret. */
  readonly problem: string | null;
  readonly result: Readonly<Record<string, unknown>> | null;
}

export interface TenantJobRequest {
  /** Left out: a new one. */
  readonly id?: string;
  readonly tenantId: string;
  readonly kind: TenantJobKind;
  readonly requestedBy: string;
  readonly reason: string;
  readonly about?: Readonly<Record<string, unknown>>;
}

type Row = TenantJob & Record<string, unknown>;

const ADD = `insert into ops.tenant_jobs (tenant_id, id, kind, requested_by, reason, about) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant_id, kind) where state in ('queued', 'running') and kind in ('export', 'erase') do nothing returning *`;
const OPEN = `select * from ops.tenant_jobs where tenant_id = $1 and kind = $2 and state in ('queued', 'running')`;
const SHOW = 'select * from ops.tenant_jobs where id = $1';
const BEGIN = `update ops.tenant_jobs set state = 'running', started_at = coalesce(started_at, clock_timestamp())
  where tenant_id = $1 and id = $2 and state in ('queued', 'running') returning *`;
const END = `update ops.tenant_jobs set state = $3, problem = $4, result = $5, about = '{}', ended_at = clock_timestamp()
  where tenant_id = $1 and id = $2 and state = 'running'`;
const ENQUEUE = 'select ops.enqueue($1, $2::json, job_key => $3, priority => 10)';

/** Asks for a job. An export or erasure of a company that is open already is returned instead of a second one. */
export async function requestTenantJob(db: Database, request: TenantJobRequest): Promise<TenantJob> {
  const query: Query = (text, values) => db.query(text, values);
  // An open one may end between the two statements; then the next try adds one.
  for (;;) {
    const added = await addTenantJob(query, request);
    if (added !== null) return added;
    const open = (await query<Row>(OPEN, [request.tenantId, request.kind])).rows[0];
    if (open === undefined) continue;
    // Its job may have been lost.
    await enqueue(query, open);
    return open;
  }
}

/** Adds a job and queues it; null when one of its kind is open, of which there may be only one. */
export async function addTenantJob(query: Query, request: TenantJobRequest): Promise<TenantJob | null> {
  const { tenantId, id = randomUUID(), kind, requestedBy, reason, about = {} } = request;
  const job = (await query<Row>(ADD, [tenantId, id, kind, requestedBy, reason, JSON.stringify(about)])).rows[0];
  if (job === undefined) return null;
  await enqueue(query, job);
  return job;
}

/** Erasing a company ends all jobs that name it first, so this one names it by another word: it would wait for itself. */
async function enqueue(query: Query, { tenant_id, id, kind }: TenantJob): Promise<void> {
  const payload = kind === 'erase' ? { erasing: tenant_id, job_id: id } : { tenant_id, job_id: id };
  await query(ENQUEUE, ['tenant_job', JSON.stringify(payload), `tenant_job:${id}`]);
}

export async function showTenantJob(db: Database, id: string): Promise<TenantJob | null> {
  return (await db.query<Row>(SHOW, [id])).rows[0] ?? null;
}

/** Takes a job up, again where a worker died with it. @returns null when it has ended, or is gone with its company */
export async function beginTenantJob(db: Database, tenantId: string, id: string): Promise<TenantJob | null> {
  return (await db.query<Row>(BEGIN, [tenantId, id])).rows[0] ?? null;
}

export async function endTenantJob(
  db: Database,
  tenantId: string,
  id: string,
  ended: { readonly problem: string } | { readonly result: Readonly<Record<string, unknown>> },
): Promise<void> {
  const values = 'problem' in ended ? ['failed', ended.problem, null] : ['done', null, JSON.stringify(ended.result)];
  await db.query(END, [tenantId, id, ...values]);
}
