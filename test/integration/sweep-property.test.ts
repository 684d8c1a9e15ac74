import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import type { Draft, Listing } from '#contract';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { drawReadSeq } from '../../src/sync/draw-read-seq.ts';
import { runSweep } from '../../src/sync/run-sweep.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig, lineDraft } from '../support/engine-rig.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 300_000 });
const engine = await EngineRig.open();
afterAll(() => engine.close());

/** Orders that come and go; beside them enough that stay, for the guard to let all of these go. */
const VOLATILE = 6;
const STEADY = 400;

type Step =
  | { readonly do: 'change' | 'delete' | 'restore'; readonly id: number }
  | { readonly do: 'read' }
  | { readonly do: 'deliver'; readonly which: number }
  /** How many of the steps that follow happen before the list, between list and look, and after the look. */
  | { readonly do: 'sweep'; readonly meanwhile: readonly [number, number, number] };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('change' as const, 'delete' as const, 'restore' as const), id: fc.nat(VOLATILE - 1) }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'read' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const), meanwhile: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)) }) },
);

const steady = Array.from({ length: STEADY }, (_, i) => `s${i}`);

/** @param settles whether everything is read and swept once more in the end */
async function play(steps: readonly Step[], settles = true): Promise<void> {
  const { tenantId, shop, rows } = await engine.tenant();
  const truth = new Map(Array.from({ length: VOLATILE }, (_, id) => [`${id}`, 1]));
  const pending: { readonly readSeq: bigint; readonly drafts: Draft[] }[] = [];
  let tick = 1;
  let lanes = 0;
  const rest = [...steps];

  const drafts = (ids: readonly string[]): Draft[] =>
    ids.flatMap((id) => {
      const version = truth.get(id) ?? 0;
      const order = orderDraft(id, {
        amount_total_source: String(1000 + version),
        updatedAt: new Date(Date.UTC(2026, 10, 1) + version * 1000).toISOString(),
      });
      return [{ ...order, complete: ['order_line'] }, lineDraft(id, `${id}-1`)];
    });
  const read = async () => pending.push({ readSeq: await drawReadSeq(engine.db), drafts: drafts([...truth.keys()]) });
  const deliver = async (which: number) => {
    const [page] = pending.splice(which % Math.max(1, pending.length), 1);
    if (page === undefined) return;
    lanes += 1;
    await writeBatch(engine.db, await engine.batch(shop, Number(page.readSeq), page.drafts, { lane: `backfill:${lanes}` }));
  };
  const take = async (count: number) => {
    for (let i = 0; i < count && rest.length > 0 && rest[0]!.do !== 'sweep'; i++) await one(rest.shift()!);
  };
  const sweep = async ([before, between, after]: readonly [number, number, number]) => {
    const listing: Listing<unknown> = {
      rows: [{ entity: 'order', ids: '^(\\w+)$' }],
      parts: { order: ['order_line'] },
      async *list() {
        await take(before);
        const ids = [...truth.keys(), ...steady];
        yield { ids, end: { counted: [ids.length], visibleFrom: null } };
        await take(between);
      },
      async look(_context, ids) {
        const looks = ids.map((id) => (truth.has(id) ? ('there' as const) : ('gone' as const)));
        await take(after);
        return looks;
      },
    };
    const report = await runSweep(syncDeps(engine.db), jobOf({ ...shop, lane: 'sweep' }, scripted([])), listing, {
      dryRun: false,
      confirm: false,
      askedBy: 'test',
    });
    expect(['clean', 'tombstoned']).toContain(report.state);
  };
  const one = async (now: Step): Promise<void> => {
    tick += 1;
    if (now.do === 'change' && truth.has(`${now.id}`)) truth.set(`${now.id}`, tick);
    if (now.do === 'delete') truth.delete(`${now.id}`);
    if (now.do === 'restore' && !truth.has(`${now.id}`)) truth.set(`${now.id}`, tick);
    if (now.do === 'read') await read();
    if (now.do === 'deliver') await deliver(now.which);
    if (now.do === 'sweep') await sweep(now.meanwhile);
  };

  await writeBatch(engine.db, await engine.batch(shop, Number(await drawReadSeq(engine.db)), drafts(steady), { lane: 'backfill:steady' }));
  while (rest.length > 0) await one(rest.shift()!);
  if (settles) {
    await read();
    while (pending.length > 0) await deliver(tick);
    await sweep([0, 0, 0]);
  }

  const live = await rows<{ line: string }>(
    `select source_id || ' ' || trim_scale(amount_total_source) as line from public.source_orders where deleted_at is null and source_id !~ 's' order by 1`,
  );
  expect(live.map(({ line }) => line)).toEqual([...truth].map(([id, version]) => `${id} ${1000 + version}`).toSorted());
  const lines = await rows<{ source_id: string }>(
    `select source_id from public.source_order_lines where deleted_at is null and source_id !~ 's' order by 1`,
  );
  expect(lines.map(({ source_id }) => source_id)).toEqual([...truth.keys()].map((id) => `${id}-1`).toSorted());
  expect(await rows('select 1 from public.source_orders where deleted_at is not null and source_id ~ $1', ['s'])).toEqual([]);
  expect(await rebuildTenant(engine.db, tenantId)).toEqual([]);
}

