import { ascending, candidates } from './candidates.ts';
import { compileDomain } from './domain.ts';
import type { Environment } from './environment.ts';
import type { FieldDef, Model, Row, Value } from './model.ts';
import { silenceOf } from '../silence.ts';
import { readGroup } from './read-group.ts';
import { accessError, OdooFault, typeError, valueError } from './odoo-fault.ts';

export type Arguments = Readonly<Record<string, unknown>>;

interface Method {
  /** Argument names in their order, for callers that give them by position. */
  readonly params: readonly string[];
  /** A method of records takes ids first; a method of the model must not get any. */
  readonly ofRecords?: true;
  readonly since?: 18;
  run(env: Environment, model: Model, args: Arguments, ids: readonly number[]): unknown;
}

export const METHODS: Readonly<Record<string, Method>> = {
  search_read: {
    params: ['domain', 'fields', 'offset', 'limit', 'order', 'load'],
    run: (env, model, args) => format(env, model, search(env, model, args), args),
  },
  search: { params: ['domain', 'offset', 'limit', 'order'], run: (env, model, args) => search(env, model, args).map((row) => row.id) },
  search_count: {
    params: ['domain', 'limit'],
    run: (env, model, args) => search(env, model, { domain: args['domain'] }, false).length + silenceOf(env.db).countShift,
  },
  read_group: {
    params: ['domain', 'fields', 'groupby', 'offset', 'limit', 'orderby', 'lazy'],
    run: (env, model, args) => readGroup(env, model, args, search(env, model, { domain: args['domain'] }, false)),
  },
  read: {
    params: ['fields', 'load'],
    ofRecords: true,
    run(env, model, args, ids) {
      allowRead(env, model);
      const visible = env.visible(model);
      const rows = ids.map((id) => env.byId(model).get(id)).filter((row) => row !== undefined);
      if (!rows.every(visible)) throw accessError(`Due to security restrictions, you are not allowed to access '${model.name}' records.`);
      return format(env, model, rows, args);
    },
  },
  fields_get: { params: ['allfields', 'attributes'], run: fieldsGet },
  has_access: { params: ['operation'], ofRecords: true, since: 18, run: (env, model) => !env.denies(model) },
  check_access_rights: { params: ['operation', 'raise_exception'], run: (env, model) => !env.denies(model) },
  context_get: { params: [], run: (env) => ({ lang: 'es_CL', tz: 'America/Santiago', uid: env.user.id }) },
  get_param: {
    params: ['key', 'default'],
    run(env, model, args) {
      allowRead(env, model);
      return args['key'] === 'database.uuid' ? env.db.uuid : false;
    },
  },
};

/** The methods that exist only on one model. */
const OWNERS: Readonly<Record<string, string>> = { context_get: 'res.users', get_param: 'ir.config_parameter' };

/** Runs one method as `/json/2` and `execute_kw` do. */
export function callMethod(env: Environment, model: Model, name: string, args: Arguments, ids: readonly number[]): unknown {
  const method = methodOf(env, model, name);
  const unknown = Object.keys(args).find((key) => !method.params.includes(key));
  if (unknown !== undefined) throw typeError(`BaseModel.${name}() got an unexpected keyword argument '${unknown}'`);
  return method.run(env, model, args, ids);
}

export function methodOf(env: Environment, model: Model, name: string): Method {
  if (name.startsWith('_')) throw accessError(`Private methods (such as '${model.name}.${name}') cannot be called remotely.`);
  const method = METHODS[name];
  const elsewhere = OWNERS[name] !== undefined && OWNERS[name] !== model.name;
  if (method === undefined || elsewhere || (method.since !== undefined && !env.modern)) {
    throw new OdooFault('werkzeug.exceptions.NotFound', `The method '${model.name}.${name}' does not exist`, 404);
  }
  return method;
}

function allowRead(env: Environment, model: Model): void {
  if (env.denies(model)) throw accessError(`You are not allowed to access '${model.name}' records.`);
}

