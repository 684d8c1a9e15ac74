import { afterAll, describe, expect, test } from 'vitest';
import { cancelBackfill, pauseBackfill, resumeBackfill } from '../../src/store/backfill-states.ts';
import { addBackfill, BackfillOverlaps } from '../../src/store/backfills.ts';
import { setConnectionStatus } from '../../src/store/connections.ts';
import { Database } from '../../src/store/database.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/processes.ts';
import { jobOf, orderDraft, pageOf, scripted } from '../support/scripted-stream.ts';
import { pageByPage, queuedTenDays, TenDays } from '../support/ten-days.ts';

const database = await testDatabase();
const db = new Database({ url: database.url('kpi_writer'), maxConnections: 12 });
afterAll(async () => {
  await db.close();
  await database.close();
});

const author = { who: 'maria', reason: 'a reason' };
const deps = pageByPage(db);
const queued = (source: TenDays) => queuedTenDays(db, source);

/** A source that, at one day, does not answer before its reader goes away. */
function hangingAt(source: TenDays, day: number): { readonly met: () => boolean; release(): void } {
  let met = false;
  source.before = async (at, signal) => {
    if (at !== day) return;
    met = true;
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };
  return { met: () => met, release: () => (source.before = () => Promise.resolve()) };
}

describe('while a slice is being read', () => {
  test('a pause is noticed, what is committed stays, and it goes on behind it', async () => {
    const source = new TenDays();
    const hang = hangingAt(source, 7);
    const { tenantId, id, step, toTheEnd, shown } = await queued(source);
    const working = step();
    await until('the source is asked for the third day', hang.met);
    await until('two days are committed', async () => (await shown()).inserted === 2);
    expect(await pauseBackfill(db, tenantId, id, author)).toEqual({ changed: true, state: 'paused' });
    expect(await working).toEqual({ more: false, waitSeconds: 0 });
    expect(await shown()).toMatchObject({ state: 'paused', changed_by: 'maria', error_message: 'a reason', inserted: 2, slices_done: 0 });
    // A job that was queued before finds nothing to do.
    expect(await step()).toEqual({ more: false, waitSeconds: 0 });
    expect(await pauseBackfill(db, tenantId, id, author)).toEqual({ changed: false, state: 'paused' });
    hang.release();
    expect(await resumeBackfill(db, tenantId, id, author, false)).toEqual({ changed: true, state: 'running' });
    await toTheEnd();
    expect(await shown()).toMatchObject({ state: 'done', inserted: 10, unchanged: 0, error_message: null });
    expect(source.read).toEqual([5, 6, 7, 8, 9, 0, 1, 2, 3, 4]);
    const said = await db.query<{ action: string; actor: string }>('select action, actor from ops.audit where tenant_id = $1 order by at', [
      tenantId,
    ]);
    expect(said.rows.map(({ action, actor }) => `${actor} ${action}`)).toEqual(['maria backfill.paused', 'maria backfill.running']);
  });

  test('a cancel is noticed; what is committed stays, and the range is free for another', async () => {
    const source = new TenDays();
    const hang = hangingAt(source, 6);
    const { tenantId, id, step, shown, request } = await queued(source);
    const working = step();
    await until('a day is committed', async () => hang.met() && (await shown()).inserted === 1);
    await expect(addBackfill(db, request)).rejects.toBeInstanceOf(BackfillOverlaps);
    expect(await cancelBackfill(db, tenantId, id, author)).toEqual({ changed: true, state: 'cancelled' });
    expect(await working).toEqual({ more: false, waitSeconds: 0 });
    const cancelled = await shown();
    expect(cancelled).toMatchObject({ state: 'cancelled', inserted: 1 });
    expect(cancelled.ended_at).not.toBeNull();
    expect(await resumeBackfill(db, tenantId, id, author, false)).toEqual({ changed: false, state: 'cancelled' });
    await expect(addBackfill(db, request)).resolves.toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the live stream of the same company is read, and its cursor moves on its own', async () => {
    const source = new TenDays();
    const hang = hangingAt(source, 7);
    const { tenantId, id, step, place, shown } = await queued(source);
    const working = step();
    await until('two days are committed', async () => hang.met() && (await shown()).inserted === 2);
    for (const round of [1, 2, 3]) {
      const live = await runSync(
        deps,
        jobOf(place, scripted([pageOf([orderDraft(`live ${round}`)], { cursor: { v: 1, watermark: round, walk: null } })])),
      );
      expect(live).toMatchObject({ outcome: 'unverified', complete: true });
    }
    const lanes = await db.query<{ lane: string; mark: number | null }>(
      `select lane, (cursor ->> 'watermark')::int as mark from ops.streams where tenant_id = $1 order by lane`,
      [tenantId],
    );
    expect(lanes.rows).toEqual([
      { lane: `backfill:${id}:1`, mark: null },
      { lane: 'live', mark: 3 },
    ]);
    await cancelBackfill(db, tenantId, id, author);
    await working;
  });
});

