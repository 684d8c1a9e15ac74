import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpOptions } from '../../src/outbound/http.ts';
import { sleep } from '../../src/outbound/retry.ts';
import { client, closeAll, failureOf, json, serve, withKey } from './outbound-client.ts';

afterEach(closeAll);

describe('on the wire', () => {
  test('gzip is read, gzip garbage and a gzip stream cut short are repeated whole', async () => {
    const good = gzipSync(JSON.stringify({ rows: Array.from({ length: 500 }, (_, id) => id) }));
    const { url } = await serve((request, response, count) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      if (request.url === '/garbage' && count < 3) response.end('this is not gzip');
      else if (request.url === '/cut' && count < 7) response.end(good.subarray(0, good.length - 40));
      else response.end(good);
    });
    for (const path of ['/good', '/garbage', '/cut']) {
      expect((JSON.parse((await client().http(url + path)).body) as { rows: unknown[] }).rows).toHaveLength(500);
    }
  });

  test('a body that drips for ever ends at the deadline', async () => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"rows":[');
      const drip = setInterval(() => response.write('1,'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const error = await failureOf(client().http(url, { timeoutMs: 150 }));
    expect(error).toMatchObject({ kind: 'transient', code: 'timeout' });
    expect(requests()).toBe(5);
  });

  test('an answer beyond the largest size is a data error, never a cut page', async () => {
    const { url, requests } = await serve((_, response) => json(response, 200, 'x'.repeat(200_000)));
    const error = await failureOf(client().http(url, { maxBytes: 100_000 }));
    expect(error).toMatchObject({ kind: 'data', code: 'too_large' });
    expect(requests()).toBe(1);
  });

  test('what may have had an effect is not repeated, but for a 429', async () => {
    const { url, requests } = await serve((_, response, count) => json(response, count === 1 ? 429 : 500, {}));
    const error = await failureOf(client().http(url, { method: 'POST', body: '{}', repeatable: false }));
    expect(error).toMatchObject({ kind: 'transient', code: 'server_error' });
    expect(requests()).toBe(2);
  });

  test('nobody listening is transient', async () => {
    const { url } = await serve(() => undefined);
    await closeAll();
    const { http, stats } = client();
    expect(await failureOf(http(url, withKey))).toMatchObject({ kind: 'transient', code: 'connection_refused' });
    expect(stats().requests).toBe(5);
  });

  test('a name that does not exist is config after a second try', async () => {
    const { http, stats } = client();
    const error = await failureOf(http('http://shop.invalid/x', withKey));
    // Without any name service at all the answer is "not now" instead of "no such name".
    if (error.code === 'dns_unavailable') return;
    expect(error).toMatchObject({ kind: 'config', code: 'unknown_host' });
    expect(stats().requests).toBe(2);
  });

  test('https on a port that speaks plain http is config, and so is what does not speak HTTP at all', async () => {
    const { url } = await serve((_, response) => json(response, 200, {}));
    expect(await failureOf(client().http(url.replace('http', 'https'), withKey))).toMatchObject({ kind: 'config', code: 'tls_failed' });
    const other = await serve((request) => void request.socket.end('SSH-2.0-sandbox\r\n'));
    expect(await failureOf(client().http(other.url, withKey))).toMatchObject({ kind: 'config', code: 'not_http' });
  });

  test.each(['not an address', 'ftp://x.cl/', 'data:application/json,1', 'file:///etc/hostname'])(
    '%s is refused before anything is sent',
    async (url) => {
      expect(await failureOf(client().http(url))).toMatchObject({ kind: 'config', code: 'bad_address' });
    },
  );
});

describe('a run that is asked to end', () => {
  const never = () => new Promise<void>(() => undefined);

  const moments: readonly (readonly [string, Partial<HttpOptions>, (response: ServerResponse) => unknown])[] = [
    ['while the source is silent', {}, () => undefined],
    ['while a body drips', {}, (response) => response.writeHead(200).write('{')],
    [
      'while it rests after a 429',
      { policy: { maxWaitMs: 1e6, maxTotalMs: 1e7 } },
      (response) => json(response, 429, {}, { 'retry-after': '600' }),
    ],
    ['while the budget makes it wait', { budget: { take: never } }, () => undefined],
  ];

  test.each(moments)('ends %s', { timeout: 10_000 }, async (_, options, answer) => {
    const { url } = await serve((_request, response) => void answer(response));
    const controller = new AbortController();
    // The real pause, which has to end early.
    const { http } = client({ ...options, signal: controller.signal, sleep });
    setTimeout(() => controller.abort(), 100);
    expect(await failureOf(http(url, { headers: withKey.headers ?? {} }))).toMatchObject({ kind: 'transient', code: 'aborted' });
  });

  test('sends nothing more', async () => {
    const { url, requests } = await serve((_, response) => json(response, 200, {}));
    expect((await failureOf(client({ signal: AbortSignal.abort() }).http(url))).code).toBe('aborted');
    expect(requests()).toBe(0);
  });
});
