import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { identityKeys } from '../../src/normalize/identity-keys.ts';
import { eraseCustomer, findPerson, type ErasureSubject } from '../../src/store/erase-customer.ts';
import { addToQuarantine } from '../../src/store/quarantine.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { setSharedKey } from '../../src/store/shared-keys.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { cartDraft, customerDraft } from '../support/customer-world.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { everyTable, whereFound } from '../support/every-table.ts';
import { kpi } from '../support/processes.ts';
import { orderDraft } from '../support/scripted-stream.ts';

const AUTHOR = { who: 'ana', reason: 'solicitud 118' };
const RUT = '12.345.678-5';
const EMAIL = 'planta.secreta@correo.example';
const PHONE = '+56911112222';
let rig: EngineRig;
let tenant: Awaited<ReturnType<EngineRig['tenant']>>;
let readSeq = 0;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());
beforeEach(async () => {
  tenant = await rig.tenant();
});

const write = async (place: typeof tenant.shop, drafts: Parameters<EngineRig['batch']>[2]) =>
  writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts));
const keyOf = (kind: 'rut' | 'email' | 'phone', typed: string): ErasureSubject => {
  const key = identityKeys({ identityKey: createHmac('sha256', 'test').update(tenant.tenantId).digest() }, { [kind]: typed }, 'x')[
    `${kind}_key`
  ];
  return { kind, key: key! };
};
const erase = (subject: ErasureSubject, records?: number) =>
  eraseCustomer(rig.db, tenant.tenantId, subject, { author: AUTHOR, ...(records === undefined ? {} : { records }) });
/** A record with a place to live, which is as personal as it gets here. */
const person = (id: string, identity: Parameters<typeof customerDraft>[1], updatedAt?: string, comuna = 'Ñuñoa-Plantada') => {
  const draft = customerDraft(id, identity, updatedAt);
  return {
    ...draft,
    fields: { ...draft.fields, comuna, region: 'Región-Plantada', rut_display: '*****678-5', rut_valid: true },
    raw: { id, city: comuna },
  } as typeof draft;
};
const world = (updatedAt?: string, comuna?: string) => ({
  shop: [
    person('1', { email: EMAIL, phone: PHONE }, updatedAt, comuna),
    person('9', { email: 'otra@x.cl' }, updatedAt, 'Providencia'),
    { ...orderDraft('901', { customer_id: '1', ...(updatedAt === undefined ? {} : { updatedAt }) }), raw: { name: '#901', customer: '1' } },
    orderDraft('902', { customer_id: '9', ...(updatedAt === undefined ? {} : { updatedAt }) }),
    cartDraft('71', { customer: '1', at: '2026-05-01T12:00:00Z', ...(updatedAt === undefined ? {} : { updatedAt }) }),
  ],
  odoo: [person('1', { email: EMAIL, rut: RUT }, updatedAt, comuna), orderDraft('S1', { customer_id: '1', channel: 'odoo' })],
});
const fill = async (updatedAt?: string, comuna?: string) => {
  const { shop, odoo } = world(updatedAt, comuna);
  await write(tenant.shop, shop);
  await write(tenant.odoo, odoo);
};
const sales = () => tenant.rows('select * from kpi.sales_daily order by 1, 2, 3, 4');
const known = () =>
  tenant.rows<{ sales: number; anonymous: boolean }>(
    'select sum(sales)::int as sales, anonymous from kpi.customer_sales group by 2 order by 2',
  );

