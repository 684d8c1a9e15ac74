import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface QuarantineRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly entity: string;
  readonly source_id: string | null;
  readonly reason: string;
  readonly state: 'open' | 'recovered' | 'replayed' | 'dropped';
  readonly times: number;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly closed_at: Date | null;
  readonly closed_because: string | null;
}

/** One refusal with what was refused. */
export interface QuarantineRecord extends QuarantineRow {
  readonly run_id: string;
  /** After the white-list, as JSON text, cut at 64 KB. */
  readonly payload: string;
  /** Bytes before the cut. */
  readonly payload_length: number;
}

export interface QuarantineFilter {
  readonly tenantId?: string;
  readonly source?: string;
  readonly stream?: string;
  readonly state?: QuarantineRow['state'];
  readonly limit: number;
}

export interface OpenRefusals {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly source: string;
  readonly stream: string;
  readonly records: number;
  /** Whole days since the oldest was first seen. */
  readonly oldest_days: number;
}

const COLUMNS = `q.id::text as id, q.tenant_id, t.rut, t.company_name, q.connection_id, c.source, q.stream, q.entity, q.source_id, q.reason, q.state,
  q.times, q.first_seen_at, q.last_seen_at, q.closed_at, q.closed_because`;
const FROM = `from ops.quarantine q join ops.connections c on c.tenant_id = q.tenant_id and c.id = q.connection_id
  join public.tenants t on t.id = q.tenant_id`;
const LIST = `select ${COLUMNS} ${FROM}
  where q.state = $1 and ($2::uuid is null or q.tenant_id = $2) and ($3::text is null or c.source = $3) and ($4::text is null or q.stream = $4)
  order by q.last_seen_at desc, q.id desc limit $5`;
const SHOW = `select ${COLUMNS}, q.run_id, q.payload, q.payload_length ${FROM} where q.id = any ($1::bigint[]) order by q.id`;
const OPEN = sqlFile('open-refusals');

/** Refusals, newest first, without what was refused. */
export async function listQuarantine(db: Database, filter: QuarantineFilter): Promise<QuarantineRow[]> {
  const { tenantId = null, source = null, stream = null, state = 'open', limit } = filter;
  return (await db.query<QuarantineRow>(LIST, [state, tenantId, source, stream, limit])).rows;
}

/** Refusals by their numbers, with what was refused. */
export async function showQuarantine(db: Database, ids: readonly string[]): Promise<QuarantineRecord[]> {
  return (await db.query<QuarantineRecord>(SHOW, [ids])).rows;
}

/** How many records wait for a person, by stream; streams without any are left out. */
export async function openRefusals(db: Database): Promise<OpenRefusals[]> {
  return (await db.query<OpenRefusals>(OPEN)).rows;
}
