import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { listConnections, setConnectionStatus } from '../../src/store/connections.ts';
import { Database } from '../../src/store/database.ts';
import { decideLink, findDocuments } from '../../src/store/links.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { listRecomputations, runRecomputation } from '../../src/store/recomputations.ts';
import { ROLLUPS } from '../../src/store/rollups.ts';
import { changeTenant, type TenantSettingName } from '../../src/store/tenant-settings.ts';
import { testDatabase } from '../support/database.ts';
import { deliver } from '../support/deliver-lane.ts';
import { NOTHING_TOLD, salesDaily, truthOf, type Told } from '../support/order-truth.ts';
import { worldArbitrary, type OrderWorld } from '../support/order-world.ts';
import { tenantWith } from '../support/scripted-stream.ts';

const instance = await testDatabase();
// Lanes, a person, two workers that recompute, and one who only looks: each with connections of its own, as processes have.
const databases = Array.from({ length: 8 }, () => new Database({ url: instance.url('kpi_writer'), maxConnections: 2 }));
const [person, worker, another, looker] = databases.slice(4) as [Database, Database, Database, Database];
afterAll(async () => {
  for (const db of databases) await db.close();
  await instance.close();
});

type Change =
  | { readonly what: 'setting'; readonly name: 'time_zone' | 'currency' | 'speaking_source' | 'sales_basis'; readonly second: boolean }
  | { readonly what: 'link'; readonly odoo: string; readonly shop: string; readonly decision: 'link' | 'unlink' }
  | { readonly what: 'pause' };

const VALUES = {
  time_zone: ['America/Santiago', 'UTC'],
  currency: ['CLP', 'USD'],
  speaking_source: ['shopify', 'odoo'],
  sales_basis: ['orders', 'invoices'],
} as const;

const changeArbitrary: fc.Arbitrary<Change & { readonly delay: number }> = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        what: fc.constant('setting' as const),
        name: fc.constantFrom(...(Object.keys(VALUES) as (keyof typeof VALUES)[])),
        second: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant('link' as const),
        odoo: fc.constantFrom('21', '22', '23', '24', '25'),
        shop: fc.constantFrom('9001', '9002', '9003', '9004'),
        decision: fc.constantFrom('link' as const, 'unlink' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('pause' as const) }) },
  )
  .chain((one) => fc.integer({ min: 0, max: 12 }).map((delay) => ({ ...one, delay })));

const AUTHOR = { who: 'tester', reason: 'property' };

/** What a person does while batches come in. @returns what holds at the end */
async function change(tenantId: string, changes: readonly (Change & { readonly delay: number })[]): Promise<Told> {
  let told = NOTHING_TOLD;
  const links = new Map<string, 'link' | 'unlink'>();
  for (const one of changes) {
    await sleep(one.delay);
    if (one.what === 'setting') {
      const value = VALUES[one.name][one.second ? 1 : 0];
      await changeTenant(person, tenantId, new Map<TenantSettingName, unknown>([[one.name, value]]), AUTHOR);
      const field = { time_zone: 'timeZone', currency: 'currency', speaking_source: 'speaks', sales_basis: 'basis' }[one.name];
      told = { ...told, [field]: value };
    } else if (one.what === 'link') {
      const [odoo] = await findDocuments(person, tenantId, 'odoo', one.odoo);
      const [shop] = await findDocuments(person, tenantId, 'shopify', one.shop);
      // A name may be another's id; here ids and names are of different lengths.
      if (odoo === undefined || shop === undefined) continue;
      await decideLink(person, tenantId, { shopOrderId: shop.id, erpOrderId: odoo.id, decision: one.decision }, AUTHOR);
      links.set(`${one.odoo}|${one.shop}`, one.decision);
    } else {
      const [connection] = await listConnections(person, { tenantId, source: 'shopify' });
      await setConnectionStatus(person, tenantId, connection!.id, 'paused', AUTHOR);
      await sleep(one.delay);
      await setConnectionStatus(person, tenantId, connection!.id, 'active', AUTHOR);
    }
  }
  return { ...told, links };
}

