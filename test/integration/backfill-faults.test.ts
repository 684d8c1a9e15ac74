import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import type { ReadContext, ReadRequest, Stream } from '#contract';
import { addBackfill, showBackfills } from '../../src/store/backfills.ts';
import { Database } from '../../src/store/database.ts';
import { runBackfill, type BackfillStep } from '../../src/sync/run-backfill.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/processes.ts';
import { utcSlices } from '../support/utc-slices.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps, tenantWith } from '../support/scripted-stream.ts';

const test_db = await testDatabase();
const db = new Database({ url: test_db.url('kpi_writer') });
afterAll(async () => {
  await db.close();
  await test_db.close();
});
// Each page is a batch, so that there is a last committed one.
const deps = { ...syncDeps(db), buffer: { rows: 1, bytes: 1e6, milliseconds: 1e6 } };
const DAY = 86_400_000;

interface Asked {
  readonly from: string;
  readonly walk: number;
}

/** One order a day of whatever range is asked for, a day a page; `before` may hold a page back or fail. */
function daily(options: { before?: (day: string) => Promise<void>; amount?: string; asked?: Asked[] } = {}): Stream<unknown> {
  return {
    ...scripted([]),
    backfill: 'time-window',
    read: async function* (_context: ReadContext<unknown>, request: ReadRequest) {
      if (request.kind !== 'backfill') throw new Error('only for backfills');
      const from = Date.parse(request.from);
      const days = (Date.parse(request.until) - from) / DAY;
      options.asked?.push({ from: request.from.slice(0, 10), walk: Number(request.cursor?.walk ?? 0) });
      for (let walk = Number(request.cursor?.walk ?? 0); walk < days; walk++) {
        const at = new Date(from + walk * DAY).toISOString();
        await options.before?.(at.slice(0, 10));
        const end = walk + 1 === days;
        yield pageOf([orderDraft(at.slice(0, 10), { created_at: at, updatedAt: at, amount_total_source: options.amount ?? '1000' })], {
          end,
          cursor: { v: 1, watermark: null, walk: end ? null : walk + 1 },
        });
      }
    },
  };
}

async function setUp(options: { days?: number; sliceDays?: number } = {}) {
  const { tenantId, connections } = await tenantWith(db, ['shopify']);
  const connectionId = connections['shopify']!;
  const from = '2026-09-01T00:00:00.000Z';
  const end = new Date(Date.parse(from) + (options.days ?? 6) * DAY).toISOString();
  const request = {
    tenantId,
    connectionId,
    source: 'shopify',
    stream: 'orders',
    from,
    until: end,
    reason: 'test',
    requestedBy: 'test',
    slices: utcSlices(from, end, options.sliceDays ?? 2),
  };
  const step = (id: string, stream: Stream<unknown>, signal?: AbortSignal): Promise<BackfillStep> =>
    runBackfill(deps, tenantId, id, (_connection, _stream, lane) =>
      Promise.resolve(jobOf({ tenantId, connectionId, source: 'shopify', lane }, stream, signal)),
    );
  const shown = async (id: string) => (await showBackfills(db, { tenantId, id }))[0]!;
  const rows = <R extends Record<string, unknown>>(text: string) =>
    db.transaction(tenantId, async ({ query }) => (await query<R>(text)).rows);
  const live = (amount: string, day: string) =>
    runSync(
      deps,
      jobOf(
        { tenantId, connectionId, source: 'shopify' },
        scripted([
          pageOf([orderDraft(day, { created_at: `${day}T00:00:00Z`, updatedAt: `${day}T00:00:00Z`, amount_total_source: amount })], {
            cursor: { v: 1, watermark: 'live', walk: null },
          }),
        ]),
      ),
    );
  return { tenantId, connectionId, request, step, shown, rows, live };
}

test('the live stream keeps its cursor, its lease and its health', async () => {
  const { request, step, rows, live, tenantId } = await setUp();
  await live('5', '2026-10-01');
  const place = () =>
    rows(`select cursor, epoch, covered_from, covered_until, next_run_at, last_success_at, last_run_id, failures, error_message
    from ops.streams where tenant_id = '${tenantId}' and lane = 'live'`);
  const before = await place();
  const id = await addBackfill(db, request);
  while ((await step(id, daily())).more);
  await step(await addBackfill(db, request), daily({ before: () => Promise.reject(new Error('broken')) }));
  expect(await place()).toEqual(before);
  expect(before).toMatchObject([{ cursor: { watermark: 'live' } }]);
});

test('kill -9 in the middle of a slice: the next process goes on behind the last committed page', async () => {
  const { request, step, shown, rows, tenantId, connectionId } = await setUp({ days: 8, sliceDays: 4 });
  const id = await addBackfill(db, request);
  const program = spawn(process.execPath, [join(import.meta.dirname, '../faults/backfill-program.ts')], {
    env: { ...process.env, TEST_JOB: JSON.stringify({ url: test_db.url('kpi_writer'), tenantId, connectionId, id, hangAt: 2 }) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { stdout } = program;
  try {
    expect((await once(createInterface(stdout!), 'line'))[0]).toBe('hangs');
    const lane = `select cursor->'walk' as walk from ops.streams where tenant_id = '${tenantId}' and lane = 'backfill:${id}:1'`;
    await until('its second page is committed', async () => (await rows<{ walk: number }>(lane))[0]?.walk === 2);
  } finally {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
  const asked: Asked[] = [];
  // Until the dead process's lease has run out there is nothing to do.
  await until('the range is done', async () => !(await step(id, daily({ asked }))).more);
  expect(asked).toEqual([
    { from: '2026-09-05', walk: 2 },
    { from: '2026-09-01', walk: 0 },
  ]);
  expect(await shown(id)).toMatchObject({ state: 'done', slices_done: 2, read: 8, inserted: 8 });
});

test('of backfills that overlap, asked for at one moment, one is taken and the others are refused with its id', async () => {
  const { request, shown } = await setUp();
  const later = { ...request, from: '2026-09-04T00:00:00.000Z', slices: [{ from: '2026-09-04T00:00:00.000Z', until: request.until }] };
  // Sessions that are open already, or connecting would put them one after the other.
  await Promise.all(Array.from({ length: 8 }, () => db.query('select pg_sleep(0.1)')));
  const all = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => addBackfill(db, i % 2 === 0 ? request : later)));
  const made = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const refused = all.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  expect(made).toHaveLength(1);
  expect(refused).toHaveLength(7);
  for (const message of refused) expect(message).toContain(`backfill ${made[0]!} (running) of shopify orders already covers`);
  expect(await shown(made[0]!)).toMatchObject({ state: 'running' });
  // Beside it there is room: ranges are half-open.
  const beside = {
    ...request,
    from: request.until,
    until: '2026-10-01T00:00:00.000Z',
    slices: [{ from: request.until, until: '2026-10-01T00:00:00.000Z' }],
  };
  await expect(addBackfill(db, beside)).resolves.toMatch(/^[0-9a-f-]{36}$/);
});
