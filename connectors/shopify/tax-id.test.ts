import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mapOrders } from './mapping.ts';

const page = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/tienda-ejemplo.json'), 'utf8')) as {
  data: { orders: { nodes: Record<string, unknown>[] } };
};
const [plain] = page.data.orders.nodes;

/** Identity and kind of whom the document is to be made out to, and whether the order names that record. */
function billedTo(typed: Record<string, unknown>, from?: readonly string[]) {
  const { drafts, rejects } = mapOrders([{ ...plain, ...typed }], 'tienda', from);
  expect(rejects).toEqual([]);
  const order = drafts.find((draft) => draft.entity === 'order');
  const record = drafts.find((draft) => draft.entity === 'customer' && draft.sourceId.startsWith('tax:'));
  expect(order?.entity === 'order' && order.fields.billed_to_id).toBe(record === undefined ? undefined : `tax:${order?.sourceId}`);
  expect(JSON.stringify(order?.raw)).not.toContain('678');
  return record?.entity === 'customer' ? [record.identity?.rut, record.fields.kind] : null;
}
const field = (value: string | null, key = 'TAX_CREDENTIAL_CL') => ({ localizedFields: { nodes: [{ key, value }] } });
const attribute = (key: string, value: string | null) => ({
  customAttributes: [
    { key: 'nota', value: 'x' },
    { key, value },
  ],
});

test.each(['12.345.678-5', ' 12345678-5 ', 'CL12345678-5', '123456785', '12345678–5'])('Shopify’s own field: %j', (value) => {
  expect(billedTo(field(value))).toEqual([value.trim(), 'person']);
});

test('a number of a company', () => {
  expect(billedTo(field('76.042.235-5'))).toEqual(['76.042.235-5', 'company']);
});

test('the field for shipping stands in for that for taxes; one of another country is none', () => {
  expect(billedTo(field('12345678-5', 'SHIPPING_CREDENTIAL_CL'))).toEqual(['12345678-5', 'person']);
  expect(billedTo(field('12345678-5', 'TAX_CREDENTIAL_BR'))).toBeNull();
});

test.each(['RUT', 'rut', ' R_u-t', 'Rut'])('an attribute called %j', (key) => {
  expect(billedTo(attribute(key, '12345678-5'))).toEqual(['12345678-5', 'person']);
});

test('an attribute of another name, where it is told', () => {
  const typed = attribute('Rut Facturación', '76042235-5');
  expect(billedTo(typed)).toBeNull();
  expect(billedTo(typed, ['attribute:rut facturacion'])).toEqual(['76042235-5', 'company']);
});

test('the first place that holds one counts, in the order told', () => {
  const typed = { ...field('76042235-5'), ...attribute('rut', '12345678-5') };
  expect(billedTo(typed)?.[0]).toBe('76042235-5');
  expect(billedTo(typed, ['attribute:rut', 'localized_field'])?.[0]).toBe('12345678-5');
  expect(billedTo({ ...field('no tengo'), ...attribute('rut', '12345678-5') })?.[0]).toBe('12345678-5');
});

test('company and second line of the billing address, only where told, and only with the dash', () => {
  const billing = (company: string | null, address2: string | null) => ({ billingAddress: { company, address2 } });
  const from = ['billing_company', 'billing_address2'];
  expect(billedTo(billing('76.042.235-5', null))).toBeNull();
  expect(billedTo(billing('76.042.235-5', null), from)).toEqual(['76.042.235-5', 'company']);
  expect(billedTo(billing('Mi Empresa SpA', '76042235-5'), from)).toEqual(['76042235-5', 'company']);
  expect(billedTo(billing('Mi Empresa SpA', '22345678'), from)).toBeNull();
});

test.each(['', '   ', 'sin rut', '1-9', '1234', 'AB123456', '123.456.789-0'])('%j is no RUT', (value) => {
  expect(billedTo(field(value))).toBeNull();
});

test('nothing typed, nothing asked for, or nothing to be looked for', () => {
  expect(billedTo({})).toBeNull();
  expect(billedTo({ localizedFields: null, customAttributes: null, billingAddress: null })).toBeNull();
  expect(billedTo(field('12345678-5'), [])).toBeNull();
});
