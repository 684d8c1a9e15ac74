import type { Database, Query } from './database.ts';
import { DERIVATIONS, type Derivation } from './derivations.ts';
import { lockFamilies } from './family-lock.ts';

/** One cell of something derived that was not what the facts say. */
export interface RebuildDifference {
  readonly table: string;
  /** The row: its id, or the parts of its key with `|` between. */
  readonly key: string;
  /** Null when the whole row was missing or too many. */
  readonly column: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Derives everything that is derived from facts once more: local days, conversion, links, who speaks, which refunds count, names that
 * follow, roll-ups. Takes the same locks as a batch, in one transaction. In production it must find no difference; what it finds is put
 * right and returned.
 */
export async function rebuildTenant(db: Database, tenantId: string): Promise<RebuildDifference[]> {
  return db.transaction(tenantId, async ({ query }) => {
    // A rebuild of a large tenant takes longer than a batch may.
    await query("select set_config('statement_timeout', '10min', true)");
    await lockFamilies(query, tenantId, ['automation', 'inventory', 'sales', 'support'], new Map());
    const found: RebuildDifference[] = [];
    for (const derivation of DERIVATIONS) {
      const differences = await compare(query, tenantId, derivation);
      // Each rests on those before it, so it is put right before the next is looked at.
      if (differences.length > 0) await putRight(query, tenantId, derivation);
      for (const difference of differences) found.push(difference);
    }
    return found;
  });
}

async function compare(query: Query, tenantId: string, derivation: Derivation): Promise<RebuildDifference[]> {
  const { table, key, columns, select } = derivation;
  const text = (side: string) => `concat_ws('|', ${key.map((column) => `${side}.${column}::text`).join(', ')})`;
  const cells = columns.map(
    (column) => `('${column}', old.${column} is distinct from fresh.${column}, old.${column}::text, fresh.${column}::text)`,
  );
  const rows = await query<Omit<RebuildDifference, 'table'>>(
    `select case when old.${key[0]} is null then ${text('fresh')} else ${text('old')} end as key, cell.name as column, cell.before, cell.after
     from (select * from ${table} where tenant_id = $1) old
     full join (${select}) fresh on ${same('old', key)}
     cross join lateral (
       select c.name, c.before, c.after from (values ${cells.join(', ')}) c(name, differs, before, after)
       where c.differs and old.${key[0]} is not null and fresh.${key[0]} is not null
       union all select null, case when fresh.${key[0]} is null then 'a row' end, case when old.${key[0]} is null then 'a row' end
       where old.${key[0]} is null or fresh.${key[0]} is null) cell
     order by 1, 2`,
    [tenantId],
  );
  return rows.rows.map((row) => ({ table, ...row }));
}

async function putRight(query: Query, tenantId: string, derivation: Derivation): Promise<void> {
  const { table, key, columns, select, wholeRows } = derivation;
  await query(
    `update ${table} old set ${columns.map((column) => `${column} = fresh.${column}`).join(', ')}
     from (${select}) fresh
     where old.tenant_id = $1 and ${same('old', key)} and (${list('old', columns)}) is distinct from (${list('fresh', columns)})`,
    [tenantId],
  );
  if (!wholeRows) return;
  const all = [...key, ...columns].join(', ');
  await query(
    `delete from ${table} old where old.tenant_id = $1 and not exists (select 1 from (${select}) fresh where ${same('old', key)})`,
    [tenantId],
  );
  await query(
    `insert into ${table} (tenant_id, ${all}) select $1, ${all} from (${select}) fresh
     where not exists (select 1 from ${table} old where old.tenant_id = $1 and ${same('old', key)})`,
    [tenantId],
  );
}

const list = (alias: string, columns: readonly string[]) => columns.map((column) => `${alias}.${column}`).join(', ');
const same = (alias: string, key: readonly string[]) => key.map((column) => `${alias}.${column} = fresh.${column}`).join(' and ');
