import { localDays } from '../world/local-day.ts';
import type { Environment } from './environment.ts';
import type { FieldDef, Model, Row, Value } from './model.ts';
import { valueError } from './odoo-fault.ts';

interface Group {
  readonly spec: string;
  readonly name: string;
  readonly def: FieldDef;
}

/**
 * `read_group` with `lazy` false, of one sum by day and by other fields: what this project asks. Days of a datetime are local ones of the
 * context's zone, and `__range` tells their bounds in UTC; of a date, the date itself.
 */
export function readGroup(
  env: Environment,
  model: Model,
  args: Readonly<Record<string, unknown>>,
  rows: readonly Row[],
): Record<string, unknown>[] {
  if (args['lazy'] !== false) throw valueError('the sandbox groups with lazy=False only');
  const groups = strings(args['groupby']).map((spec): Group => ({ spec, ...fieldOf(env, model, spec.replace(/:day$/, '')) }));
  const sums = strings(args['fields']).filter((spec) => spec !== '__count');
  const dayOf = localDays(env.timeZone);
  const found = new Map<string, { readonly values: readonly Value[]; readonly rows: Row[] }>();
  for (const row of rows) {
    const values = groups.map(({ spec, def }) => cut(def, def.get(row, env.db), spec.endsWith(':day'), dayOf));
    const key = JSON.stringify(values);
    const group = found.get(key) ?? { values, rows: [] };
    group.rows.push(row);
    found.set(key, group);
  }
  return [...found.values()].map(({ values, rows: all }) => {
    const told: Record<string, unknown> = { __count: all.length };
    for (const [i, { spec, name, def }] of groups.entries()) tell(env, told, { spec, name, def }, values[i] ?? null);
    for (const spec of sums) {
      const name = spec.replace(/:sum$/, '');
      const { def } = fieldOf(env, model, name);
      told[name] = all.reduce((sum, row) => sum + Math.round(Number(def.get(row, env.db)) * 100), 0) / 100;
    }
    return told;
  });
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function fieldOf(env: Environment, model: Model, name: string): { name: string; def: FieldDef } {
  const def = model.fields(env.db).get(name);
  if (def === undefined) throw valueError(`Invalid field '${name}' on '${model.name}'`);
  return { name, def };
}

function cut(def: FieldDef, value: Value, byDay: boolean, dayOf: (time: number) => string): Value {
  if (value === null || !byDay) return value;
  return def.type === 'datetime' ? dayOf(Date.parse(`${String(value).slice(0, 19).replace(' ', 'T')}Z`)) : String(value).slice(0, 10);
}

function tell(env: Environment, told: Record<string, unknown>, { spec, def }: Group, value: Value): void {
  if (spec.endsWith(':day')) {
    told[spec] = value ?? false;
    const range = value === null ? false : def.type === 'datetime' ? utcBounds(String(value), env.timeZone) : dateBounds(String(value));
    told['__range'] = { ...(told['__range'] as Record<string, unknown> | undefined), [spec]: range };
    return;
  }
  const related = def.relation === undefined ? undefined : env.related(def.relation);
  const row = related === undefined ? undefined : env.byId(related).get(Number(value));
  told[spec] = value === null ? false : related === undefined || row === undefined ? value : [value, related.displayName(row)];
}

function utcBounds(day: string, timeZone: string): { from: string; to: string } {
  return { from: midnight(day, timeZone), to: midnight(next(day), timeZone) };
}

const dateBounds = (day: string) => ({ from: day, to: next(day) });
const next = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** Local midnight as naive UTC, by the offset that holds at noon of the day before; a midnight that clocks jump over reads as the hour after. */
function midnight(day: string, timeZone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const offset = Date.parse(`${clock.format(wanted - 12 * 3_600_000).replace(' ', 'T')}Z`) - (wanted - 12 * 3_600_000);
  return new Date(wanted - offset).toISOString().slice(0, 19).replace('T', ' ');
}
