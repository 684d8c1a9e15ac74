import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReconcileRig } from '../support/reconcile-rig.ts';
import type { Values } from '../support/seed-rows.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());

describe('the RUT typed at the checkout against that of Odoo’s customer', () => {
  const key = (rut: string) => ({ rut_key: rut, rut_valid: true, rut_generic: false });
  const wrongDigit = { rut_key: null, rut_valid: false, rut_generic: null };
  const generic = { rut_key: null, rut_valid: true, rut_generic: true };
  const none = { rut_key: null, rut_valid: null, rut_generic: null };
  /** A pair whose buyer typed `typed`, booked on a customer (or its contact) of `booked`; why it is found. */
  const reasons = async (kind: string, typed: Values | null, booked: Values, company: Values | null = null) => {
    await rig.newTenant();
    const billed = typed === null ? null : await rig.put('public.customers', { source: 'shopify', kind, ...typed });
    const commercial = company === null ? null : await rig.put('public.customers', { source: 'odoo', kind: 'company', ...company });
    const customer = await rig.put('public.customers', { source: 'odoo', kind: 'person', commercial_id: commercial, ...booked });
    await rig.pair(119_000, { billed_to_id: billed }, { customer_id: customer });
    const { findings, remainder } = await rig.run();
    expect(remainder).toBe('0');
    const found = findings.filter(({ class: name }) => name === 'customer_rut');
    for (const { amount, value, data } of found)
      expect([amount, value, Object.keys(data).sort()]).toEqual(['0', null, ['buyer', 'reason']]);
    return found.map(({ data }) => data['reason']);
  };

  test('another one is found, without the number itself', async () => {
    expect(await reasons('person', key('a'), key('b'))).toEqual(['other']);
  });

  test('the same one is none, nor where the contact’s company has it', async () => {
    expect(await reasons('person', key('a'), key('a'))).toEqual([]);
    expect(await reasons('company', key('c'), none, key('c'))).toEqual([]);
    expect(await reasons('company', key('d'), none, key('e'))).toEqual(['other']);
  });

  test('one with a wrong digit in Odoo is not the right one of the shop', async () => {
    expect(await reasons('person', key('a'), wrongDigit)).toEqual(['invalid']);
  });

  test('a company booked on nobody gets no factura; a person’s boleta needs no RUT', async () => {
    expect(await reasons('person', key('a'), generic)).toEqual([]);
    expect(await reasons('person', key('b'), none)).toEqual([]);
    expect(await reasons('company', key('c'), generic)).toEqual(['nobody']);
  });

  test('what names nobody is not compared: nothing typed, a wrong digit, a number that many share', async () => {
    expect(await reasons('person', null, key('b'))).toEqual([]);
    expect(await reasons('person', wrongDigit, key('b'))).toEqual([]);
    expect(await reasons('company', generic, key('b'))).toEqual([]);
    expect(await reasons('company', wrongDigit, none)).toEqual([]);
  });
});
