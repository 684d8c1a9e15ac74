import type { Draft, DraftFields, DraftFor, Reject } from '#contract';
import type { z } from 'zod';
import type { ErrorDetail } from './error-detail.ts';
import { rawExecution, rawWorkflow, type RawExecution, type RawWorkflow } from './raw.ts';

type ExecutionStatus = DraftFields<'execution'>['status'];

/** Modes of production runs. All others (manual, error handler, sub-workflow, evaluation, chat …) are `execution_other`. */
const PRODUCTION_MODES = new Set(['trigger', 'webhook', 'retry', 'cli']);

interface StatusRule {
  readonly status: ExecutionStatus;
  /** Orders what is seen of one execution: n8n has no clock for changes. */
  readonly rank: number;
  /** Whether it still changes, so that it must be read again. */
  readonly open: boolean;
}

const STATUSES: Readonly<Record<string, StatusRule>> = {
  new: { status: 'running', rank: 0, open: true },
  running: { status: 'running', rank: 1, open: true },
  waiting: { status: 'waiting', rank: 2, open: true },
  success: { status: 'success', rank: 3, open: false },
  error: { status: 'error', rank: 3, open: false },
  crashed: { status: 'error', rank: 3, open: false },
  canceled: { status: 'canceled', rank: 3, open: false },
};

/**
 * `unknown` (n8n never learned how the run ended) and words of later releases: nothing proves an end, so `running`, which
 * counts neither as success nor as error. They are not followed: n8n does not settle them either, and they would be re-read for ever.
 */
const UNSETTLED: StatusRule = { status: 'running', rank: 1, open: false };

/** What a status of n8n means here. `stoppedAt` says nothing about it: it is set while waiting too (measured on 2.41.1). */
export function statusRule(sourceStatus: string): StatusRule {
  return STATUSES[sourceStatus] ?? UNSETTLED;
}

/** False for words of later releases: an operator should hear of them. */
export function isKnownStatus(sourceStatus: string): boolean {
  return sourceStatus in STATUSES || sourceStatus === 'unknown';
}

/** A raw list row as a typed record, or the reject that goes to quarantine. */
export function readExecution(raw: unknown): { readonly row: RawExecution } | { readonly reject: Reject } {
  const parsed = rawExecution.safeParse(raw);
  if (parsed.success) return { row: parsed.data };
  const payload = pick(raw, Object.keys(rawExecution.shape));
  const mode = payload['mode'];
  return {
    reject: {
      entity: typeof mode === 'string' && !PRODUCTION_MODES.has(mode) ? 'execution_other' : 'execution',
      sourceId: idOf(payload),
      reason: reason('execution', parsed.error),
      payload,
    },
  };
}

/**
 * An execution as a draft, or null while it has not started: it has no business time yet (rule `not_started`).
 * `detail` is what was read about a failed run; without it category and node type stay null.
 */
export function toExecution(row: RawExecution, detail: ErrorDetail | null): Draft | null {
  if (row.startedAt == null) return null;
  const rule = statusRule(row.status);
  const crashed = row.status === 'crashed';
  const fields: DraftFields<'execution'> = {
    workflow_id: row.workflowId,
    status: rule.status,
    source_status: row.status,
    mode: row.mode,
    created_at: row.startedAt,
    stopped_at: row.stoppedAt ?? null,
    wait_till: row.waitTill ?? null,
    waited: rule.status === 'waiting' || row.waitTill != null,
    duration_ms: duration(row),
    error_category: crashed ? 'crash' : row.status === 'error' ? (detail?.category ?? null) : null,
    failed_node_type: row.status === 'error' ? (detail?.failedNodeType ?? null) : null,
    retry_of: row.retryOf ?? null,
  };
  return {
    entity: PRODUCTION_MODES.has(row.mode) ? 'execution' : 'execution_other',
    sourceId: row.id,
    sourceCreatedAt: row.startedAt,
    sourceUpdatedAt: null,
    sourceSeq: rule.rank,
    fields,
    raw: row,
  };
}

/**
 * Milliseconds from start to end, only of runs that ended by themselves: `stoppedAt` of a crashed run is its last known
 * event, of a waiting one the moment it began to wait. A finished run that had waited looks like any other in the list
 * (`waitTill` is null again), so its wait is included; the README says so.
 */
function duration(row: RawExecution): number | null {
  if (row.status !== 'success' && row.status !== 'error') return null;
  if (row.startedAt == null || row.stoppedAt == null || row.waitTill != null) return null;
  const ms = Date.parse(row.stoppedAt) - Date.parse(row.startedAt);
  return ms >= 0 ? ms : null;
}

/** A raw workflow as a typed record, or the reject that goes to quarantine. */
export function readWorkflow(raw: unknown): { readonly row: RawWorkflow } | { readonly reject: Reject } {
  const parsed = rawWorkflow.safeParse(raw);
  if (parsed.success) return { row: parsed.data };
  const payload = pick(raw, ['id', 'name', 'active', 'isArchived', 'createdAt']);
  return { reject: { entity: 'workflow', sourceId: idOf(payload), reason: reason('workflow', parsed.error), payload } };
}

/**
 * A workflow as a draft. It has no version clock: tagging and activating leave n8n's `updatedAt` as it was (seen on 2.41.1),
 * so the later read wins.
 */
export function toWorkflow(row: RawWorkflow): DraftFor<'workflow'> {
  const fields: DraftFields<'workflow'> = {
    name: row.name,
    active: row.active,
    archived: row.isArchived ?? false,
    tags: tagNames(row),
    project: projectIds(row)[0] ?? null,
    saves_successes: row.settings?.saveDataSuccessExecution !== 'none',
  };
  return { entity: 'workflow', sourceId: row.id, sourceCreatedAt: row.createdAt ?? null, sourceUpdatedAt: null, fields, raw: row };
}

export function tagNames(row: RawWorkflow): string[] {
  return [...new Set((row.tags ?? []).map((tag) => tag.name))].toSorted();
}

/** Projects a workflow is shared with, its owner's first. */
export function projectIds(row: RawWorkflow): string[] {
  const shared = row.shared ?? [];
  return [...shared.filter((s) => s.role === 'workflow:owner'), ...shared.filter((s) => s.role !== 'workflow:owner')].map(
    (s) => s.projectId,
  );
}

/** The named fields of a record that did not validate; a nested value may hold anything, so only that it was there is kept. */
function pick(raw: unknown, keys: readonly string[]): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null) return {};
  const known = Object.entries(raw).filter(([key]) => keys.includes(key));
  return Object.fromEntries(
    known.map(([key, value]) => [key, typeof value === 'object' && value !== null ? '(nested)' : (value as unknown)]),
  );
}

function idOf(payload: Record<string, unknown>): string | null {
  const id = payload['id'];
  return typeof id === 'string' ? id.slice(0, 200) : typeof id === 'number' ? String(id) : null;
}

function reason(what: string, error: z.ZodError): string {
  const faults = error.issues.map((issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`);
  return `n8n ${what} does not have the expected shape (${faults.slice(0, 3).join('; ')})`;
}