/** `silent`: as a list, from which records may be left out. */
function search(env: Environment, model: Model, args: Arguments, silent = true): readonly Row[] {
  allowRead(env, model);
  const { unlisted } = silenceOf(env.db);
  const domain = args['domain'] ?? [];
  const matches = compileDomain(env, model, domain);
  const visible = env.visible(model);
  const active = model.fields(env.db).get('active');
  const filtersActive = env.activeTest && active !== undefined && !JSON.stringify(domain).includes('"active"');
  const rows = sorted(env, model, typeof args['order'] === 'string' ? args['order'] : model.order);
  const offset = Number(args['offset'] ?? 0);
  const limit = args['limit'] === undefined || args['limit'] === null || args['limit'] === false ? Infinity : Number(args['limit']);
  const found: Row[] = [];
  let skipped = 0;
  for (const row of candidates(env, model, domain, rows)) {
    if (!matches(row) || !visible(row) || (filtersActive && active.get(row, env.db) !== true)) continue;
    if (silent && unlisted.has(`${model.name}/${row.id}`)) continue;
    if (skipped++ < offset) continue;
    if (found.length >= limit) break;
    found.push(row);
  }
  return found;
}

/** Rows in the asked order. The world appends, so most are in order of id already. */
function sorted(env: Environment, model: Model, order: string): readonly Row[] {
  const rows = model.rows(env.db);
  if (/^id( asc)?$/i.test(order.trim()) && ascending(rows)) return rows;
  const keys = order.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/);
    const def = model.fields(env.db).get(name);
    if (def === undefined) throw valueError(`Invalid field '${name}' on '${model.name}'`);
    return { def, sign: direction.toLowerCase() === 'desc' ? -1 : 1 };
  });
  return rows.toSorted((a, b) => {
    for (const { def, sign } of keys) {
      const result = compare(def.get(a, env.db), def.get(b, env.db));
      if (result !== 0) return sign * result;
    }
    return 0;
  });
}

function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null || a < b ? -1 : 1;
}

function format(env: Environment, model: Model, rows: readonly Row[], args: Arguments): unknown[] {
  const all = model.fields(env.db);
  const asked =
    Array.isArray(args['fields']) && args['fields'].length > 0
      ? (args['fields'] as string[])
      : [...all.keys()].filter((name) => !env.hides(model, name));
  const fields = [...new Set(['id', ...asked])].map((name) => {
    const def = all.get(name);
    if (def === undefined) throw valueError(`Invalid field '${name}' on '${model.name}'`);
    if (env.hides(model, name)) throw accessError(`You do not have enough rights to access the fields "${name}" on ${model.name}.`);
    return [name, def] as const;
  });
  const classic = args['load'] === undefined || args['load'] === '_classic_read';
  return rows.map((row) => Object.fromEntries(fields.map(([name, def]) => [name, shown(env, def, def.get(row, env.db), classic)])));
}

/** A value as the API shows it: `false` for empty, datetimes cut to seconds, many2one as `[id, name]` or as the bare id. */
function shown(env: Environment, def: FieldDef, value: Value, classic: boolean): unknown {
  if (value === null) return false;
  if (def.type === 'datetime') return String(value).slice(0, 19);
  if (def.type !== 'many2one' || !classic) return value;
  const related = env.related(def.relation ?? '');
  const row = related === undefined ? undefined : env.byId(related).get(Number(value));
  return [value, related === undefined || row === undefined ? `${def.relation ?? ''},${String(value)}` : related.displayName(row)];
}

function fieldsGet(env: Environment, model: Model, args: Arguments): Record<string, unknown> {
  const wanted = Array.isArray(args['attributes']) ? (args['attributes'] as string[]) : null;
  const entries = [...model.fields(env.db)].filter(([name]) => !env.hides(model, name));
  return Object.fromEntries(
    entries.map(([name, def]) => {
      const attributes: Record<string, unknown> = {
        type: def.type,
        string: name,
        store: true,
        searchable: true,
        readonly: false,
        ...(def.relation === undefined ? {} : { relation: def.relation }),
        ...(def.selection === undefined ? {} : { selection: def.selection.map((word) => [word, word]) }),
      };
      return [name, wanted === null ? attributes : Object.fromEntries(Object.entries(attributes).filter(([key]) => wanted.includes(key)))];
    }),
  );
}
