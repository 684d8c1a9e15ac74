import type { Notice, Reject } from '#contract';
import type { ListPage } from './client.ts';
import { isKnownStatus, readExecution, statusRule } from './mapping.ts';
import { NOTICES } from './notices.ts';
import { draftsOf, Tally, trackOpen, type PageParts, type WalkTools } from './page-parts.ts';
import type { RawExecution } from './raw.ts';
import type { ListStep, Walk, Watermark } from './walk.ts';

/**
 * Ids are given when a run is queued and times when it starts: a run may lie this far (milliseconds) out of order, so a list is
 * read on until a whole page lies that much below the range.
 */
const STRAGGLER_MS = 24 * 3600 * 1000;

/** Reads the next page of the list in work. @throws SourceError */
export async function readListPage(tools: WalkTools, walk: Walk, step: ListStep): Promise<PageParts> {
  const timed = step.status === null && walk.from !== null && walk.filtersTime !== false;
  const filters = {
    ...(step.workflow === null ? {} : { workflowId: step.workflow }),
    ...(timed ? timeFilter(walk) : {}),
  };
  const page = await request(tools, walk, step, filters, timed);
  if (page === null) {
    // A status word or a time filter that this release does not know: go on without the list, or without the filter.
    return parts(timed ? { ...walk, filtersTime: false } : nextList(walk));
  }

  const tally = new Tally();
  const { rows, belowFloor, ...bad } = parse(page, step);
  const rejects = bad.rejects.filter((reject) => isOurs(workflowOf(reject), walk, tally));
  const seen = observe(walk, step, rows, timed);
  const ours = rows.filter((row) => isAsked(row, step)).filter((row) => isKept(row, walk, tally));
  const failed = ours.filter((row) => row.status === 'error').map((row) => row.id);
  const low = rows.reduce<bigint | null>((min, row) => (min === null || BigInt(row.id) < min ? BigInt(row.id) : min), null) ?? 0n;
  const byList = walk.from === null || timed;
  const details = failed.length === 0 ? null : await tools.details({ ids: failed, low, place: walk.errors, filters, byList });

  const notices: Notice[] = [...(details?.notices ?? [])];
  const ignored = step.status !== null && rows.length > 0 && !rows.some((row) => isAsked(row, step));
  if (ignored && step.status !== null) {
    notices.push(NOTICES.statusFilterIgnored(step.status));
  }
  const strange = [...new Set(ours.map((row) => row.status))].filter((status) => !isKnownStatus(status));
  if (strange.length > 0) {
    notices.push(NOTICES.unknownStatus(strange));
  }
  const stuck = page.nextCursor !== null && page.nextCursor === walk.cursor;
  const end = page.nextCursor === null || stuck || ignored || belowFloor || isBelowRange(rows, walk);
  const moved = { ...walk, ...seen, ...trackOpen(walk, ours), errors: details?.place ?? walk.errors, cursor: page.nextCursor };
  const main = step.status === null && step.workflow === null;
  if (end && main) notices.push(...gap(tools, moved));
  return {
    drafts: draftsOf(ours, details?.found ?? new Map(), tally),
    rejects,
    excluded: tally.counts,
    notices,
    walk: end ? { ...nextList(moved), bottom: main ? page.nextCursor === null && !belowFloor : walk.bottom } : moved,
  };
}

function request(tools: WalkTools, walk: Walk, step: ListStep, filters: Record<string, string>, timed: boolean): Promise<ListPage | null> {
  const query = {
    ...filters,
    ...(step.status === null ? {} : { status: step.status }),
    ...(walk.cursor === null ? {} : { cursor: walk.cursor }),
    limit: '250',
  } as const;
  const refusal = step.status !== null ? /status/i : /started(After|Before)|nknown query param/i;
  return step.status !== null || timed ? tools.client.listIfKnown('executions', query, refusal) : tools.client.list('executions', query);
}

function shift(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString();
}

