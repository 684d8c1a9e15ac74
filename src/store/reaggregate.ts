import type { Query } from './database.ts';
import type { Rollup } from './rollups.ts';

/**
 * Deletes and re-aggregates what was touched: the rows of these days, customers, … Statements of their own, under the tenant's lock: one
 * statement that locks and aggregates would aggregate over a snapshot older than the lock and lose data (tried).
 * @param fresh touched values of which nothing can have been derived before: there is nothing to delete
 */
export async function reaggregate(
  query: Query,
  tenantId: string,
  rollup: Rollup,
  touched: ReadonlySet<string>,
  fresh: ReadonlySet<string> = NONE,
): Promise<void> {
  if (touched.size === 0) return;
  const values = [...touched].sort();
  await deleteTouched(query, tenantId, [rollup], values, fresh);
  const columns = columnsOf(rollup);
  await query(
    `insert into ${rollup.table} (${columns}) select ${columns} from (${rollup.select}) fresh order by ${rollup.key.join(', ')}`,
    [tenantId, values],
  );
}

/** The same for roll-ups that are parts of one statement and touched by the same: their facts are read once. */
export async function reaggregateTogether(
  query: Query,
  tenantId: string,
  rollups: readonly PartialRollup[],
  touched: ReadonlySet<string>,
  fresh: ReadonlySet<string> = NONE,
): Promise<void> {
  const [first] = rollups;
  if (first === undefined || touched.size === 0) return;
  const values = [...touched].sort();
  await deleteTouched(query, tenantId, rollups, values, fresh);
  const insertions = rollups.map((rollup, i) => {
    const columns = columnsOf(rollup);
    const { table, key, part } = rollup;
    return `filled_${i} as (insert into ${table} (${columns}) select ${columns} from ${part.name} order by ${key.join(', ')})`;
  });
  await query(`${first.part.of}, ${insertions.join(', ')} select`, [tenantId, values]);
}

type PartialRollup = Rollup & Required<Pick<Rollup, 'part'>>;

const columnsOf = ({ key, measures }: Rollup) => ['tenant_id', ...key, ...measures].join(', ');
const NONE: ReadonlySet<string> = new Set();

async function deleteTouched(query: Query, tenantId: string, rollups: readonly Rollup[], touched: string[], fresh: ReadonlySet<string>) {
  const known = fresh.size === 0 ? touched : touched.filter((value) => !fresh.has(value));
  if (known.length === 0) return;
  for (const { table, touch, rows = 'true' } of rollups)
    await query(`delete from ${table} where tenant_id = $1 and ${touch.column} = any($2::${touch.type}[]) and ${rows}`, [tenantId, known]);
}
