import type { SandboxAnswer } from '../http-server.ts';
import type { N8nExecution, N8nInstance } from './model.ts';
import { RELEASES, type N8nRelease } from './release.ts';
import { listRow, withData, workflowRow } from './shapes.ts';

const refuse = (message: string): SandboxAnswer => ({ status: 400, body: { message } });

interface Paging {
  readonly limit: number;
  /** Executions: rows below this id. */
  readonly lastId: bigint | null;
  /** Workflows: rows from this position. */
  readonly offset: number;
}

/** Reads limit and cursor: a limit inside the cursor wins, above 250 is cut without a word, and 0 means everything. */
function paging(query: URLSearchParams): Paging | null {
  const asked = Number(query.get('limit') ?? 100);
  const limit = asked === 0 ? Number.POSITIVE_INFINITY : Math.min(250, asked);
  const cursor = query.get('cursor');
  if (cursor === null) return { limit, lastId: null, offset: 0 };
  try {
    const read = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as { lastId?: string; offset?: number; limit: number };
    return { limit: Math.min(250, read.limit), lastId: read.lastId === undefined ? null : BigInt(read.lastId), offset: read.offset ?? 0 };
  } catch {
    return null;
  }
}

const cursorOf = (place: Record<string, unknown>) => Buffer.from(JSON.stringify(place)).toString('base64');

/** `GET /executions`: newest id first, running ones hidden unless asked for by status. */
export function listExecutions(instance: N8nInstance, query: URLSearchParams, release: N8nRelease): SandboxAnswer {
  const { statuses, ignoredStatuses, parameters, refusesUnknown, hidesWaiting } = RELEASES[release];
  const unknown = [...query.keys()].find((key) => !parameters.includes(key));
  if (unknown !== undefined && refusesUnknown) return refuse(`Unknown query parameter '${unknown}'`);
  const status = query.get('status');
  if (status !== null && !statuses.includes(status)) {
    return refuse(`request/query/status Invalid enum value. Expected '${statuses.join("' | '")}', received '${status}'`);
  }
  const page = paging(query);
  if (page === null) return refuse('An invalid cursor was provided');
  const hidden = hidesWaiting ? ['running', 'waiting'] : ['running'];
  const filtered = status !== null && !ignoredStatuses.includes(status);
  const rows = instance.executions.filter(
    (run) =>
      !run.pruned &&
      (filtered ? run.status === status : !hidden.includes(run.status)) &&
      (page.lastId === null || BigInt(run.id) < page.lastId) &&
      within(run, query, parameters),
  );
  const shown = rows.toReversed().slice(0, page.limit);
  const last = shown.at(-1);
  const more = last !== undefined && shown.length < rows.length;
  const retriedBy = successfulRetries(instance);
  const redacted = query.get('redactExecutionData') === 'true' && parameters.includes('redactExecutionData');
  return {
    status: 200,
    body: {
      data: shown.map((run) => executionRow(instance, run, retriedBy, query.get('includeData') === 'true', redacted)),
      nextCursor: more ? cursorOf({ lastId: last.id, limit: page.limit }) : null,
    },
  };
}

/** Which execution succeeded as a retry of which. */
export function successfulRetries(instance: N8nInstance): ReadonlyMap<string, string> {
  return new Map(instance.executions.flatMap((run) => (run.retryOf !== null && run.status === 'success' ? [[run.retryOf, run.id]] : [])));
}

/** An execution, with its data where asked for. */
export function executionRow(
  instance: N8nInstance,
  run: N8nExecution,
  retriedBy: ReadonlyMap<string, string>,
  data: boolean,
  redacted: boolean,
): Record<string, unknown> {
  const workflow = data ? instance.workflows.find((one) => one.id === run.workflowId) : undefined;
  return { ...listRow(run, retriedBy), ...(workflow === undefined ? {} : withData(run, workflow, redacted)) };
}

/** The filters beside the status; an unknown workflow or project matches nothing, without a word. */
function within(run: N8nExecution, query: URLSearchParams, parameters: readonly string[]): boolean {
  const after = parameters.includes('startedAfter') ? query.get('startedAfter') : null;
  const before = parameters.includes('startedBefore') ? query.get('startedBefore') : null;
  const workflow = query.get('workflowId');
  return (
    (workflow === null || run.workflowId === workflow) &&
    (after === null || (run.startedAt !== null && run.startedAt >= after)) &&
    (before === null || (run.startedAt !== null && run.startedAt <= before))
  );
}

/** `GET /workflows`: paged by offset, so that rows shift when one is made or deleted during a walk. */
export function listWorkflows(instance: N8nInstance, query: URLSearchParams): SandboxAnswer {
  const page = paging(query);
  if (page === null) return refuse('An invalid cursor was provided');
  const tags = query.get('tags')?.split(',') ?? [];
  const project = query.get('projectId');
  const rows = instance.workflows.filter(
    (workflow) => tags.every((tag) => workflow.tags.includes(tag)) && (project === null || workflow.projectId === project),
  );
  const end = page.offset + page.limit;
  return {
    status: 200,
    body: {
      data: rows.slice(page.offset, end).map((workflow) => workflowRow(workflow, query.get('excludePinnedData') === 'true')),
      nextCursor: end < rows.length ? cursorOf({ limit: page.limit, offset: end }) : null,
    },
  };
}