const running = async (tenantId: string) => (await listRecomputations(worker, { tenantId })).filter(({ state }) => state === 'running');

/** A worker that goes on with whatever is to be recomputed, two rows at a time, until nothing more comes. */
async function recompute(db: Database, tenantId: string, over: () => boolean): Promise<void> {
  for (;;) {
    const last = over();
    const open = await running(tenantId);
    for (const { id } of open.toReversed()) await runRecomputation(db, tenantId, id, { seconds: 60, chunkSize: 2 });
    if (last && open.length === 0) return;
    if (open.length === 0) await sleep(2);
  }
}

/** One statement is one snapshot: at any instant a roll-up holds what the facts say. */
const UNEQUAL = [ROLLUPS.sales, ROLLUPS.shopErp].map(({ table, key, measures, select }) => {
  const columns = [...key, ...measures].join(', ');
  const stored = `select ${columns} from ${table} where tenant_id = $1`;
  const counted = `select ${columns} from (${select.replaceAll('$2', 'null')}) fresh`;
  return `(${stored} except all ${counted}) union all (${counted} except all ${stored})`;
});
/** A shop order and an Odoo document that is linked to it never count both, whatever is being recomputed. */
const TWICE = `select 1 from public.order_links l
  join public.source_orders s on s.tenant_id = l.tenant_id and s.id = l.shop_order_id
  join public.source_orders e on e.tenant_id = l.tenant_id and e.id = l.erp_order_id
  where l.tenant_id = $1 and s.is_sale and e.is_sale`;

async function look(tenantId: string, over: () => boolean): Promise<number> {
  for (let looks = 1; ; looks++) {
    const last = over();
    await looker.transaction(tenantId, async ({ query }) => {
      for (const unequal of UNEQUAL) expect((await query(unequal, [tenantId])).rows).toEqual([]);
      expect((await query(TWICE, [tenantId])).rows).toEqual([]);
    });
    if (last) return looks;
    await sleep(1);
  }
}

async function holds(world: OrderWorld, changes: readonly (Change & { readonly delay: number })[]): Promise<void> {
  const { tenantId, connections } = await tenantWith(person, ['shopify', 'odoo']);
  let over = false;
  const work = [worker, another].map((db) => recompute(db, tenantId, () => over));
  const looking = look(tenantId, () => over);
  const lanes = world.lanes.map((lane, i) => deliver(databases[i]!, tenantId, connections, world, lane));
  const [told] = await Promise.all([change(tenantId, changes), ...lanes]).finally(() => (over = true));
  await Promise.all(work);
  expect(await looking).toBeGreaterThan(0);

  const lines = (text: string) =>
    person.transaction(tenantId, async ({ query }) => (await query<{ line: string }>(`select ${text}`)).rows.map((row) => row.line).sort());
  const truth = truthOf(world, told);
  expect(
    await lines(`concat_ws(' ', source, source_id, business_day, coalesce(trim_scale(amount_total)::text, '-'),
      coalesce(silent_because, '-'), is_sale) as line from public.source_orders`),
  ).toEqual(
    truth
      .map(({ document: d, day, amount, silent, sale }) =>
        [d.source, d.sourceId, day, amount ?? '-', silent ?? '-', sale ? 't' : 'f'].join(' '),
      )
      .sort(),
  );
  expect(
    await lines(`concat_ws(' ', day, source, orders, orders_without_rate, trim_scale(amount_total), refunds, trim_scale(refunds_amount)) as line
      from kpi.sales_daily`),
  ).toEqual(salesDaily(truth, told.currency));
  expect(await rebuildTenant(person, tenantId)).toEqual([]);
}

test(
  'settings, links and connections that change in the middle of random batches end as if they had always been so, and as a rebuild',
  { timeout: 240_000 },
  async () => {
    // KPI_PROPERTY_SEED repeats a run as far as its worlds go; the interleaving is the database's.
    const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`worlds of seed ${seed}\n`);
    await fc.assert(fc.asyncProperty(worldArbitrary, fc.array(changeArbitrary, { minLength: 1, maxLength: 5 }), holds), {
      seed,
      numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 15),
      endOnFailure: true,
    });
  },
);
