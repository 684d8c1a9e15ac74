import { afterEach, describe, expect, test } from 'vitest';
import type { SandboxServer } from '../http-server.ts';
import type { OdooDatabase, OdooOrder } from '../world/odoo-model.ts';
import type { OdooLimits } from './environment.ts';
import { startOdoo } from './server.ts';

const STAMP = '2026-11-23 21:22:00.250640';
const servers: SandboxServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.close()));
});

function database(version: OdooDatabase['version'], name = 'uno'): OdooDatabase {
  const stamps = { createDate: STAMP, writeDate: STAMP };
  const order: OdooOrder = {
    id: 1,
    name: 'S00001',
    state: 'sale',
    locked: true,
    partnerId: 9,
    companyId: 1,
    currencyId: 45,
    dateOrder: '2026-11-23 21:00:00',
    ...stamps,
    clientOrderRef: null,
    origin: null,
    shopifyOrderId: null,
    websiteId: null,
    teamId: null,
    amountUntaxed: '1090000.89',
    amountTax: '207260.00',
    amountTotal: '1297260.89',
    invoiceStatus: 'no',
    deliveryStatus: 'started',
  };
  const partner = { email: null, phone: null, vat: null, isCompany: true, city: null, stateName: null, commercialPartnerId: 9, ...stamps };
  return {
    name,
    uuid: 'u',
    version,
    users: [{ id: 2, login: 'bot', apiKey: 'llave', companyIds: [1] }],
    companies: [{ id: 1, name: 'Uno', partnerId: 9, currencyId: 45, rut: '76042235-5' }],
    currencies: [{ id: 45, name: 'CLP', decimalPlaces: 0, rounding: '1', writeDate: STAMP }],
    currencyRates: [],
    measures: { taxes: [], units: [], teams: [] },
    partners: [
      { ...partner, id: 9, name: 'Uno', companyId: null, active: true },
      { ...partner, id: 10, name: 'Archivado', companyId: null, active: false },
      { ...partner, id: 11, name: 'De otra empresa', companyId: 2, active: true },
    ],
    products: [],
    locations: [],
    quants: [],
    orders: [order, { ...order, id: 2, companyId: 2 }],
    orderLines: [],
    invoices: [],
    invoiceLines: [],
    posOrders: [],
    journals: [],
    payments: [],
    partials: [],
    posLines: [],
  };
}

async function serve(databases: readonly OdooDatabase[], limits: OdooLimits = {}): Promise<string> {
  const server = await startOdoo({ databases, clock: () => new Date('2026-11-23T22:00:00Z'), limits });
  servers.push(server);
  return server.url;
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  const response = await fetch(url, sent);
  const text = await response.text();
  const html = response.headers.get('content-type')?.includes('html') ?? false;
  return { status: response.status, html, date: response.headers.get('date'), json: html ? null : (JSON.parse(text) as unknown) };
}

const key = { authorization: 'bearer llave' };
const json2 = async (url: string, model: string, method: string, body: unknown, headers: Record<string, string> = key) =>
  post(`${url}/json/2/${model}/${method}`, body, headers);
const rpc = async (url: string, ...args: unknown[]) =>
  post(`${url}/jsonrpc`, { jsonrpc: '2.0', id: 1, method: 'call', params: { service: 'object', method: 'execute_kw', args } });

describe('values', () => {
  test('datetimes are cut to seconds, empty is false, money is a float, many2one is a pair', async () => {
    const url = await serve([database('19.0')]);
    const fields = ['write_date', 'client_order_ref', 'amount_total', 'partner_id'];
    const classic = await json2(url, 'sale.order', 'search_read', { fields });
    const row = { id: 1, write_date: '2026-11-23 21:22:00', client_order_ref: false, amount_total: 1297260.89 };
    expect(classic.json).toEqual([{ ...row, partner_id: [9, 'Uno'] }]);
    expect(classic.date).toBe('Mon, 23 Nov 2026 22:00:00 GMT');
    const bare = await json2(url, 'sale.order', 'search_read', { fields, load: null });
    expect(bare.json).toEqual([{ ...row, partner_id: 9 }]);
  });

  test('archived records are hidden unless the context says otherwise, and those of other companies always', async () => {
    const url = await serve([database('19.0')]);
    expect((await json2(url, 'res.partner', 'search', {})).json).toEqual([9]);
    expect((await json2(url, 'res.partner', 'search', { context: { active_test: false } })).json).toEqual([9, 10]);
    expect((await json2(url, 'sale.order', 'search_count', {})).json).toBe(1);
  });
});

describe('datetimes in conditions', () => {
  test.each([
    ['19.0', '>', '21:22:00', 0],
    ['16.0', '>', '21:22:00', 1],
    ['19.0', '>=', '21:22:00', 1],
    ['16.0', '>=', '21:22:00', 1],
    ['19.0', '=', '21:22:00', 1],
    ['16.0', '=', '21:22:00', 0],
    ['19.0', '<=', '21:22:00', 1],
    ['16.0', '<=', '21:22:00', 0],
    ['19.0', '<', '21:22:01', 1],
    ['16.0', '<', '21:22:01', 1],
  ] as const)('Odoo %s: a record of 21:22:00.25 with %s %s is found %i times', async (version, operator, time, count) => {
    const url = await serve([database(version)]);
    const domain = [['write_date', operator, `2026-11-23 ${time}`]];
    const answer = await rpc(url, 'uno', 2, 'llave', 'sale.order', 'search_count', [domain]);
    expect(answer.json).toMatchObject({ result: count });
  });

  test('a zone is an error on 19 and accepted on 16', async () => {
    const domain = [['write_date', '>=', '2026-11-23T21:00:00Z']];
    const modern = await json2(await serve([database('19.0')]), 'sale.order', 'search_count', { domain });
    expect(modern).toMatchObject({ status: 500, json: { name: 'builtins.ValueError' } });
    const old = await rpc(await serve([database('16.0')]), 'uno', 2, 'llave', 'sale.order', 'search_count', [domain]);
    expect(old.json).toMatchObject({ result: 1 });
  });
});

