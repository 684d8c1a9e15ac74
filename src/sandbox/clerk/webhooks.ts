import { createHmac, randomBytes } from 'node:crypto';

/** A message as Svix delivers it for Clerk: headers and the body whose bytes they sign. */
export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MessageOptions {
  /** Absent: a new message. */
  readonly id?: string;
  /** When it is sent; Svix signs each delivery anew. */
  readonly at: Date;
}

/** Signs an event by the rules of Svix: HMAC-SHA256 over `id.timestamp.body` with the key behind `whsec_`. */
export function signMessage(secret: string, type: string, data: unknown, { id, at }: MessageOptions): SignedMessage {
  const messageId = id ?? `msg_${randomBytes(12).toString('hex')}`;
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const body = JSON.stringify({
    object: 'event',
    type,
    instance_id: 'ins_sandbox',
    timestamp: at.getTime(),
    event_attributes: { http_request: { client_ip: '192.0.2.7', user_agent: 'sandbox' } },
    data,
  });
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${messageId}.${timestamp}.${body}`).digest('base64');
  return {
    headers: {
      'content-type': 'application/json',
      'svix-id': messageId,
      'svix-timestamp': timestamp,
      // An endpoint whose secret is being changed gets two signatures; the other one here is of no use to anybody.
      'svix-signature': `v1,${randomBytes(32).toString('base64')} v1,${signature}`,
    },
    body,
  };
}

/** Posts a message to an endpoint and returns the status it was answered with. */
export async function deliver(endpoint: string, message: SignedMessage): Promise<number> {
  const answer = await fetch(endpoint, { method: 'POST', headers: message.headers, body: message.body });
  await answer.arrayBuffer();
  return answer.status;
}
