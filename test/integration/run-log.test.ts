import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectSource } from '../../src/commands/connect-source.ts';
import { enqueueSync, wakeStreams } from '../../src/store/streams.ts';
import { DoctorRig } from '../support/doctor-rig.ts';
import { startKpi, until, type Running } from '../support/processes.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const PLANTED = {
  email: 'rosa.plantada+aqui@correo-privado.cl',
  rut: '15.987.654-3',
  phone: '+56998877665',
  token: 'shpat_plantado0123456789',
};

let rig: DoctorRig;
let worker: Running | null = null;
beforeAll(async () => {
  rig = await DoctorRig.open();
  const { world } = rig.sandbox;
  // Into each kind of record that knows people, and into some that cannot be read for it: a refusal must not quote them either.
  for (const { partners } of world.odoos)
    for (const [at, partner] of partners.entries()) {
      if (at % 5 !== 0) continue;
      Object.assign(partner, { email: PLANTED.email, vat: PLANTED.rut, phone: PLANTED.phone });
      // A city that is no text is refused: few, or the stream would be held.
      if (at < 15) Object.assign(partner, { city: 7 });
    }
  for (const { orders } of world.shops)
    for (const order of orders.slice(0, 5)) Object.assign(order, { email: PLANTED.email, phone: PLANTED.phone });
  for (const { source, settings, rut } of rig.sandbox.connections()) {
    if (source === 'n8n' || rut !== world.tenants[0].rut) continue;
    const made = await connectSource(rig.app, {
      tenantId: rig.tenantId,
      source,
      name: null,
      settings,
      secretRef: null,
      evenIfCheckFails: false,
    });
    expect(made.connectionId, JSON.stringify(made.report)).not.toBeNull();
  }
});
afterAll(async () => {
  worker?.process.kill('SIGTERM');
  await worker?.ended;
  await rig.close();
});

/** Everything in the world that names a person or opens a door, as it may be written. */
function forbidden(): string[] {
  const seen = new WeakSet<object>();
  const text = JSON.stringify(rig.sandbox.world, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return null;
    seen.add(value);
    return value instanceof Map ? [...value] : value;
  });
  const own = new Set(rig.sandbox.world.tenants.map(({ rut }) => rut));
  const people = [
    ...text.matchAll(/[\w.+-]+@[\w-]+\.[\w.]+/g),
    ...text.matchAll(/\+56 ?9[ \d]{8,10}/g),
    ...text.replaceAll('.', '').matchAll(/\b\d{7,8}-[\dkK]\b/g),
  ].map(([found]) => found);
  const keys = rig.sandbox
    .connections()
    .flatMap(({ settings }) =>
      Object.entries(settings).flatMap(([name, value]) => (/token|key|password|secret/.test(name) ? [value] : [])),
    );
  return [...new Set([...people, ...keys, ...Object.values(PLANTED), PLANTED.rut.replaceAll('.', ''), rig.database.roleSecret])].filter(
    (one) => one.length >= 8 && !own.has(one),
  );
}

test('the log of whole readings names run, tenant, source and stream on every line of theirs, and no person and no secret', async () => {
  for (const [name, server] of Object.entries(rig.sandbox.servers))
    server.faults.random(0.03, ['server-error', 'rate-limited-retry-after', 'reset'], name.length);
  worker = startKpi(['worker'], {
    home: rig.home,
    env: { ...rig.env, KPI_LOG_LEVEL: 'debug', KPI_REQUESTS_PER_SECOND: '100000' },
  });
  await wakeStreams(rig.app.db, { tenantId: rig.tenantId });
  for (const { id } of await rig.rows<{ id: string }>('select id from ops.connections')) await enqueueSync(rig.app.db, rig.tenantId, id);
  await until('every stream has been read', async () => {
    const open = await rig.rows<{ stream: string }>(`select stream from ops.streams where lane = 'live' and last_success_at is null`);
    for (const { id } of open.length === 0 ? [] : await rig.rows<{ id: string }>('select id from ops.connections'))
      await enqueueSync(rig.app.db, rig.tenantId, id);
    return open.length === 0;
  });
  worker.process.kill('SIGTERM');
  const { stderr } = await worker.ended;
  worker = null;
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

  // Each run says how it ended, with everything one follows it by.
  const runs = await rig.rows<{ id: string; source: string; stream: string; requests: number }>(
    `select id, source, stream, requests from ops.runs where outcome <> 'running'`,
  );
  expect(runs.length).toBeGreaterThan(15);
  const byRun = Map.groupBy(lines, (line) => line['run_id']);
  for (const { id, source, stream, requests } of runs) {
    const own = byRun.get(id) ?? [];
    expect(own.map((line) => [line['tenant_id'], line['source'], line['stream'], line['lane']])).toEqual(
      own.map(() => [rig.tenantId, source, stream, 'live']),
    );
    expect(own.filter((line) => 'outcome' in line)).toMatchObject([{ requests }]);
  }
  const repeated = lines.filter((line) => String(line['message']).includes('will be repeated'));
  expect(repeated.length).toBeGreaterThan(0);
  expect(repeated.filter((line) => !runs.some(({ id }) => id === line['run_id']))).toEqual([]);
  expect(await rig.rows(`select 1 from ops.quarantine where state = 'open' limit 1`)).toHaveLength(1);

  const banned = forbidden();
  expect(banned.length).toBeGreaterThan(50);
  const found = banned.filter((one) => stderr.includes(one) || (/-[\dkK]$/.test(one) && stderr.replaceAll('.', '').includes(one)));
  expect(found).toEqual([]);
});
