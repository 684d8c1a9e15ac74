import type { Database, Query } from './database.ts';
import type { Derivation } from './derivations.ts';
import { lockFamilies } from './family-lock.ts';
import { rederive, type DerivedDifference } from './rederive.ts';

/** How far a walk has come: derivations before `index` are done, and of that one every key up to `after`. */
export interface WalkPlace {
  readonly index: number;
  readonly after: string | null;
}

export interface WalkHooks {
  /** Called first in each chunk's transaction. False: somebody else has gone on from here; nothing is done. */
  begin?(query: Query, place: WalkPlace): Promise<boolean>;
  /** Called last in each chunk's transaction, with the place it reaches. */
  end?(query: Query, place: WalkPlace, keys: number): Promise<void>;
}

export interface Chunk {
  readonly table: string;
  readonly place: WalkPlace;
  /** Rows looked at, or touched values of a table whose rows are derived. */
  readonly keys: number;
  readonly differences: readonly DerivedDifference[];
}

/** Differing cells a walk returns at most; what is beyond is put right all the same. */
export const SHOWN = 10_000;
const START: WalkPlace = { index: 0, after: null };
// A chunk holds the tenant's lock: batches wait for it. It is aimed well below a second.
const AIM_MS = 500;
const FIRST_SIZE = 4000;
const LARGEST = 20_000;

/**
 * Derives everything in `derivations` once more, in their order, chunk by chunk: each a transaction of its own under the lock of its
 * family, so that batches go on in between. What a chunk finds different is put right with all that rests on it.
 */
export async function* walkDerivations(
  db: Database,
  tenantId: string,
  derivations: readonly Derivation[],
  from: WalkPlace = START,
  hooks: WalkHooks & { readonly show?: number } = {},
): AsyncGenerator<Chunk, void, void> {
  let shown = 0;
  let size = FIRST_SIZE;
  let { after } = from;
  for (const [index, derivation] of derivations.entries()) {
    if (index < from.index) continue;
    let keys = derivation.wholeRows ? await allKeys(db, tenantId, derivation, after) : null;
    for (let more = true; more;) {
      const began = performance.now();
      const place = { index, after };
      const chunk = await db.transaction(tenantId, async ({ query }) => {
        if (hooks.begin !== undefined && !(await hooks.begin(query, place))) return null;
        await lockFamilies(query, tenantId, [derivation.family], new Map());
        const touched = keys?.slice(0, size) ?? (await nextIds(query, tenantId, derivation, after, size));
        const differences =
          touched.length === 0 ? [] : await rederive(query, tenantId, derivation, touched, Math.max(0, (hooks.show ?? 0) - shown));
        const last = touched.length < size;
        const next: WalkPlace = last ? { index: index + 1, after: null } : { index, after: touched.at(-1)! };
        await hooks.end?.(query, next, touched.length);
        return { table: derivation.table, place: next, keys: touched.length, differences };
      });
      if (chunk === null) return;
      shown += chunk.differences.length;
      after = chunk.place.after;
      keys = keys?.slice(chunk.keys) ?? null;
      more = chunk.place.index === index;
      yield chunk;
      const took = performance.now() - began;
      if (more || chunk.keys > FIRST_SIZE / 2) size = Math.round(Math.min(LARGEST, Math.max(50, size * Math.min(2, AIM_MS / took))));
    }
    size = Math.max(size, 200);
  }
}

/** How many keys a walk over these derivations has, for progress. */
export async function countKeys(db: Database, tenantId: string, derivations: readonly Derivation[]): Promise<number> {
  const counts = derivations.map(
    ({ table, touch, wholeRows }) => `(select count(${wholeRows ? `distinct ${touch.column}` : '*'}) from ${table} where tenant_id = $1)`,
  );
  if (counts.length === 0) return 0;
  return db.transaction(tenantId, async ({ query }) =>
    Number((await query<{ n: string }>(`select ${counts.join(' + ')} as n`, [tenantId])).rows[0]!.n),
  );
}

/**
 * The touched values after `after` of a table whose rows are derived: those it has and those it must have. Read without the lock: what a
 * batch adds meanwhile, the batch has derived.
 */
async function allKeys(db: Database, tenantId: string, derivation: Derivation, after: string | null): Promise<string[]> {
  const { table, touch, select } = derivation;
  const keys =
    derivation.keys ??
    `select ${touch.column} as key from ${table} where tenant_id = $1
     union select fresh.${touch.column} from (${select.replaceAll(`$2::${touch.type}[]`, `null::${touch.type}[]`)}) fresh`;
  const text = `select k.key::text from (${keys}) k where $2::text is null or k.key > $2::${touch.type} order by k.key`;
  return db.transaction(tenantId, async ({ query }) => (await query<{ key: string }>(text, [tenantId, after])).rows.map((row) => row.key));
}

async function nextIds(query: Query, tenantId: string, { table }: Derivation, after: string | null, size: number): Promise<string[]> {
  const text = `select id::text as key from ${table} where tenant_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`;
  return (await query<{ key: string }>(text, [tenantId, after, size])).rows.map((row) => row.key);
}
