import type { Notice } from '#contract';
import pLimit from 'p-limit';
import { readExecution } from './mapping.ts';
import { NOTICES } from './notices.ts';
import { draftsOf, Tally, trackOpen, type PageParts, type WalkTools } from './page-parts.ts';
import type { Walk } from './walk.ts';

/** By-id reads on one page. */
const BATCH = 50;

/**
 * Reads runs again that had not ended at the last walk and that no list has shown since: they lie below the walk's floor.
 * One that the instance no longer has stays as it is: pruning and deleting are not told apart, and neither undoes a run.
 * @throws SourceError
 */
export async function readOpenRuns(tools: WalkTools, walk: Walk): Promise<PageParts> {
  const ids = walk.pending.slice(0, BATCH);
  const few = pLimit(4);
  const answers = await Promise.all(ids.map((id) => few(() => tools.client.execution(id, false))));
  const lost = ids.filter((_, at) => answers[at] === null);
  const read = answers.filter((answer) => answer !== null).map(readExecution);
  const rows = read.flatMap((one) => ('row' in one ? [one.row] : []));
  const failed = rows.filter((row) => row.status === 'error').map((row) => row.id);
  const details =
    failed.length === 0 ? null : await tools.details({ ids: failed, low: 0n, place: walk.errors, filters: {}, byList: false });
  const tally = new Tally();
  const notices: Notice[] = [...(details?.notices ?? [])];
  if (lost.length > 0) {
    notices.push(NOTICES.lostAtSource(lost));
  }
  return {
    drafts: draftsOf(rows, details?.found ?? new Map(), tally),
    rejects: read.flatMap((one) => ('reject' in one ? [one.reject] : [])),
    excluded: tally.counts,
    notices,
    walk: { ...walk, open: trackOpen(walk, rows).open, pending: walk.pending.slice(BATCH) },
  };
}
