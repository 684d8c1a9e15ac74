import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recompute } from '../../src/jobs/recompute.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { listRecomputations, runRecomputation } from '../../src/store/recomputations.ts';
import { ROLLUPS } from '../../src/store/rollups.ts';
import { changeTenant, type TenantSettingName } from '../../src/store/tenant-settings.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { orderDraft, syncDeps } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(() => rig.close());

const AUTHOR = { who: 'ana', reason: 'moved' };
/** In Chile (UTC−3) still the day before. */
const EVENINGS = Array.from({ length: 30 }, (_, i) => `2026-11-${String((i % 10) + 2).padStart(2, '0')}T02:30:00Z`);

/** Thirty sales late in the evening, three a day, of 1 to 30 pesos. */
async function company() {
  const tenant = await rig.tenant();
  const drafts = EVENINGS.map((created_at, i) => orderDraft(String(i + 1), { created_at, amount_total_source: String(i + 1) }));
  await writeBatch(rig.db, await rig.batch(tenant.shop, 1, drafts));
  const { rows, tenantId } = tenant;
  return {
    ...tenant,
    set: (name: TenantSettingName, value: unknown) => changeTenant(rig.db, tenantId, new Map([[name, value]]), AUTHOR),
    days: async () =>
      (await rows<{ day: string; orders: number }>('select day::text, orders::int from kpi.sales_daily order by day')).map(
        ({ day, orders }) => `${day} ${orders}`,
      ),
    /** Roll-ups that do not hold what the facts say, at one instant. */
    unequal: async () => {
      const { table, key, measures, select } = ROLLUPS.sales;
      const columns = [...key, ...measures].join(', ');
      const counted = `select ${columns} from (${select.replaceAll('$2', 'null')}) fresh`;
      return rows(`(select ${columns} from ${table} where tenant_id = $1 except all ${counted})`, [tenantId]);
    },
  };
}

const threeADay = (first: number) => Array.from({ length: 10 }, (_, i) => `2026-11-${String(first + i).padStart(2, '0')} 3`);
const one = async (tenantId: string, id: string) => (await listRecomputations(rig.db, { tenantId, id }))[0]!;

/** A process that dies at a commit: told how many of its transactions have put something right, this one included, and whether it is one. */
function killedAt(fatal: (changes: number, here: boolean) => boolean) {
  let changes = 0;
  let here = false;
  return rig.another((text) => {
    if (text === 'begin') here = false;
    if (!here && text.startsWith('update public.source_orders old set')) {
      here = true;
      changes += 1;
    }
    if (text === 'commit' && fatal(changes, here)) throw new Error('killed');
  });
}

