import type { Database } from '../store/database.ts';
import { boundsOf } from './run-documents-bridge.ts';

const CLOSED = `select exists (select from ops.closings c where c.tenant_id = $1 and c.month = $2::date and c.reopened_at is null) as closed`;

/** Whether a month is closed, and was not opened again. */
export async function monthIsClosed(db: Database, tenantId: string, month: string): Promise<boolean> {
  const { rows } = await db.transaction(tenantId, ({ query }) => query<{ closed: boolean }>(CLOSED, [tenantId, boundsOf(month).from]));
  return rows[0]!.closed;
}
