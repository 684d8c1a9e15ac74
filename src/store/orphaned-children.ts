import { columnsOf, type Entity, type Row } from '#contract';
import type { Verdict } from './plan.ts';
import { parentColumn } from './tables.ts';

/** The rows of one entity in a batch with what is to become of each. */
export interface Judged {
  readonly entity: Entity;
  readonly rows: readonly Row[];
  readonly verdicts: Verdict[];
}

/**
 * Children that only an outdated parent carries. A page may arrive after a newer version of the order it shows has been stored: that
 * version is complete, so a line it lacks is gone, and the old page must not bring it in as new, nor back from a tombstone that some still
 * older version set. The same holds for an older page of the same batch. Such rows are judged orphaned here; parents come before children, so that it also reaches grandchildren.
 */
export function judgeOrphans(batch: readonly Judged[]): void {
  for (const parents of batch) {
    const complete = new Set(parents.rows.flatMap((row) => row.complete));
    for (const child of complete) {
      const children = batch.find((judged) => judged.entity === child);
      if (children === undefined) continue;
      const column = parentColumn(parents.entity, child);
      const at = columnsOf(child).findIndex(({ name }) => name === column);
      const parentOf = new Map(parents.rows.map((row, i) => [row.id, { row, stale: isOutdated(parents.verdicts[i]) }]));
      for (const [i, row] of children.rows.entries()) {
        const parent = parentOf.get(row.values[at] ?? '');
        if (parent === undefined || !parent.row.complete.includes(child)) continue;
        const ofOlderPage = row.readSeq < parent.row.readSeq;
        if (ofOlderPage || (parent.stale && comesIn(children.verdicts[i]))) children.verdicts[i] = 'orphaned';
      }
    }
  }
}

const isOutdated = (verdict: Verdict | undefined) => verdict === 'stale' || verdict === 'orphaned';
const comesIn = (verdict: Verdict | undefined) => verdict === 'new' || verdict === 'returning';