/** The range for the instance's own filter, a second wider on both sides; what it lets through is checked again. */
function timeFilter(walk: Walk): Record<string, string> {
  return {
    ...(walk.from === null ? {} : { startedAfter: shift(walk.from, -1000) }),
    ...(walk.until === null ? {} : { startedBefore: shift(walk.until, 1000) }),
  };
}

function parse(page: ListPage, step: ListStep): { rows: RawExecution[]; rejects: Reject[]; belowFloor: boolean } {
  const read = page.rows.map(readExecution);
  const all = read.flatMap((one) => ('row' in one ? [one.row] : []));
  const rows = all.filter((row) => BigInt(row.id) >= BigInt(step.floor));
  return { rows, rejects: read.flatMap((one) => ('reject' in one ? [one.reject] : [])), belowFloor: rows.length < all.length };
}

/** Whether the row is what the list was asked for: filters are not trusted (2.13 ignored status=crashed). */
function isAsked(row: RawExecution, step: ListStep): boolean {
  return (step.status === null || row.status === step.status) && (step.workflow === null || row.workflowId === step.workflow);
}

/** A record whose workflow cannot be read is kept: it may be ours, and it holds nothing but ids and words. */
function isOurs(workflowId: string | null, walk: Walk, tally: Tally): boolean {
  const ours = walk.workflows === null || workflowId === null || walk.workflows.includes(workflowId);
  if (!ours) tally.add('other_tenant');
  return ours;
}

function workflowOf({ payload }: Reject): string | null {
  const id = typeof payload === 'object' && payload !== null && 'workflowId' in payload ? payload.workflowId : null;
  return typeof id === 'string' ? id : null;
}

function isKept(row: RawExecution, walk: Walk, tally: Tally): boolean {
  if (!isOurs(row.workflowId, walk, tally)) return false;
  const start = row.startedAt;
  if (start != null && ((walk.from !== null && start < walk.from) || (walk.until !== null && start >= walk.until))) {
    tally.add('outside_range');
    return false;
  }
  return true;
}

/** What the main list shows of the instance's memory. Runs that have not ended are exempt from pruning and prove nothing. */
function observe(walk: Walk, step: ListStep, rows: readonly RawExecution[], timed: boolean): Partial<Walk> {
  if (step.status !== null || step.workflow !== null) return {};
  const ended = rows.filter((row) => !statusRule(row.status).open && row.startedAt != null);
  const starts = ended.flatMap((row) => row.startedAt ?? []);
  const ids = ended.map((row) => row.id);
  const { from } = walk;
  return {
    oldest: [...starts, ...(walk.oldest === null ? [] : [walk.oldest])].toSorted()[0] ?? null,
    lowest: [...ids, ...(walk.lowest === null ? [] : [walk.lowest])].reduce<string | null>(
      (a, b) => (a === null || BigInt(b) < BigInt(a) ? b : a),
      null,
    ),
    belowRange: walk.belowRange || (from !== null && starts.some((start) => start < from)),
    filtersTime: timed ? true : walk.filtersTime,
  };
}

function isBelowRange(rows: readonly RawExecution[], walk: Walk): boolean {
  if (walk.from === null) return false;
  const bound = Date.parse(walk.from) - STRAGGLER_MS;
  const starts = rows.flatMap((row) => (row.startedAt == null ? [] : [Date.parse(row.startedAt)]));
  return starts.length > 0 && starts.every((start) => start < bound);
}

/** Pruning hides the lowest ids first: when nothing that ended is left at the watermark, some may have gone before they were read. */
export function isGap(mark: Watermark, walk: Walk): boolean {
  return walk.lowest !== null && BigInt(walk.lowest) > BigInt(mark.maxId) + 1n;
}

function gap(tools: WalkTools, walk: Walk): Notice[] {
  const { mark } = tools;
  if (mark === null || !isGap(mark, walk)) return [];
  return [NOTICES.gapByPruning(mark.maxId, walk.lowest)];
}

function nextList(walk: Walk): Walk {
  return { ...walk, at: walk.at + 1, cursor: null, errors: { cursor: null, end: false } };
}

function parts(walk: Walk): PageParts {
  return { drafts: [], rejects: [], excluded: {}, notices: [], walk };
}
