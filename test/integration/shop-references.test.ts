import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { keepOpenFindings } from '../../src/reconcile/keep-open-findings.ts';
import { runReconciliation } from '../../src/reconcile/run-reconciliation.ts';
import { decideLink } from '../../src/store/links.ts';
import { listRecomputations, runRecomputation } from '../../src/store/recomputations.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig, type Place } from '../support/engine-rig.ts';
import { connectTo, orderDraft } from '../support/scripted-stream.ts';

/*
 * Two shops, Norte and Sur, whose orders have the same numbers, and one Odoo in which both are booked. Whose order a reference means is
 * decided by what stands before the number, or by what the document belongs to; where neither does, a person must say.
 */

type Changes = NonNullable<Parameters<typeof orderDraft>[1]>;
const AT = '2026-11-05T15:00:00Z';
const AS_OF = '2026-11-20T12:00:00Z';

let rig: EngineRig;
let tenantId: string;
let norte: Place;
let sur: Place;
let odoo: Place;
let reads = 0;
const accounts = { norte: '', sur: '' };
let rows: Awaited<ReturnType<EngineRig['tenant']>>['rows'];

beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(() => rig.close());

beforeEach(async () => {
  const tenant = await rig.tenant();
  ({ tenantId, odoo, rows } = tenant);
  await rig.db.query('delete from ops.streams where tenant_id = $1 and connection_id = $2', [tenantId, tenant.shop.connectionId]);
  await rig.db.query('delete from ops.connections where tenant_id = $1 and id = $2', [tenantId, tenant.shop.connectionId]);
  accounts.norte = randomUUID();
  accounts.sur = randomUUID();
  norte = { tenantId, source: 'shopify', connectionId: await connectTo(rig.db, tenantId, 'shopify', { accountKey: accounts.norte }) };
  sur = { tenantId, source: 'shopify', connectionId: await connectTo(rig.db, tenantId, 'shopify', { accountKey: accounts.sur }) };
});

const write = async (place: Place, ...drafts: Draft[]) => {
  await rig.db.query("update ops.streams set expires_at = '-infinity' where tenant_id = $1", [tenantId]);
  const page = { lane: 'live', end: true, covered: { from: null, until: AS_OF } };
  await writeBatch(rig.db, await rig.batch(place, ++reads, drafts, page));
};
/** Order #1001 of Norte has the id 11001, that of Sur 21001. */
const web = (shop: 'norte' | 'sur', number: number, amount: number) => {
  const id = String((shop === 'norte' ? 10_000 : 20_000) + number);
  const own = { name: `#${number}`, shop, shop_order_id: id, shop_order_name: String(number), created_at: AT };
  return orderDraft(id, { ...own, status: 'completed', payment_state: 'paid', amount_total_source: String(amount) });
};
const erp = (id: number, amount: number, cites: Changes) =>
  orderDraft(String(id), { name: `S${id}`, amount_total_source: String(amount), created_at: AT, ...cites });
const both = async (...numbers: number[]) => {
  await write(norte, ...numbers.map((number) => web('norte', number, 1000)));
  await write(sur, ...numbers.map((number) => web('sur', number, 2000)));
};
/** Changes a shop's settings as `kpi connect` does, and lets what follows from them run. */
const claim = async (shop: 'norte' | 'sur', settings: Record<string, unknown>) => {
  await connectTo(rig.db, tenantId, 'shopify', { accountKey: accounts[shop], settings });
  const open = (await listRecomputations(rig.db, { tenantId })).filter(({ state }) => state === 'running');
  for (const { id } of open) while (await runRecomputation(rig.db, tenantId, id, { seconds: 30 }));
  return open.length;
};
const links = async () =>
  (
    await rows<{ line: string }>(
      `select e.name || ' ' || s.shop || s.name || ' ' || l.rule as line from public.order_links l
       join public.source_orders e on e.id = l.erp_order_id join public.source_orders s on s.id = l.shop_order_id
       where l.tenant_id = $1 order by 1`,
      [tenantId],
    )
  ).map(({ line }) => line);
const found = async () => {
  const { findings, remainder } = await runReconciliation(rig.db, { tenantId, asOf: AS_OF, limit: 100 });
  expect(remainder).toBe('0');
  return findings.filter(({ amount }) => amount !== '0');
};
/** Both ways of making links agree. */
const holds = async () => expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);

