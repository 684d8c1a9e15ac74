import { n8n } from '../../connectors/n8n/index.ts';
import { SourceError, type Cursor, type Draft, type Page, type ReadContext, type ReadRequest } from '../../src/contract/index.ts';
import { unlimitedBudget } from '../../src/outbound/budget.ts';
import { createHttp } from '../../src/outbound/http.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';
import { expectedN8n } from '../../src/sandbox/n8n/expected.ts';
import { growN8n, type N8nGrowth } from '../../src/sandbox/n8n/grow.ts';
import type { N8nExecution, N8nInstance } from '../../src/sandbox/n8n/model.ts';
import { startN8n, type N8nServerOptions } from '../../src/sandbox/n8n/server.ts';

export const ANCHOR = '2026-11-23T12:00:00.000Z';
export const LATER = '2026-11-23T12:10:00.000Z';
export const RUT = '76042235-5';
export const ACME = 'tenant:acme';
export const BETA = 'tenant:beta';

const servers: SandboxServer[] = [];

/** Ends the servers of a test. */
export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await server.close();
}

export function grow(growth: Partial<N8nGrowth> = {}): N8nInstance {
  const tenants = [
    { tag: ACME, executions: 700 },
    { tag: BETA, executions: 300 },
  ];
  return growN8n({ seed: 7, anchor: ANCHOR, instance: 'uno', tenants, ...growth });
}

export interface Account {
  readonly server: SandboxServer;
  readonly said: string[];
  context(settings?: Record<string, unknown>): ReadContext<unknown>;
}

export async function serve(instance: N8nInstance, options: Partial<N8nServerOptions> = {}): Promise<Account> {
  const server = await startN8n({ instance, clock: () => new Date(ANCHOR), ...options });
  servers.push(server);
  const said: string[] = [];
  const write = (fields: Record<string, unknown>, message: string) => void said.push(JSON.stringify({ fields, message }));
  const log = { debug: write, info: write, warn: write };
  return {
    server,
    said,
    context(settings = {}) {
      const { signal } = new AbortController();
      const http = createHttp({
        account: 'n8n',
        host: server.url,
        lane: 'live',
        budget: unlimitedBudget,
        log,
        signal,
        secrets: [instance.apiKey],
        sleep: () => Promise.resolve(),
      });
      return { settings: { base_url: server.url, api_key: instance.apiKey, ...settings }, http, now: () => new Date(ANCHOR), log, signal };
    },
  };
}

interface Read {
  readonly pages: Page[];
  readonly drafts: Draft[];
  readonly cursor: Cursor;
  readonly notices: string[];
}

export async function read(context: ReadContext<unknown>, stream: string, request: Partial<ReadRequest> = {}): Promise<Read> {
  const found = n8n.streams.find((one) => one.name === stream);
  if (found === undefined) throw new Error(`no stream ${stream}`);
  const whole = { kind: 'incremental', cursor: null, from: null, ...request } as ReadRequest;
  const pages: Page[] = [];
  for await (const page of found.read(context, whole)) pages.push(page);
  const last = pages.at(-1);
  if (last === undefined || !last.end) throw new Error('the walk did not end');
  return {
    pages,
    drafts: pages.flatMap((page) => page.drafts),
    cursor: last.cursor,
    notices: pages.flatMap((page) => page.notices ?? []).map((notice) => notice.code),
  };
}

/** What a warehouse holds after these drafts: the higher rank wins, then the later read. */
export function land(drafts: readonly Draft[], into = new Map<string, Draft>()): Map<string, Draft> {
  for (const draft of drafts) {
    const key = `${draft.entity} ${draft.sourceId}`;
    if ((into.get(key)?.sourceSeq ?? 0) <= (draft.sourceSeq ?? 0)) into.set(key, draft);
  }
  return into;
}

/** Rows as the world states them, from drafts: without the columns that the warehouse adds. */
export function rowsOf(landed: ReadonlyMap<string, Draft>): Map<string, Record<string, unknown>> {
  return new Map([...landed.values()].map((draft) => [draft.sourceId, draft.fields]));
}

export function worldRows(instance: N8nInstance, tag: string): Map<string, Record<string, unknown>> {
  const rows = expectedN8n(instance, tag, RUT, 'America/Santiago').filter((row) => row.table.startsWith('public.workflow_executions'));
  return new Map(
    rows.map(({ sourceId, values: { workflow_name: _name, business_day: _day, resolved_by_retry: _resolved, waited, ...own } }) => {
      const instants = Object.entries(own).map(([key, value]) => [key, value?.replace(/000Z$/, 'Z') ?? null]);
      const values = Object.fromEntries(instants) as Record<string, string | null>;
      const duration = values['duration_ms'];
      return [sourceId, { ...values, waited: waited === 'true', duration_ms: duration == null ? null : Number(duration) }];
    }),
  );
}

export const runningOf = (instance: N8nInstance, tag: string): N8nExecution => {
  const own = instance.workflows.filter((workflow) => workflow.tags.includes(tag)).map((workflow) => workflow.id);
  const run = instance.executions.find((one) => one.status === 'running' && own.includes(one.workflowId));
  if (run === undefined) throw new Error('the world has no running execution');
  return run;
};

export const ofRun = (drafts: readonly Draft[], id: string): Draft | undefined => drafts.findLast((draft) => draft.sourceId === id);

export async function failure(work: Promise<unknown>): Promise<SourceError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw new Error('it did not fail as a source error', { cause: error });
}
