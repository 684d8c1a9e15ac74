import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { nightly } from '../../src/jobs/nightly.ts';
import { nextNightly, wakeNightly, type NightlyStreams } from '../../src/store/nightly.ts';
import { listSweeps } from '../../src/store/sweeps.ts';
import { listVerifications } from '../../src/store/verifications.ts';
import { beat } from '../../src/store/workers.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { syncDeps, tenantWith, withoutMessages } from '../support/scripted-stream.ts';

const STREAMS: NightlyStreams = {
  swept: [{ source: 'shopify', stream: 'orders' }],
  compared: [
    { source: 'shopify', stream: 'orders' },
    { source: 'n8n', stream: 'executions' },
  ],
};

let engine: EngineRig;
beforeAll(async () => {
  engine = await EngineRig.open();
});
afterAll(() => engine.close());

/** A zone in which it is this hour now. Etc/GMT+3 is three hours behind. */
function zoneAt(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** Everything that is due, by company. */
async function due(tenants: Readonly<Record<string, { readonly tenantId: string }>>): Promise<string[]> {
  const found: string[] = [];
  const tried: string[] = [];
  for (let work = await nextNightly(engine.db, STREAMS, tried); work !== null; work = await nextNightly(engine.db, STREAMS, tried)) {
    tried.push(`${work.kind}:${work.connection_id}:${work.stream}`);
    const name = Object.entries(tenants).find(([, { tenantId }]) => tenantId === work?.tenant_id)?.[0];
    if (name !== undefined) found.push(`${name} ${work.kind} ${work.source} ${work.stream}`);
  }
  return found.toSorted();
}

test('streams are swept and then compared once a local night, not in the quiet hours of their source but after them', async () => {
  const began = new Date().getUTCHours();
  const tenants = {
    four: await tenantWith(engine.db, ['shopify', 'n8n'], { timeZone: zoneAt(4) }),
    six: await tenantWith(engine.db, ['shopify', 'n8n'], { timeZone: zoneAt(6) }),
    noon: await tenantWith(engine.db, ['shopify', 'n8n'], { timeZone: zoneAt(12) }),
    quiet: await tenantWith(engine.db, ['shopify'], { timeZone: zoneAt(6) }),
    late: await tenantWith(engine.db, ['shopify'], { timeZone: zoneAt(12) }),
  };
  const hush = (tenantId: string, from: string, until: string) =>
    engine.db.query('update ops.connections set quiet_from = $2::time, quiet_until = $3::time where tenant_id = $1', [
      tenantId,
      from,
      until,
    ]);
  await hush(tenants.quiet.tenantId, '01:00', '09:00');
  await hush(tenants.late.tenantId, '01:00', '11:30');
  const first = await due(tenants);
  const woken = await wakeNightly(engine.db, STREAMS);
  await beat(engine.db, { poolId: 'a', host: 'here', pid: 1, peakRssMb: 1 });
  await beat(engine.db, { poolId: 'b', host: 'here', pid: 2, peakRssMb: 1 });
  const withWorkers = await wakeNightly(engine.db, STREAMS);
  // What cannot even be started is written down, and not tried again this night.
  const deps: JobDeps = {
    db: engine.db,
    sync: syncDeps(engine.db),
    ...withoutMessages(engine.db),
    streamsOf: () => ['orders'],
    nightlyStreams: STREAMS,
    sliceMs: 1000,
    jobFor: () => Promise.reject(new Error('the secret is missing')),
  };
  await nightly(deps, new AbortController().signal);
  const after = await due(tenants);
  const sweeps = await listSweeps(engine.db, { tenantId: tenants.four.tenantId, limit: 10 });
  const verifications = await listVerifications(engine.db, { tenantId: tenants.six.tenantId });
  // An hour that struck in between says nothing. In the hour from four on, comparisons begin one after the other.
  if (new Date().getUTCHours() !== began) return;
  expect(first.filter((one) => !one.startsWith('four verify'))).toEqual([
    'four sweep shopify orders',
    'late sweep shopify orders',
    'late verify shopify orders',
    'six verify n8n executions',
    'six verify shopify orders',
  ]);
  expect([woken, withWorkers]).toEqual([0, 2]);
  expect(after.filter((one) => !one.startsWith('four verify'))).toEqual([]);
  expect(sweeps.map(({ state, problem }) => [state, problem])).toEqual([['failed', expect.stringContaining('the secret is missing')]]);
  expect(verifications.map(({ stream, state }) => [stream, state])).toEqual([
    ['executions', 'failed'],
    ['orders', 'failed'],
  ]);
});
