import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { keepOpenFindings } from '../../src/reconcile/keep-open-findings.ts';
import { runReconciliation } from '../../src/reconcile/run-reconciliation.ts';
import { COMPLETED, DELIVERED, DocumentsRig, order } from '../support/documents-rig.ts';
import { invoiceDrafts, type Document } from '../support/invoice-drafts.ts';
import { webOrder, webRefund } from '../support/shop-drafts.ts';

/*
 * Any web orders, orders of the books that cite them or not, documents, credit notes and refunds, written in any order and corrected on the way.
 * Every peso of the difference is in one class, whatever the period; what is kept batch by batch is what a comparison of everything keeps; and
 * the order of arrival tells nothing.
 */

const AS_OF = '2026-12-10T12:00:00Z';
/** One is younger than the grace; around the end of a month. */
const TIMES = ['2026-11-12T15:00:00Z', '2026-12-01T02:30:00Z', '2026-12-01T15:00:00Z', '2026-12-10T11:30:00Z'] as const;
const CUTS = [null, '2026-11-20T03:00:00Z', '2026-12-01T03:00:00Z', '2026-12-05T03:00:00Z', null] as const;

interface Web {
  readonly number: number;
  /** The name it has; two may have the same. */
  readonly name: number;
  readonly total: number;
  readonly shipping: number;
  readonly status: 'completed' | 'open' | 'cancelled' | 'refunded';
  readonly at: string;
  readonly test: boolean;
}
interface Copy {
  readonly id: number;
  readonly total: number;
  readonly cites: number;
  readonly by: 'id' | 'name' | 'both';
  readonly cancelled: boolean;
  readonly invoiced: boolean;
  readonly at: string;
}
interface World {
  readonly webs: readonly Web[];
  /** Versions of a copy: the last one is the newest. */
  readonly copies: readonly (readonly Copy[])[];
  readonly papers: readonly {
    readonly copy: number;
    readonly credit: boolean;
    readonly gross: number;
    readonly date: string;
    readonly draft: boolean;
  }[];
  readonly refunds: readonly { readonly web: number; readonly total: number; readonly at: string }[];
  /** Where in the order of arrival each thing is, in this and in another life of the same company. */
  readonly turns: readonly (readonly [number, number])[];
}

const time = fc.constantFrom(...TIMES);
const total = fc.constantFrom(1000, 1000, 2000, 3000, 1500);
const numbers = [1, 2, 3, 4] as const;
const copyOf = (id: number): fc.Arbitrary<Copy> =>
  fc.record({
    id: fc.constant(id),
    total: fc.constantFrom(1000, 1000, 2000, 500, 0),
    cites: fc.constantFrom(1, 1, 2, 3, 4, 99),
    by: fc.constantFrom('id' as const, 'name' as const, 'both' as const),
    cancelled: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    invoiced: fc.boolean(),
    at: time,
  });
const world: fc.Arbitrary<World> = fc.record({
  webs: fc.tuple(
    ...numbers.map((number) =>
      fc.record({
        number: fc.constant(number),
        name: fc.constantFrom(number, number, number, 1),
        total,
        shipping: fc.constantFrom(0, 500),
        status: fc.constantFrom('completed' as const, 'completed' as const, 'open' as const, 'cancelled' as const, 'refunded' as const),
        at: time,
        test: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
      }),
    ),
  ),
  copies: fc.tuple(...[21, 22, 23, 24, 25].map((id) => fc.array(copyOf(id), { minLength: 1, maxLength: 2 }))),
  papers: fc.array(
    fc.record({
      copy: fc.constantFrom(21, 21, 22, 23),
      credit: fc.boolean(),
      gross: total,
      date: fc.constantFrom('2026-11-12', '2026-12-01', '2026-12-04', '2026-12-09'),
      draft: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    }),
    { maxLength: 4 },
  ),
  refunds: fc.array(fc.record({ web: fc.constantFrom(...numbers), total, at: time }), { maxLength: 3 }),
  turns: fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 24, maxLength: 24 }),
});

interface Delivery {
  readonly source: 'shop' | 'odoo';
  readonly drafts: readonly Draft[];
  /** Source ids of the orders that it touches. */
  readonly orders: readonly string[];
}

function deliveriesOf({ webs, copies, papers, refunds }: World): Delivery[] {
  const web = webs.map((one): Delivery => {
    const parts = { amount_shipping_source: String(one.shipping), amount_products_source: String(one.total - one.shipping) };
    const draft = webOrder(one.number, one.total, one.at, {
      ...parts,
      name: `#${one.name}`,
      shop_order_name: String(one.name),
      status: one.status,
      excluded_because: one.test ? 'test' : null,
    });
    return { source: 'shop', drafts: [draft], orders: [String(one.number + 4000)] };
  });
  const given = refunds.map((one, i): Delivery => ({
    source: 'shop',
    drafts: [webRefund(i + 1, one.web, one.total, one.at)],
    orders: [String(one.web + 4000)],
  }));
  const copied = copies.flatMap((versions) =>
    versions.map((one, version): Delivery => {
      const state = one.cancelled ? { status: 'cancelled' as const } : one.invoiced ? COMPLETED : DELIVERED;
      const drafts = order(one.id, [one.total], {
        created_at: one.at,
        ...state,
        excluded_because: one.total === 0 ? 'zero_value' : null,
        shop_order_id: one.by === 'name' ? null : String(one.cites + 4000),
        shop_order_name: one.by === 'id' ? null : String(one.cites),
      });
      const stamp = `2026-12-02T12:00:0${version}Z`;
      return { source: 'odoo', drafts: drafts.map((draft): Draft => ({ ...draft, sourceUpdatedAt: stamp })), orders: [String(one.id)] };
    }),
  );
  const documents = papers.map((one, i): Document => ({
    id: i + 1,
    ...(one.credit ? { type: 'out_refund' as const } : {}),
    state: one.draft ? 'draft' : 'posted',
    date: one.date,
    lines: [{ gross: one.gross, saleLine: one.copy * 100 + 1 }],
  }));
  const issued = documents.map((one, i): Delivery => ({
    source: 'odoo',
    drafts: invoiceDrafts([one], documents),
    orders: [String(papers[i]!.copy)],
  }));
  return [...web, ...given, ...copied, ...issued];
}

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
afterAll(() => rig.engine.close());