describe('refusals of JSON-2', () => {
  test.each([
    ['a wrong key', 'res.users', 'context_get', {}, { authorization: 'bearer otra' }, 401, 'werkzeug.exceptions.Unauthorized'],
    ['an unknown field', 'sale.order', 'search_read', { fields: ['nope'] }, key, 500, 'builtins.ValueError'],
    ['an unknown field in a domain', 'sale.order', 'search', { domain: [['nope', '=', 1]] }, key, 500, 'builtins.ValueError'],
    ['an unknown argument', 'sale.order', 'search_read', { foo: 1 }, key, 500, 'builtins.TypeError'],
    ['an unknown model', 'no.such', 'search', {}, key, 404, 'werkzeug.exceptions.NotFound'],
    ['an unknown method', 'sale.order', 'nope', {}, key, 404, 'werkzeug.exceptions.NotFound'],
    ['a private method', 'sale.order', '_compute', {}, key, 403, 'odoo.exceptions.AccessError'],
    ['ids on a method of the model', 'sale.order', 'search', { ids: [1] }, key, 422, 'werkzeug.exceptions.UnprocessableEntity'],
    ['a foreign company', 'sale.order', 'search', { context: { allowed_company_ids: [2] } }, key, 403, 'odoo.exceptions.AccessError'],
    ['a record of another company', 'sale.order', 'read', { ids: [1, 2] }, key, 403, 'odoo.exceptions.AccessError'],
  ])('%s', async (_what, model, method, body, headers, status, name) => {
    const answer = await json2(await serve([database('19.0')]), model, method, body, headers);
    expect(answer).toMatchObject({ status, json: { name, debug: expect.stringContaining('Traceback') as unknown } });
  });

  test('a wrong database, none of several, and Odoo 16 answer with a web page', async () => {
    const two = await serve([database('19.0', 'uno'), database('19.0', 'dos')]);
    expect(await json2(two, 'res.users', 'context_get', {}, { ...key, 'x-odoo-database': 'tres' })).toMatchObject({
      status: 404,
      html: true,
    });
    expect(await json2(two, 'res.users', 'context_get', {})).toMatchObject({ status: 404, html: true });
    expect(await json2(two, 'res.users', 'context_get', {}, { ...key, 'x-odoo-database': 'dos' })).toMatchObject({
      status: 200,
      json: { uid: 2 },
    });
    expect(await json2(await serve([database('16.0')]), 'res.users', 'context_get', {})).toMatchObject({ status: 404, html: true });
  });

  test('a read of a deleted record is an empty list, a hidden field refuses the whole call', async () => {
    const url = await serve([database('19.0')], { hiddenFields: { 'sale.order': ['amount_total'] } });
    expect((await json2(url, 'sale.order', 'read', { ids: [77] })).json).toEqual([]);
    expect(await json2(url, 'sale.order', 'search_read', { fields: ['amount_total'] })).toMatchObject({ status: 403 });
    expect((await json2(url, 'sale.order', 'fields_get', { attributes: ['type'] })).json).not.toHaveProperty('amount_total');
  });

  test('a host’s limit answers 429', async () => {
    const url = await serve([database('19.0')], { requestsPerSecond: 1 });
    await post(`${url}/web/webclient/version_info`, {});
    await expect(fetch(`${url}/web/version`)).resolves.toMatchObject({ status: 429 });
  });
});

describe('JSON-RPC', () => {
  test.each([
    ['19.0', 0],
    ['16.0', 200],
  ] as const)('of Odoo %s answers faults with status 200 and code %i', async (version, code) => {
    const answer = await rpc(await serve([database(version)]), 'uno', 2, 'otra', 'sale.order', 'search', [[]]);
    expect(answer).toMatchObject({ status: 200, json: { error: { code, data: { name: 'odoo.exceptions.AccessDenied' } } } });
  });

  test('versions differ in fields and methods', async () => {
    const fields = async (version: OdooDatabase['version'], model: string) => {
      const answer = await rpc(await serve([database(version)]), 'uno', 2, 'llave', model, 'fields_get', []);
      return Object.keys((answer.json as { result: object }).result);
    };
    expect(await fields('16.0', 'product.product')).not.toContain('is_storable');
    expect(await fields('19.0', 'sale.order.line')).toContain('product_uom_id');
    expect(await fields('16.0', 'sale.order.line')).toContain('product_uom');
    const url = await serve([database('16.0')]);
    expect((await rpc(url, 'uno', 2, 'llave', 'sale.order', 'has_access', [[], 'read'])).json).toHaveProperty('error');
    expect((await rpc(url, 'uno', 2, 'llave', 'sale.order', 'check_access_rights', ['read'])).json).toMatchObject({ result: true });
  });
});
