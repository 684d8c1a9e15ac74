/** What comes of an attack. Whatever it is, nothing of another company is in it: no row, no id, no name. */
export type Outcome =
  /** Own rows came back. */
  | 'own rows'
  /** It ran and there was nothing in it. */
  | 'nothing'
  /** The last statement was refused, with this SQLSTATE; `query_timeout` where the gateway ended it. */
  | { readonly refused: string }
  /** It tells what no right hides, and docs/isolation.md says so: about the database, never about a row. */
  | { readonly tells: string | RegExp };

export interface Attempt {
  /** Statements in order; all but the last succeed. By the gateway each is a request of its own. */
  readonly say: readonly string[];
  readonly outcome: Outcome;
}

/** `$victim`, `$role`, `$self`, `$mark`, `$object` stand for the other company's id, its role, the own role, a text in its rows, its large object. */
export interface Attack {
  /** 1 to 40 (`20b`), or `+` for those that came later. */
  readonly number: string;
  readonly name: string;
  /** In a session of the reader's own, with everything set back that the reader may set back. */
  readonly direct: Attempt | null;
  /** Through `POST /api/metabase/query`. */
  readonly query: Attempt;
  /** What a superuser would have to make for the attack to work, and the finding that tells of it. `leaks`: shown to work then. */
  readonly plant?: { readonly make: string; readonly finding: string; readonly leaks: boolean };
}

/** Whose row each is. */
export const SEE =
  'select o.tenant_id, o.name, l.name as line from source_orders o left join source_order_lines l on l.tenant_id = o.tenant_id';

export const own = (...say: string[]): Attempt => ({ say, outcome: 'own rows' });
export const nothing = (...say: string[]): Attempt => ({ say, outcome: 'nothing' });
export const refused = (code: string, ...say: string[]): Attempt => ({ say, outcome: { refused: code } });
export const tells = (what: string | RegExp, ...say: string[]): Attempt => ({ say, outcome: { tells: what } });
/** No statement that reads: the grammar of a cursor has none of it. */
export const unspoken = (...say: string[]): Attempt => refused('42601', ...say);
export const both = (attempt: Attempt) => ({ direct: attempt, query: attempt });
/** `say` is no statement that reads and is refused by rights in a session. */
export const denied = (say: string) => ({ direct: refused('42501', say), query: unspoken(say) });

export const LOOK_UP = 'kpi.current_tenant() as tenant_id';
export const setWithin = (name: string, value: string) => `with s as materialized (select set_config('${name}', '${value}', false))`;
