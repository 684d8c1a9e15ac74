import type { Database } from './database.ts';

const DEAD = `select t.rut, count(*)::float8 as dead from ops.alert_deliveries d join public.tenants t on t.id = d.tenant_id
  where d.state = 'dead' and ($1::uuid is null or d.tenant_id = $1) group by t.rut order by t.rut`;

/** Messages that were tried as often as they may be, and the RUTs they are about. */
export async function deadMessages(db: Database, tenantId: string | null): Promise<{ readonly dead: number; readonly tenants: string[] }> {
  const { rows } = await db.query<{ rut: string; dead: number }>(DEAD, [tenantId]);
  return { dead: rows.reduce((sum, row) => sum + row.dead, 0), tenants: rows.map(({ rut }) => rut) };
}
