import { SourceError, type Entity, type Listing, type ReadContext } from '#contract';
import type { Database } from '../store/database.ts';
import type { LanePlace } from '../store/lease.ts';
import { sweepCandidates } from '../store/sweeps.ts';

/** A record of ours that the source's list lacks. */
export interface MissingRecord {
  readonly sourceId: string;
  readonly day: string | null;
  /** Its rows. */
  readonly rows: readonly { readonly entity: Entity; readonly id: string }[];
}

export interface Comparison {
  /** Records in the list. */
  readonly counted: number;
  /** Rows looked for. */
  readonly candidates: number;
  readonly missing: readonly MissingRecord[];
}

/**
 * Which records of ours, read before `readSeq` was drawn, the source's complete list lacks. A list is complete when it holds as many
 * records as the source counts, before and after it was read, and it is not believed when it is empty where we have rows.
 * @throws SourceError when it is not complete; nothing follows from it then
 */
export async function compareList(
  db: Database,
  place: LanePlace,
  listing: Listing<unknown>,
  context: ReadContext<unknown>,
  readSeq: bigint,
): Promise<Comparison> {
  const { ids, visibleFrom } = await completeList(listing, context);
  const missing = new Map<string, { sourceId: string; day: string | null; rows: { entity: Entity; id: string }[] }>();
  let candidates = 0;
  for (const rows of listing.rows) {
    for await (const chunk of sweepCandidates(db, place, rows, readSeq, visibleFrom)) {
      context.signal.throwIfAborted();
      if (rows === listing.rows[0]) candidates += chunk.length;
      for (const { id, listed, day } of chunk) {
        if (ids.has(listed)) continue;
        const record = missing.get(listed) ?? { sourceId: listed, day, rows: [] };
        record.rows.push({ entity: rows.entity, id });
        missing.set(listed, record);
      }
    }
  }
  if (ids.size === 0 && missing.size > 0) throw notBelieved(`the source lists no record where there are ${missing.size} here`);
  return { counted: ids.size, candidates, missing: [...missing.values()] };
}

async function completeList(
  listing: Listing<unknown>,
  context: ReadContext<unknown>,
): Promise<{ readonly ids: ReadonlySet<string>; readonly visibleFrom: string | null }> {
  const ids = new Set<string>();
  for await (const page of listing.list(context, null)) {
    context.signal.throwIfAborted();
    for (const id of page.ids) ids.add(id);
    if (page.end === undefined) continue;
    const { counted, visibleFrom } = page.end;
    if (counted.every((count) => count === ids.size)) return { ids, visibleFrom };
    throw notBelieved(`the source counts ${[...new Set(counted)].join(' and then ')} records and lists ${ids.size}`);
  }
  throw notBelieved('the list came to no end');
}

function notBelieved(message: string): SourceError {
  return new SourceError({
    kind: 'transient',
    code: 'incomplete_list',
    message,
    advice: 'Nothing was changed; it is tried again by itself. If it stays so, check the rights of the account: kpi check',
  });
}
