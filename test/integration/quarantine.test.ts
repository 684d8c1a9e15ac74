import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createServiceToken, type Scope } from '../../src/store/service-tokens.ts';
import { DoctorRig } from '../support/doctor-rig.ts';
import { kpi, startKpi, until, type Ended, type Running } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type Run = DoctorRig['sandbox']['world']['n8n']['executions'][number];

let rig: DoctorRig;
/** Ended production runs of the company, with what they are without our fault. */
let runs: { readonly run: Run; readonly startedAt: Run['startedAt'] }[];
const running: Running[] = [];
beforeAll(async () => {
  rig = await DoctorRig.open();
  const { executions, workflows } = rig.sandbox.world.n8n;
  const own = new Set(workflows.filter(({ tags }) => tags.some((tag) => tag === ownTag())).map(({ id }) => id));
  runs = executions
    .filter((run) => own.has(run.workflowId) && run.status === 'success' && !run.pruned && run.mode !== 'manual')
    .slice(-13)
    .map((run) => ({ run, startedAt: run.startedAt }));
  expect(runs).toHaveLength(13);
});
afterAll(async () => {
  for (const one of running) {
    one.process.kill('SIGTERM');
    await one.ended;
  }
  await rig.close();
});

const ownTag = () => String(rig.sandbox.connections().find(({ source }) => source === 'n8n')!.settings['tag']);
const cli = (...args: string[]): Promise<Ended> => kpi(args, { home: rig.home, env: { ...rig.env, KPI_REQUESTS_PER_SECOND: '100000' } });
const json = async <T>(...args: string[]): Promise<T> => {
  const ended = await cli(...args, '--json');
  expect(ended.stdout, ended.stderr).not.toBe('');
  return JSON.parse(ended.stdout) as T;
};
const spoil = (some: typeof runs) => some.forEach(({ run }) => Object.assign(run, { startedAt: 'ayer' }));
const mend = (some: typeof runs) => some.forEach(({ run, startedAt }) => Object.assign(run, { startedAt }));
const open = () =>
  rig.rows<{ id: string; source_id: string; reason: string }>(
    `select id::text, source_id, reason from ops.quarantine where state = 'open' order by id`,
  );
const sync = () => cli('sync', '--tenant', DoctorRig.RUT, '--source', 'n8n', '--json');
const WHERE = ['--tenant', DoctorRig.RUT, '--source', 'n8n', '--stream', 'executions'] as const;
const inTables = async (some: typeof runs) => {
  const ids = some.map(({ run }) => `'${run.id}'`).join(', ');
  const found = ['workflow_executions', 'workflow_executions_other'].map((table) =>
    rig.rows(`select 1 from public.${table} where source_id in (${ids}) and deleted_at is null`),
  );
  return (await Promise.all(found)).flat().length;
};

/** Everything read anew, with these runs spoilt. */
async function refuse(some: typeof runs): Promise<void> {
  mend(runs);
  spoil(some);
  for (const table of ['ops.quarantine', 'public.workflow_executions', 'public.workflow_executions_other'])
    await rig.rows(`delete from ${table}`);
  await rig.rows(`update ops.streams set cursor = null, held_because = null, held_release = null, next_run_at = now()`);
  await sync();
  expect((await open()).map(({ source_id }) => source_id).toSorted()).toEqual(some.map(({ run }) => run.id).toSorted());
}

