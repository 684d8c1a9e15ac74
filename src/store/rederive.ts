import type { Query } from './database.ts';
import type { Derivation } from './derivations.ts';
import { EffectsCollector } from './effects.ts';
import { TABLES } from './tables.ts';
import { tenantSettings } from './tenants.ts';
import { FAMILY_EFFECTS } from './write-batch.ts';

/** One cell of something derived that was not what the facts say. */
export interface DerivedDifference {
  readonly table: string;
  /** The row: its id, or the parts of its key with `|` between. */
  readonly key: string;
  /** Null when the whole row was missing or too many. */
  readonly column: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

type Fault = 'missing' | 'extra' | 'other';

interface Differing {
  readonly touched: string;
  /** What is wrong with the row: it is missing, it is too many, or its columns are not what they must be. */
  readonly fault: Fault;
  readonly facts: readonly string[];
  readonly days: readonly (string | null)[];
  /** By which the fact touches something else (`TableSpec.touches`). */
  readonly touches: string | null;
}

/** What was derived once more. */
export interface Rederived {
  /** How many of the touched values, from the first on, were dealt with. */
  readonly looked: number;
  /** How many of them differed. */
  readonly changed: number;
  readonly differences: DerivedDifference[];
}

/**
 * Derives the rows of these touched values once more, under the family's lock, puts right what differs, and in the same transaction
 * makes anew what rests on it, so that roll-ups equal facts at every commit. Differing values beyond `most`, and all behind them, are left
 * to the next time.
 * @param options.show how many differing cells are wanted; they are looked at before anything is put right
 */
export async function rederive(
  query: Query,
  tenantId: string,
  derivation: Derivation,
  touched: readonly string[],
  options: { readonly show: number; readonly most: number },
): Promise<Rederived> {
  const all = touched.length === 0 ? [] : (await query<Differing>(differingRows(derivation), [tenantId, touched])).rows;
  const differs = new Set(all.map((row) => row.touched));
  const inOrder = touched.flatMap((value, i) => (differs.has(value) ? [{ value, i }] : []));
  const looked = inOrder[options.most]?.i ?? touched.length;
  const values = inOrder.slice(0, options.most).map(({ value }) => value);
  if (values.length === 0) return { looked, changed: 0, differences: [] };
  const kept = new Set(values);
  const differing = kept.size === differs.size ? all : all.filter((row) => kept.has(row.touched));
  const shown =
    options.show === 0
      ? []
      : (await query<Omit<DerivedDifference, 'table'>>(differingCells(derivation, options.show), [tenantId, values])).rows;
  const faults = new Set(differing.map(({ fault }) => fault));
  for (const [fault, statement] of puttingRight(derivation)) if (faults.has(fault)) await query(statement, [tenantId, values]);
  await follow(query, tenantId, derivation, differing);
  return { looked, changed: values.length, differences: shown.map((cell) => ({ table: derivation.table, ...cell })) };
}

/** What follows from changed facts does so by the same statements as after a batch that wrote them. */
async function follow(query: Query, tenantId: string, { family, concerns }: Derivation, differing: readonly Differing[]): Promise<void> {
  if (concerns === null) return;
  const effects = new EffectsCollector(await tenantSettings(query, tenantId), null);
  effects.addIds(
    concerns.entity,
    differing.flatMap((row) => row.facts),
  );
  effects.addDays(
    concerns.entity,
    differing.flatMap((row) => row.days.filter((day) => day !== null)),
  );
  effects.addTouched(
    concerns.entity,
    differing.map((row) => row.touches),
  );
  await FAMILY_EFFECTS[family]?.(query, effects);
}

/**
 * The touched values of this derivation that are not what the facts say, at most `limit`. Compares the whole tenant in one statement and
 * so in one snapshot, in which facts and what is derived of them agree: no lock is needed to look.
 */
export async function differingKeys(query: Query, tenantId: string, derivation: Derivation, limit: number): Promise<string[]> {
  const { type } = derivation.touch;
  const text = `select distinct d.touched from (${differingRows(derivation)}) d order by d.touched limit ${limit}`;
  const rows = await query<{ touched: string }>(text.replaceAll(`$2::${type}[]`, `null::${type}[]`), [tenantId]);
  return rows.rows.map(({ touched }) => touched);
}

const list = (alias: string, columns: readonly string[]) => columns.map((column) => `${alias}.${column}`).join(', ');
const same = (alias: string, key: readonly string[]) => key.map((column) => `${alias}.${column} = fresh.${column}`).join(' and ');
/** The stored rows of the touched values beside what must be there. */
const compared = ({ table, key, touch, select, rows = 'true' }: Derivation) =>
  `(select * from ${table} where tenant_id = $1 and ${rows} and ($2::${touch.type}[] is null or ${touch.column} = any($2::${touch.type}[]))) old
   full join (${select}) fresh on ${same('old', key)}`;
const missing = ({ key }: Derivation) => `(old.${key[0]} is null or fresh.${key[0]} is null)`;

function differingRows(derivation: Derivation): string {
  const { key, columns, touch, concerns } = derivation;
  const either = (column: string) => `coalesce(old.${column}, fresh.${column})::text`;
  const dated = concerns !== null && !derivation.wholeRows && 'business_day' in TABLES[concerns.entity].derived;
  const days = dated ? ['old.business_day::text', ...(columns.includes('business_day') ? ['fresh.business_day::text'] : [])] : [];
  const touches = concerns === null || derivation.wholeRows ? undefined : TABLES[concerns.entity].touches;
  return `select ${either(touch.column)} as touched,
      case when old.${key[0]} is null then 'missing' when fresh.${key[0]} is null then 'extra' else 'other' end as fault,
      ${touches === undefined ? 'null' : `old.${touches}::text`} as touches, array[${(concerns?.columns ?? []).map(either).join(', ')}]::text[] as facts,
      array[${days.join(', ')}]::text[] as days
    from ${compared(derivation)}
    where ${missing(derivation)} or (${list('old', columns)}) is distinct from (${list('fresh', columns)})`;
}

function differingCells(derivation: Derivation, limit: number): string {
  const { key, columns } = derivation;
  const text = (side: string) => `concat_ws('|', ${key.map((column) => `${side}.${column}::text`).join(', ')})`;
  const cells = columns.map(
    (column) => `('${column}', old.${column} is distinct from fresh.${column}, old.${column}::text, fresh.${column}::text)`,
  );
  return `select case when old.${key[0]} is null then ${text('fresh')} else ${text('old')} end as key, cell.name as column, cell.before, cell.after
    from ${compared(derivation)}
    cross join lateral (
      select c.name, c.before, c.after from (values ${cells.join(', ')}) c(name, differs, before, after)
      where c.differs and not ${missing(derivation)}
      union all select null, case when fresh.${key[0]} is null then 'a row' end, case when old.${key[0]} is null then 'a row' end
      where ${missing(derivation)}) cell
    order by 1, 2 limit ${limit}`;
}

/** One statement for each fault, as each derives the rows once more: a table that is filled needs neither of the others. */
function puttingRight({ table, key, columns, touch, select, wholeRows, rows = 'true' }: Derivation): [Fault, string][] {
  const all = [...key, ...columns].join(', ');
  const mine = `old.tenant_id = $1 and old.${touch.column} = any($2::${touch.type}[])`;
  const update = `update ${table} old set ${columns.map((column) => `${column} = fresh.${column}`).join(', ')}
    from (${select}) fresh
    where ${mine} and ${same('old', key)} and (${list('old', columns)}) is distinct from (${list('fresh', columns)})`;
  if (!wholeRows) return [['other', update]];
  return [
    ['other', update],
    [
      'extra',
      `delete from ${table} old where ${mine} and ${rows} and not exists (select 1 from (${select}) fresh where ${same('old', key)})`,
    ],
    [
      'missing',
      `insert into ${table} (tenant_id, ${all}) select $1, ${all} from (${select}) fresh
     where not exists (select 1 from ${table} old where old.tenant_id = $1 and ${same('old', key)})`,
    ],
  ];
}
