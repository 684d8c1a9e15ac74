import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';

const SET = `update public.tenants set status = $2 where id = $1 and status = $3 returning id`;
const READ = 'select status from public.tenants where id = $1';
const RUNNING = `select ops.enqueue('backfill', json_build_object('tenant_id', tenant_id, 'backfill_id', id),
  job_key => 'backfill:' || id, priority => 10) from ops.backfills where tenant_id = $1 and state = 'running'`;

/**
 * Pauses a tenant or lets it go on. While it is paused nothing of it is read: what runs ends with its slice, within seconds. Numbers stay
 * as they are, and readers go on reading them.
 * @returns whether that changed anything
 * @throws when the tenant was erased
 */
export async function pauseTenant(db: Database, tenantId: string, paused: boolean, author: Author): Promise<boolean> {
  return db.transaction(tenantId, async ({ query }) => {
    const [wanted, before] = paused ? ['paused', 'active'] : ['active', 'paused'];
    if ((await query(SET, [tenantId, wanted, before])).rowCount === 0) {
      const status = (await query<{ status: string }>(READ, [tenantId])).rows[0]?.status;
      if (status !== wanted) throw new Error(`tenant ${tenantId} is ${status ?? 'unknown'}: it can be neither paused nor resumed`);
      return false;
    }
    await audit(query, tenantId, author, paused ? 'tenant.pause' : 'tenant.resume', {});
    if (!paused) await query(RUNNING, [tenantId]);
    return true;
  });
}

/** Whether a tenant may be read: neither paused nor erased. */
export async function isActive(db: Database, tenantId: string): Promise<boolean> {
  return (await db.query<{ status: string }>(READ, [tenantId])).rows[0]?.status === 'active';
}
