import type { InstantRange, Notice, RangeCounts, ReadContext, RecordCount } from '#contract';
import { n8nClient, type ListPage, type N8nClient, type Query } from './client.ts';
import { readExecution } from './mapping.ts';
import { NOTICES } from './notices.ts';
import type { RawExecution } from './raw.ts';
import type { N8nSettings } from './settings.ts';

/** How a release without the filter by time says so. */
const UNFILTERED = /started(After|Before)|nknown query param/i;

/**
 * How many runs of the instance a backfill of each range would read; whose they are it learns by reading them. n8n counts nothing. A range
 * that fits one page is counted; beyond, ids rise by one with each run of the instance, deleted ones and those that are hidden too.
 * @throws SourceError
 */
export async function countRuns(context: ReadContext<N8nSettings>, ranges: readonly InstantRange[]): Promise<RangeCounts> {
  const client = n8nClient(context);
  const counts: RecordCount[] = [];
  const notices = new Map<string, Notice>();
  for (const range of ranges) {
    const { notice, ...count } = await countOne(client, range);
    counts.push(count);
    if (notice !== undefined) notices.set(notice.code, notice);
  }
  return { counts, notices: [...notices.values()] };
}

async function countOne(client: N8nClient, range: InstantRange): Promise<RecordCount & { readonly notice?: Notice }> {
  const window: Query = { limit: '250', startedAfter: range.from, startedBefore: range.until };
  const filtered = await client.listIfKnown('executions', window, UNFILTERED);
  const page = filtered ?? (await client.list('executions', { limit: '250' }));
  const rows = rowsOf(page);
  const inside = rows.filter(({ startedAt }) => startedAt != null && startedAt >= range.from && startedAt < range.until);
  const pruned = await lowestBefore(client, range.from, filtered !== null);
  const notice = pruned === null ? { notice: NOTICES.prunedBySource } : {};
  if (page.nextCursor === null) return { count: inside.length, precision: pruned === null ? 'floor' : 'exact', ...notice };
  const [newest] = inside;
  // Without a run below the range nobody knows where the visible ones begin, nor without the filter where the range does.
  if (newest === undefined || pruned === null) return { count: inside.length, precision: 'floor', ...notice };
  return { count: Math.max(inside.length, Number(BigInt(newest.id) - BigInt(pruned))), precision: 'about' };
}

/** Id of the newest run that began before an instant; null when none is to be seen, or cannot be asked for. */
async function lowestBefore(client: N8nClient, instant: string, filters: boolean): Promise<string | null> {
  if (!filters) return null;
  const page = await client.list('executions', { limit: '1', startedBefore: instant });
  return rowsOf(page).find(({ startedAt }) => startedAt != null && startedAt < instant)?.id ?? null;
}

function rowsOf(page: ListPage): RawExecution[] {
  return page.rows.map(readExecution).flatMap((one) => ('row' in one ? [one.row] : []));
}
