import { defineStream, type Page, type ReadContext, type TypedRequest } from '#contract';
import { n8nClient, type N8nClient } from './client.ts';
import { countRuns } from './count-runs.ts';
import { runsByDay } from './day-totals.ts';
import { errorDetailsReader } from './error-details.ts';
import { isGap, readListPage } from './list-page.ts';
import { readExecution, statusRule } from './mapping.ts';
import { readOpenRuns } from './open-runs.ts';
import type { PageParts, WalkTools } from './page-parts.ts';
import { isScoped, workflowsInScope } from './scope.ts';
import type { N8nSettings } from './settings.ts';
import {
  assertSameInstance,
  backfillWalk,
  followWalk,
  rereadWalk,
  walk as walkSchema,
  watermark,
  watermarkAfter,
  type Walk,
  type Watermark,
} from './walk.ts';

const VERSION = 1;
type Request = TypedRequest<Watermark, Walk>;

/**
 * Runs of workflows. n8n has neither a change clock nor an ascending order: every walk goes from the newest run down to the
 * watermark and some way below it, and follows the runs that had not ended by their ids.
 */
export const executions = defineStream<N8nSettings, Watermark, Walk>({
  name: 'executions',
  description: 'Runs of workflows with status, duration and error category: production runs apart from all others',
  entities: ['execution', 'execution_other'],
  cursorVersion: VERSION,
  // The overlap is counted in ids (walk.ts), not in time.
  overlapSeconds: 0,
  backfill: 'id-range',
  // n8n prunes by age and count: a run that is gone was not undone.
  deletions: 'none',
  intervalSeconds: 300,
  totals: {
    rows: {
      entities: ['execution', 'execution_other'],
      at: 'created_at',
      without: { column: 'status', words: ['running', 'waiting'] },
    },
    read: runsByDay,
  },
  watermark,
  walk: walkSchema,
  counting: { entity: 'execution', rows: null, count: countRuns },
  rereading: {
    recordOf: ({ sourceId }) => (sourceId !== null && /^\d{1,19}$/.test(sourceId) ? sourceId : null),
    async *read(context, ids) {
      const client = n8nClient(context);
      const tools: WalkTools = { client, details: errorDetailsReader(client), mark: null };
      for (let place = rereadWalk(ids); place.pending.length > 0;) {
        const { walk, ...records } = await readOpenRuns(tools, place);
        place = walk;
        yield { ...records, cursor: { v: VERSION, watermark: null, walk: null }, end: walk.pending.length === 0 };
      }
    },
  },
  async *read(context, request) {
    const client = n8nClient(context);
    const tools: WalkTools = { client, details: errorDetailsReader(client), mark: request.watermark };
    let place = request.walk ?? (await begin(context, client, request));
    for (;;) {
      const parts = await step(tools, place);
      if (parts === null) break;
      place = parts.walk;
      if (isEmpty(parts)) continue;
      const { walk, ...records } = parts;
      yield { ...records, cursor: { v: VERSION, watermark: request.watermark, walk }, end: false };
    }
    yield await last(client, request, place);
  },
});

function step(tools: WalkTools, place: Walk): Promise<PageParts | null> {
  const list = place.lists[place.at];
  if (list !== undefined) return readListPage(tools, place, list);
  return place.pending.length > 0 ? readOpenRuns(tools, place) : Promise.resolve(null);
}

/** Fixes the bounds of a walk before anything is read: the source's clock, the newest id, the tenant's workflows. */
async function begin(context: ReadContext<N8nSettings>, client: N8nClient, request: Request): Promise<Walk> {
  const probe = await client.list('executions', { limit: '10' });
  const scope = isScoped(context.settings) ? await workflowsInScope(client, context.settings) : null;
  const workflows = scope?.rows.map((row) => row.id) ?? null;
  if (request.kind === 'backfill') return backfillWalk(probe.date, workflows, request.from, request.until);
  const newest = newestOf(probe.rows);
  assertSameInstance(request.watermark, newest);
  return followWalk({ mark: request.watermark, newest, asOf: probe.date, workflows, from: request.from });
}

/** The highest visible id, and the latest start among the newest runs: the very newest may still be queued. */
function newestOf(raw: readonly unknown[]): Walk['newest'] {
  const rows = raw.map(readExecution).flatMap((one) => ('row' in one ? [one.row] : []));
  const starts = rows.flatMap((row) => row.startedAt ?? []).toSorted();
  const [first] = rows;
  return first === undefined ? null : { id: first.id, startedAt: starts.at(-1) ?? null };
}

/** The page that ends a walk: it alone moves the watermark. */
async function last(client: N8nClient, request: Request, done: Walk): Promise<Page> {
  const covered = await coverage(client, request, done);
  const mark = request.kind === 'backfill' ? request.watermark : watermarkAfter(request.watermark, done);
  return {
    drafts: [],
    rejects: [],
    cursor: { v: VERSION, watermark: mark, walk: null },
    end: true,
    ...(covered === null ? {} : { covered }),
  };
}

/**
 * What the walk proves. Pruning takes the oldest runs first, so a range is covered from its beginning only when an ended run
 * below it is still to be seen; else from the oldest run that is.
 */
async function coverage(client: N8nClient, request: Request, done: Walk): Promise<NonNullable<Page['covered']> | null> {
  if (done.asOf === null) return null;
  const until = done.until !== null && done.until < done.asOf ? done.until : done.asOf;
  if (request.kind === 'incremental' && request.watermark !== null) return { from: since(request.watermark, done), until };
  if (done.from === null) return { from: done.bottom ? done.oldest : null, until };
  const reaches = done.belowRange || (done.filtersTime === true && (await hasEndedBefore(client, done.from)));
  return { from: reaches ? done.from : atLeast(done.oldest, done.from), until };
}

/**
 * From where a walk after a watermark has seen everything: from where the walk before ended, so that the two join. When pruning may have
 * taken runs in between, only from the oldest run that is still to be seen.
 */
function since(mark: Watermark, done: Walk): string | null {
  return (isGap(mark, done) ? done.oldest : (mark.asOf ?? mark.maxStartedAt)) ?? done.asOf;
}

function atLeast(oldest: string | null, from: string): string | null {
  return oldest !== null && oldest < from ? from : oldest;
}

async function hasEndedBefore(client: N8nClient, instant: string): Promise<boolean> {
  const page = await client.list('executions', { startedBefore: instant, limit: '10' });
  const rows = page.rows.map(readExecution).flatMap((one) => ('row' in one ? [one.row] : []));
  return rows.some((row) => row.startedAt != null && row.startedAt < instant && !statusRule(row.status).open);
}

function isEmpty(parts: PageParts): boolean {
  const records = parts.drafts.length + parts.rejects.length + Object.keys(parts.excluded).length;
  return records === 0 && parts.notices.length === 0;
}
