import type { Database } from './database.ts';

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