describe('a few refused records', () => {
  beforeEach(() => refuse(runs.slice(0, 3)));

  test('are listed, shown with what they hold and why, and counted on every status page', async () => {
    const listed = await json<{ id: string; reason: string; rut: string }[]>('quarantine', 'list', ...WHERE);
    expect(listed).toHaveLength(3);
    expect(await json('quarantine', 'list', '--source', 'shopify')).toEqual([]);
    const [shown] = await json<{ payload: string; run_id: string; times: number }[]>('quarantine', 'show', listed[0]!.id);
    expect(JSON.parse(shown!.payload)).toMatchObject({ startedAt: 'ayer' });
    expect(await rig.rows(`select outcome from ops.runs where id = '${shown!.run_id}'`)).toEqual([{ outcome: 'unverified' }]);
    const person = await cli('quarantine', 'show', listed[0]!.id);
    expect(person.stdout).toContain(`Reason    ${listed[0]!.reason}`);
    expect(person.stdout).toContain('"startedAt": "ayer"');
    const { sources } = await json<{ sources: { open_quarantine: number; light: string }[] }>('status');
    expect(sources).toMatchObject([{ open_quarantine: 3, light: 'attention' }]);
  });

  test('read again before the repair they stay, with the reason; after it they are in the tables', async () => {
    const before = await open();
    const again = await cli('quarantine', 'replay', before[0]!.id, '--json');
    expect(again.code).toBe(3);
    expect(JSON.parse(again.stdout)).toMatchObject([{ outcomes: [{ id: before[0]!.id, outcome: 'refused', reason: before[0]!.reason }] }]);
    expect((await open()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));

    mend(runs);
    const done = await cli('quarantine', 'replay', ...WHERE, '--reason', 'release 2 reads it', '--json');
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject([
      { outcomes: before.map(({ id }) => ({ id, outcome: 'replayed' })), released: false, error: null },
    ]);
    expect(await open()).toEqual([]);
    expect(await inTables(runs.slice(0, 3))).toBe(3);
    expect((await rig.rows(`select closed_because from ops.quarantine limit 1`))[0]!['closed_because']).toMatch(
      /^replayed by .+: release 2 reads it$/,
    );
    expect(await rig.rows(`select quarantine_open from kpi.freshness where stream = 'executions'`)).toEqual([{ quarantine_open: 0 }]);
    // A run as any other: it balances, and the live place has not moved.
    expect(
      await rig.rows(
        `select sum(c.read)::int as read, sum(c.inserted)::int as inserted from ops.run_counts c join ops.runs r on r.id = c.run_id
         where r.lane = 'replay' and c.inserted > 0`,
      ),
    ).toEqual([{ read: 3, inserted: 3 }]);
    expect((await cli('quarantine', 'replay', before[0]!.id)).stderr).toContain(`No. ${before[0]!.id} is replayed already`);
  });

  test('one that changed in the source and is refused again is one refusal, the new one', async () => {
    const before = await open();
    const [{ run }] = runs as [(typeof runs)[number]];
    const own = before.find(({ source_id }) => source_id === run.id)!;
    Object.assign(run, { startedAt: 'anteayer' });
    const [{ outcomes }] = JSON.parse((await cli('quarantine', 'replay', own.id, '--json')).stdout) as [
      { outcomes: { outcome: string }[] },
    ];
    expect(outcomes).toMatchObject([{ outcome: 'refused' }]);
    const after = await open();
    expect(after).toHaveLength(3);
    expect(after.filter(({ source_id }) => source_id === run.id).map(({ id }) => id)).not.toEqual([own.id]);
  });

  test('one that the source shows no more says so and can be dropped, with a reason that stays', async () => {
    const [{ run }] = runs as [(typeof runs)[number]];
    const own = (await open()).find(({ source_id }) => source_id === run.id)!;
    run.pruned = true;
    try {
      const gone = await cli('quarantine', 'replay', own.id);
      expect([gone.code, gone.stdout]).toEqual([3, expect.stringContaining('the source shows it no more')]);
    } finally {
      run.pruned = false;
    }
    expect((await cli('quarantine', 'drop', own.id)).code).toBe(2);
    expect(await json('quarantine', 'drop', own.id, '--reason', 'nobody needs it')).toEqual({ dropped: [own.id] });
    expect((await open()).map(({ id }) => id)).not.toContain(own.id);
    const [listed] = await json<{ closed_because: string }[]>('quarantine', 'list', '--state', 'dropped');
    expect(listed!.closed_because).toMatch(/^dropped by .+: nobody needs it$/);
    expect(
      await rig.rows(`select details ->> 'reason' as reason from ops.audit where action = 'quarantine.drop' order by at desc limit 1`),
    ).toEqual([{ reason: 'nobody needs it' }]);
  });
});

