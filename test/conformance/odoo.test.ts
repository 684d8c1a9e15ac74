import { afterEach, describe, expect, test } from 'vitest';
import { odoo } from '../../connectors/odoo/index.ts';
import { closeAll, contextOf, database, draftsOf, faultsOf, fieldsOf, idsOf, pages, serve } from './odoo-database.ts';

afterEach(closeAll);

describe.each([
  ['19.0', 'json2', { username: undefined }],
  ['19.0', 'jsonrpc', { transport: 'jsonrpc' }],
  ['19.0', 'xmlrpc', { transport: 'xmlrpc' }],
  ['16.0', 'jsonrpc', {}],
] as const)('Odoo %s over %s', (version, _transport, settings) => {
  test('every stream yields its records, and every draft is canonical', async () => {
    const context = contextOf(await serve([database(version)]), settings);
    const ids: Record<string, string[]> = {};
    for (const { name } of odoo.streams) {
      const read = await pages(context, name);
      expect(draftsOf(read).flatMap(faultsOf)).toEqual([]);
      expect(read.flatMap((page) => [...page.rejects])).toEqual([]);
      expect(read.at(-1)?.end).toBe(true);
      ids[name] = draftsOf(read).map((draft) => `${draft.entity} ${draft.sourceId}`);
    }
    expect(ids).toEqual({
      exchange_rates: ['exchange_rate 1'],
      locations: ['location 5', 'location 6'],
      products: ['product 30', 'product 31', 'product 32'],
      customers: ['customer 10', 'customer 12', 'customer 20'],
      orders: ['order 21', 'order 22', 'order 23', 'order 25', ...[1, 2, 3, 4, 6, 7].map((id) => `order_line ${id}`)],
      order_lines: [1, 2, 3, 4, 6, 7].map((id) => `order_line ${id}`),
      invoices: [],
      payments: [],
      payment_allocations: [],
      pos_orders: [],
      inventory_levels: ['inventory_level 1', 'inventory_level 3'],
    });
  });

  test('an order is split into products, shipping and discount, with the references of the shop', async () => {
    const read = await pages(contextOf(await serve([database(version)]), settings), 'orders');
    expect(fieldsOf(read, '21', 'order')).toEqual({
      name: 'S00021',
      status: 'completed',
      delivered: true,
      invoiced: true,
      // Before 17 a locked order is in a state of its own.
      locked: version !== '16.0',
      excluded_because: null,
      payment_state: null,
      source_status: 'sale/invoiced/full',
      created_at: '2026-11-28T13:00:00Z',
      cancelled_at: null,
      currency_source: 'CLP',
      amount_total_source: '119000',
      amount_untaxed_source: '100000',
      amount_tax_source: '19000',
      amount_products_source: '107100',
      amount_shipping_source: '11900',
      amount_discount_source: '11900',
      amount_other_source: '0',
      amount_iva_source: '19000',
      amount_exempt_source: '0',
      amount_ledger_source: null,
      customer_id: '20',
      channel: 'odoo',
      shop: null,
      company: '1',
      shop_order_id: '5843276169342',
      shop_order_name: '1001',
      shop_order_names: null,
      shop_order_prefix: null,
      shop_order_stores: ['company:1'],
    });
    expect(fieldsOf(read, '22', 'order')).toMatchObject({ status: 'quotation', channel: 'website' });
    expect(fieldsOf(read, '23', 'order')).toMatchObject({ status: 'open', excluded_because: 'intercompany' });
    expect(fieldsOf(read, '25', 'order')).toMatchObject({
      amount_total_source: '50000',
      amount_products_source: '50000',
      amount_untaxed_source: '42017',
    });
    expect(fieldsOf(read, '7', 'order_line')).toMatchObject({ line_kind: 'gift_card', amount_source: '-20000' });
    expect(fieldsOf(read, '1', 'order_line')).toMatchObject({
      line_kind: 'product',
      sku: 'P-1',
      name: '[P-1] Lámpara',
      amount_discount_source: '11900',
    });
  });

  test('a wrong key is refused for good, and named without a secret', async () => {
    const url = await serve([database(version)]);
    const failure = await pages(contextOf(url, { ...settings, api_key: 'secreto-malo' }), 'orders').catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'config', code: 'unauthorized' });
    expect(String(failure)).not.toMatch(/secreto-malo|Traceback|\/srv/);
  });

  test('a company that is not the user’s is refused with what to correct', async () => {
    const failure = pages(contextOf(await serve([database(version)]), { ...settings, company_id: 2 }), 'orders');
    await expect(failure).rejects.toMatchObject({ kind: 'config', code: 'company_forbidden' });
  });

  test('a database that does not exist is named as such', async () => {
    const failure = pages(contextOf(await serve([database(version)]), { ...settings, db: 'otra' }), 'orders');
    await expect(failure).rejects.toMatchObject({ kind: 'config', code: 'wrong_database' });
  });
});

