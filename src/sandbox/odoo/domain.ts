import type { Environment } from './environment.ts';
import type { FieldDef, Model, Row, Value } from './model.ts';
import { valueError } from './odoo-fault.ts';

export type Predicate = (row: Row) => boolean;

/** A search domain (prefix notation, terms without operator are joined by AND) as a predicate. */
export function compileDomain(env: Environment, model: Model, domain: unknown): Predicate {
  if (!Array.isArray(domain)) throw valueError(`Domain() invalid item in domain: ${JSON.stringify(domain)}`);
  const terms = [...(domain as unknown[])];
  const all: Predicate[] = [];
  while (terms.length > 0) all.push(next(env, model, terms));
  return (row) => all.every((term) => term(row));
}

function next(env: Environment, model: Model, terms: unknown[]): Predicate {
  const term = terms.shift();
  if (term === '!') {
    const inner = next(env, model, terms);
    return (row) => !inner(row);
  }
  if (term === '|' || term === '&') {
    const left = next(env, model, terms);
    const right = next(env, model, terms);
    return term === '|' ? (row) => left(row) || right(row) : (row) => left(row) && right(row);
  }
  if (!Array.isArray(term) || term.length !== 3 || typeof term[0] !== 'string' || typeof term[1] !== 'string') {
    throw valueError(`Domain() invalid item in domain: ${JSON.stringify(term)}`);
  }
  const { def, get } = path(env, model, term[0], term);
  return comparison(env, def, get, term[1], term[2]);
}

/** Follows `location_id.usage` through records; a missing one on the way reads as empty. */
function path(
  env: Environment,
  model: Model,
  dotted: string,
  term: unknown[],
): { readonly def: FieldDef; readonly get: (row: Row) => Value } {
  const [head = '', ...rest] = dotted.split('.');
  const def = model.fields(env.db).get(head);
  if (def === undefined) throw valueError(`Invalid field ${model.name}.${head} in condition ${JSON.stringify(term)}`);
  const get = (row: Row) => def.get(row, env.db);
  if (rest.length === 0) return { def, get };
  const related = env.related(def.relation ?? '');
  if (related === undefined) throw valueError(`Invalid field ${model.name}.${dotted} in condition ${JSON.stringify(term)}`);
  const further = path(env, related, rest.join('.'), term);
  const index = env.byId(related);
  return {
    def: further.def,
    get(row) {
      const other = index.get(Number(get(row)));
      return other === undefined ? null : further.get(other);
    },
  };
}

function comparison(env: Environment, def: FieldDef, get: (row: Row) => Value, operator: string, value: unknown): Predicate {
  const read = def.type === 'datetime' ? (row: Row) => stampOf(get(row), env.modern) : get;
  const wanted = def.type === 'datetime' ? operand(value, env.modern) : value;
  switch (operator) {
    case '=':
    case '!=': {
      const equal = equality(read, wanted);
      return operator === '=' ? equal : (row) => !equal(row);
    }
    case 'in':
    case 'not in': {
      const set = new Set(Array.isArray(wanted) ? (wanted as unknown[]) : [wanted]);
      const member = (row: Row) => {
        const got = read(row);
        return got === null ? set.has(false) : set.has(got);
      };
      return operator === 'in' ? member : (row) => !member(row);
    }
    case 'like':
    case 'ilike': {
      const needle = operator === 'ilike' ? String(wanted).toLowerCase() : String(wanted);
      return (row) => {
        const got = read(row);
        return typeof got === 'string' && (operator === 'ilike' ? got.toLowerCase() : got).includes(needle);
      };
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(read, operator, wanted);
    default:
      throw valueError(`Invalid operator ${operator} in domain term`);
  }
}

function equality(read: (row: Row) => Value, wanted: unknown): Predicate {
  if (wanted === false || wanted === null) {
    return (row) => {
      const got = read(row);
      return got === null || got === false;
    };
  }
  return (row) => read(row) === wanted;
}

function ordered(read: (row: Row) => Value, operator: '<' | '<=' | '>' | '>=', wanted: unknown): Predicate {
  if (typeof wanted !== 'string' && typeof wanted !== 'number') throw valueError(`Invalid value ${JSON.stringify(wanted)} in domain term`);
  return (row) => {
    const got = read(row);
    // As in SQL, nothing compares with NULL.
    if (typeof got !== typeof wanted || got === null) return false;
    if (operator === '<') return got < wanted;
    if (operator === '<=') return got <= wanted;
    return operator === '>' ? got > wanted : got >= wanted;
  };
}

/** Odoo 19 compares whole seconds; 16 hands the value to SQL, which compares microseconds. */
function stampOf(value: Value, modern: boolean): Value {
  if (typeof value !== 'string') return value;
  return modern ? value.slice(0, 19) : padded(value);
}

function operand(value: unknown, modern: boolean): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => operand(item, modern));
  if (typeof value !== 'string') return value;
  const parts = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d(?:\.\d+)?))?(Z|[+-]\d\d:?\d\d)?$/.exec(value);
  if (parts === null) throw valueError(`Invalid datetime ${value}`);
  const [, day = '', time = '00:00:00', zone] = parts;
  if (zone !== undefined && modern) throw valueError(`${value}: expecting only datetimes with no timezone`);
  return modern ? `${day} ${time.slice(0, 8)}` : padded(`${day} ${time}`);
}

function padded(stamp: string): string {
  return stamp.length === 19 ? `${stamp}.000000` : stamp.padEnd(26, '0');
}
