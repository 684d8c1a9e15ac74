import type { Entity } from '#contract';
import type { Database } from './database.ts';
import { TABLES } from './tables.ts';

/** How many rows of a connection exist that are not tombstoned. */
export async function countLiveRows(db: Database, tenantId: string, connectionId: string, entity: Entity): Promise<number> {
  const text = `select count(*)::int as n from ${TABLES[entity].table} where tenant_id = $1 and connection_id = $2 and deleted_at is null`;
  return db.transaction(tenantId, async ({ query }) => (await query<{ n: number }>(text, [tenantId, connectionId])).rows[0]!.n);
}
