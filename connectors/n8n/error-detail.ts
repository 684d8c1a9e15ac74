import type { DraftFields } from '#contract';
import type { RawFailure } from './raw.ts';

type ErrorCategory = NonNullable<DraftFields<'execution'>['error_category']>;

/** All that is kept of a failure: neither its message nor its stack, which may quote customers' data. */
export interface ErrorDetail {
  readonly category: ErrorCategory;
  readonly failedNodeType: string | null;
}

/**
 * Sorts an n8n error by its HTTP or socket code and, without one, by the error's class name.
 * n8n gives HTTP codes as text ("401") and socket failures in the same field ("ECONNREFUSED"); measured on 2.41.1.
 */
export function errorCategory(name: string | null, code: string | null): ErrorCategory {
  if (code !== null) {
    if (code === '401' || code === '403') return 'auth';
    if (code === '404') return 'not_found';
    if (code === '429') return 'rate_limit';
    if (/^5\d\d$/.test(code)) return 'upstream';
    if (/^4\d\d$/.test(code)) return 'client';
    if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') return 'timeout';
    if (/^E[A-Z]/.test(code)) return 'network';
  }
  if (name === 'WrappedExecutionError') return 'code';
  if (name === 'NodeOperationError') return 'validation';
  if (name === 'WorkflowCrashedError') return 'crash';
  return 'other';
}

/**
 * Reads category and failing node type from an execution with data.
 * Errors of Code nodes carry no node of their own (measured on 2.41.1): then the last executed node is looked up by name.
 */
export function errorDetail(failure: RawFailure): ErrorDetail {
  const result = failure.data?.resultData;
  const error = result?.error ?? result?.redactedError;
  const last = failure.workflowData?.nodes?.find((node) => node.name === result?.lastNodeExecuted);
  return {
    category: errorCategory(error?.name ?? error?.type ?? null, error?.httpCode == null ? null : String(error.httpCode)),
    failedNodeType: nodeType(error?.node?.type ?? last?.type ?? null),
  };
}

/** Community nodes choose their own type names; what does not look like one is not stored. */
function nodeType(type: string | null): string | null {
  return type !== null && /^[@\w./-]{1,200}$/.test(type) ? type : null;
}
