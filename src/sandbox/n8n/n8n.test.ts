import { afterEach, describe, expect, test } from 'vitest';
import type { SandboxServer } from '../http-server.ts';
import { expectedN8n } from './expected.ts';
import { growN8n } from './grow.ts';
import type { N8nInstance } from './model.ts';
import { startN8n } from './server.ts';

const ANCHOR = '2026-11-23T12:00:00.000Z';
const ACME = 'tenant:acme';

const servers: SandboxServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function grow(): N8nInstance {
  return growN8n({
    seed: 7,
    anchor: ANCHOR,
    instance: 'uno',
    tenants: [
      { tag: ACME, executions: 700 },
      { tag: 'tenant:beta', executions: 300 },
    ],
  });
}

async function serve(instance: N8nInstance): Promise<SandboxServer> {
  const server = await startN8n({ instance, clock: () => new Date(ANCHOR) });
  servers.push(server);
  return server;
}

describe('the simulated n8n', () => {
  const get = async (server: SandboxServer, path: string, headers: Record<string, string>) => {
    const answer = await fetch(`${server.url}/api/v1/${path}`, { headers });
    return {
      status: answer.status,
      body: (await answer.json()) as { data: { id: string; status: string }[]; nextCursor: string | null; message: string },
    };
  };

  test('keeps the quirks of the real one', async () => {
    const instance = grow();
    const server = await serve(instance);
    const key = { 'X-N8N-API-KEY': instance.apiKey };
    expect((await get(server, 'executions', { authorization: `Bearer ${instance.apiKey}` })).status).toBe(401);
    expect((await get(server, 'executions?status=bogus', key)).status).toBe(400);
    expect((await get(server, 'executions?cursor=bogus', key)).body.message).toBe('An invalid cursor was provided');
    expect((await get(server, 'executions?workflowId=nothing', key)).body).toEqual({ data: [], nextCursor: null });
    const cut = await get(server, 'executions?limit=251', key);
    expect(cut.body.data).toHaveLength(250);
    const last = cut.body.data.at(-1)!;
    expect(JSON.parse(Buffer.from(cut.body.nextCursor!, 'base64').toString())).toEqual({ lastId: last.id, limit: 250 });
    const all = await get(server, 'executions?limit=0', key);
    expect(all.body.nextCursor).toBeNull();
    expect(all.body.data).toHaveLength(instance.executions.filter((run) => run.status !== 'running').length);
    expect((await get(server, 'executions?status=running', key)).body.data.every((run) => run.status === 'running')).toBe(true);
  });

  test('the same seed grows the same instance, with all statuses, within 40 days and rows of the last week', () => {
    const instance = grow();
    expect(grow()).toEqual(instance);
    expect(new Set(instance.executions.map((run) => run.status))).toEqual(
      new Set(['success', 'error', 'crashed', 'canceled', 'running', 'waiting', 'new']),
    );
    const times = instance.executions.flatMap((run) => [run.startedAt ?? run.createdAt, run.stoppedAt ?? run.createdAt]);
    expect(times.every((time) => time <= ANCHOR && time >= '2026-10-14')).toBe(true);
    expect(times.filter((time) => time >= '2026-11-16T12:00').length).toBeGreaterThan(100);
    const ids = new Set(instance.workflows.filter((workflow) => workflow.tags.includes(ACME)).map((workflow) => workflow.id));
    expect(instance.executions.filter((run) => ids.has(run.workflowId))).toHaveLength(700);
  });

  test('the world counts production runs by day and workflow', () => {
    const rows = expectedN8n(grow(), ACME, '76042235-5', 'America/Santiago');
    const days = rows.filter((row) => row.table === 'kpi.executions_daily');
    const production = rows.filter((row) => row.table === 'public.workflow_executions');
    const sum = (column: string) => days.reduce((total, row) => total + Number(row.values[column]), 0);
    expect(sum('executions')).toBe(production.length);
    expect(sum('errors')).toBe(production.filter((row) => row.values['status'] === 'error').length);
    expect(sum('duration_ms_sum')).toBe(production.reduce((total, row) => total + Number(row.values['duration_ms'] ?? 0), 0));
  });
});
