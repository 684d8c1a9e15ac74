import { afterAll, describe, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { reaggregate } from '../../src/store/reaggregate.ts';
import { ROLLUPS } from '../../src/store/rollups.ts';
import { setSharedKey } from '../../src/store/shared-keys.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { customerDraft } from '../support/customer-world.ts';
import { EngineRig, type Place } from '../support/engine-rig.ts';
import { orderDraft } from '../support/scripted-stream.ts';

const rig = await EngineRig.open();
afterAll(() => rig.close());
let readSeq = 0;
const write = async (place: Place, drafts: readonly Draft[]) => writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts));

/** Source ids that are one, sorted: `odoo:1 shopify:1`. */
const IDENTITIES = `select string_agg(c.source || ':' || c.source_id, ' ' order by c.source, c.source_id) as line
  from public.customer_identities i join public.customers c on c.id = i.customer_id group by i.identity_id order by 1`;
async function company() {
  const { tenantId, shop, odoo, rows } = await rig.tenant();
  return {
    tenantId,
    shop,
    odoo,
    rows,
    identities: async () => (await rows<{ line: string }>(IDENTITIES)).map(({ line }) => line),
    sales: async () => (await rows<{ sales: string }>('select sales from kpi.customer_sales order by 1')).map(({ sales }) => Number(sales)),
  };
}

describe('who is one customer', () => {
  test('ana@x.cl in the shop, and with RUT and the same e-mail in Odoo, is one', async () => {
    const { shop, odoo, identities, sales } = await company();
    await write(shop, [
      customerDraft('1', { email: 'Ana@X.cl ' }),
      orderDraft('901', { customer_id: '1', created_at: '2026-05-10T12:00:00Z' }),
    ]);
    await write(odoo, [
      customerDraft('7', { rut: '12.345.678-5', email: 'ana@x.cl' }),
      orderDraft('31', { customer_id: '7', created_at: '2026-11-10T12:00:00Z' }),
    ]);
    expect(await identities()).toEqual(['odoo:7 shopify:1']);
    expect(await sales()).toEqual([2]);
  });

  test('a record that comes late joins two who did not know of each other', async () => {
    const { shop, odoo, identities } = await company();
    await write(shop, [customerDraft('1', { email: 'ana@x.cl' })]);
    await write(odoo, [customerDraft('7', { rut: '12.345.678-5' })]);
    expect(await identities()).toEqual(['odoo:7', 'shopify:1']);
    await write(odoo, [customerDraft('8', { rut: '12345678-5', email: 'ana@x.cl' })]);
    expect(await identities()).toEqual(['odoo:7 odoo:8 shopify:1']);
  });

  test('a changed e-mail parts them again, and their sales with them', async () => {
    const { tenantId, shop, odoo, identities, sales } = await company();
    await write(shop, [customerDraft('1', { email: 'ana@x.cl' }), orderDraft('901', { customer_id: '1' })]);
    await write(odoo, [customerDraft('7', { email: 'ana@x.cl' }), orderDraft('31', { customer_id: '7' })]);
    expect(await sales()).toEqual([2]);
    await write(odoo, [customerDraft('7', { email: 'bea@x.cl' }, '2026-06-01T00:00:00Z')]);
    expect(await identities()).toEqual(['odoo:7', 'shopify:1']);
    expect(await sales()).toEqual([1, 1]);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  });

  test('an order that goes over to another customer takes its sale along', async () => {
    const { tenantId, shop, rows } = await company();
    const both = [customerDraft('1', { email: 'ana@x.cl' }), customerDraft('2', { email: 'bea@x.cl' })];
    await write(shop, [...both, orderDraft('901', { customer_id: '1' })]);
    await write(shop, [orderDraft('901', { customer_id: '2', updatedAt: '2026-11-02T00:00:00Z' })]);
    const who = `select c.source_id from kpi.customer_sales s join public.customers c on c.id = s.identity_id`;
    expect(await rows(who)).toEqual([{ source_id: '2' }]);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  });

  test('a phone tells apart only those without RUT and e-mail', async () => {
    const { shop, identities } = await company();
    await write(shop, [
      customerDraft('1', { email: 'ana@x.cl', phone: '+56 9 1111 1111' }),
      customerDraft('2', { phone: '+56911111111' }),
      customerDraft('3', { phone: '+56 (9) 1111-1111' }),
    ]);
    expect(await identities()).toEqual(['shopify:1', 'shopify:2 shopify:3']);
  });

  test('a delivery address without anything of its own is the company it belongs to, whichever comes first', async () => {
    const { odoo, identities } = await company();
    await write(odoo, [customerDraft('11', { company: '10' }), customerDraft('12', { company: '10' })]);
    expect(await identities()).toEqual(['odoo:11 odoo:12']);
    await write(odoo, [customerDraft('10', { rut: '76.042.235-5', company: '10' })]);
    expect(await identities()).toEqual(['odoo:10 odoo:11 odoo:12']);
  });

  test('RUTs that many share, a wrong digit, relay domains join nobody', async () => {
    const { odoo, identities } = await company();
    await write(
      odoo,
      ['66.666.666-6', '55555555-5', '12.345.678-9'].flatMap((rut, i) => [
        customerDraft(`${i}1`, { rut }),
        customerDraft(`${i}2`, { rut }),
      ]),
    );
    await write(odoo, [
      customerDraft('31', { email: 'a1@privaterelay.appleid.com' }),
      customerDraft('32', { email: 'a1@privaterelay.appleid.com' }),
      customerDraft('33', { email: 'a1@marketplace.amazon.com.mx' }),
      customerDraft('34', { email: 'a1@marketplace.amazon.com.mx' }),
    ]);
    expect((await identities()).length).toBe(10);
  });

  test('who has nothing but a RUT that many share is nobody, and reported', async () => {
    const { odoo, rows } = await company();
    await write(odoo, [customerDraft('1', { rut: '66.666.666-6' }), orderDraft('31', { customer_id: '1' })]);
    expect(await rows('select reason, used from kpi.generic_identities')).toEqual([{ reason: 'rut', used: false }]);
  });

  test("the company's own list of what is shared parts them, and taking it back joins them", async () => {
    const { tenantId, odoo, rows, identities } = await company();
    await write(odoo, [customerDraft('1', { email: 'ventas@y.cl' }), customerDraft('2', { email: 'ventas@y.cl' })]);
    const { key, domain } = (
      await rows<{ key: string; domain: string }>('select distinct email_key as key, domain_key as domain from public.customers')
    )[0]!;
    expect(await setSharedKey(rig.db, tenantId, 'email_domain', domain, true)).toBe(2);
    expect(await identities()).toEqual(['odoo:1', 'odoo:2']);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
    await setSharedKey(rig.db, tenantId, 'email_domain', domain, false);
    expect(await identities()).toEqual(['odoo:1 odoo:2']);
    await setSharedKey(rig.db, tenantId, 'email', key, true);
    expect(await identities()).toEqual(['odoo:1', 'odoo:2']);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  });

  test('two companies never share a key, nor is a key what it was made of', async () => {
    const keys = async () => {
      const { odoo, rows } = await company();
      await write(odoo, [customerDraft('1', { rut: '12.345.678-5', email: 'ana@x.cl', phone: '+56911111111' })]);
      return Object.values((await rows('select identity_key, rut_key, email_key, domain_key, phone_key from public.customers'))[0]!);
    };
    const [one, other] = [await keys(), await keys()];
    for (const key of one) {
      expect(key).toMatch(/^[0-9a-f]{32}$/);
      expect(other).not.toContain(key);
    }
  });
});

