import { randomUUID } from 'node:crypto';
import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import type { ErasureSubject } from './erase-customer.ts';
import { addTenantJob } from './tenant-jobs.ts';

/** A request about personal data that a source passed on. */
export interface PrivacyRequestRow {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly source: string;
  readonly id: string;
  readonly topic: 'data_request' | 'redact' | 'account_redact';
  readonly reference: string | null;
  readonly state: 'open' | 'done';
  /** State of the job that erases or gathers; null: there is none, a person has to act. */
  readonly job_id: string | null;
  readonly job_state: string | null;
  readonly problem: string | null;
  readonly received_at: Date;
  readonly due_at: Date;
  /** Whole days until it has to be answered; below 0 when that is over. */
  readonly days_left: number;
  readonly closed_at: Date | null;
  readonly closed_by: string | null;
  readonly note: string | null;
}

export interface ReceivedRequest {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly source: string;
  readonly id: string;
  readonly topic: PrivacyRequestRow['topic'];
  readonly reference: string | null;
  /** Whom it is about, in pseudonyms; none: nobody who could be found here, or an account. */
  readonly subjects: readonly ErasureSubject[];
}

const ADD = `insert into ops.privacy_requests (tenant_id, connection_id, id, topic, reference, job_id) values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing`;
const LIST = `select p.tenant_id, t.rut, t.company_name, c.source, p.id, p.topic, p.reference, p.state, p.job_id, j.state as job_state, j.problem,
    p.received_at, p.due_at, floor(extract(epoch from p.due_at - clock_timestamp()) / 86400)::int as days_left,
    p.closed_at, p.closed_by, p.note
  from ops.privacy_requests p
  join public.tenants t on t.id = p.tenant_id
  left join ops.connections c on c.tenant_id = p.tenant_id and c.id = p.connection_id
  left join ops.tenant_jobs j on j.tenant_id = p.tenant_id and j.id = p.job_id
  where ($1::uuid is null or p.tenant_id = $1) and ($2 or p.state = 'open')
  order by p.state desc, p.due_at`;
const CLOSE = `update ops.privacy_requests set state = 'done', closed_at = clock_timestamp(), closed_by = $3, note = $4
  where tenant_id = $1 and id = $2 and state = 'open'`;
const DONE = `update ops.privacy_requests set state = 'done', closed_at = clock_timestamp(), closed_by = 'job'
  where tenant_id = $1 and job_id = $2 and topic = 'redact' and state = 'open'`;

/**
 * Writes a request down, once, and queues the job that erases the person or gathers what is stored of them, in one transaction. That an
 * account is to be erased is only written down: a company is never erased without its RUT typed by a person.
 * @returns false when it was known
 */
export async function receivePrivacyRequest(db: Database, request: ReceivedRequest): Promise<boolean> {
  const { tenantId, connectionId, source, id, topic, reference, subjects } = request;
  return db.transaction(tenantId, async ({ query }) => {
    const jobId = topic === 'account_redact' || subjects.length === 0 ? null : randomUUID();
    if ((await query(ADD, [tenantId, connectionId, id, topic, reference, jobId])).rowCount === 0) return false;
    const author = { who: source, reason: `${topic} ${reference ?? id}` };
    await audit(query, tenantId, author, 'privacy.request', { topic, job: jobId });
    if (jobId !== null) {
      const kind = topic === 'redact' ? 'customer_erase' : 'customer_export';
      await addTenantJob(query, { tenantId, id: jobId, kind, requestedBy: author.who, reason: author.reason, about: { subjects } });
    }
    return true;
  });
}

/** Open requests of one tenant or (null) of all, those that are due first; with `closed` the others too. */
export async function listPrivacyRequests(db: Database, tenantId: string | null, closed = false): Promise<PrivacyRequestRow[]> {
  return (await db.query<PrivacyRequestRow & Record<string, unknown>>(LIST, [tenantId, closed])).rows;
}

/** A person says that a request was answered. @returns false when there is no open one of that id */
export async function closePrivacyRequest(db: Database, tenantId: string, id: string, author: Author): Promise<boolean> {
  return db.transaction(tenantId, async ({ query }) => {
    if ((await query(CLOSE, [tenantId, id, author.who, author.reason])).rowCount === 0) return false;
    await audit(query, tenantId, author, 'privacy.close', { request: id });
    return true;
  });
}

/** An erasure that was asked for is done. What was gathered still has to be handed over, by a person. */
export async function settlePrivacyRequest(db: Database, tenantId: string, jobId: string): Promise<void> {
  await db.query(DONE, [tenantId, jobId]);
}