describe('two shops with the same numbers in one Odoo', () => {
  test('a bare number is nobody’s: a person must say, and is told whose it may be', async () => {
    await both(1001);
    await write(odoo, erp(21, 1500, { shop_order_name: '1001' }));
    expect(await links()).toEqual([]);
    const [ambiguous] = (await found()).filter(({ class: name }) => name === 'duplicate_ref');
    expect(ambiguous).toMatchObject({ amount: '1500', data: { cites: '1001' } });
    expect(ambiguous?.suggestion?.map(({ name, shop, because }) => `${name} ${shop} ${because}`).sort()).toEqual([
      '#1001 norte same_reference',
      '#1001 sur same_reference',
    ]);
    await holds();
  });

  test('the prefix a shop calls its own decides, whatever the amounts say', async () => {
    await claim('norte', { reference_prefixes: ['WEB'] });
    await claim('sur', { reference_prefixes: ['SUR', 'S'] });
    await both(1001);
    await write(
      odoo,
      erp(21, 2000, { shop_order_name: '1001', shop_order_prefix: 'WEB' }),
      erp(22, 1000, { shop_order_name: '1001', shop_order_prefix: 'S' }),
    );
    expect(await links()).toEqual(['S21 norte#1001 name_prefix', 'S22 sur#1001 name_prefix']);
    expect((await found()).map(({ class: name, amount }) => `${name} ${amount}`).sort()).toEqual(['amount -1000', 'amount 1000']);
    await holds();
  });

  test('a prefix that is nobody’s is none of a shop that has its own', async () => {
    await claim('norte', { reference_prefixes: ['WEB'] });
    await write(sur);
    await write(norte, web('norte', 1001, 1000));
    await write(odoo, erp(21, 1000, { shop_order_name: '1001', shop_order_prefix: 'OTRA' }));
    expect(await links()).toEqual([]);
    expect((await found()).map(({ class: name }) => name).sort()).toEqual(['missing_in_odoo', 'missing_in_shopify']);
    // Of Sur, which has none of its own, it may be.
    await write(sur, web('sur', 1001, 1000));
    expect(await links()).toEqual(['S21 sur#1001 name']);
    await holds();
  });

  test('without a prefix the sales team, website, company or instance decides', async () => {
    await claim('norte', { erp_stores: ['team:tienda norte', 'company:1'] });
    await claim('sur', { erp_stores: ['team:tienda sur'] });
    await both(1001, 1002);
    await write(
      odoo,
      erp(21, 2000, { shop_order_name: '1001', shop_order_stores: ['team:tienda sur', 'company:4'] }),
      erp(22, 1000, { shop_order_name: '1001', shop_order_stores: ['team:ventas', 'company:1'] }),
      erp(23, 1000, { shop_order_name: '1002', shop_order_stores: ['team:ventas'] }),
    );
    expect(await links()).toEqual(['S21 sur#1001 name_store', 'S22 norte#1001 name_store']);
    expect((await found()).map(({ class: name, erpName }) => `${name} ${erpName ?? '-'}`).sort()).toEqual([
      'duplicate_ref S23',
      'missing_in_odoo -',
      'missing_in_odoo -',
    ]);
    await holds();
  });

  test('the prefix is asked before the store, and the shop’s id before both', async () => {
    await claim('norte', { reference_prefixes: ['WEB'], erp_stores: ['team:norte'] });
    await claim('sur', { reference_prefixes: ['SUR'], erp_stores: ['team:sur'] });
    await both(1001, 1002);
    await write(
      odoo,
      erp(21, 1000, { shop_order_name: '1001', shop_order_prefix: 'WEB', shop_order_stores: ['team:sur'] }),
      erp(22, 2000, { shop_order_id: '21002', shop_order_name: '1002', shop_order_prefix: 'WEB', shop_order_stores: ['team:norte'] }),
    );
    expect(await links()).toEqual(['S21 norte#1001 name_prefix', 'S22 sur#1002 id']);
    await holds();
  });

  test('what decides does not fall back on the other shop when its own has no such order', async () => {
    await claim('norte', { reference_prefixes: ['WEB'] });
    await write(norte);
    await write(sur, web('sur', 1001, 1000));
    await write(odoo, erp(21, 1000, { shop_order_name: '1001', shop_order_prefix: 'WEB' }));
    expect(await links()).toEqual([]);
    expect((await found()).map(({ class: name }) => name).sort()).toEqual(['missing_in_odoo', 'missing_in_shopify']);
    await holds();
  });

  test('what a person took apart is not ambiguous: it is in no shop', async () => {
    await write(sur);
    await write(norte, web('norte', 1001, 1000));
    await write(odoo, erp(21, 1000, { shop_order_name: '1001' }));
    const [pair] = await rows<{ shopOrderId: string; erpOrderId: string }>(
      'select shop_order_id as "shopOrderId", erp_order_id as "erpOrderId" from public.order_links where tenant_id = $1',
      [tenantId],
    );
    await decideLink(rig.db, tenantId, { ...pair!, decision: 'unlink' }, { who: 'marta', reason: 'another order' });
    expect((await found()).map(({ class: name }) => name).sort()).toEqual(['missing_in_odoo', 'missing_in_shopify']);
  });

  test('said afterwards, it is settled anew; said again, nothing is', async () => {
    await both(1001);
    await write(
      odoo,
      erp(21, 1000, { shop_order_name: '1001', shop_order_prefix: 'WEB' }),
      erp(22, 2000, { shop_order_name: '1001', shop_order_stores: ['team:sur'] }),
    );
    expect(await links()).toEqual([]);
    expect(await claim('norte', { reference_prefixes: ['WEB'] })).toBe(1);
    expect(await claim('sur', { erp_stores: ['team:sur'] })).toBe(1);
    expect(await links()).toEqual(['S21 norte#1001 name_prefix', 'S22 sur#1001 name_store']);
    expect(await claim('sur', { erp_stores: ['team:sur'] })).toBe(0);
    expect(await claim('norte', {})).toBe(1);
    expect(await links()).toEqual(['S22 sur#1001 name_store']);
    await holds();
  });
});

