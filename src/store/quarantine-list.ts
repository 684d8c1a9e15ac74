import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface QuarantineRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly source: string;
  readonly stream: string;
  readonly entity: string;
  readonly source_id: string | null;
  readonly reason: string;
  readonly times: number;
  readonly last_seen_at: Date;
}

const LIST = `select q.id::text, q.tenant_id, c.source, q.stream, q.entity, q.source_id, q.reason, q.times, q.last_seen_at
  from ops.quarantine q join ops.connections c on c.tenant_id = q.tenant_id and c.id = q.connection_id
  where q.state = 'open' and ($1::uuid is null or q.tenant_id = $1) order by q.last_seen_at desc, q.id desc limit $2`;

/** Open refusals, newest first, without their payload. */
export async function listQuarantine(db: Database, tenantId: string | null, limit: number): Promise<QuarantineRow[]> {
  return (await db.query<QuarantineRow>(LIST, [tenantId, limit])).rows;
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

const OPEN = sqlFile('open-refusals');

/** How many records wait for a person, by stream; streams without any are left out. */
export async function openRefusals(db: Database): Promise<OpenRefusals[]> {
  return (await db.query<OpenRefusals>(OPEN)).rows;
}
