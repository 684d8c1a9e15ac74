import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyNetwork } from '../../src/outbound/classify-network.ts';
import { readableJson } from '../../src/outbound/json-text.ts';
import { placeOf } from '../../src/outbound/place.ts';
import { createRedactor, redactFields } from '../../src/outbound/redact.ts';
import { retryAfterMs } from '../../src/outbound/retry.ts';

describe('redaction', () => {
  const redact = createRedactor(['s3cr3t/value+1', 'abc']);

  test.each([
    ['Authorization: Bearer abc.def.ghi', 'abc.def'],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', 'dXNlcjpwYXNz'],
    ["headers { 'x-shopify-access-token': 'shpat_0123456789abcdef' }", 'shpat_0123'],
    ['X-N8N-API-KEY: eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJuOG4ifQ.c2ln', 'eyJhb'],
    ['api_access_token=Zm9vYmFy rest', 'Zm9vYmFy'],
    ['GET https://x.cl/a?api_key=qwertyuiop&page=2', 'qwertyuiop'],
    ['GET https://x.cl/a?token=qwertyuiop', 'qwertyuiop'],
    ['postgres://kpi:hunter22@db.example.com/kpi', 'hunter22'],
    ['"password": "correct horse"', 'correct horse'],
    ['a token hvs.CAESIJq0123456789 there', 'CAESIJ'],
    ['it was s3cr3t/value+1 there', 's3cr3t'],
    ['it was s3cr3t%2Fvalue%2B1 there', 's3cr3t'],
    [`it was ${Buffer.from('s3cr3t/value+1').toString('base64')} there`, 'czNjcj'],
  ])('takes the secret out of %s', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[secret]');
  });

  test('leaves ordinary words, short values and the rest of a line alone', () => {
    for (const text of [
      'abc is the alphabet',
      'stream orders, key missing',
      'tokens left: 3',
      'GET x.cl/a?page=2',
      'the basic plan',
      'use Basic authentication',
    ]) {
      expect(redact(text)).toBe(text);
    }
    expect(redact('GET https://x.cl/a?api_key=qwertyuiop&page=2')).toBe('GET https://x.cl/a?api_key=[secret]&page=2');
  });

  test('any secret of six characters or more is gone from any text, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!before.includes(secret) && !'[secret]'.includes(secret));
        expect(createRedactor([secret])(`${before} ${secret} ${after}`)).not.toContain(secret);
      }),
    );
  });

  test('reaches into the fields of a log record', () => {
    const fields = { url: 'x?api_key=qwertyuiop', deep: [{ error: new Error('was s3cr3t/value+1') }], n: 3, none: null };
    expect(redactFields(fields, redact)).toEqual({
      url: 'x?api_key=[secret]',
      deep: [{ error: 'Error: was [secret]' }],
      n: 3,
      none: null,
    });
  });
});

describe('the name of a request', () => {
  test.each([
    [
      'https://crm.x.cl/api/v1/accounts/3/conversations/15/messages?before=9',
      'GET crm.x.cl/api/v1/accounts/{id}/conversations/{id}/messages',
    ],
    ['https://a.myshopify.com/admin/api/2026-10/graphql.json', 'GET a.myshopify.com/admin/api/2026-10/graphql.json'],
    ['http://erp.x.cl:8069/json/2/sale.order/search_read', 'GET erp.x.cl:8069/json/2/sale.order/search_read'],
    ['https://n8n.x.cl/api/v1/executions/123456?includeData=true', 'GET n8n.x.cl/api/v1/executions/{id}'],
    ['https://n8n.x.cl/api/v1/workflows/Kd83hLp0sTq2vXyZ', 'GET n8n.x.cl/api/v1/workflows/{id}'],
    ['https://x.cl/people/ana%40x.cl', 'GET x.cl/people/{id}'],
    ['https://user:pass@x.cl/a#b', 'GET x.cl/a'],
  ])('%s', (url, place) => {
    expect(placeOf('GET', new URL(url))).toBe(place);
  });
});

describe('failures without an answer', () => {
  test.each([
    ['ENOTFOUND', 'config', 'unknown_host'],
    ['EAI_AGAIN', 'transient', 'dns_unavailable'],
    ['ECONNREFUSED', 'transient', 'connection_refused'],
    ['ECONNRESET', 'transient', 'connection_reset'],
    ['ETIMEDOUT', 'transient', 'timeout'],
    ['EHOSTUNREACH', 'transient', 'unreachable'],
    ['CERT_HAS_EXPIRED', 'config', 'certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'config', 'certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'config', 'certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'config', 'certificate'],
    ['EPROTO', 'config', 'tls_failed'],
    ['HPE_INVALID_CONSTANT', 'config', 'not_http'],
    ['Z_DATA_ERROR', 'transient', 'truncated'],
    ['KPI_TOO_LARGE', 'data', 'too_large'],
    ['SOMETHING_NEW', 'transient', 'network'],
  ])('%s is %s %s', (code, kind, word) => {
    expect(classifyNetwork(code)).toMatchObject({ kind, code: word });
  });
});

describe('JSON', () => {
  test('every JSON text is left as it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(readableJson(text)).toBe(text);
      }),
    );
  });

  test('no JSON document cut short is taken for a whole one', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        expect(readableJson(text.slice(0, at % text.length))).toBeNull();
      }),
    );
  });

  test('a long string beside a NaN is no trouble', () => {
    const text = `{"a":"${'x\\n'.repeat(2_000_000)}","b":NaN}`;
    expect(readableJson(text)).toMatch(/"b":"NaN"\}$/);
  });
});

test('Retry-After is read in both forms, and nothing else is', () => {
  const at = (value: string) =>
    retryAfterMs({ status: 429, headers: { 'retry-after': value }, body: '' }, new Date('2026-11-23T12:00:00Z'));
  expect(at('3')).toBe(3000);
  expect(at('0.5')).toBe(500);
  expect(at('Mon, 23 Nov 2026 12:00:10 GMT')).toBe(10_000);
  expect(at('Mon, 23 Nov 2026 11:00:00 GMT')).toBe(0);
  expect(at('later')).toBeNull();
  expect(at('')).toBeNull();
});