describe('several numbers in one field', () => {
  const merged = (id: number, amount: number, names: string[], more: Changes = {}) =>
    erp(id, amount, { shop_order_name: names[0] ?? null, shop_order_names: names, ...more });
  const groups = async () =>
    (
      await rows<{ line: string }>(
        `select kind || ' ' || rule || ' ' || cardinality(shop_orders) || ':' || cardinality(erp_orders) as line
      from ops.order_groups where tenant_id = $1 order by 1`,
        [tenantId],
      )
    ).map(({ line }) => line);

  test('one Odoo order for several web orders is compared with all of them', async () => {
    await write(norte, web('norte', 1001, 1000), web('norte', 1002, 500));
    await write(odoo, merged(21, 1500, ['1001', '1002']));
    expect(await links()).toEqual(['S21 norte#1001 name', 'S21 norte#1002 name']);
    expect(await found()).toEqual([]);
    await holds();
  });

  test('whichever of them comes last, and gone again when one is deleted', async () => {
    await write(odoo, merged(21, 1500, ['1001', '1002']));
    await write(norte, web('norte', 1002, 500));
    expect(await links()).toEqual(['S21 norte#1002 name']);
    await write(norte, web('norte', 1001, 1000));
    expect(await links()).toEqual(['S21 norte#1001 name', 'S21 norte#1002 name']);
    await holds();
  });

  test('of two Odoo orders that share web orders a group of several on both sides is made', async () => {
    await write(norte, web('norte', 1001, 1000), web('norte', 1002, 500), web('norte', 1003, 700));
    await write(odoo, merged(21, 1500, ['1001', '1002']), merged(22, 700, ['1002', '1003']));
    await keepOpenFindings(rig.db, { tenantId, asOf: AS_OF });
    expect(await groups()).toEqual(['many name 3:2']);
    expect(await found()).toEqual([]);
    await holds();
  });

  test('beside an id the numbers count when its order is one of them', async () => {
    await write(norte, web('norte', 1001, 1000), web('norte', 1002, 500), web('norte', 1003, 700));
    await write(
      odoo,
      merged(21, 1500, ['1001', '1002'], { shop_order_id: '11001' }),
      merged(22, 700, ['1001', '1002'], { shop_order_id: '11003' }),
    );
    expect(await links()).toEqual(['S21 norte#1001 id', 'S21 norte#1002 name', 'S22 norte#1003 id']);
    await holds();
  });

  test('each number is looked up in the shop that the prefix names; one that two shops have waits for a person', async () => {
    await both(1001, 1002);
    await write(odoo, merged(21, 2000, ['1001', '1002']), merged(22, 4000, ['1001', '1002'], { shop_order_prefix: 'SUR' }));
    expect(await links()).toEqual([]);
    await claim('sur', { reference_prefixes: ['SUR'] });
    expect(await links()).toEqual(['S22 sur#1001 name_prefix', 'S22 sur#1002 name_prefix']);
    expect((await found()).map(({ class: name, data }) => [name, data['cites'] ?? null])).toContainEqual(['duplicate_ref', '1001, 1002']);
    await holds();
  });
});
