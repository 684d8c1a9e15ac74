import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Faults, playFault } from './faults.ts';

export interface SandboxRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** A string is sent as it is; anything else as JSON. */
  readonly body: unknown;
}

export interface SandboxServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** Requests served so far, faults included. */
  readonly requests: () => number;
  close(): Promise<void>;
}

export interface ServerOptions {
  /** The simulated world's clock: the `Date` header and every "now" of a source. */
  readonly clock: () => Date;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

/** Serves one simulated source over real HTTP on loopback. A handler that throws is a bug of the sandbox and answers 599. */
export async function startServer(
  options: ServerOptions,
  handle: (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer>,
): Promise<SandboxServer> {
  const faults = new Faults();
  let served = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      served += 1;
      void (async () => {
        response.sendDate = false;
        response.setHeader('date', options.clock().toUTCString());
        const answer = await handle({
          method: request.method ?? 'GET',
          url: new URL(request.url ?? '/', 'http://sandbox.invalid'),
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
        const fault = faults.take();
        if (fault !== null) {
          playFault(fault, response, () => text);
          return;
        }
        const type = typeof answer.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
        response.writeHead(answer.status, { 'content-type': type, ...answer.headers }).end(text);
      })().catch((error: unknown) => {
        response.writeHead(599, { 'content-type': 'text/plain' }).end(`sandbox bug: ${String(error)}`);
      });
    });
  });
  server.keepAliveTimeout = 5000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    requests: () => served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
