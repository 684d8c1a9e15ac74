import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { HttpAnswer } from '#contract';
import type { TransportCode } from './classify-network.ts';

// One pool of connections for all accounts: an idle socket carries no credentials, they travel with each request.
const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };

export interface Attempt {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Deadline from sending to the last byte of the body, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** An attempt that brought no complete answer. Holds a code only: errors of libraries carry the headers they sent. */
export class TransportError extends Error {
  readonly code: string;
  readonly bytes: number;

  constructor(code: string, message: string, bytes = 0) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
    this.bytes = bytes;
  }
}

/**
 * Sends one request once and reads the whole answer, whatever its status. Redirects are not followed, so that a key never
 * reaches another host. Proxies named in the environment (HTTPS_PROXY, NO_PROXY) are used.
 * @throws TransportError
 */
export async function sendOnce(attempt: Attempt): Promise<{ answer: HttpAnswer; bytes: number }> {
  // Own controller instead of AbortSignal.any: nothing of an attempt may stay attached to the run's signal.
  const controller = new AbortController();
  let deadlinePassed = false;
  const timer = setTimeout(() => {
    deadlinePassed = true;
    controller.abort();
  }, attempt.timeoutMs);
  const stop = () => controller.abort();
  attempt.signal.addEventListener('abort', stop, { once: true });
  if (attempt.signal.aborted) stop();
  const read = { bytes: 0, started: false };
  try {
    const response = await axios.request<Readable>({
      url: attempt.url.href,
      method: attempt.method,
      headers: { ...attempt.headers },
      ...(attempt.body === undefined ? {} : { data: attempt.body }),
      ...agents,
      responseType: 'stream',
      decompress: true,
      maxRedirects: 0,
      maxBodyLength: Infinity,
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      signal: controller.signal,
    });
    read.started = true;
    const body = await readBody(response.data, attempt.maxBytes, read);
    return { answer: { status: response.status, headers: lowerCase(response.headers), body }, bytes: read.bytes };
  } catch (error) {
    if (error instanceof TransportError) throw error;
    const code = deadlinePassed ? 'KPI_DEADLINE' : codeOf(error, read.started);
    throw new TransportError(code, error instanceof Error ? error.message : String(error), read.bytes);
  } finally {
    clearTimeout(timer);
    attempt.signal.removeEventListener('abort', stop);
  }
}

/** An abort destroys the stream (axios sees to that), which ends the loop with an error. */
async function readBody(stream: Readable, maxBytes: number, read: { bytes: number }): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    read.bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (read.bytes > maxBytes) throw new TransportError('KPI_TOO_LARGE' satisfies TransportCode, `more than ${maxBytes} bytes`, read.bytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Once the answer had begun, a lost connection means a body cut short; what was read of it is thrown away. */
function codeOf(error: unknown, started: boolean): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (started && (typeof code !== 'string' || !code.startsWith('Z_'))) return 'KPI_BODY_CUT' satisfies TransportCode;
  if (typeof code === 'string' && code !== 'ERR_NETWORK' && code !== 'ERR_BAD_RESPONSE') return code;
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause === undefined || cause === null ? 'UNKNOWN' : codeOf(cause, started);
}

function lowerCase(headers: object): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && value !== null) out[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return out;
}
