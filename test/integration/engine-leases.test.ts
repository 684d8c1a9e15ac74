import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeLease } from '../../src/store/lease.ts';
import { startRun } from '../../src/store/runs.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { EngineRig, type Place } from '../support/engine-rig.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(async () => rig.close());

const at = (step: string) => ({ v: 1, watermark: null, walk: step });
const places = (place: Place, lane = 'live') => ({ tenantId: place.tenantId, connectionId: place.connectionId, stream: 'orders', lane });
const expire = (tenantId: string) =>
  rig.db.query(`update ops.streams set expires_at = clock_timestamp() - interval '1 ms' where tenant_id = $1`, [tenantId]);

describe('a lease', () => {
  test('is not taken while it is held, whatever clock the other worker has', async () => {
    const { shop } = await rig.tenant();
    const client = await rig.db.pool.connect();
    const first = await takeLease(rig.db, client, places(shop), 'first', 60);
    expect(first?.epoch).toBe(1n);
    const ahead = { ...syncDeps(rig.db), now: () => new Date(Date.now() + 10 * 86_400_000) };
    expect((await runSync(ahead, jobOf(shop, scripted([pageOf([orderDraft('1')])])))).outcome).toBe('busy');
    await expire(shop.tenantId);
    await startRun(rig.db, places(shop), { id: randomUUID(), source: 'shopify', worker: 'first' });
    expect((await runSync(syncDeps(rig.db), jobOf(shop, scripted([pageOf([])])))).outcome).toBe('unverified');
    const runs = await rig.db.query(
      'select worker, outcome, ended_at is not null as ended from ops.runs where tenant_id = $1 order by started_at',
      [shop.tenantId],
    );
    // A run whose process was killed does not look as if it went on for ever.
    expect(runs.rows).toEqual([
      { worker: 'first', outcome: 'fenced', ended: true },
      { worker: 'test', outcome: 'unverified', ended: true },
    ]);
    // The one that was silent lost its backend with its lease.
    await expect(client.query('select 1')).rejects.toThrow();
    client.release(true);
  });

  test('is kept by renewal for as long as its run lasts', async () => {
    const { shop } = await rig.tenant();
    let over = () => {};
    const held = new Promise<void>((resolve) => (over = resolve));
    const slow = scripted(async function* () {
      yield pageOf([orderDraft('1')], { end: false });
      await held;
      yield pageOf([orderDraft('2')]);
    });
    const deps = { ...syncDeps(rig.db), timings: { ttlSeconds: 1.5, renewSeconds: 0.2 } };
    const run = runSync(deps, jobOf(shop, slow));
    await sleep(200);
    for (let look = 0; look < 10; look += 1) {
      expect((await runSync(syncDeps(rig.db, 'other'), jobOf(shop, scripted([])))).outcome).toBe('busy');
      await sleep(250);
    }
    over();
    expect((await run).outcome).toBe('unverified');
  });

  test('that ran out unnoticed is taken again through the same connection without ending it', async () => {
    const { shop } = await rig.tenant();
    const client = await rig.db.pool.connect();
    await takeLease(rig.db, client, places(shop), 'first', 60);
    await expire(shop.tenantId);
    expect((await takeLease(rig.db, client, places(shop), 'first', 60))?.epoch).toBe(2n);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();
  });

  test('whose run could not write down its end takes its connection along: no other run may get it', async () => {
    const { shop } = await rig.tenant();
    const db = rig.another();
    const query = db.query.bind(db);
    db.query = (text, values) => (text.startsWith('update ops.runs set outcome') ? Promise.reject(new Error('lost')) : query(text, values));
    await expect(runSync(syncDeps(db), jobOf(shop, scripted([pageOf([orderDraft('1')])])))).rejects.toThrow('lost');
    const named = `select backend_pid as pid from ops.streams where tenant_id = $1 and backend_pid is not null`;
    const { pid } = (await rig.db.query<{ pid: number }>(named, [shop.tenantId])).rows[0]!;
    // Every connection the pool would still hand out.
    const clients = await Promise.all([0, 1, 2].map(async () => db.pool.connect()));
    const pids: number[] = [];
    for (const client of clients) pids.push((await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid);
    for (const client of clients) client.release();
    expect(pids).not.toContain(pid);
  });
});

describe('a worker whose lease was taken over', () => {
  const successor = (place: Place) =>
    runSync(syncDeps(rig.db, 'successor'), jobOf(place, scripted([pageOf([orderDraft('s')], { cursor: at('successor') })])));

  test('writes nothing under its old epoch, by whatever connection', async () => {
    const { shop, tenantId } = await rig.tenant();
    const batch = await rig.batch(shop, 1, [orderDraft('z')], { lane: 'live', cursor: at('zombie') });
    await expire(tenantId);
    expect((await successor(shop)).outcome).toBe('unverified');
    const before = await rig.everything(tenantId);
    await expect(writeBatch(rig.db, batch)).rejects.toThrow(/taken over/);
    expect(await rig.everything(tenantId)).toEqual(before);
  });

  test('cannot keep the tenant locked: its backend is ended, and waking up it changes nothing', async () => {
    const { shop, tenantId } = await rig.tenant();
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let locked = () => {};
    const hasLock = new Promise<void>((resolve) => (locked = resolve));
    let lockTaken = false;
    // Frozen inside its transaction, right behind the statement that took the tenant's lock.
    const zombieDb = rig.another((text) => {
      if (lockTaken) {
        locked();
        return asleep;
      }
      lockTaken = text.startsWith('update ops.tenant_write');
      return undefined;
    });
    const deps = { ...syncDeps(zombieDb, 'zombie'), timings: { ttlSeconds: 600, renewSeconds: 600 } };
    const zombie = runSync(deps, jobOf(shop, scripted([pageOf([orderDraft('z')], { cursor: at('zombie') })])));
    await hasLock;
    await expire(tenantId);
    expect((await successor(shop)).outcome).toBe('unverified');
    const before = await rig.everything(tenantId);
    wake();
    expect(['fenced', 'failed']).toContain((await zombie).outcome);
    expect(await rig.everything(tenantId)).toEqual(before);
    expect(before['ops.streams']).toContainEqual(expect.objectContaining({ cursor: at('successor') }));
  });
});
