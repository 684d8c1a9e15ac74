import { z } from 'zod';

/**
 * Execution ids are strings in lists (numbers in a few answers of old releases) and come from a 64-bit sequence: they are
 * compared as BigInt, never as text or as a float. A JSON number beyond 2^53 has already lost digits and is refused.
 */
const executionId = z.union([z.string(), z.int().transform(String)]).pipe(z.string().regex(/^\d{1,19}$/, 'is not an execution id'));

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** The fields of an execution that we read: everything else, data and tokens first of all, falls away here. */
export const rawExecution = z.object({
  id: executionId,
  status: z.string().min(1),
  mode: z.string().min(1),
  startedAt: instant.nullish(),
  stoppedAt: instant.nullish(),
  waitTill: instant.nullish(),
  workflowId: z.string().min(1),
  retryOf: executionId.nullish(),
});
export type RawExecution = z.output<typeof rawExecution>;

/** The fields of a workflow that we read. Nodes, pinned data and static data hold parameters, and those hold secrets. */
export const rawWorkflow = z.object({
  id: z.string().min(1),
  name: z.string(),
  active: z.boolean(),
  isArchived: z.boolean().nullish(),
  createdAt: instant.nullish(),
  tags: z.array(z.object({ name: z.string() })).nullish(),
  shared: z.array(z.object({ projectId: z.string(), role: z.string().nullish() })).nullish(),
  settings: z.object({ saveDataSuccessExecution: z.string().nullish() }).nullish(),
});
export type RawWorkflow = z.output<typeof rawWorkflow>;

const errorObject = z.object({
  name: z.string().nullish(),
  type: z.string().nullish(),
  httpCode: z.union([z.string(), z.number()]).nullish(),
  node: z.object({ type: z.string().nullish() }).nullish().catch(null),
});

/** What an execution with data says about its failure, whole (`error`) or redacted (`redactedError`). */
export const rawFailure = z.object({
  id: executionId,
  status: z.string(),
  data: z
    .object({
      resultData: z
        .object({ lastNodeExecuted: z.string().nullish(), error: errorObject.nullish(), redactedError: errorObject.nullish() })
        .nullish(),
    })
    .nullish(),
  workflowData: z
    .object({ nodes: z.array(z.object({ name: z.string(), type: z.string() })).nullish() })
    .nullish()
    .catch(null),
});
export type RawFailure = z.output<typeof rawFailure>;
