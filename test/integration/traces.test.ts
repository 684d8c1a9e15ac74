import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { DoctorRig } from '../support/doctor-rig.ts';
import { kpi } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const value = z
  .object({ stringValue: z.string() })
  .or(z.object({ intValue: z.union([z.number(), z.string()]) }))
  .or(z.looseObject({}));
const SPAN = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(z.object({ key: z.string(), value })).default([]),
  status: z.object({ code: z.number().optional() }),
});
const EXPORT = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value })) }),
      scopeSpans: z.array(z.object({ spans: z.array(SPAN) })),
    }),
  ),
});
type Span = z.infer<typeof SPAN>;

let rig: DoctorRig;
let receiver: Server;
let endpoint: string;
let bodies: { readonly path: string; readonly key: string | undefined; readonly text: string }[] = [];
beforeAll(async () => {
  rig = await DoctorRig.open();
  receiver = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      bodies.push({ path: request.url!, key: request.headers['x-receiver-key'] as string | undefined, text });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await rig.close();
});

const sync = (env: Record<string, string>) =>
  kpi(['sync', '--tenant', DoctorRig.RUT, '--json'], {
    home: rig.home,
    env: { ...rig.env, KPI_LOG_LEVEL: 'warn', KPI_REQUESTS_PER_SECOND: '100000', ...env },
  });

test('a reading is one trace: the run, its pages with their requests, its batches with what they held the lock for', async () => {
  rig.sandbox.servers.n8n.faults.next('server-error');
  const ended = await sync({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-receiver-key=abcd1234efgh' });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(new Set(bodies.map(({ path, key }) => `${path} ${key}`))).toEqual(new Set(['/v1/traces abcd1234efgh']));
  const exports = bodies.flatMap(({ text }) => EXPORT.parse(JSON.parse(text)).resourceSpans);
  const spans = exports.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  expect(JSON.stringify(exports[0]!.resource)).toContain('"kpi-sync"');
  const by = new Map(spans.map((span) => [span.spanId, span]));
  const attribute = (span: Span, key: string) => Object.values(span.attributes.find((one) => one.key === key)?.value ?? {})[0];
  const kind = (span: Span) =>
    span.name.startsWith('run ') ? 'run' : ['page', 'batch', 'merge'].includes(span.name) ? span.name : 'request';
  const parents: Record<string, string[]> = { run: ['none'], page: ['run'], request: ['page'], batch: ['run'], merge: ['batch'] };
  for (const span of spans) {
    const parent = span.parentSpanId === undefined || span.parentSpanId === '' ? null : by.get(span.parentSpanId);
    expect(parent, `${span.name} has a parent that was not sent`).toBeDefined();
    expect(parents[kind(span)], span.name).toContain(parent === null ? 'none' : kind(parent!));
    if (parent !== null) expect(parent!.traceId).toBe(span.traceId);
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
  }
  // Number by number what the database says of the same runs.
  const runs = await rig.rows<{ id: string; requests: number; batches: number; pages: number }>(
    `select id, requests, batches, pages from ops.runs`,
  );
  const own = spans.filter((span) => kind(span) === 'run');
  expect(own.map((span) => String(attribute(span, 'kpi.run_id'))).toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
  for (const run of runs) {
    const root = own.find((span) => attribute(span, 'kpi.run_id') === run.id)!;
    const within = spans.filter((span) => span.traceId === root.traceId);
    const count = (wanted: string) => within.filter((span) => kind(span) === wanted).length;
    expect([count('request'), count('batch'), count('page')]).toEqual([run.requests, run.batches, run.pages]);
    // A state that is read whole says of itself that it is complete.
    const outcome = attribute(root, 'kpi.stream') === 'workflows' ? 'verified' : 'unverified';
    expect([attribute(root, 'kpi.tenant_id'), attribute(root, 'kpi.outcome')]).toEqual([rig.tenantId, outcome]);
  }
  expect(spans.filter((span) => kind(span) === 'merge').length).toBeGreaterThan(0);
  // The one that failed and was repeated.
  expect(spans.filter((span) => attribute(span, 'error.type') === 'server_error')).toHaveLength(1);
  const all = bodies.map(({ text }) => text).join('');
  for (const secret of [rig.sandbox.world.n8n.apiKey, rig.database.roleSecret, DoctorRig.RUT, '?']) expect(all).not.toContain(secret);
});

test('without a receiver nothing is sent, and one that is away costs spans and no run', async () => {
  bodies = [];
  expect((await sync({})).code).toBe(0);
  expect(bodies).toEqual([]);
  const away = await sync({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', KPI_LOG_LEVEL: 'silent' });
  expect(away, away.stderr).toMatchObject({ code: 0 });
  const refused = await sync({ OTEL_EXPORTER_OTLP_ENDPOINT: 'receiver' });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT') as string });
});

test('commands that make none do not load the libraries', async () => {
  const script = `const { registerHooks } = await import('node:module');
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    for (const name of ['app', 'commands/sync', 'commands/worker', 'commands/serve', 'commands/status', 'commands/doctor'])
      await import('./src/' + name + '.ts');
    console.log(JSON.stringify(loaded));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(import.meta.dirname, '../..'),
  });
  const loaded = z.array(z.string()).parse(JSON.parse(stdout));
  expect(loaded.some((file) => file.includes('/pg/'))).toBe(true);
  expect(loaded.filter((file) => /opentelemetry|prom-client/.test(file))).toEqual([]);
});
