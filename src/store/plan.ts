import type { Entity, Row } from '#contract';
import type { Query } from './database.ts';
import { statementsOf } from './statements.ts';

/** `returning`: newer than its tombstone. `orphaned`: a child that only an outdated parent carries (see orphaned-children.ts). */
export type Verdict = 'new' | 'newer' | 'returning' | 'unchanged' | 'stale' | 'orphaned';

/**
 * Sends keys, versions and hashes first: the answer says which rows are worth sending in full. Unchanged rows cost one index look-up
 * and no write at all.
 */
export async function planRows(query: Query, tenantId: string, entity: Entity, rows: readonly Row[]): Promise<Verdict[]> {
  const answer = await query<{ ord: number; verdict: Verdict }>(statementsOf(entity).plan, [
    tenantId,
    rows.map((r) => r.id),
    rows.map((r) => `\\x${r.hash}`),
    rows.map((r) => r.sourceUpdatedAt),
    rows.map((r) => r.sourceSeq),
    rows.map((r) => String(r.readSeq)),
  ]);
  const verdicts: Verdict[] = rows.map(() => 'stale');
  for (const { ord, verdict } of answer.rows) verdicts[ord - 1] = verdict;
  return verdicts;
}

/** The newest of each key; the others are superseded within the batch (the same key twice in one statement is an error in Postgres). */
export function newestOfEach(rows: readonly Row[]): { readonly kept: Row[]; readonly superseded: number } {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const other = newest.get(row.id);
    if (other === undefined || isAtLeast(row, other)) newest.set(row.id, row);
  }
  return { kept: [...newest.values()], superseded: rows.length - newest.size };
}

function isAtLeast(a: Row, b: Row): boolean {
  // Canonical instants compare as text; `-infinity` sorts below every digit.
  if (a.sourceUpdatedAt !== b.sourceUpdatedAt) return a.sourceUpdatedAt > b.sourceUpdatedAt;
  if (a.sourceSeq !== b.sourceSeq) return a.sourceSeq > b.sourceSeq;
  return a.readSeq >= b.readSeq;
}
