import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../src/sandbox/faults.ts';
import { startServer } from '../../src/sandbox/http-server.ts';
import { client, closeAll, closing, everything, failureOf, SECRET, withKey } from './outbound-client.ts';

afterEach(closeAll);

describe('every fault of the sandbox', () => {
  const expected: Record<FaultKind, { kind: string; code: string; requests: number }> = {
    'rate-limited': { kind: 'transient', code: 'rate_limited', requests: 8 },
    'rate-limited-retry-after': { kind: 'transient', code: 'rate_limited', requests: 8 },
    'server-error': { kind: 'transient', code: 'server_error', requests: 5 },
    'bad-gateway-html': { kind: 'transient', code: 'server_error', requests: 5 },
    'html-200': { kind: 'config', code: 'html_answer', requests: 4 },
    hang: { kind: 'transient', code: 'timeout', requests: 5 },
    reset: { kind: 'transient', code: 'connection_reset', requests: 5 },
    'truncated-json': { kind: 'transient', code: 'truncated', requests: 5 },
    unauthorized: { kind: 'config', code: 'unauthorized', requests: 1 },
  };

  async function source() {
    const server = await startServer({ clock: () => new Date('2026-11-23T12:00:00Z') }, () => ({ status: 200, body: { rows: [1, 2, 3] } }));
    closing(() => server.close());
    return server;
  }

  test.each(FAULT_KINDS)('%s that lasts becomes its kind, with advice, the right number of requests and no secret', async (fault) => {
    const server = await source();
    server.faults.next(fault, 20);
    const { http, lines } = client();
    const error = await failureOf(http(`${server.url}/api/v1/accounts/7/orders?api_key=${SECRET}&email=ana@x.cl`, withKey));
    expect({ kind: error.kind, code: error.code, requests: server.requests() }).toEqual(expected[fault]);
    expect(error.message).toContain(`GET 127.0.0.1:${server.port}/api/v1/accounts/{id}/orders: `);
    expect(error.advice).toMatch(/\w{3,}.*\./);
    expect(everything(error) + inspect(lines, { depth: 8 })).not.toMatch(new RegExp(`${SECRET}|ana@x`));
  });

  test.each(FAULT_KINDS.filter((fault) => expected[fault].requests > 1))(
    '%s met once is repeated, and the whole answer arrives',
    async (fault) => {
      const server = await source();
      server.faults.next(fault, 1);
      const { http, stats } = client();
      expect(JSON.parse((await http(server.url, withKey)).body)).toEqual({ rows: [1, 2, 3] });
      expect(stats()).toMatchObject({ requests: 2, retries: 1 });
    },
  );
});