test('whatever arrives when, sweeps leave alive what the source has, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), (steps) => play(steps)),
    {
      numRuns: 12,
      ...(process.env['KPI_PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['KPI_PROPERTY_SEED']) }),
    },
  );
});

test('a record that was read after the look is left alone, and so is what is part of it', async () => {
  const back: Step[] = [{ do: 'restore', id: 1 }, { do: 'read' }, { do: 'deliver', which: 0 }];
  const steps: Step[] = [
    { do: 'read' },
    { do: 'deliver', which: 0 },
    { do: 'delete', id: 1 },
    { do: 'sweep', meanwhile: [0, 0, 3] },
    ...back,
  ];
  await play(steps, false);
});

test('a shop order that goes gives its mirror in Odoo the voice, and takes it back when it returns', async () => {
  const { shop, odoo, rows, tenantId } = await engine.tenant();
  const deps = syncDeps(engine.db);
  const mirror = orderDraft('21', { name: 'S00021', shop_order_id: '9001', shop_order_name: '1001', created_at: '2026-11-01T13:00:00Z' });
  const original = orderDraft('9001', { shop_order_id: '9001', shop_order_name: '1001' });
  const covered = { from: null, until: '2026-11-02T14:30:00Z' };
  await runSync(deps, jobOf(odoo, scripted([pageOf([mirror])])));
  await runSync(deps, jobOf(shop, scripted([pageOf([original, orderDraft('9002')], { covered })])));
  const voices = () =>
    rows('select source, source_id, speaks, deleted_at is not null as gone from public.source_orders order by source_id');
  const sales = () => rows('select source, sum(orders)::int as orders from kpi.sales_daily group by 1 order by 1');
  const listing: Listing<unknown> = {
    rows: [{ entity: 'order', ids: '^(\\d+)$' }],
    parts: {},
    async *list() {
      yield { ids: ['9002'], end: { counted: [1], visibleFrom: null } };
    },
    look: (_context, ids) => Promise.resolve(ids.map(() => 'gone' as const)),
  };
  const sweep = (confirm: boolean) =>
    runSweep(deps, jobOf({ ...shop, lane: 'sweep' }, scripted([])), listing, { dryRun: false, confirm, askedBy: 'test' });
  // One of two is more than 2 %.
  expect(await sweep(false)).toMatchObject({ state: 'held' });
  expect(await sweep(true)).toMatchObject({ state: 'tombstoned', figures: { tombstoned: 1 } });
  expect(await voices()).toEqual([
    { source: 'odoo', source_id: '21', speaks: true, gone: false },
    { source: 'shopify', source_id: '9001', speaks: true, gone: true },
    { source: 'shopify', source_id: '9002', speaks: true, gone: false },
  ]);
  expect(await sales()).toEqual([
    { source: 'odoo', orders: 1 },
    { source: 'shopify', orders: 1 },
  ]);
  expect(await rebuildTenant(engine.db, tenantId)).toEqual([]);
  await runSync(deps, jobOf(shop, scripted([pageOf([original], { covered })])));
  expect((await voices())[0]).toEqual({ source: 'odoo', source_id: '21', speaks: false, gone: false });
  expect(await sales()).toEqual([{ source: 'shopify', orders: 2 }]);
});
