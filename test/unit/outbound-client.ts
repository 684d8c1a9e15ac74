import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { SourceError, type Http, type HttpInit } from '../../src/contract/index.ts';
import { unlimitedBudget } from '../../src/outbound/budget.ts';
import { createHttpStats, type HttpStats } from '../../src/outbound/http-stats.ts';
import { createHttp, type HttpOptions } from '../../src/outbound/http.ts';

export const SECRET = 'k3y-that-nobody-may-see';
const closers: (() => Promise<unknown>)[] = [];

/** Ends this when the test ends. */
export function closing(close: () => Promise<unknown>): void {
  closers.push(close);
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0)) await close();
}

/** A client whose pauses take no time but are written down, and everything it says. */
export function client(options: Partial<HttpOptions> = {}): { http: Http; waits: number[]; lines: unknown[]; stats: () => HttpStats } {
  const waits: number[] = [];
  const lines: unknown[] = [];
  const write = (fields: Record<string, unknown>, message: string) => void lines.push({ fields, message });
  const stats = createHttpStats();
  const http = createHttp({
    account: 'demo:1',
    host: 'demo',
    lane: 'live',
    budget: unlimitedBudget,
    log: { debug: write, info: write, warn: write },
    signal: new AbortController().signal,
    secrets: [SECRET],
    sleep: (ms) => Promise.resolve(void waits.push(ms)),
    onRequest: stats.record,
    ...options,
  });
  return { http, waits, lines, stats: stats.stats };
}

/** A server of a plain handler; it counts the requests that reach it. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<{ url: string; requests: () => number }> {
  let count = 0;
  const server = createServer((request, response) => handle(request, response, (count += 1)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => count };
}

export async function failureOf(promise: Promise<unknown>): Promise<SourceError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw error;
}

/** Text of everything that hangs on an error: message, stack, causes, own fields. */
export const everything = (error: unknown) => inspect(error, { depth: 12, showHidden: true });

export const withKey: HttpInit = { headers: { authorization: `Bearer ${SECRET}`, 'x-shopify-access-token': SECRET }, timeoutMs: 300 };
export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): ServerResponse =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