test('several at once: each has its own lanes and its own balance', async () => {
  const [one, two, three] = [new TenDays(), new TenDays(), new TenDays()];
  two.days = [1, 2];
  three.days = [];
  const all = [await queued(one), await queued(two), await queued(three)];
  await Promise.all(all.map(({ toTheEnd }) => toTheEnd()));
  expect(await Promise.all(all.map(async ({ shown }) => (await shown()).inserted))).toEqual([10, 2, 0]);
});

test('a connection that is paused has it wait, and it goes on when the connection does', async () => {
  const source = new TenDays();
  const { tenantId, place, step, toTheEnd, shown } = await queued(source);
  await setConnectionStatus(db, tenantId, place.connectionId, 'paused', author);
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
  expect(await shown()).toMatchObject({
    state: 'waiting',
    error_message: expect.stringContaining('is paused. Let it go on: kpi connection'),
  });
  expect(source.read).toEqual([]);
  await setConnectionStatus(db, tenantId, place.connectionId, 'active', author);
  await toTheEnd();
  expect(await shown()).toMatchObject({ state: 'done', inserted: 10 });
});

test('in the quiet hours of its source it waits until they end', async () => {
  const source = new TenDays();
  const { tenantId, place, step, toTheEnd, shown } = await queued(source);
  const hours = (from: string, end: string) =>
    db.query('update ops.connections set quiet_from = $3::time, quiet_until = $4::time where tenant_id = $1 and id = $2', [
      tenantId,
      place.connectionId,
      from,
      end,
    ]);
  // From a minute ago on for all of the day but for a minute, whatever the clock says.
  const clock = (ago: number) => new Date(Date.now() - ago * 60_000).toISOString().slice(11, 16);
  await hours(clock(1), clock(2));
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
  const waiting = await shown();
  expect(waiting).toMatchObject({ state: 'waiting', error_message: expect.stringContaining('quiet hours'), retries: 0 });
  expect(waiting.retry_at!.getTime()).toBeGreaterThan(Date.now());
  expect(source.read).toEqual([]);
  await db.query('update ops.connections set quiet_from = null, quiet_until = null where tenant_id = $1 and id = $2', [
    tenantId,
    place.connectionId,
  ]);
  await toTheEnd();
  expect(await shown()).toMatchObject({ state: 'done', inserted: 10 });
});

test('many refused records pause it for a person, who accepts them and has it go on', async () => {
  const source = new TenDays();
  source.rejects = Array.from({ length: 12 }, (_, i) => ({ entity: 'order', sourceId: `bad${i}`, reason: 'no', payload: { i } }));
  const { tenantId, id, step, toTheEnd, shown } = await queued(source);
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
  const held = await shown();
  expect(held).toMatchObject({ state: 'paused', changed_by: 'kpi', slices_done: 0 });
  expect(held.error_message).toContain(`kpi backfill resume ${id} --accept`);
  // Without the word it is held again.
  await resumeBackfill(db, tenantId, id, author, false);
  expect(await step()).toEqual({ more: false, waitSeconds: 0 });
  expect(await shown()).toMatchObject({ state: 'paused' });
  for (let tries = 0; tries < 3 && (await shown()).state !== 'done'; tries++) {
    await resumeBackfill(db, tenantId, id, author, true);
    await toTheEnd();
  }
  expect(await shown()).toMatchObject({ state: 'done', inserted: 10 });
});
