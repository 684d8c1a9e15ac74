import type { ServerResponse } from 'node:http';
import { Random } from './world/random.ts';

/** Ways a source misbehaves; each is played on the wire, not simulated in the client. */
export const FAULT_KINDS = [
  'rate-limited',
  'rate-limited-retry-after',
  'server-error',
  'bad-gateway-html',
  'html-200',
  'hang',
  'reset',
  'truncated-json',
  'unauthorized',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A queue of faults for the next requests, and optionally a rate of random ones. */
export class Faults {
  readonly #queue: FaultKind[] = [];
  #rate = 0;
  #kinds: readonly FaultKind[] = [];
  #random = new Random(1, 'faults');
  /** How many faults were played. */
  played = 0;

  /** The next `times` requests meet this fault. */
  next(kind: FaultKind, times = 1): void {
    for (let i = 0; i < times; i++) this.#queue.push(kind);
  }

  /** From now on each request meets one of `kinds` with this probability. Zero ends it. */
  random(rate: number, kinds: readonly FaultKind[], seed = 1): void {
    this.#rate = rate;
    this.#kinds = kinds;
    this.#random = new Random(seed, 'faults');
  }

  clear(): void {
    this.#queue.length = 0;
    this.#rate = 0;
  }

  take(): FaultKind | null {
    const queued = this.#queue.shift();
    const kind = queued ?? (this.#rate > 0 && this.#random.chance(this.#rate) ? this.#random.pick(this.#kinds) : null);
    if (kind !== null) this.played += 1;
    return kind;
  }
}

/** Plays one fault. `answer` is what the request would have got, for the ones that cut it short. */
export function playFault(kind: FaultKind, response: ServerResponse, answer: () => string): void {
  switch (kind) {
    case 'rate-limited':
      response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n');
      return;
    case 'rate-limited-retry-after':
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' }).end('{"error":"slow down"}');
      return;
    case 'server-error':
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"internal error"}');
      return;
    case 'bad-gateway-html':
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body><h1>502 Bad Gateway</h1></body></html>');
      return;
    case 'html-200':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html><body>Maintenance</body></html>');
      return;
    case 'unauthorized':
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid token"}');
      return;
    case 'hang':
      return; // The client's own deadline must end it.
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncated-json': {
      const body = answer();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.write(body.slice(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
      return;
    }
  }
}
