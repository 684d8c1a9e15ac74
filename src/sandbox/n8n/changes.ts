import type { N8nExecution, N8nInstance, N8nStatus } from './model.ts';

/** A run of the workflow begins now, with the next id. */
export function startExecution(instance: N8nInstance, workflowId: string, at: string, status: N8nStatus = 'running'): N8nExecution {
  const last = instance.executions.at(-1);
  const execution: N8nExecution = {
    id: ((last === undefined ? 0n : BigInt(last.id)) + 1n).toString(),
    workflowId,
    mode: 'webhook',
    status,
    createdAt: at,
    startedAt: status === 'new' ? null : at,
    stoppedAt: null,
    waitTill: null,
    retryOf: null,
    failure: null,
    pruned: false,
  };
  instance.executions.push(execution);
  return execution;
}

/** A run ends. Its place in the list stays where its id is. */
export function finishExecution(execution: N8nExecution, at: string, status: N8nStatus, failure: N8nExecution['failure'] = null): void {
  execution.status = status;
  execution.startedAt ??= at;
  execution.stoppedAt = at;
  execution.waitTill = null;
  execution.failure = failure;
}

/** Keeps this many of the newest ended runs. Runs that have not ended are exempt, whatever their age. */
export function pruneExecutions(instance: N8nInstance, keep: number): number {
  const ended = instance.executions.filter((run) => !run.pruned && !['new', 'running', 'waiting'].includes(run.status));
  const gone = ended.slice(0, Math.max(0, ended.length - keep));
  for (const run of gone) run.pruned = true;
  return gone.length;
}
