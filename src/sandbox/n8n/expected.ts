import type { ExpectedRow } from '../world/model.ts';
import type { N8nExecution, N8nInstance, N8nWorkflow } from './model.ts';

const PRODUCTION = ['trigger', 'webhook', 'retry', 'cli'];
const CANONICAL: Readonly<Record<string, string>> = { new: 'running', unknown: 'running', crashed: 'error' };

/**
 * What the warehouse must hold of one tenant's part of the instance, pruned runs included: pruning undoes nothing. A run that
 * was pruned before the first sync is expected all the same; tests that prune know.
 */
export function expectedN8n(instance: N8nInstance, tag: string, rut: string, timeZone: string): ExpectedRow[] {
  const own = new Map(instance.workflows.filter((workflow) => workflow.tags.includes(tag)).map((workflow) => [workflow.id, workflow]));
  const days = dayIn(timeZone);
  const retried = new Set(instance.executions.flatMap((run) => (run.status === 'success' && run.retryOf !== null ? [run.retryOf] : [])));
  const runs = instance.executions.flatMap((run) => {
    const workflow = own.get(run.workflowId);
    return workflow === undefined || run.startedAt === null ? [] : [expectedRun(run, run.startedAt, workflow, { rut, day: days, retried })];
  });
  const production = runs.filter((row) => row.table === 'public.workflow_executions');
  return [
    ...[...own.values()].map((workflow) => expectedWorkflow(workflow, rut)),
    ...runs,
    ...expectedDays(production, own, rut),
    ...expectedLatency(production, rut),
  ];
}

function expectedWorkflow(workflow: N8nWorkflow, rut: string): ExpectedRow {
  return {
    rut,
    table: 'public.workflows',
    sourceId: workflow.id,
    values: {
      name: workflow.name,
      active: String(workflow.active),
      archived: String(workflow.isArchived),
      tags: JSON.stringify(workflow.tags.toSorted()),
      project: workflow.projectId,
      saves_successes: String(workflow.saveSuccesses !== 'none'),
    },
  };
}

function expectedRun(
  run: N8nExecution,
  startedAt: string,
  workflow: N8nWorkflow,
  { rut, day, retried }: { rut: string; day: (instant: string) => string; retried: ReadonlySet<string> },
): ExpectedRow {
  const production = PRODUCTION.includes(run.mode);
  const failed = ['error', 'crashed'].includes(run.status);
  const end = ['success', 'error'].includes(run.status) ? run.stoppedAt : null;
  return {
    rut,
    table: production ? 'public.workflow_executions' : 'public.workflow_executions_other',
    sourceId: run.id,
    values: {
      workflow_id: workflow.id,
      workflow_name: workflow.name,
      status: CANONICAL[run.status] ?? run.status,
      source_status: run.status,
      mode: run.mode,
      created_at: micros(startedAt),
      business_day: day(startedAt),
      stopped_at: run.stoppedAt === null ? null : micros(run.stoppedAt),
      wait_till: run.waitTill === null ? null : micros(run.waitTill),
      waited: String(run.waitTill !== null),
      duration_ms: end === null ? null : String(Date.parse(end) - Date.parse(startedAt)),
      error_category: failed ? (run.failure?.category ?? null) : null,
      failed_node_type: run.status === 'error' ? nodeType(run, workflow) : null,
      retry_of: run.retryOf,
      // Only of production runs is it asked.
      ...(production ? { resolved_by_retry: String(failed && retried.has(run.id)) } : {}),
    },
  };
}

function nodeType(run: N8nExecution, workflow: N8nWorkflow): string | null {
  return workflow.nodes.find((node) => node.name === run.failure?.node)?.type ?? null;
}

/** Production runs per day and workflow. A day without a measured run has the sum 0 beside the count 0. */
function expectedDays(runs: readonly ExpectedRow[], own: ReadonlyMap<string, N8nWorkflow>, rut: string): ExpectedRow[] {
  const groups = Map.groupBy(runs, (run) => `${run.values['business_day']}|${run.values['workflow_id']}`);
  return [...groups].map(([sourceId, rows]) => {
    const count = (column: string, ...words: string[]) => String(rows.filter((row) => words.includes(row.values[column] ?? '')).length);
    const durations = rows.flatMap((row) => (row.values['duration_ms'] == null ? [] : [Number(row.values['duration_ms'])]));
    return {
      rut,
      table: 'kpi.executions_daily',
      sourceId,
      values: {
        executions: String(rows.length),
        success: count('status', 'success'),
        errors: count('status', 'error'),
        errors_resolved: count('resolved_by_retry', 'true'),
        crashed: count('source_status', 'crashed'),
        canceled: count('status', 'canceled'),
        running: count('status', 'running', 'waiting'),
        duration_ms_sum: String(durations.reduce((sum, ms) => sum + ms, 0)),
        duration_ms_count: String(durations.length),
        keeps_successes: String(own.get(rows[0]?.values['workflow_id'] ?? '')?.saveSuccesses !== 'none'),
      },
    };
  });
}

/** Days on which something was measured: the durations at the middle and at 95 of 100, counted from the shortest. */
function expectedLatency(runs: readonly ExpectedRow[], rut: string): ExpectedRow[] {
  const measured = runs.filter((run) => run.values['duration_ms'] != null);
  return [...Map.groupBy(measured, (run) => run.values['business_day'] ?? '')].map(([sourceId, rows]) => {
    const sorted = rows.map((row) => Number(row.values['duration_ms'])).toSorted((a, b) => a - b);
    const at = (hundredths: number) => String(sorted[Math.ceil((hundredths * sorted.length) / 100) - 1]);
    const sum = String(sorted.reduce((total, ms) => total + ms, 0));
    const values = { runs: String(sorted.length), duration_ms_sum: sum, p50_ms: at(50), p95_ms: at(95) };
    return { rut, table: 'kpi.execution_latency_daily', sourceId, values };
  });
}

function micros(instant: string): string {
  return instant.replace('Z', '000Z');
}

function dayIn(timeZone: string): (instant: string) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => format.format(new Date(instant));
}