describe('after a person was erased, by any of what they are known by', () => {
  test.each([
    ['e-mail', () => keyOf('email', EMAIL)],
    ['RUT', () => keyOf('rut', RUT)],
    ['phone', () => keyOf('phone', PHONE)],
  ] as const)('%s: a full backfill brings nothing back, sales stay, of nobody', async (_, subject) => {
    await fill();
    const { tenantId, shop } = tenant;
    const refused = ['1', '9'].map((sourceId) => ({
      entity: 'customer' as const,
      sourceId,
      reason: 'x',
      payload: JSON.stringify({ sourceId, city: 'Ñuñoa-Plantada' }),
      payloadLength: 30,
      payloadSha256: '00',
    }));
    const quarantine = () =>
      rig.db.transaction(tenantId, ({ query }) =>
        addToQuarantine(query, { tenantId, connectionId: shop.connectionId, stream: 'orders', runId: tenantId }, refused.slice(0, 1)),
      );
    await quarantine();
    const before = await sales();
    const planted = [
      ...['rut', 'email', 'phone'].map((kind) => keyOf(kind as 'rut', { rut: RUT, email: EMAIL, phone: PHONE }[kind as 'rut']).key),
      'Ñuñoa-Plantada',
    ];
    const others = await everyTable(rig.instance.adminUrl);
    expect(planted.filter((word) => whereFound(others, [word]).length === 0)).toEqual([]);

    expect(await erase(subject())).toMatchObject({ orders: 2, records: [{}, {}] });
    const scan = async () =>
      whereFound(new Map([...(await everyTable(rig.instance.adminUrl))].filter(([table]) => table !== 'ops.erased')), [
        ...planted,
        EMAIL,
        PHONE,
        RUT,
        '*****678-5',
      ]);
    const left = async () => (await scan()).filter((found) => !found.startsWith('*****'));
    expect(await left()).toEqual([]);
    expect(await sales()).toEqual(before);
    expect(await known()).toEqual([
      { sales: 1, anonymous: false },
      { sales: 2, anonymous: true },
    ]);

    // As it was, then changed in the source, then known by another e-mail, then bought again without an account.
    await fill();
    await fill('2026-11-20T12:00:00Z', 'Ñuñoa-Plantada');
    await write(shop, [
      person('1', { email: 'nueva@x.cl' }, '2026-11-21T12:00:00Z'),
      person('guest:950', { phone: PHONE }, '2026-11-21T12:00:00Z'),
    ]);
    await rig.db.transaction(tenantId, ({ query }) => query('delete from ops.quarantine where tenant_id = $1', [tenantId]));
    const refusedAgain = await rig.batch(shop, (readSeq += 1), [person('1', { email: EMAIL }, 'kein Datum')]);
    await writeBatch(rig.db, refusedAgain);
    expect(refusedAgain.refused).toHaveLength(1);
    expect(await left()).toEqual([]);
    const personal = await tenant.rows(
      `select source_id from public.customers
       where coalesce(rut_display, comuna, region, identity_key, rut_key, email_key, domain_key, phone_key) is not null`,
    );
    expect(personal).toEqual([{ source_id: '9' }]);
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
    expect(await sales()).toEqual(before);
    const audits = await tenant.rows<{ action: string; actor: string; details: unknown }>(
      'select action, actor, details from ops.audit where tenant_id = $1',
      [tenantId],
    );
    expect(audits).toEqual([
      { action: 'customer.erase', actor: 'ana', details: { by: subject().kind, records: 2, orders: 2, reason: 'solicitud 118' } },
    ]);
  });
});

describe('the RUT typed at the checkout', () => {
  const bought = (id: string, customer: string | null, rut: string, updatedAt?: string) => [
    {
      ...person(`tax:${id}`, { rut }, updatedAt),
      fields: { ...person('x', {}).fields, kind: 'person', rut_display: null, rut_valid: null },
    } as ReturnType<typeof person>,
    {
      ...orderDraft(id, { customer_id: customer, billed_to_id: `tax:${id}`, ...(updatedAt === undefined ? {} : { updatedAt }) }),
      raw: { name: id },
    },
  ];
  const left = () =>
    tenant.rows<{ id: string }>(
      'select source_id as id from public.customers where coalesce(rut_display, rut_key, comuna) is not null order by 1',
    );

  test('goes with its person, by RUT, and does not come back', async () => {
    await write(tenant.shop, [...bought('901', null, RUT), ...bought('902', null, '9.876.543-3')]);
    expect(await erase(keyOf('rut', RUT))).toMatchObject({ orders: 1, records: [{ source_id: 'tax:901' }] });
    expect(await tenant.rows("select from raw.records r join public.source_orders o on o.id = r.id where o.source_id = '901'")).toEqual([]);
    await write(tenant.shop, [...bought('901', null, RUT, '2026-11-20T12:00:00Z'), ...bought('903', null, RUT, '2026-11-20T12:00:00Z')]);
    expect(await left()).toEqual([{ id: 'tax:902' }]);
    expect(await rebuildTenant(rig.db, tenant.tenantId)).toEqual([]);
  });

  test('goes with whoever bought, by e-mail; of another who has that RUT nothing goes', async () => {
    await write(tenant.shop, [person('1', { email: EMAIL }), ...bought('901', '1', RUT)]);
    await write(tenant.odoo, [person('7', { rut: RUT })]);
    expect((await erase(keyOf('email', EMAIL))).records.map(({ source_id: id }) => id).sort()).toEqual(['1', 'tax:901']);
    await write(tenant.odoo, [person('7', { rut: RUT }, '2026-11-20T12:00:00Z')]);
    expect(await left()).toEqual([{ id: '7' }]);
    await write(tenant.shop, bought('901', '1', RUT, '2026-11-20T12:00:00Z'));
    expect(await left()).toEqual([{ id: '7' }]);
  });
});

