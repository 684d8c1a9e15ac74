import { createHmac, timingSafeEqual } from 'node:crypto';
import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';

/** A delivery that the receiver took. */
export interface ReceivedAlert {
  readonly key: string;
  readonly body: string;
  /** Arrivals of this key; the second and later ones were answered, and not acted on. */
  times: number;
}

export interface WebhookReceiver extends SandboxServer {
  /** Deliveries taken, each key once, in the order of their first arrival. */
  readonly received: readonly ReceivedAlert[];
  /** Why deliveries were refused. */
  readonly refused: readonly string[];
}

/** Older or younger than this, a message is not believed: it may be a copy. */
const TOLERANCE_SECONDS = 300;

/**
 * Stands in for the n8n workflow's webhook, and is stricter: one path, POST only, signature over `timestamp.body`, age, and an idempotency
 * key that is also in the body. Takes each key once. Fails, hangs and answers 429 by its `faults`; a fault is played after the message was
 * taken, as when an answer is lost on its way.
 */
export async function startWebhookReceiver(
  options: ServerOptions & { readonly path: string; readonly secret: string },
): Promise<WebhookReceiver> {
  const received: ReceivedAlert[] = [];
  const refused: string[] = [];
  const server = await startServer(options, (request) => {
    const fault = faultOf(request, options.path, options.secret, options.clock());
    if (fault !== null) {
      refused.push(fault.body.error);
      return fault;
    }
    const key = String(request.headers['idempotency-key']);
    const known = received.find((one) => one.key === key);
    if (known === undefined) received.push({ key, body: request.body, times: 1 });
    else known.times += 1;
    return { status: 200, body: { ok: true, duplicate: known !== undefined } };
  });
  return { ...server, received, refused };
}

function faultOf(request: SandboxRequest, path: string, secret: string, now: Date): (SandboxAnswer & { body: { error: string } }) | null {
  const refuse = (status: number, error: string) => ({ status, body: { error } });
  if (request.url.pathname !== path) return refuse(404, 'this webhook is not registered');
  if (request.method !== 'POST') return refuse(405, 'only POST');
  if (request.headers['content-type'] !== 'application/json') return refuse(415, 'only application/json');
  const { 'x-kpi-timestamp': timestamp, 'x-kpi-signature': signature, 'idempotency-key': key } = request.headers;
  if (typeof timestamp !== 'string' || !/^\d{10}$/.test(timestamp)) return refuse(401, 'no timestamp');
  if (typeof signature !== 'string') return refuse(401, 'no signature');
  const right = Buffer.from(`v1=${createHmac('sha256', secret).update(`${timestamp}.${request.body}`).digest('hex')}`);
  const given = Buffer.from(signature);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return refuse(401, 'wrong signature');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return refuse(401, 'too old or too young');
  const parsed: unknown = JSON.parse(request.body);
  const told = typeof parsed === 'object' && parsed !== null && 'delivery_id' in parsed ? parsed.delivery_id : undefined;
  if (typeof key !== 'string' || told !== key) return refuse(400, 'the idempotency key is not the one in the body');
  return null;
}
