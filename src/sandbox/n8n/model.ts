import type { Instant } from '../world/model.ts';

/** Stands in everything the simulated n8n shows that must never reach the warehouse: parameters, item data, messages, tokens. */
export const PLANTED_SECRET = 'planted-n8n-secret';

export type N8nStatus = 'new' | 'running' | 'waiting' | 'success' | 'error' | 'crashed' | 'canceled' | 'unknown';
export type N8nMode = 'trigger' | 'webhook' | 'retry' | 'cli' | 'manual' | 'error' | 'integrated' | 'evaluation' | 'chat' | 'internal';

/** One n8n installation: executions of all its tenants share one sequence of ids. */
export interface N8nInstance {
  readonly name: string;
  /** A key with every scope this project needs. */
  readonly apiKey: string;
  readonly workflows: N8nWorkflow[];
  /** Ascending by id. */
  readonly executions: N8nExecution[];
}

export interface N8nWorkflow {
  readonly id: string;
  name: string;
  active: boolean;
  isArchived: boolean;
  readonly createdAt: Instant;
  /** Tagging and activating do not touch it. */
  updatedAt: Instant;
  tags: string[];
  readonly projectId: string;
  saveSuccesses: 'all' | 'none' | null;
  readonly nodes: N8nNode[];
}

export interface N8nNode {
  readonly name: string;
  readonly type: string;
}

export interface N8nExecution {
  /** Decimal digits of a 64-bit number. */
  readonly id: string;
  readonly workflowId: string;
  readonly mode: N8nMode;
  status: N8nStatus;
  readonly createdAt: Instant;
  /** Null while it is queued. */
  startedAt: Instant | null;
  /** Also set while it waits. */
  stoppedAt: Instant | null;
  waitTill: Instant | null;
  readonly retryOf: string | null;
  failure: N8nFailure | null;
  /** Soft-deleted by pruning: gone from every answer. */
  pruned: boolean;
}

export interface N8nFailure {
  /** Class name of the error. */
  readonly name: string;
  readonly httpCode: string | null;
  /** Node that failed, by name. */
  readonly node: string;
  /** What the warehouse should call it. */
  readonly category: string;
}
