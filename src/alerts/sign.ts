import { createHmac } from 'node:crypto';

/**
 * Headers that prove a delivery to whoever knows the secret: an HMAC-SHA256 over `timestamp.body`, so that neither can be changed and an
 * old message cannot be sent again later. The idempotency key is also in the body (`delivery_id`), where the signature covers it.
 * @param at seconds since 1970 go into `x-kpi-timestamp`
 */
export function signedHeaders(secret: string, body: string, deliveryId: string, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'idempotency-key': deliveryId,
    'x-kpi-timestamp': timestamp,
    'x-kpi-signature': `v1=${signature}`,
  };
}
