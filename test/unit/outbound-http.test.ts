import { afterEach, describe, expect, test } from 'vitest';
import { SourceError } from '../../src/contract/index.ts';
import { client, closeAll, everything, failureOf, json, SECRET, serve, withKey } from './outbound-client.ts';

afterEach(closeAll);

describe('status of an answer', () => {
  test.each([
    [400, 'config', 'refused'],
    [401, 'config', 'unauthorized'],
    [402, 'config', 'payment_required'],
    [403, 'config', 'forbidden'],
    [404, 'config', 'not_found'],
    [410, 'config', 'not_found'],
    [415, 'config', 'refused'],
    [422, 'config', 'refused'],
    [408, 'transient', 'timeout'],
    [425, 'transient', 'too_early'],
    [500, 'transient', 'server_error'],
    [503, 'transient', 'server_error'],
    [599, 'transient', 'server_error'],
  ])('%i is %s %s', async (status, kind, code) => {
    const { url, requests } = await serve((_, response) => json(response, status, { error: 'ana@x.cl' }));
    const error = await failureOf(client().http(url));
    expect({ kind: error.kind, code: error.code, status: error.status, requests: requests() }).toEqual({
      kind,
      code,
      status,
      requests: kind === 'config' ? 1 : 5,
    });
    expect(everything(error)).not.toContain('ana@x.cl');
  });

  test('a redirect is not followed, and names the new host without path and query', async () => {
    const other = await serve((_, response) => json(response, 200, {}));
    const { url } = await serve((_, response) => response.writeHead(301, { location: 'https://new.example.com/x?token=abc' }).end());
    const error = await failureOf(client().http(url, withKey));
    expect(error).toMatchObject({ kind: 'config', code: 'redirected', status: 301 });
    expect(error.message).toContain('https://new.example.com (status 301)');
    expect(error.message).not.toContain('token');
    expect(other.requests()).toBe(0);
  });

  test('a JSON type with an empty body is cut short, 204 is not', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(request.url === '/none' ? 204 : 200, { 'content-type': 'application/json' }).end();
    });
    expect((await failureOf(client().http(url))).code).toBe('truncated');
    expect((await client().http(`${url}/none`)).status).toBe(204);
  });

  test('a number that is not one (NaN) does not make the page unreadable', async () => {
    const body = '{"rows":[{"id":1,"amount":NaN},{"id":2,"note":"NaN, \\"Infinity\\"","amount":-Infinity}]}';
    const { url } = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
    const answer = await client().http(url);
    expect(JSON.parse(answer.body)).toEqual({
      rows: [
        { id: 1, amount: 'NaN' },
        { id: 2, note: 'NaN, "Infinity"', amount: '-Infinity' },
      ],
    });
  });
});