test('a changed setting is stored, audited and queued together, and setting it again asks for nothing', async () => {
  const { tenantId, set, days } = await company();
  const id = await set('time_zone', 'UTC');
  expect(await one(tenantId, id!)).toMatchObject({
    cause: 'setting:time_zone',
    state: 'running',
    done: 0,
    requested_by: 'ana',
    reason: 'moved',
  });
  const audited = await rig.db.query('select actor, action, details from ops.audit where tenant_id = $1', [tenantId]);
  expect(audited.rows).toEqual([
    { actor: 'ana', action: 'tenant.set', details: { setting: 'time_zone', from: 'America/Santiago', to: 'UTC', reason: 'moved' } },
  ]);
  expect(await days()).toEqual(threeADay(1));
  // The queue's job does it.
  await recompute({ db: rig.db, sync: syncDeps(rig.db) } as Parameters<typeof recompute>[0], tenantId, id!, new AbortController().signal);
  expect(await days()).toEqual(threeADay(2));
  const done = await one(tenantId, id!);
  expect([done.state, done.done]).toEqual(['done', done.total]);
  expect(await set('time_zone', 'UTC')).toBeNull();
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test.each([1, 2, 3, 5])(
  'killed before its commit number %i, it goes on from the chunk before, and roll-ups equal facts all the while',
  async (fatal) => {
    const { tenantId, set, days, unequal } = await company();
    const id = (await set('time_zone', 'UTC'))!;
    const dying = killedAt((changes) => changes === fatal);
    await expect(runRecomputation(dying, tenantId, id, { seconds: 60, chunkSize: 7 })).rejects.toThrow('killed');
    const left = await one(tenantId, id);
    expect([left.state, left.done]).toEqual(['running', 7 * (fatal - 1) > 30 ? 30 : 7 * (fatal - 1)]);
    expect(await unequal()).toEqual([]);
    await runRecomputation(rig.db, tenantId, id, { seconds: 60, chunkSize: 7 });
    expect(await days()).toEqual(threeADay(2));
    expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  },
);

test('a rebuild that is killed leaves roll-ups equal to facts, and the next one finds only what is left', async () => {
  const { tenantId, rows, unequal } = await company();
  await rows(`update public.source_orders set business_day = '2000-01-01'`);
  // The first commit after the one that put something right.
  const dying = killedAt((changes, here) => changes === 1 && !here);
  await expect(rebuildTenant(dying, tenantId)).rejects.toThrow('killed');
  expect(await unequal()).toEqual([]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('a batch that was planned before the setting changed is written by the new one', async () => {
  const { tenantId, shop, set, days } = await company();
  let changed = false;
  const change = async () => {
    await runRecomputation(rig.db, tenantId, (await set('time_zone', 'UTC'))!, { seconds: 60 });
  };
  const slow = rig.another((text) => {
    if (changed || !text.startsWith('update ops.tenant_write')) return undefined;
    changed = true;
    return change();
  });
  await writeBatch(slow, await rig.batch(shop, 2, [orderDraft('99', { created_at: '2026-11-30T02:30:00Z' })]));
  expect(await days()).toEqual([...threeADay(2), '2026-11-30 1']);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('a changed currency leaves what has no rate without an amount, and coming back restores every peso', async () => {
  const { tenantId, set, rows } = await company();
  const run = async (currency: string) => {
    await runRecomputation(rig.db, tenantId, (await set('currency', currency))!, { seconds: 60, chunkSize: 7 });
    return rows(
      `select (select currency_decimals::int from public.tenants where id = '${tenantId}') as decimals, sum(orders)::int as orders,
         sum(orders_without_rate)::int as unrated, sum(amount_total)::int as amount from kpi.sales_daily`,
    );
  };
  expect(await run('USD')).toEqual([{ decimals: 2, orders: 30, unrated: 30, amount: 0 }]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
  expect(await run('CLP')).toEqual([{ decimals: 0, orders: 30, unrated: 0, amount: 465 }]);
  expect(await rebuildTenant(rig.db, tenantId)).toEqual([]);
});

test('what cannot be recomputed says so in the status, until a rebuild has put it right', async () => {
  const { tenantId, set } = await company();
  const id = (await set('time_zone', 'UTC'))!;
  const broken = rig.another((text) => {
    if (text.startsWith('update ops.recomputations\n')) throw Object.assign(new Error('no such column'), { code: '42703' });
  });
  await recompute({ db: broken, sync: syncDeps(broken) } as Parameters<typeof recompute>[0], tenantId, id, new AbortController().signal);
  expect(await listRecomputations(rig.db, { tenantId, open: true })).toEqual([
    expect.objectContaining({ id, state: 'failed', error_message: expect.stringContaining('kpi rebuild') as string }),
  ]);
  await rebuildTenant(rig.db, tenantId);
  expect(await listRecomputations(rig.db, { tenantId, open: true })).toEqual([]);
});

test('kpi tenant set recomputes, or leaves it to the workers, and kpi status shows what is open', async () => {
  const { tenantId, days } = await company();
  const kpi = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
      const env = { ...process.env, DATABASE_URL: rig.instance.adminUrl, KPI_ROLE_SECRET: rig.instance.roleSecret };
      const child = execFile(process.execPath, [cli, '--lang', 'en', ...args], { env }, (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  const refused = await kpi('tenant', 'set', tenantId, 'time_zone=Mars/Olympus');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('no such time zone')]);
  const left = await kpi('tenant', 'set', tenantId, 'time_zone=UTC', '--no-wait', '--reason', 'moved');
  expect([left.code, left.out]).toEqual([0, expect.stringContaining('time_zone = "UTC"')]);
  expect(await days()).toEqual(threeADay(1));
  expect((await kpi('status', '--tenant', tenantId)).out).toContain('recomputing setting:time_zone 0 %');
  const waited = await kpi('tenant', 'set', tenantId, 'speaking_source=odoo', '--json');
  expect(JSON.parse(waited.out)).toMatchObject({
    speaking_source: 'odoo',
    recomputation: { state: 'done', cause: 'setting:speaking_source' },
  });
}, 60_000);
