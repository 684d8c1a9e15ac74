import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syncUsers } from '../../src/jobs/sync-users.ts';
import { SourceError } from '../../src/contract/index.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { ClerkRig } from '../support/clerk-rig.ts';
import { syncDeps, withoutMessages } from '../support/scripted-stream.ts';
import { kpi, type Ended } from '../support/processes.ts';

let rig: ClerkRig;
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  rig = await ClerkRig.open();
  await rig.seeder.tenant({ rut: '76042235-5', company_name: 'Tienda Ejemplo' });
  rig.user({ rut: '76.042.235-5', role: 'owner' });
  rig.join(rig.organization(), rig.user());
  home = await mkdtemp(join(tmpdir(), 'kpi-users-'));
  env = {
    DATABASE_URL: rig.database.adminUrl,
    KPI_ROLE_SECRET: rig.database.roleSecret,
    CLERK_SECRET_KEY: rig.instance.secretKey,
    CLERK_API_URL: rig.server.url,
  };
});
afterAll(async () => {
  await rig.close();
  await rm(home, { recursive: true, force: true });
});

const run = async (...args: string[]): Promise<Ended> => kpi([...args, '--json'], { home, env });
const json = async (...args: string[]): Promise<unknown> => {
  const ended = await run(...args);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(ended.stderr).not.toContain(rig.instance.secretKey);
  return JSON.parse(ended.stdout);
};

describe('the command line', () => {
  test('reads the users, lists whose company cannot be told, and lets a person tell it', async () => {
    expect(await json('users', 'sync')).toMatchObject({ complete: true, users: 2, memberships: 1, problem: null });
    expect(await json('users', 'list', '--unassigned')).toMatchObject({
      state: { problem: null },
      users: [{ id: 'user_0003', tenants: [], organizations: ['org_2'], unassigned_because: 'unmapped_organization' }],
    });
    expect(await run('users', 'map', 'org_2')).toMatchObject({ code: 2 });
    expect(await run('users', 'map', 'somebody@example.com', '76042235-5')).toMatchObject({ code: 2 });
    await json('users', 'map', 'org_2', '76.042.235-5');
    expect(await json('users', 'list', '--unassigned')).toMatchObject({ users: [] });
    const people = await kpi(['users', 'list', '--lang', 'es'], { home, env });
    expect(people.stdout).toMatch(/user_0003 +76042235-5 org:member +org_2 +activo/);
  });

  test('without a key there is nothing to read, and it says what is missing', async () => {
    const { CLERK_SECRET_KEY: _, ...rest } = env;
    const ended = await kpi(['users', 'sync'], { home, env: rest });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('CLERK_SECRET_KEY is not set');
  });

  test("changes the platform's currency to one it knows", async () => {
    expect(await json('platform', 'set', 'currency=USD')).toEqual({ currency: 'USD' });
    expect(await json('platform', 'show')).toEqual({ currency: 'USD' });
    for (const change of ['currency=XXX', 'currency', 'colour=red'])
      expect(await run('platform', 'set', change)).toMatchObject({ code: 2 });
  });
});

describe('the job of the worker', () => {
  const deps = (syncThem?: JobDeps['syncUsers']): JobDeps => ({
    db: rig.db,
    sync: syncDeps(rig.db),
    ...withoutMessages(rig.db),
    sliceMs: 20_000,
    streamsOf: () => [],
    jobFor: () => Promise.reject(new Error('not asked for')),
    ...(syncThem === undefined ? {} : { syncUsers: syncThem }),
  });
  const signal = new AbortController().signal;

  test('without a key does nothing', async () => {
    await expect(syncUsers(deps(), signal)).resolves.toBeUndefined();
  });

  test('never throws for what Clerk does, and throws for what we do', async () => {
    const away = new SourceError({ kind: 'transient', code: 'unreachable', message: 'GET api.clerk.com/v1/users', advice: 'Wait.' });
    await expect(
      syncUsers(
        deps(async () => Promise.reject(away)),
        signal,
      ),
    ).resolves.toBeUndefined();
    await expect(
      syncUsers(
        deps(async () => Promise.reject(new TypeError('ours'))),
        signal,
      ),
    ).rejects.toThrow('ours');
  });
});
