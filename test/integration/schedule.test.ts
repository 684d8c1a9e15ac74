import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { saveConnection } from '../../src/store/connections.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { changeSchedule, quietUntil, showSchedule } from '../../src/store/schedule.ts';
import { streamStates } from '../../src/store/stream-states.ts';
import { enqueueDue } from '../../src/store/streams.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

const admin = <R extends Record<string, unknown>>(text: string) =>
  withDirectSession(rig.instance.adminUrl, (session) => session.run<R>(text));
const AUTHOR = { who: 'test', reason: 'test' };
let rig: EngineRig;
let tenant: Awaited<ReturnType<EngineRig['tenant']>>;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());
beforeEach(async () => {
  tenant = await rig.tenant();
});

const change = (changes: Omit<Parameters<typeof changeSchedule>[1], 'tenantId' | 'connectionId' | 'defaults'>) =>
  changeSchedule(
    rig.db,
    { tenantId: tenant.tenantId, connectionId: tenant.shop.connectionId, defaults: new Map([['orders', 300]]), ...changes },
    AUTHOR,
  );
const shop = async () => (await showSchedule(rig.db, tenant.tenantId, tenant.shop.connectionId))[0]!;
/** `HH:MM` of the tenant's clock, so many minutes from now. */
const clock = (minutes: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Santiago', timeStyle: 'short' }).format(new Date(Date.now() + minutes * 60_000));
const queued = async () => {
  await admin("delete from graphile_worker._private_jobs where key like 'sync:%'");
  await enqueueDue(rig.db);
  const rows = await admin<{ key: string }>("select key from graphile_worker._private_jobs where key like 'sync:%'");
  return rows.some(({ key }) => key === `sync:${tenant.shop.connectionId}`);
};

describe('quiet hours', () => {
  const ends = async (instant: string, from: string, until: string) =>
    (
      await rig.db.query<{ last: string; ends: string | null }>(
        `select kpi.last_quiet($1, 'America/Santiago', $2, $3)::timestamptz(0) as last, ops.quiet_ends($1, 'America/Santiago', $2, $3) as ends`,
        [instant, from, until],
      )
    ).rows[0]!;
  const at = (text: string) => new Date(text);

  test.each([
    // In summer Santiago is three hours behind UTC.
    ['before them', '2026-11-27T04:59:00Z', '02:00', '06:00', '2026-11-26T09:00:00Z', null],
    ['when they begin', '2026-11-27T05:00:00Z', '02:00', '06:00', '2026-11-27T05:00:00Z', '2026-11-27T09:00:00Z'],
    ['when they end', '2026-11-27T09:00:00Z', '02:00', '06:00', '2026-11-27T09:00:00Z', null],
    ['over midnight, before it', '2026-11-28T02:30:00Z', '22:00', '06:00', '2026-11-28T02:30:00Z', '2026-11-28T09:00:00Z'],
    ['over midnight, after it', '2026-11-28T08:59:00Z', '22:00', '06:00', '2026-11-28T08:59:00Z', '2026-11-28T09:00:00Z'],
    // On 6 September 2026 the clock goes from 24:00 to 01:00.
    ['the night of 23 hours', '2026-09-06T04:30:00Z', '23:00', '05:00', '2026-09-06T04:30:00Z', '2026-09-06T08:00:00Z'],
    // On 5 April 2026 it goes back from 24:00 to 23:00.
    ['the night of 25 hours', '2026-04-05T03:30:00Z', '22:00', '05:00', '2026-04-05T03:30:00Z', '2026-04-05T09:00:00Z'],
  ])('are those of the wall clock: %s', async (_, instant, from, until, last, end) => {
    expect(await ends(instant, from, until)).toEqual({ last: at(last), ends: end === null ? null : at(end) });
  });

  test('in them nothing is queued, and nothing that was read before is stale', async () => {
    const { tenantId, shop: place } = tenant;
    await runSync(
      syncDeps(rig.db),
      jobOf(place, scripted([pageOf([orderDraft('1')], { covered: { from: null, until: '2026-11-01T12:00:00Z' } })])),
    );
    await admin(`update ops.streams set next_run_at = now() - interval '1 hour', last_success_at = now() - interval '5 hours'
      where connection_id = '${place.connectionId}'`);
    await admin(`update kpi.freshness set last_success_at = now() - interval '5 hours' where connection_id = '${place.connectionId}'`);
    const state = async () => (await streamStates(rig.db, tenantId)).find((row) => row.connection_id === place.connectionId)?.state;
    const stale = async () =>
      (
        await tenant.rows<{ stale_because: string | null }>(
          `select stale_because from kpi.freshness_now where tenant_id = $1 and connection_id = $2`,
          [tenantId, place.connectionId],
        )
      )[0]?.stale_because;
    expect([await queued(), await state(), await stale()]).toEqual([true, 'stale', 'not_read']);
    await change({ quiet: { from: clock(-60), until: clock(60) } });
    expect([await queued(), await state(), await stale()]).toEqual([false, 'ok', null]);
    expect((await quietUntil(rig.db, tenantId, place.connectionId))!.getTime()).toBeGreaterThan(Date.now());
    // Five minutes after them nobody can have read anything yet.
    await change({ quiet: { from: clock(-300), until: clock(-5) } });
    expect([await queued(), await state(), await stale()]).toEqual([true, 'ok', null]);
    await change({ quiet: { from: clock(-300), until: clock(-30) } });
    expect([await state(), await stale()]).toEqual(['stale', 'not_read']);
    await change({ quiet: null });
    expect(await shop()).toMatchObject({ quiet_from: null, quiet_until: null, quiet_now_until: null });
  });
});

describe('an interval', () => {
  test('that a person set stays when the source is connected again, and readers see it', async () => {
    const { tenantId, shop: place } = tenant;
    expect(await change({ stream: 'orders', intervalSeconds: 120 })).toEqual(['orders']);
    const { rows } = await rig.db.query<{ account_key: string }>('select account_key from ops.connections where id = $1', [
      place.connectionId,
    ]);
    const again = {
      source: 'shopify',
      name: 'shopify',
      accountKey: rows[0]!.account_key,
      settings: {},
      host: 'http://127.0.0.1',
      version: null,
    };
    await saveConnection(rig.db, place.connectionId, 'local:none', {
      ...again,
      tenantId,
      streams: [{ name: 'orders', intervalSeconds: 300 }],
    });
    expect(await shop()).toMatchObject({ interval_seconds: 120, set_by_person: true });
    const seen = () =>
      tenant.rows('select interval_seconds from kpi.freshness where tenant_id = $1 and connection_id = $2', [tenantId, place.connectionId]);
    expect(await seen()).toEqual([{ interval_seconds: 120 }]);
    await change({ intervalSeconds: null });
    expect(await shop()).toMatchObject({ interval_seconds: 300, set_by_person: false });
    expect(await seen()).toEqual([{ interval_seconds: 300 }]);
  });

  test('that is shorter holds at once', async () => {
    await admin(`update ops.streams set next_run_at = now() + interval '1 day' where connection_id = '${tenant.shop.connectionId}'`);
    await change({ intervalSeconds: 60 });
    expect((await shop()).next_run_at.getTime()).toBeLessThan(Date.now() + 61_000);
  });

  test('decides when the stream is due again, sooner when a run brought much', async () => {
    await change({ intervalSeconds: 3600 });
    const due = async (orders: number, version: string) => {
      const drafts = Array.from({ length: orders }, (_, i) => orderDraft(String(i), { updatedAt: version }));
      await runSync(syncDeps(rig.db), jobOf(tenant.shop, scripted([pageOf(drafts, { covered: { from: null, until: version } })])));
      return Math.round(((await shop()).next_run_at.getTime() - Date.now()) / 60_000);
    };
    const anHourAgo = `update ops.streams set last_success_at = now() - interval '1 hour' where connection_id = '${tenant.shop.connectionId}'`;
    expect(await due(2000, '2026-11-01T12:00:00Z')).toBe(60);
    await admin(anHourAgo);
    // 2,000 changes in an hour: 500 in a quarter of it.
    expect(await due(2000, '2026-11-01T13:00:00Z')).toBe(15);
    await admin(anHourAgo);
    expect(await due(2000, '2026-11-01T13:00:00Z')).toBe(60);
  });
});
