import { PLANTED_SECRET, type N8nExecution, type N8nWorkflow } from './model.ts';

/** An execution as the list shows it without data: no workflow name, no createdAt, no size. */
export function listRow(run: N8nExecution, retriedBy: ReadonlyMap<string, string>): Record<string, unknown> {
  return {
    id: run.id,
    finished: run.status === 'success',
    mode: run.mode,
    retryOf: run.retryOf,
    // Written on the original when a retry of it succeeds.
    retrySuccessId: retriedBy.get(run.id) ?? null,
    status: run.status,
    startedAt: run.startedAt,
    stoppedAt: run.stoppedAt,
    workflowId: run.workflowId,
    waitTill: run.waitTill,
  };
}

/** What a single execution shows beside the list's fields. */
export function singleFields(run: N8nExecution): Record<string, unknown> {
  return {
    createdAt: run.createdAt,
    deletedAt: null,
    storedAt: 'db',
    jsonSizeBytes: 3000 + (Number(BigInt(run.id) % 1000n) || 1),
    binaryDataSizeBytes: 0,
    workflowVersionId: null,
    tracingContext: null,
    deduplicationKey: null,
    usedPrivateCredentials: false,
  };
}

/** The data of an execution. Redaction takes item data, message and stack, but leaves the resume token and the node parameters. */
export function withData(run: N8nExecution, workflow: N8nWorkflow, redacted: boolean): Record<string, unknown> {
  const item = redacted
    ? { json: {}, redaction: { redacted: true, reason: 'user_requested' } }
    : { json: { cliente: PLANTED_SECRET, correo: 'persona@example.invalid' } };
  const error = run.failure === null ? null : errorObject(run.failure, workflow, redacted);
  return {
    storedAt: 'db',
    workflowVersionId: null,
    customData: {},
    data: {
      version: 1,
      startData: {},
      resultData: {
        runData: { Webhook: [{ startTime: 1, executionTime: 0, executionStatus: 'success', data: { main: [[item]] } }] },
        lastNodeExecuted: run.failure?.node ?? 'Webhook',
        ...(error === null ? {} : { [redacted ? 'redactedError' : 'error']: error }),
      },
      resumeToken: `${PLANTED_SECRET}-resume-${run.id}`,
    },
    workflowData: { id: workflow.id, name: workflow.name, nodes: nodesOf(workflow), connections: {}, settings: {} },
  };
}

function errorObject(failure: NonNullable<N8nExecution['failure']>, workflow: N8nWorkflow, redacted: boolean): Record<string, unknown> {
  const code = failure.httpCode === null ? {} : { httpCode: failure.httpCode };
  if (redacted) return { type: failure.name, ...code };
  const node = nodesOf(workflow).find((one) => one['name'] === failure.node);
  return {
    name: failure.name,
    ...code,
    message: `falló con el cliente persona@example.invalid y la clave ${PLANTED_SECRET}`,
    description: PLANTED_SECRET,
    stack: `${failure.name}: ${PLANTED_SECRET}`,
    // Errors of Code nodes do not carry their node.
    ...(failure.name === 'WrappedExecutionError' || node === undefined ? {} : { node }),
  };
}

function nodesOf(workflow: N8nWorkflow): Record<string, unknown>[] {
  return workflow.nodes.map((node, index) => ({
    id: `n${index}`,
    ...node,
    typeVersion: 1,
    position: [index * 200, 0],
    parameters: { url: 'https://api.example.invalid/v1', headerValue: `Bearer ${PLANTED_SECRET}` },
  }));
}

/** A workflow as the list shows it: with its nodes, once more in `activeVersion`, and pinned data unless asked not to. */
export function workflowRow(workflow: N8nWorkflow, withoutPinned: boolean): Record<string, unknown> {
  const stamps = { createdAt: workflow.createdAt, updatedAt: workflow.updatedAt };
  return {
    id: workflow.id,
    name: workflow.name,
    active: workflow.active,
    activeVersionId: workflow.active ? `v-${workflow.id}` : null,
    ...stamps,
    isArchived: workflow.isArchived,
    versionId: `v-${workflow.id}`,
    triggerCount: 1,
    nodes: nodesOf(workflow),
    connections: {},
    settings: {
      executionOrder: 'v1',
      ...(workflow.saveSuccesses === null ? {} : { saveDataSuccessExecution: workflow.saveSuccesses }),
    },
    staticData: { lastToken: PLANTED_SECRET },
    ...(withoutPinned ? {} : { pinData: { Webhook: [{ json: { token: PLANTED_SECRET } }] } }),
    tags: workflow.tags.map((name) => ({ id: `tag-${name}`, name, ...stamps })),
    shared: [{ role: 'workflow:owner', workflowId: workflow.id, projectId: workflow.projectId, ...stamps }],
    activeVersion: { nodes: nodesOf(workflow) },
  };
}
