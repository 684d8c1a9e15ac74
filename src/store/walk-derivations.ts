import { columnsOf } from '#contract';
import { ChunkSize } from './chunk-size.ts';
import type { Database, Query } from './database.ts';
import type { Derivation } from './derivations.ts';
import { lockFamilies } from './family-lock.ts';
import { LookAhead } from './look-ahead.ts';
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
/** By what a derivation is walked: facts one by one, rows that are derived by the days, customers … that touch them. */
const SIZES = {
  facts: { first: 500, least: 250 },
  date: { first: 50, least: 10 },
  uuid: { first: 500, least: 100 },
  text: { first: 500, least: 100 },
} as const;

/**
 * Derives everything in `derivations` once more, in their order, chunk by chunk: each a transaction of its own under the lock of its
 * family, so that batches go on in between. What a chunk finds different is put right with all that rests on it.
 * `hooks.show`: differing cells wanted; `hooks.size`: keys of every chunk, else as many as take half a second; `hooks.most`: differing keys
 * a chunk puts right at most, likewise; `hooks.looksFirst`: one look at the whole tenant, without a lock, tells which keys differ, and only
 * those are made anew. Such a walk cannot be taken up again.
 */
export async function* walkDerivations(
  db: Database,
  tenantId: string,
  derivations: readonly Derivation[],
  from: WalkPlace = START,
  hooks: WalkHooks & { readonly show?: number; readonly size?: number; readonly most?: number; readonly looksFirst?: boolean } = {},
): AsyncGenerator<Chunk, void, void> {
  let shown = 0;
  let { after } = from;
  const looks = hooks.looksFirst === true ? new LookAhead(db, tenantId, derivations, from.index) : null;
  try {
    for (const [index, derivation] of derivations.entries()) {
      if (index < from.index) continue;
      const sizes = new ChunkSize(SIZES[derivation.wholeRows ? derivation.touch.type : 'facts']);
      const few = (await looks?.keysOf(index)) ?? null;
      if (few?.length === 0) {
        yield { table: derivation.table, place: { index: index + 1, after: null }, keys: 0, differences: [] };
        continue;
      }
      let keys =
        few?.map((id): Found => ({ id, key: id })) ?? (derivation.wholeRows ? await allKeys(db, tenantId, derivation, after) : null);
      await looks?.stop();
      for (let more = true; more;) {
        const place = { index, after };
        const size = hooks.size ?? sizes.look;
        const most = hooks.most ?? (hooks.size === undefined ? sizes.change : Infinity);
        const began = performance.now();
        const chunk = await db.transaction(tenantId, async ({ query }) => {
          if (hooks.begin !== undefined && !(await hooks.begin(query, place))) return null;
          await lockFamilies(query, tenantId, [derivation.family], new Map());
          const found = keys?.slice(0, size) ?? (await nextFacts(query, tenantId, derivation, after, size));
          const touched = found.map(({ id }) => id);
          const show = Math.max(0, (hooks.show ?? 0) - shown);
          const { looked, changed, differences } = await rederive(query, tenantId, derivation, touched, { show, most });
          const next: WalkPlace =
            looked < size && looked === found.length ? { index: index + 1, after: null } : { index, after: found[looked - 1]!.key };
          await hooks.end?.(query, next, looked);
          return { table: derivation.table, place: next, keys: looked, changed, cut: looked < found.length, differences };
        });
        if (chunk === null) return;
        const milliseconds = performance.now() - began;
        const { cut, changed, ...told } = chunk;
        shown += chunk.differences.length;
        after = chunk.place.after;
        keys = keys?.slice(chunk.keys) ?? null;
        more = chunk.place.index === index;
        yield told;
        // A chunk that was not full says nothing of how long one takes.
        if (more) sizes.after({ keys: chunk.keys, changed, cut, milliseconds });
      }
      looks?.startBehind(index);
    }
  } finally {
    await looks?.stop();
  }
}

/** How many keys a walk over these derivations has, for progress. */
export async function countKeys(db: Database, tenantId: string, derivations: readonly Derivation[]): Promise<number> {
  const counts = derivations.map(
    ({ table, touch, wholeRows, rows = 'true' }) =>
      `(select count(${wholeRows ? `distinct ${touch.column}` : '*'}) from ${table} where tenant_id = $1 and ${rows})`,
  );
  if (counts.length === 0) return 0;
  return db.transaction(tenantId, async ({ query }) =>
    Number((await query<{ n: string }>(`select ${counts.join(' + ')} as n`, [tenantId])).rows[0]!.n),
  );
}

/** What a chunk makes anew, and where a walk stands that has done so. */
interface Found {
  readonly id: string;
  readonly key: string;
}

/**
 * The touched values after `after` of a table whose rows are derived: those it has and those it must have. Read without the lock: what a
 * batch adds meanwhile, the batch has derived.
 */
async function allKeys(db: Database, tenantId: string, derivation: Derivation, after: string | null): Promise<Found[]> {
  const { table, touch, select } = derivation;
  const keys =
    derivation.keys ??
    `select ${touch.column} as key from ${table} where tenant_id = $1
     union select fresh.${touch.column} from (${select.replaceAll(`$2::${touch.type}[]`, `null::${touch.type}[]`)}) fresh`;
  const text = `select k.key::text as id, k.key::text as key from (${keys}) k where $2::text is null or k.key > $2::${touch.type} order by k.key`;
  return db.transaction(tenantId, async ({ query }) => (await query<Found>(text, [tenantId, after])).rows);
}

/**
 * The next facts of a table: those with a time in its order, so that a chunk touches few days and their roll-ups are made anew once and
 * not with every chunk; others by id.
 */
async function nextFacts(query: Query, tenantId: string, derivation: Derivation, after: string | null, size: number): Promise<Found[]> {
  const { table, concerns, rows = 'true' } = derivation;
  const timed = concerns !== null && columnsOf(concerns.entity).some(({ name }) => name === 'created_at');
  const text = timed
    ? `select id::text as id, created_at::text || '|' || id as key from ${table}
       where tenant_id = $1 and ${rows} and ($2::text is null or (created_at, id) > (split_part($2, '|', 1)::timestamptz, split_part($2, '|', 2)::uuid))
       order by created_at, id limit $3`
    : `select id::text as id, id::text as key from ${table}
       where tenant_id = $1 and ${rows} and ($2::uuid is null or id > $2) order by id limit $3`;
  return (await query<Found>(text, [tenantId, after, size])).rows;
}