describe('pauses', () => {
  const limited = (headers: Record<string, string>) => async () => {
    const { url } = await serve((_, response, count) => json(response, count === 1 ? 429 : 200, {}, count === 1 ? headers : {}));
    const one = client({ now: () => new Date('2030-01-01T00:00:00Z') });
    await one.http(url);
    return one;
  };

  test('Retry-After in seconds is waited for', async () => {
    expect((await limited({ 'retry-after': '7' })()).waits).toEqual([7000]);
  });

  test("Retry-After as a date is measured by the answer's own clock", async () => {
    const headers = { 'retry-after': 'Mon, 23 Nov 2026 12:00:09 GMT', date: 'Mon, 23 Nov 2026 12:00:00 GMT' };
    expect((await limited(headers)()).waits).toEqual([9000]);
  });

  test('an unreadable Retry-After falls back to the default', async () => {
    expect((await limited({ 'retry-after': 'soon' })()).waits).toEqual([5000]);
  });

  test('a rest longer than a run can wait is given back with its length', async () => {
    const { url, requests } = await serve((_, response) => json(response, 429, {}, { 'retry-after': '3600' }));
    const error = await failureOf(client().http(url));
    expect(error).toMatchObject({ kind: 'transient', code: 'rate_limited', retryAfterMs: 3_600_000 });
    expect(requests()).toBe(1);
  });

  test('grow with each failure, and never beyond the longest', async () => {
    const { url } = await serve((_, response) => json(response, 500, {}));
    const { http, waits } = client({ policy: { baseDelayMs: 100, maxDelayMs: 300 } });
    await failureOf(http(url));
    expect(waits).toHaveLength(4);
    for (const [at, full] of [100, 200, 300, 300].entries()) {
      expect(waits[at]).toBeGreaterThanOrEqual(full / 2);
      expect(waits[at]).toBeLessThanOrEqual(full);
    }
  });

  test('a trouble that is not over within the total time is given back as transient, HTML too', async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    const error = await failureOf(client({ policy: { maxTotalMs: 0 } }).http(url));
    expect(error).toMatchObject({ kind: 'transient', code: 'html_answer' });
    expect(requests()).toBe(1);
  });

  test('the budget is asked before every attempt, and its waits are counted', async () => {
    const { url } = await serve((_, response, count) => json(response, count === 1 ? 500 : 200, {}));
    const asked: unknown[] = [];
    const budget = {
      take: ({ host, account, lane }: { host: string; account: string; lane: string }) => {
        asked.push({ host, account, lane });
        return new Promise<void>((resolve) => void setTimeout(resolve, 20));
      },
    };
    const { http, stats } = client({ budget, lane: 'backfill' });
    await http(url);
    expect(asked).toEqual(Array.from({ length: 2 }, () => ({ host: 'demo', account: 'demo:1', lane: 'backfill' })));
    expect(stats().throttledMs).toBeGreaterThanOrEqual(30);
    expect(stats()).toMatchObject({ requests: 2, retries: 1, bytes: 4 });
  });
});

describe("the connector's own reading of an answer", () => {
  const told = (kind: 'config' | 'transient' | 'data', retryAfterMs?: number) =>
    new SourceError({
      kind,
      code: 'refused',
      message: `it says ${SECRET}`,
      advice: 'Do this.',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });

  test('a transient one is repeated after the pause it asks for', async () => {
    const { url } = await serve((_, response, count) => json(response, 200, { count }));
    const { http, waits } = client();
    const answer = await http(url, { classify: (a) => (a.body.includes('3') ? null : told('transient', 1234)) });
    expect(answer.body).toBe('{"count":3}');
    expect(waits).toEqual([1234, 1234]);
  });

  test('any other kind is thrown at once, redacted, with the place in front', async () => {
    const { url, requests } = await serve((_, response) => json(response, 500, {}));
    const error = await failureOf(client().http(`${url}/jsonrpc`, { method: 'POST', body: '{}', classify: () => told('data') }));
    expect(error).toMatchObject({ kind: 'data', code: 'refused', status: 500, advice: 'Do this.' });
    expect(error.message).toMatch(/^POST 127\.0\.0\.1:\d+\/jsonrpc: it says \[secret\]$/);
    expect(requests()).toBe(1);
  });

  test("'ok' accepts an answer whatever its status", async () => {
    const { url } = await serve((_, response) => json(response, 404, { gone: true }));
    expect((await client().http(url, { classify: () => 'ok' })).status).toBe(404);
  });

  test('it never sees JSON that was cut short, and may trip over a web page', async () => {
    const parse = ({ body }: { body: string }) => (JSON.parse(body) === 1 ? null : null);
    const { url } = await serve((request, response) => {
      response.writeHead(200, { 'content-type': request.url === '/page' ? 'text/html' : 'application/json' }).end('<html>{"a":');
    });
    expect((await failureOf(client().http(url, { classify: parse }))).code).toBe('truncated');
    expect((await failureOf(client().http(`${url}/page`, { classify: parse }))).code).toBe('html_answer');
  });

  test('one that fails by itself is a bug of ours, without the text it tripped over', async () => {
    const { url } = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('ana@x.cl'));
    const error = await failureOf(client().http(url, { classify: ({ body }) => JSON.parse(body) as null }));
    expect(error).toMatchObject({ kind: 'bug', code: 'unreadable_answer' });
    expect(everything(error)).not.toContain('ana@x.cl');
  });
});