describe('so many that the stream is held', () => {
  beforeEach(() => refuse(runs));

  const held = async () =>
    (
      await rig.rows<{ held: boolean }>(
        `select held_because is not null as held from ops.streams where stream = 'executions' and lane = 'live'`,
      )
    )[0]!.held;

  test('it goes on by itself once all of them are good', async () => {
    expect(await held()).toBe(true);
    expect((await cli('status')).code).toBe(3);
    // Some are not enough.
    mend(runs.slice(0, 5));
    const some = await cli('quarantine', 'replay', ...WHERE, '--json');
    expect(JSON.parse(some.stdout)).toMatchObject([{ released: false }]);
    expect([some.code, await held(), (await open()).length]).toEqual([3, true, 8]);
    mend(runs);
    const all = await cli('quarantine', 'replay', ...WHERE, '--json');
    expect([all.code, JSON.parse(all.stdout)]).toMatchObject([0, [{ released: true }]]);
    expect(await held()).toBe(false);
    expect((await sync()).code).toBe(0);
    expect(await inTables(runs)).toBe(13);
    expect((await cli('status')).code).toBe(0);
  });

  test('or when a person accepts it; then they stay in quarantine', async () => {
    expect((await cli('quarantine', 'accept', ...WHERE)).code).toBe(0);
    expect((await sync()).code).toBe(0);
    expect([await held(), (await open()).length]).toEqual([false, 13]);
  });
});

test('over HTTP, for whoever may operate the company', async () => {
  await refuse(runs.slice(0, 2));
  const env = { ...rig.env, KPI_LOG_LEVEL: 'info', KPI_REQUESTS_PER_SECOND: '100000' };
  const serve = startKpi(['serve', '--port', '0', '--json'], { home: rig.home, env });
  const worker = startKpi(['worker'], { home: rig.home, env });
  running.push(serve, worker);
  const { url } = JSON.parse(await until('it says where', () => /^\{[^]*\}$/m.exec(serve.said().stdout)?.[0])) as { url: string };
  const token = async (scopes: Scope[], tenantId: string | null = null) =>
    (await createServiceToken(rig.app.db, { name: 'test', scopes, tenantId, days: 1, createdBy: 'test' })).token;
  const [all, own, reader] = await Promise.all([token(['operate']), token(['operate'], rig.tenantId), token(['read'], rig.tenantId)]);
  const ask = async (bearer: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const answer = await fetch(
      `${url}/api/operations/${path}`,
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect((await ask(reader, 'quarantine')).status).toBe(403);
  const { body } = await ask(own, 'quarantine');
  const refusals = body['refusals'] as { number: string }[];
  expect(refusals).toHaveLength(2);
  expect((await ask(all, `quarantine?tenant_id=${DoctorRig.RUT}`)).body).toEqual(body);
  expect((await ask(own, `quarantine/${refusals[0]!.number}`)).body).toMatchObject({ payload: expect.stringContaining('ayer') as string });
  const elsewhere = await token(['operate'], '11111111-1111-4111-8111-111111111111');
  for (const path of [`quarantine/${refusals[0]!.number}`, 'quarantine/999999']) expect((await ask(elsewhere, path)).status).toBe(404);
  expect((await ask(elsewhere, 'quarantine/drop', { numbers: [refusals[0]!.number], reason: 'x' })).status).toBe(404);
  expect((await ask(all, 'status')).body).toMatchObject({ ok: true, sources: [{ light: 'attention', open_quarantine: 2 }] });

  mend(runs);
  expect(await ask(own, 'quarantine/replay', { numbers: [refusals[0]!.number], reason: 'mended' })).toEqual({
    status: 202,
    body: { jobs: 1 },
  });
  await until('a worker has read it again', async () => (await ask(own, `quarantine/${refusals[0]!.number}`)).body['state'] === 'replayed');
  expect(await ask(own, 'quarantine/drop', { numbers: [refusals[1]!.number], reason: 'not needed' })).toEqual({
    status: 200,
    body: { dropped: [refusals[1]!.number] },
  });
  expect((await ask(own, 'quarantine/replay', { numbers: [refusals[1]!.number] })).body).toMatchObject({
    status: 409,
    code: 'refusal_closed',
  });
  expect((await ask(own, 'quarantine/accept', { tenant_id: DoctorRig.RUT, source: 'n8n', stream: 'executions' })).status).toBe(202);
  expect((await ask(own, 'quarantine/accept', { tenant_id: DoctorRig.RUT, source: 'n8n', stream: 'cats' })).status).toBe(422);
  const description = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, unknown> };
  expect(Object.keys(description.paths).filter((path) => /operations\/(status|quarantine)/.test(path))).toEqual([
    '/api/operations/status',
    '/api/operations/quarantine',
    '/api/operations/quarantine/{number}',
    '/api/operations/quarantine/replay',
    '/api/operations/quarantine/drop',
    '/api/operations/quarantine/accept',
  ]);
});