test('a wrong identity is found and put right by a rebuild, with what rests on it', async () => {
  const { tenantId, shop, rows, identities, sales } = await company();
  await write(shop, [
    customerDraft('1', { email: 'ana@x.cl' }),
    customerDraft('2', { email: 'ana@x.cl' }),
    orderDraft('901', { customer_id: '1' }),
    orderDraft('902', { customer_id: '2' }),
  ]);
  await rows(`update public.customer_identities set identity_id = customer_id, anonymous = true`);
  await rows(`delete from kpi.customer_sales`);
  const tables = (await rebuildTenant(rig.db, tenantId)).map(({ table }) => table);
  expect(new Set(tables)).toEqual(new Set(['public.customer_identities', 'kpi.customer_sales']));
  expect(await identities()).toEqual(['shopify:1 shopify:2']);
  expect(await sales()).toEqual([2]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('roll-ups that agree with a wrong identity are put right after it', async () => {
  const { tenantId, shop, sales } = await company();
  const both = [customerDraft('1', { email: 'ana@x.cl' }), customerDraft('2', { email: 'bea@x.cl' })];
  await write(shop, [...both, orderDraft('901', { customer_id: '1' }), orderDraft('902', { customer_id: '2' })]);
  await rig.db.transaction(tenantId, async ({ query }) => {
    const ids = (await query<{ id: string }>('select identity_id as id from public.customer_identities')).rows.map(({ id }) => id);
    await query('update public.customer_identities set identity_id = $1', [ids[0]]);
    for (const rollup of [ROLLUPS.customerDays, ROLLUPS.customerSales]) await reaggregate(query, tenantId, rollup, new Set(ids));
  });
  expect(await sales()).toEqual([2]);
  await rebuildTenant(rig.db, tenantId);
  expect(await sales()).toEqual([1, 1]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});
