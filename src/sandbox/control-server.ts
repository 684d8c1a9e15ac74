import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sandbox } from './sandbox.ts';
import { expectedReconciliation } from './world/reconciliation.ts';

/** Rows per chunk of the answer: big enough to be quick, small enough for flat memory. */
const ROWS = 500;

/**
 * Answers for the world on loopback: `GET /expected` streams what the warehouse must hold as JSON lines, `GET /reconciliation`
 * what must be found, `GET /requests` how many requests each source has served.
 */
export async function startControl(sandbox: Sandbox, port = 0): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://sandbox.invalid');
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
    };
    if (request.method !== 'GET') json(405, { error: 'only GET' });
    else if (pathname === '/reconciliation') json(200, expectedReconciliation(sandbox.world));
    else if (pathname === '/requests') {
      json(200, Object.fromEntries(Object.entries(sandbox.servers).map(([source, { requests }]) => [source, requests()])));
    } else if (pathname === '/expected') {
      response.writeHead(200, { 'content-type': 'application/jsonl; charset=utf-8' });
      // A reader that goes away ends the answer; there is nobody left to tell.
      pipeline(Readable.from(jsonLines(sandbox)), response).catch(() => response.destroy());
    } else json(404, { error: `there is no ${pathname}: ask for /expected, /reconciliation or /requests` });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function* jsonLines(sandbox: Sandbox): Generator<string> {
  let lines: string[] = [];
  for (const row of sandbox.expected()) {
    lines.push(JSON.stringify(row));
    if (lines.length < ROWS) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
