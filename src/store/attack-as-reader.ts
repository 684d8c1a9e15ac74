import pg from 'pg';
import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** Another company, which a reader must not reach. */
export interface Victim {
  readonly tenantId: string;
  readonly role: string;
}

const RELATIONS = sqlFile('attack-relations');
const TENANTS = 'select count(*)::int as n from public.tenants where id <> $1';

/**
 * Tries to read another company's rows with a company's own login, by the ways that anybody would try first; changes nothing. The long list
 * of attacks is the tests' work: this one shows that the server as it stands today keeps to it.
 * @param query in a transaction of the reader
 * @returns what got through, in words; empty when nothing did
 */
export async function attackAsReader(query: Query, own: string, victim: Victim): Promise<string[]> {
  const through: string[] = [];
  const attempt = async (work: () => Promise<string | null>): Promise<void> => {
    await query('savepoint attack');
    const said = await work().catch((error: unknown) => {
      // A refusal by the server is what is hoped for; a connection that is gone is not.
      if (error instanceof pg.DatabaseError && error.code !== '57014') return null;
      throw error;
    });
    if (said !== null) through.push(said);
    await query('rollback to savepoint attack');
  };
  const others = (relation: string) => async () => {
    const { rows } = await query<{ leaks: boolean }>(`select exists (select from ${relation} where tenant_id <> $1) as leaks`, [own]);
    return rows[0]!.leaks ? `select * from ${relation}` : null;
  };
  const relations = (await query<{ name: string }>(RELATIONS)).rows.map(({ name }) => name);
  for (const relation of relations) await attempt(others(relation));
  await attempt(async () => ((await query<{ n: number }>(TENANTS, [own])).rows[0]!.n > 0 ? 'select * from public.tenants' : null));
  await attempt(async () => {
    await query("select set_config('app.tenant_id', $1, true)", [victim.tenantId]);
    for (const relation of relations) if ((await others(relation)()) !== null) return `set app.tenant_id; select * from ${relation}`;
    return null;
  });
  for (const role of [victim.role, 'kpi_writer', 'kpi_analyst', 'kpi_owner'])
    await attempt(async () => {
      await query("select set_config('role', $1, true)", [role]);
      return `set role ${role === victim.role ? 'of another company' : role}`;
    });
  for (const relation of ['raw.records', 'ops.connections'])
    await attempt(async () => {
      await query(`select from ${relation} limit 1`);
      return `select from ${relation}`;
    });
  return through;
}
