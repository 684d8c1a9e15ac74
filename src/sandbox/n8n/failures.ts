import type { N8nFailure, N8nNode } from './model.ts';

export const WEBHOOK: N8nNode = { name: 'Webhook', type: 'n8n-nodes-base.webhook' };
export const HTTP: N8nNode = { name: 'Llamar API', type: 'n8n-nodes-base.httpRequest' };
export const CODE: N8nNode = { name: 'Transformar', type: 'n8n-nodes-base.code' };
export const STOP: N8nNode = { name: 'Validar', type: 'n8n-nodes-base.stopAndError' };
export const WAIT: N8nNode = { name: 'Esperar', type: 'n8n-nodes-base.wait' };

const http = (httpCode: string, category: string): N8nFailure => ({ name: 'NodeApiError', httpCode, node: HTTP.name, category });

/** Ways a run fails, with what n8n says of each. */
export const FAILURES: readonly N8nFailure[] = [
  http('401', 'auth'),
  http('403', 'auth'),
  http('404', 'not_found'),
  http('422', 'client'),
  http('429', 'rate_limit'),
  http('500', 'upstream'),
  http('503', 'upstream'),
  http('ECONNREFUSED', 'network'),
  http('ECONNABORTED', 'timeout'),
  http('ETIMEDOUT', 'timeout'),
  { name: 'WrappedExecutionError', httpCode: null, node: CODE.name, category: 'code' },
  { name: 'NodeOperationError', httpCode: null, node: STOP.name, category: 'validation' },
  { name: 'ExpressionError', httpCode: null, node: CODE.name, category: 'other' },
];

/** What n8n states for a run that died with its process. */
export const CRASH: N8nFailure = { name: 'WorkflowCrashedError', httpCode: null, node: HTTP.name, category: 'crash' };
