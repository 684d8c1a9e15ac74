import type { Database } from './database.ts';
import type { KpiDefinition } from './kpi-catalogue.ts';

const COLUMNS = `select a.attname as name from pg_attribute a
  where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`;

/** The column of a KPI's view that holds the local day; null when it has none. Functions take their days as arguments. */
export async function dayColumn(db: Database, kpi: KpiDefinition): Promise<'day' | 'business_day' | null> {
  if (kpi.kind === 'function') return null;
  const names = (await db.query<{ name: string }>(COLUMNS, [kpi.object])).rows.map(({ name }) => name);
  return (['day', 'business_day'] as const).find((name) => names.includes(name)) ?? null;
}
