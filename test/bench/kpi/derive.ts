import type { Database } from '../../../src/store/database.ts';
import { DERIVATIONS, type Derivation } from '../../../src/store/derivations.ts';

/** Name of a derivation: a table of facts has several. */
export const nameOf = ({ table, columns }: Derivation) => `${table} ${columns[0]}`;

/**
 * Makes everything derived of a tenant whose facts were put in by the database alone, by the statements that a rebuild compares with: one
 * each, over all of the tenant, rows in the order in which the service writes them. Nobody else writes here, so no lock is taken and nothing follows row by row.
 * @param done names of the derivations that were made before
 */
export async function derive(db: Database, tenantId: string, done: readonly string[]): Promise<void> {
  for (const derivation of DERIVATIONS) {
    if (done.includes(nameOf(derivation))) continue;
    const { table, key, columns, touch, select, wholeRows } = derivation;
    const fresh = select.replaceAll(`$2::${touch.type}[]`, `null::${touch.type}[]`);
    const all = [...key, ...columns].join(', ');
    const of = (alias: string) => columns.map((column) => `${alias}.${column}`).join(', ');
    await db.transaction(tenantId, ({ query }) =>
      query(
        wholeRows
          ? `insert into ${table} (tenant_id, ${all}) select $1, ${all} from (${fresh}) fresh order by ${key.join(', ')} on conflict do nothing`
          : `update ${table} old set ${columns.map((column) => `${column} = fresh.${column}`).join(', ')} from (${fresh}) fresh
             where old.tenant_id = $1 and ${key.map((column) => `old.${column} = fresh.${column}`).join(' and ')}
               and (${of('old')}) is distinct from (${of('fresh')})`,
        [tenantId],
      ),
    );
  }
}
