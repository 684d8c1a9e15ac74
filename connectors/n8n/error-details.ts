import { SourceError, type Notice } from '#contract';
import pLimit from 'p-limit';
import { DATA_CAP, UNREDACTED, type ListPage, type N8nClient, type Query } from './client.ts';
import { errorDetail, type ErrorDetail } from './error-detail.ts';
import { NOTICES } from './notices.ts';
import { rawFailure } from './raw.ts';

/** Where the list of failed runs stands beside the main list: the next page to ask for, or its end. */
export interface ErrorPlace {
  readonly cursor: string | null;
  readonly end: boolean;
}

export interface DetailsRequest {
  /** Ids of the failed runs on the page that is being read. */
  readonly ids: readonly string[];
  /** Lowest id of that page. */
  readonly low: bigint;
  readonly place: ErrorPlace;
  /** The filters of the main list (a workflow, a time window). */
  readonly filters: Readonly<Record<string, string>>;
  /** False where the main list starts far below the newest failure: then each is read by its id. */
  readonly byList: boolean;
}

export interface Details {
  readonly found: ReadonlyMap<string, ErrorDetail>;
  /** Where the list of failures goes on for the next page; a resumed walk starts there. */
  readonly place: ErrorPlace;
  readonly notices: readonly Notice[];
}

/** Reads why runs failed, for one page of executions at a time. */
export type DetailsReader = (request: DetailsRequest) => Promise<Details>;

/** One page of the list of failed runs. Null stands for a row whose data were not read with it. */
interface FailurePage {
  readonly key: string;
  readonly rows: ReadonlyMap<string, ErrorDetail | null>;
  readonly next: ErrorPlace;
}

/**
 * Makes a reader of failures. The list of failed runs with redacted data is walked beside the main list, 25 rows at a time
 * (a by-id read costs some twenty times as much per row). Releases without redaction (before 2.30), rows that failed
 * after their part of the list was read, and pages too large to take are read by id.
 */
export function errorDetailsReader(client: N8nClient): DetailsReader {
  let listed = true;
  // What was read beyond the page before. Lost with the process: `place` points at the page it came from.
  let ahead: FailurePage | null = null;

  async function pageAt(place: ErrorPlace, filters: Readonly<Record<string, string>>, key: string): Promise<FailurePage | null> {
    const cursor = place.cursor === null ? {} : { cursor: place.cursor };
    const query = { ...filters, ...cursor, status: 'error', limit: '25' } as const;
    const page = await withData(client, query);
    if (page === null) return null;
    const next = page.nextCursor === place.cursor ? null : page.nextCursor;
    return { key, rows: detailsOf(page.rows), next: { cursor: next, end: next === null } };
  }

  return async (request) => {
    const found = new Map<string, ErrorDetail>();
    const notices: Notice[] = [];
    let place = request.place;
    while (request.byList && listed && !place.end) {
      const key = JSON.stringify([request.filters, place.cursor]);
      if (ahead?.key !== key) ahead = await pageAt(place, request.filters, key);
      if (ahead === null) {
        listed = false;
        break;
      }
      for (const [id, detail] of ahead.rows) if (detail !== null && BigInt(id) >= request.low) found.set(id, detail);
      if ([...ahead.rows.keys()].some((id) => BigInt(id) < request.low)) break;
      place = ahead.next;
    }
    const missing = request.ids.filter((id) => !found.has(id));
    const oneByOne = pLimit(4);
    const details = await Promise.all(missing.map((id) => oneByOne(() => detailById(client, id))));
    missing.forEach((id, at) => {
      const detail = details[at];
      if (detail != null) found.set(id, detail);
    });
    const unread = missing.filter((_, at) => details[at] == null).length;
    if (unread > 0) {
      notices.push(NOTICES.errorDetailUnread(unread));
    }
    return { found, place, notices };
  };
}

/** A page of failures with their redacted data; without them when they are too large to take; null when the release refuses. */
async function withData(client: N8nClient, query: Query): Promise<ListPage | null> {
  try {
    return await client.listIfKnown('executions', { ...query, includeData: 'true', redactExecutionData: 'true' }, UNREDACTED, DATA_CAP);
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'data') throw error;
    return client.listIfKnown('executions', query, UNREDACTED);
  }
}

function detailsOf(rows: readonly unknown[]): ReadonlyMap<string, ErrorDetail | null> {
  const parsed = rows.map((row) => rawFailure.safeParse(row)).filter((row) => row.success);
  return new Map(parsed.map(({ data }) => [data.id, data.status === 'error' && data.data != null ? errorDetail(data) : null]));
}

/** Why one run failed, or null when its data cannot be had: gone, or larger than we take. */
async function detailById(client: N8nClient, id: string): Promise<ErrorDetail | null> {
  const size = sizeOf(await client.execution(id, false));
  if (size !== null && size > DATA_CAP) return null;
  try {
    const parsed = rawFailure.safeParse(await client.execution(id, true));
    return parsed.success ? errorDetail(parsed.data) : null;
  } catch (error) {
    if (error instanceof SourceError && error.kind === 'data') return null;
    throw error;
  }
}

/** Bytes of a run's stored data, which releases since 2.x state beside the run without sending them. */
function sizeOf(execution: unknown): number | null {
  const size = typeof execution === 'object' && execution !== null && 'jsonSizeBytes' in execution ? execution.jsonSizeBytes : null;
  return typeof size === 'number' ? size : null;
}