describe('companies and rights', () => {
  test('the connection of company 2 sees nothing of company 1', async () => {
    const context = contextOf(await serve([database()]), { api_key: 'llave-dos', company_id: '2' });
    expect(idsOf(await pages(context, 'orders'))).toEqual(['24', '5']);
    expect(idsOf(await pages(context, 'order_lines'))).toEqual(['5']);
    expect(idsOf(await pages(context, 'inventory_levels'))).toEqual(['4']);
    expect(idsOf(await pages(context, 'products'))).toEqual(['30', '31', '32', '33']);
    expect(fieldsOf(await pages(context, 'exchange_rates'), '2')).toMatchObject({
      currency: 'CLP',
      base_currency: 'USD',
      rate: '0.00105',
      company: '2',
    });
  });

  test('the UF is CLF, in pesos', async () => {
    const read = await pages(contextOf(await serve([database()])), 'exchange_rates');
    expect(fieldsOf(read, '1')).toEqual({ currency: 'CLF', base_currency: 'CLP', rate_date: '2026-11-28', rate: '39800.12', company: '1' });
  });

  test('a customer is kind, place and a masked RUT; who it is travels as identity only', async () => {
    const read = await pages(contextOf(await serve([database()])), 'customers');
    const ana = draftsOf(read).find((draft) => draft.sourceId === '20');
    expect(ana?.fields).toEqual({
      kind: 'person',
      rut_display: '*****678-5',
      rut_valid: true,
      comuna: 'Ñuñoa',
      region: 'Metropolitana',
      commercial_id: '20',
    });
    expect(ana?.identity).toEqual({ rut: '12.345.678-5', email: 'ana@x.example', phone: null });
    expect(JSON.stringify(ana?.raw)).not.toMatch(/ana|12\.345/i);
  });

  test('a field that may not be read is left out, and what that means is said', async () => {
    const url = await serve([database()], { hiddenFields: { 'sale.order': ['delivery_status', 'website_id'] } });
    const read = await pages(contextOf(url), 'orders');
    expect(fieldsOf(read, '22', 'order')).toMatchObject({ channel: 'odoo', source_status: 'sent/to invoice' });
    expect(read.at(-1)?.notices?.map(({ code }) => code)).toEqual(['field_missing']);
  });

  test('a field the stream cannot do without is asked for by name', async () => {
    const url = await serve([database()], { hiddenFields: { 'sale.order': ['amount_total'] } });
    await expect(pages(contextOf(url), 'orders')).rejects.toMatchObject({ kind: 'config', code: 'fields_unreadable' });
  });

  test('an app that is not installed leaves its stream empty without holding anything', async () => {
    const [page] = await pages(contextOf(await serve([database()], { missingModels: ['stock.quant'] })), 'inventory_levels');
    expect(page).toMatchObject({ drafts: [], end: true, notices: [{ code: 'model_missing' }] });
    expect(page?.snapshot).toBeUndefined();
  });

  test('gift cards paid with stay discounts where loyalty may not be read, and that is said', async () => {
    const read = await pages(contextOf(await serve([database()], { deniedModels: ['loyalty.program'] })), 'orders');
    expect(read.at(-1)?.notices?.map(({ code }) => code)).toEqual(['loyalty_unreadable']);
    expect(fieldsOf(read, '25', 'order')).toMatchObject({ amount_total_source: '30000', amount_discount_source: '20000' });
  });
});

describe('check', () => {
  test.each(['19.0', '16.0'] as const)('names version and account of Odoo %s', async (version) => {
    const report = await odoo.check(contextOf(await serve([database(version)])));
    expect(report).toEqual({ account: '0f0f0f0f-1111-2222-3333-444444444444:1', version, findings: [] });
  });

  test('says which company is missing, which model is denied, and that orders may be hidden', async () => {
    const url = await serve([{ ...database(), orders: [] }], { deniedModels: ['stock.quant', 'ir.config_parameter'] });
    const foreign = await odoo.check(contextOf(url, { company_id: [1, 2] }));
    expect(foreign.findings.map(({ code }) => code)).toEqual(['company_forbidden', 'database_uuid_unreadable']);
    const denied = await odoo.check(contextOf(url));
    expect(denied.findings.map(({ code }) => code)).toEqual(['forbidden', 'no_orders_visible', 'database_uuid_unreadable']);
    expect(denied.account).toMatch(/\/tienda:1$/);
  });

  test('a page that is not Odoo is said to be none', async () => {
    const url = await serve([database()]);
    await expect(odoo.check(contextOf(`${url}/otra`))).rejects.toMatchObject({ kind: 'config', code: 'not_odoo' });
  });
});
