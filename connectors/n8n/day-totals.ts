import type { DayTotals, ReadContext, TotalledDays } from '#contract';
import { n8nClient, type N8nClient } from './client.ts';
import { readExecution, statusRule } from './mapping.ts';
import type { RawExecution } from './raw.ts';
import { isScoped, workflowsInScope } from './scope.ts';
import type { N8nSettings } from './settings.ts';

/** Ids are given when a run is queued and times when it starts: the list is read on until a whole page lies this much below the days. */
const STRAGGLER_MS = 24 * 3600 * 1000;

/**
 * Runs that have ended, by the local day they started on. n8n counts nothing, so its list is read, without data: 12,000 rows a second
 * (measured). Runs that have not ended are left out: the list hides them. Pruning takes the oldest first: days are told from the day after
 * that of the oldest run to be seen, or all of them where one from before is there. @throws SourceError
 */
export async function runsByDay(context: ReadContext<N8nSettings>, days: TotalledDays): Promise<DayTotals> {
  const client = n8nClient(context);
  const scope = isScoped(context.settings) ? new Set((await workflowsInScope(client, context.settings)).rows.map(({ id }) => id)) : null;
  const dayOf = localDays(days.timeZone);
  const counts = new Map<string, number>();
  let oldest: string | null = null;
  for await (const rows of endedRuns(client, Date.parse(days.from) - STRAGGLER_MS)) {
    for (const { startedAt, workflowId } of rows) {
      if (startedAt == null) continue;
      if (oldest === null || startedAt < oldest) oldest = startedAt;
      const at = Date.parse(startedAt);
      if (at < Date.parse(days.from) || at >= Date.parse(days.until) || scope?.has(workflowId) === false) continue;
      counts.set(dayOf(at), (counts.get(dayOf(at)) ?? 0) + 1);
    }
  }
  const reaches = oldest !== null && Date.parse(oldest) < Date.parse(days.from);
  const firstDay = reaches ? null : dayAfter(oldest === null ? days.last : dayOf(Date.parse(oldest)));
  return { days: [...counts].map(([day, count]) => ({ day, count, amounts: null })), firstDay };
}

async function* endedRuns(client: N8nClient, downTo: number): AsyncGenerator<RawExecution[], void, void> {
  let cursor: string | null = null;
  const met = new Set<string>();
  do {
    const page = await client.list('executions', { limit: '250', ...(cursor === null ? {} : { cursor }) });
    const rows = page.rows.map(readExecution).flatMap((one) => ('row' in one ? [one.row] : []));
    // A run that is queued while the list is read shifts nothing, but one may be met twice all the same.
    const fresh = rows.filter(({ id }) => !met.has(id));
    for (const { id } of fresh) met.add(id);
    yield fresh.filter(({ status }) => hasEnded(status));
    const starts = rows.flatMap(({ startedAt }) => (startedAt == null ? [] : [Date.parse(startedAt)]));
    if (starts.length > 0 && starts.every((start) => start < downTo)) return;
    cursor = page.nextCursor === cursor ? null : page.nextCursor;
  } while (cursor !== null);
}

/** Whether a run's end is proven. */
function hasEnded(sourceStatus: string): boolean {
  const { status } = statusRule(sourceStatus);
  return status !== 'running' && status !== 'waiting';
}

function localDays(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  return (at) => format.format(at);
}

const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