test('somebody who is not here yet is kept out all the same', async () => {
  expect(await erase(keyOf('email', EMAIL))).toEqual({ records: [], orders: 0 });
  await fill();
  expect(await tenant.rows('select from public.customers where email_key = $1', [keyOf('email', EMAIL).key])).toEqual([]);
  expect(await rebuildTenant(rig.db, tenant.tenantId)).toEqual([]);
});

test("a company keeps its RUT and its name in the numbers; only the person's e-mail leaves it", async () => {
  const company = person('5', { rut: '76.042.235-5', email: EMAIL });
  await write(tenant.odoo, [
    { ...company, fields: { ...company.fields, kind: 'company' } } as typeof company,
    orderDraft('S5', { customer_id: '5' }),
  ]);
  expect((await erase(keyOf('email', EMAIL))).records).toMatchObject([{ partly: true }]);
  const kept = async () => tenant.rows('select rut_key is not null as rut, email_key, comuna from public.customers');
  expect(await kept()).toEqual([{ rut: true, email_key: null, comuna: 'Ñuñoa-Plantada' }]);
  const again = person('5', { rut: '76.042.235-5', email: EMAIL }, '2026-11-20T12:00:00Z');
  await write(tenant.odoo, [{ ...again, fields: { ...again.fields, kind: 'company' } } as typeof again]);
  expect(await kept()).toEqual([{ rut: true, email_key: null, comuna: 'Ñuñoa-Plantada' }]);
  expect(await known()).toEqual([{ sales: 1, anonymous: false }]);
});

test('an e-mail that many use erases nobody without a word, and keeps nobody out once it is known as shared', async () => {
  await write(
    tenant.shop,
    Array.from({ length: 25 }, (_, i) => person(String(i), { email: EMAIL })),
  );
  const subject = keyOf('email', EMAIL);
  await expect(erase(subject)).rejects.toMatchObject({
    code: 'too_many_records',
    advice: expect.stringContaining('--records 25') as string,
  });
  expect((await findPerson(rig.db, tenant.tenantId, subject)).records).toHaveLength(25);
  await setSharedKey(rig.db, tenant.tenantId, 'email', subject.key, true);
  const [{ id } = { id: '' }] = await tenant.rows<{ id: string }>("select id from public.customers where source_id = '3'");
  expect((await erase({ kind: 'customer', key: id })).records).toHaveLength(1);
  await write(tenant.shop, [person('30', { email: EMAIL, phone: '+56933333333' })]);
  expect(await tenant.rows('select from public.customers where email_key is not null')).toHaveLength(25);
});

test(
  'kpi customer erase says what it did, what stays, and where else the person is; what was typed is in no table',
  { timeout: 60_000 },
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'kpi-customer-'));
    try {
      const env = { DATABASE_URL: rig.instance.adminUrl, KPI_ROLE_SECRET: rig.instance.roleSecret, KPI_LOG_LEVEL: 'silent' };
      const run = (...args: string[]) => kpi(['customer', 'erase', '--tenant', tenant.tenantId, '--reason', 'x', ...args], { home, env });
      await fill();
      const [{ id } = { id: '' }] = await tenant.rows<{ id: string }>("select id from public.customers where source_id = '1' limit 1");
      const dry = JSON.parse((await run('--id', id, '--dry-run', '--json')).stdout) as {
        records: unknown[];
        elsewhere: { source: string }[];
      };
      expect([dry.records.length, dry.elsewhere.map(({ source }) => source).sort()]).toEqual([2, ['odoo', 'shopify']]);
      expect(await tenant.rows('select from ops.erased where tenant_id = $1', [tenant.tenantId])).toEqual([]);
      expect(await run('--id', id)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('2 records erased; 2 orders stay') as string,
      });
      expect(await run('--email', 'nadie.typed@x.example')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('0 records') as string,
      });
      expect(whereFound(await everyTable(rig.instance.adminUrl), ['nadie.typed'])).toEqual([]);
      expect(await run('--email', 'a@x.cl', '--rut', RUT)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('by one of') as string,
      });
      const invalid = await run('--rut', '12.345.678-9');
      expect(invalid).toMatchObject({ code: 2, stderr: expect.stringContaining('no valid rut') as string });
      expect(invalid.stderr).not.toContain('345');
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
);
