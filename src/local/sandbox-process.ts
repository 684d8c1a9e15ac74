import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { ExpectedRow } from '../sandbox/world/model.ts';
import { startChild, type Child } from './child-process.ts';

const READY = z.object({
  ready: z.literal(true),
  seed: z.number(),
  anchor: z.string(),
  orders: z.number(),
  tenants: z.array(
    z.object({
      rut: z.string(),
      companyName: z.string(),
      currency: z.string(),
      timeZone: z.string(),
      industry: z.string(),
      shops: z.array(z.object({}).loose()),
      odoo: z.object({}).loose().nullable(),
    }),
  ),
  connections: z.array(z.object({ rut: z.string(), source: z.string(), name: z.string(), settings: z.record(z.string(), z.string()) })),
  clerk: z.object({ secretKey: z.string(), webhookSecret: z.string(), handMapped: z.record(z.string(), z.string()) }),
  urls: z.record(z.string(), z.string()),
});
export type SandboxReady = z.infer<typeof READY>;

const RECONCILIATION = z.object({ injected: z.record(z.string(), z.number()) });

/** The simulated sources, running as a process of their own. */
export interface SandboxProcess {
  readonly ready: SandboxReady;
  /** Ports by source, to be asked for again when a demo is resumed. */
  readonly ports: Record<string, number>;
  expected(): AsyncGenerator<ExpectedRow>;
  injected(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export interface SandboxRequest {
  readonly seed: number;
  readonly anchor: string | null;
  readonly orders: number;
  readonly ports: Readonly<Record<string, number>>;
}

/** Starts the sandbox and waits until it serves. @throws with its last words when it does not */
export async function startSandboxProcess(request: SandboxRequest, home: string): Promise<SandboxProcess> {
  const logFile = join(home, 'sandbox.log');
  const wanted = {
    seed: request.seed,
    orders: request.orders,
    ports: request.ports,
    ...(request.anchor === null ? {} : { anchor: request.anchor }),
  };
  const child = startChild(resolve(import.meta.dirname, '../sandbox/main.ts'), [JSON.stringify(wanted)], {
    env: process.env,
    logFile,
    stdout: 'pipe',
  });
  const ready = await firstLine(child, logFile);
  const control = ready.urls['control'];
  if (control === undefined) throw new Error('the sandbox did not say where it can be asked');
  return {
    ready,
    ports: Object.fromEntries(Object.entries(ready.urls).map(([source, url]) => [source, Number(new URL(url).port)])),
    expected: () => jsonLines(`${control}/expected`),
    injected: async () => RECONCILIATION.parse(await (await fetch(`${control}/reconciliation`)).json()).injected,
    stop: () => child.stop(),
  };
}

async function firstLine(child: Child, logFile: string): Promise<SandboxReady> {
  const lines = createInterface({ input: child.process.stdout! });
  const line = new Promise<string>((resolveLine) => lines.once('line', resolveLine));
  const ended = child.ended.then((code) => {
    throw new Error(`the sandbox ended with ${code ?? 'an error'} before it was ready; see ${logFile}`);
  });
  const text = await Promise.race([line, ended]);
  ended.catch(() => undefined);
  return READY.parse(JSON.parse(text));
}

async function* jsonLines(url: string): AsyncGenerator<ExpectedRow> {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`the sandbox answered ${answer.status} to ${new URL(url).pathname}`);
  let rest = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    // Our own sandbox wrote it; checking every cell again would cost more than the comparison.
    for (const line of lines) if (line !== '') yield JSON.parse(line) as ExpectedRow;
  }
  if (rest !== '') yield JSON.parse(rest) as ExpectedRow;
}
