import pg from 'pg';
import { Database } from '../../../src/store/database.ts';
import { withDirectSession } from '../../../src/store/direct-session.ts';
import { createReader } from '../../../src/store/reader-role.ts';
import type { BenchDatabase } from '../bench-database.ts';
import { derive } from '../kpi/derive.ts';
import { fill } from '../kpi/fill.ts';

export interface BenchTenant {
  readonly id: string;
  readonly role: string;
}

/** Three companies of some size with readers; the first has a user, `user_bench`. */
export async function makeTenants(
  database: BenchDatabase,
  orders: number,
  say: (text: string) => void,
): Promise<[BenchTenant, ...BenchTenant[]]> {
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl, limits: { statementMs: 600_000, idleMs: 60_000, lockMs: 10_000 } });
  try {
    await admin.connect();
    await fill(admin, { tenants: 3, orders }, new Date().toISOString(), say);
    const { rows } = await admin.query<{ id: string }>('select id from public.tenants order by rut');
    const made: BenchTenant[] = [];
    for (const { id } of rows) {
      await derive(db, id, []);
      const { role } = await withDirectSession(database.adminUrl, (session) =>
        createReader(session, { tenantId: id, roleSecret: database.roleSecret }),
      );
      made.push({ id, role });
    }
    await admin.query('vacuum analyze');
    const [first, ...rest] = made;
    if (first === undefined) throw new Error('the bench made no company');
    await admin.query("insert into public.users (id, banned, locked, read_seq) values ('user_bench', false, false, 1)");
    await admin.query("insert into public.user_tenants (tenant_id, user_id, because) values ($1, 'user_bench', 'organization')", [
      first.id,
    ]);
    return [first, ...rest];
  } finally {
    await db.close();
    await admin.end().catch(() => undefined);
  }
}
