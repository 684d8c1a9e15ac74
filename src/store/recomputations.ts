import { randomUUID } from 'node:crypto';
import type { Author } from './audit.ts';
import type { Database, Query } from './database.ts';
import { DERIVATIONS, type Derivation } from './derivations.ts';
import { countKeys, walkDerivations, type WalkPlace } from './walk-derivations.ts';

export interface RecomputationRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly cause: string;
  readonly tables: readonly string[];
  readonly state: 'running' | 'done' | 'failed';
  /** Rows looked at, of how many there were at the start. */
  readonly done: number;
  readonly total: number;
  readonly requested_by: string;
  readonly reason: string;
  readonly error_message: string | null;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

export interface RecomputationRequest {
  readonly cause: string;
  /** Tables of `DERIVATIONS`, or `table.column` for the statement that derives this column alone. */
  readonly tables: readonly string[];
  /** From `countWork`. */
  readonly total: number;
}

const ADD = `insert into ops.recomputations (tenant_id, id, cause, tables, total, requested_by, reason) values ($1, $2, $3, $4, $5, $6, $7)`;
const ENQUEUE = `select ops.enqueue('recompute', json_build_object('tenant_id', $1::uuid, 'recomputation_id', $2::uuid),
  job_key => 'recompute:' || $2::uuid)`;
// One whose job was lost, or whose worker died: nothing has moved for a while.
const ENQUEUE_SILENT = `select ops.enqueue('recompute', json_build_object('tenant_id', tenant_id, 'recomputation_id', id),
  job_key => 'recompute:' || id)
  from ops.recomputations where state = 'running' and moved_at < clock_timestamp() - interval '2 minutes'`;
const LIST = `select r.tenant_id, r.id, t.rut, t.company_name, r.cause, r.tables, r.state, r.done::float8 as done, r.total::float8 as total,
    r.requested_by, r.reason, r.error_message, r.created_at, r.ended_at
  from ops.recomputations r join public.tenants t on t.id = r.tenant_id
  where ($1::uuid is null or r.tenant_id = $1) and ($2::uuid is null or r.id = $2) and (not $3::boolean or r.state <> 'done')
  order by r.created_at desc`;
const READ = `select tables, place from ops.recomputations where tenant_id = $1 and id = $2 and state = 'running'`;
const HOLD = `${READ} for no key update`;
const MOVE = `update ops.recomputations
  set place = $3::jsonb, done = case when $5 then total else least(done + $4, total) end, moved_at = clock_timestamp(),
    state = case when $5 then 'done' else 'running' end, ended_at = case when $5 then clock_timestamp() end
  where tenant_id = $1 and id = $2`;
const FAIL = `update ops.recomputations set state = 'failed', error_message = $3, ended_at = clock_timestamp()
  where tenant_id = $1 and id = $2 and state = 'running'`;

/** The derivations that these tables, or `table.column`, name; in the order in which one rests on the other. */
function derivationsOf(tables: readonly string[]): Derivation[] {
  return DERIVATIONS.filter(
    ({ table, columns }) => tables.includes(table) || columns.some((column) => tables.includes(`${table}.${column}`)),
  );
}

/** How many rows a recomputation of these tables will look at; counted before the transaction that asks for it. */
export function countWork(db: Database, tenantId: string, tables: readonly string[]): Promise<number> {
  return countKeys(db, tenantId, derivationsOf(tables));
}

/** Asks for a recomputation in the transaction of the change that makes it necessary, and queues it. @returns its id */
export async function addRecomputation(query: Query, tenantId: string, request: RecomputationRequest, author: Author): Promise<string> {
  const id = randomUUID();
  await query(ADD, [tenantId, id, request.cause, request.tables, request.total, author.who, author.reason]);
  await query(ENQUEUE, [tenantId, id]);
  return id;
}

/** Queues a recomputation's next piece. */
export async function enqueueRecomputation(db: Database, tenantId: string, id: string): Promise<void> {
  await db.query(ENQUEUE, [tenantId, id]);
}

/** Queues what nobody works on any more. */
export async function enqueueSilentRecomputations(db: Database): Promise<void> {
  await db.query(ENQUEUE_SILENT);
}

/** Recomputations, newest first. `open`: only those that are running or have failed. */
export async function listRecomputations(
  db: Database,
  filter: { readonly tenantId?: string; readonly id?: string; readonly open?: boolean },
): Promise<RecomputationRow[]> {
  return (await db.query<RecomputationRow>(LIST, [filter.tenantId ?? null, filter.id ?? null, filter.open ?? false])).rows;
}

/** Ends a recomputation that cannot go on; what it has not reached is put right by `kpi rebuild`. */
export async function failRecomputation(db: Database, tenantId: string, id: string, message: string): Promise<void> {
  await db.query(FAIL, [tenantId, id, message]);
}

/** Where a walk over `of` derivations is; a release with others begins again. */
type StoredPlace = WalkPlace & { readonly of?: number };

const samePlace = (a: WalkPlace, b: WalkPlace) => a.index === b.index && a.after === b.after;

/**
 * Goes on with a recomputation, chunk by chunk, from where the last committed chunk left it, until it is done, the time is over or
 * `signal` says so. Any number of processes may do so at once: each chunk moves the place in its own transaction, from where it began.
 * @param chunkSize rows of every chunk, else as many as take half a second
 * @returns whether there is more to do
 */
export async function runRecomputation(
  db: Database,
  tenantId: string,
  id: string,
  options: { readonly seconds: number; readonly signal?: AbortSignal; readonly chunkSize?: number; readonly onChunk?: () => Promise<void> },
): Promise<boolean> {
  const until = performance.now() + options.seconds * 1000;
  for (;;) {
    const row = (await db.query<{ tables: string[]; place: StoredPlace }>(READ, [tenantId, id])).rows[0];
    if (row === undefined) return false;
    const derivations = derivationsOf(row.tables);
    const from = placeIn(row.place, derivations.length);
    if (from.index >= derivations.length) {
      await db.query(MOVE, [tenantId, id, JSON.stringify(from), 0, true]);
      return false;
    }
    const walk = walkDerivations(db, tenantId, derivations, from, {
      ...(options.chunkSize === undefined ? {} : { size: options.chunkSize }),
      begin: async (query, place) => {
        const held = (await query<{ place: StoredPlace }>(HOLD, [tenantId, id])).rows[0];
        return held !== undefined && samePlace(placeIn(held.place, derivations.length), place);
      },
      end: async (query, place, keys) => {
        const done = place.index === derivations.length;
        await query(MOVE, [tenantId, id, JSON.stringify({ ...place, of: derivations.length }), keys, done]);
      },
    });
    for await (const _ of walk) {
      await options.onChunk?.();
      if (performance.now() > until || options.signal?.aborted === true) {
        return (await db.query(READ, [tenantId, id])).rows.length > 0;
      }
    }
  }
}

function placeIn(stored: StoredPlace, of: number): WalkPlace {
  return stored.of === undefined || stored.of === of ? { index: stored.index, after: stored.after } : { index: 0, after: null };
}