/** A life of the company: everything arrives, in the order of `turn`, and is compared as it does. */
async function live(deliveries: readonly Delivery[], turn: (index: number) => number): Promise<void> {
  await rig.newTenant();
  const { tenant, engine } = rig;
  await engine.db.query(
    `insert into ops.streams (tenant_id, connection_id, stream, lane) select tenant_id, id, 'invoices', 'live' from ops.connections
     where tenant_id = $1 and source = 'odoo'`,
    [tenant.tenantId],
  );
  await engine.db.query('update ops.streams set covered_until = $2 where tenant_id = $1', [tenant.tenantId, AS_OF]);
  await keepOpenFindings(engine.db, { tenantId: tenant.tenantId, asOf: AS_OF });
  const inTurn = deliveries.map((delivery, i) => ({ delivery, at: turn(i) })).toSorted((a, b) => a.at - b.at);
  for (const { delivery } of inTurn) {
    await rig.write(delivery.drafts, delivery.source === 'shop' ? tenant.shop : tenant.odoo);
    await engine.db.query("update ops.streams set covered_until = $2 where tenant_id = $1 and lane = 'live'", [tenant.tenantId, AS_OF]);
    const touched = await tenant.rows<{ id: string }>('select id from public.source_orders where source_id = any($1)', [delivery.orders]);
    const kept = await keepOpenFindings(engine.db, {
      tenantId: tenant.tenantId,
      asOf: AS_OF,
      touched: { orderIds: touched.map(({ id }) => id) },
    });
    expect(kept.whole).toBe(false);
  }
}

const open = async (): Promise<unknown[]> => [
  ...(await rig.tenant.rows(`select to_jsonb(g) - 'checked_at' as row from ops.order_groups g where tenant_id = $1 order by group_id`, [
    rig.tenant.tenantId,
  ])),
  ...(await rig.tenant.rows(
    `select to_jsonb(f) - 'first_seen_at' - 'changed_at' - 'suggestion' as row from ops.open_findings f where tenant_id = $1 order by key`,
    [rig.tenant.tenantId],
  )),
  ...(await rig.tenant.rows('select to_jsonb(d) as row from kpi.reconciliation_daily d where tenant_id = $1 order by day, class', [
    rig.tenant.tenantId,
  ])),
];

async function holds(one: World): Promise<void> {
  const deliveries = deliveriesOf(one);
  await live(deliveries, (i) => one.turns[i]![0]);
  const { tenantId } = rig.tenant;
  const run = (from: string | null, until: string | null) =>
    runReconciliation(rig.engine.db, { tenantId, asOf: AS_OF, from, until, limit: 1000 });

  const whole = await run(null, null);
  expect(whole.remainder).toBe('0');
  let sums = [0, 0];
  for (const [i, from] of CUTS.slice(0, -1).entries()) {
    const part = await run(from, CUTS[i + 1] ?? null);
    expect(part.remainder).toBe('0');
    expect(Number(part.erpAmount) - Number(part.shopAmount)).toBe(part.classes.reduce((all, c) => all + Number(c.amount), 0));
    sums = [sums[0]! + Number(part.shopAmount), sums[1]! + Number(part.erpAmount)];
  }
  expect(sums.map(String)).toEqual([whole.shopAmount, whole.erpAmount]);

  const kept = await open();
  expect(await keepOpenFindings(rig.engine.db, { tenantId, asOf: AS_OF })).toMatchObject({ found: 0, gone: 0, whole: true });
  expect(kept).toEqual(await open());
  // Order by order: what the findings of a group add up to is what its two sides differ by.
  const off = await rig.tenant.rows(
    `select g.shop_name, g.erp_name from ops.order_groups g
     left join (select group_id, sum(amount) as amount from ops.open_findings where tenant_id = $1 group by group_id) f using (group_id)
     where g.tenant_id = $1 and g.erp_amount - g.shop_amount <> coalesce(f.amount, 0)`,
    [tenantId],
  );
  expect(off).toEqual([]);

  const told = ({ findings }: typeof whole) =>
    findings.map((f) => [f.class, f.amount, f.value, f.shopName, f.erpName, f.businessDay].join(' ')).sort();
  await live(deliveries, (i) => one.turns[i]![1]);
  const other = await runReconciliation(rig.engine.db, { tenantId: rig.tenant.tenantId, asOf: AS_OF, limit: 1000 });
  expect(told(other)).toEqual(told(whole));
}

test(
  'every peso is in one class, in any period; compared as it arrives, in whatever order, it ends as compared at once',
  { timeout: 300_000 },
  async () => {
    const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`reconciliation of seed ${seed}\n`);
    await fc.assert(fc.asyncProperty(world, holds), { seed, numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 12), endOnFailure: true });
  },
);
