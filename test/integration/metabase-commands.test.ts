import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startMetabase, type MetabaseServer } from '../../src/sandbox/metabase/server.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { kpi, type Ended } from '../support/processes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const RUT = '76042235-5';
let home: string;
let database: TestDatabase;
let metabase: MetabaseServer;
let env: Record<string, string>;
const run = (...args: string[]): Promise<Ended> => kpi(args, { home, env });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-metabase-'));
  database = await testDatabase();
  metabase = await startMetabase({ clock: () => new Date(), syncDelay: 0 });
  env = {
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_LOG_LEVEL: 'silent',
    METABASE_URL: metabase.url,
    METABASE_SITE_URL: 'https://bi.example.cl/',
  };
  expect((await run('tenant', 'add', '--rut', RUT, '--name', 'Tienda')).code).toBe(0);
});
afterAll(async () => {
  await metabase.close();
  await withDirectSession(database.adminUrl, async (admin) => {
    for (const { role } of await admin.run<{ role: string }>('select reader_role as role from public.tenants'))
      await dropReader(admin, role);
  });
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const plans = z.array(
  z.object({ owner: z.string(), differences: z.number(), items: z.array(z.object({ kind: z.string(), status: z.string() })) }),
);

test('without an address, a key or an administrator it says what to set', async () => {
  const { METABASE_URL: _, ...without } = env;
  expect(await kpi(['metabase', 'plan'], { home, env: without })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Set METABASE_URL'),
  });
  expect(await run('metabase', 'plan')).toMatchObject({ code: 1, stderr: expect.stringContaining('kpi metabase provision') });
  expect(await run('metabase', 'provision')).toMatchObject({ code: 1, stderr: expect.stringContaining('--admin-email') });
});

test('from nothing to a signed address, by five commands', async () => {
  const provisioned = await run('metabase', 'provision', '--admin-email', 'admin@example.cl', '--json');
  expect(provisioned).toMatchObject({ code: 0, stderr: '' });
  const file = join(home, 'secrets', 'metabase.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const secrets = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
  expect(secrets['embedding_secret']).toBe(metabase.state.settings.get('embedding-secret-key'));
  for (const name of ['api_key', 'embedding_secret', 'admin_password']) expect(provisioned.stdout).not.toContain(secrets[name]!);
  expect(JSON.parse((await run('metabase', 'provision', '--json')).stdout)).toMatchObject({ done: [] });

  expect((await run('metabase', 'plan', '--json')).code).toBe(3);
  const from = metabase.log.length;
  const applied = await run('metabase', 'apply', '--tenant', RUT, '--json');
  expect(applied.code, applied.stderr).toBe(0);
  const requests = metabase.log.length - from;
  console.info(`a new company's dashboards: ${requests} requests to Metabase`);
  expect(requests).toBeLessThanOrEqual(100);
  expect((await run('metabase', 'apply')).code).toBe(0);
  const planned = await run('metabase', 'plan', '--json');
  expect(planned.code).toBe(0);
  expect(plans.parse(JSON.parse(planned.stdout)).map(({ differences }) => differences)).toEqual([0, 0]);

  [...metabase.state.collections.values()][0]!.name = 'Otro nombre';
  const diff = await run('metabase', 'diff', '--tenant', '76.042.235-5', '--json');
  expect(diff.code).toBe(3);
  expect((await run('metabase', 'diff', '--tenant', RUT)).stdout).toMatch(/drift +collection main +Tienda/);

  const embed = await run('metabase', 'embed', 'ventas', '--tenant', RUT);
  expect(embed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^https:\/\/bi\.example\.cl\/embed\/dashboard\/[\w.-]+#/) });
  expect(await run('metabase', 'embed', 'ejecutiva', '--tenant', RUT)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('never embedded'),
  });
});

test("a company's reader: another password reaches Metabase; taken out of it, then dropped, then made anew", async () => {
  const reader = z.object({ role: z.string(), reader_url: z.string() });
  const asked = async (...args: string[]) => {
    const ended = await run('tenant', 'reader', ...args, '--json');
    expect(ended.code, ended.stderr).toBe(0);
    return ended.stdout;
  };
  const passwords = () => [...metabase.state.databases.values()].map(({ details }) => details['password']);
  const before = reader.parse(JSON.parse(await asked('show', RUT)));
  const rotated = await asked('rotate', RUT, '--reason', 'a test');
  expect(JSON.parse(rotated)).toMatchObject({ role: before.role, generation: 2, metabase: 'told', resumed: false });
  const { reader_url: url } = reader.parse(JSON.parse(rotated));
  expect(url).not.toBe(before.reader_url);
  expect(passwords()).toContain(new URL(url).password);
  expect(reader.parse(JSON.parse(await asked('show', RUT))).reader_url).toBe(url);

  const drop = await run('tenant', 'reader', 'drop', RUT);
  expect(drop).toMatchObject({ code: 2, stderr: expect.stringContaining(`kpi metabase remove --tenant ${RUT}`) });
  const removed = await run('metabase', 'remove', '--tenant', RUT);
  expect(removed).toMatchObject({ code: 0, stdout: expect.stringMatching(/removed: database t:/) });
  expect(passwords()).not.toContain(new URL(url).password);
  expect(JSON.parse(await asked('drop', RUT))).toEqual({ role: before.role, dropped: true });
  expect(await run('tenant', 'reader', 'rotate', RUT)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('kpi tenant reader create'),
  });
  expect(reader.parse(JSON.parse(await asked('create', RUT))).role).not.toBe(before.role);
  expect(await run('tenant', 'reader', 'create', RUT)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('kpi tenant reader rotate'),
  });
});

test('what others on the machine can read is not used', async () => {
  const file = join(home, 'secrets', 'metabase.json');
  const text = await readFile(file, 'utf8');
  await rm(file);
  await writeFile(file, text, { mode: 0o644 });
  expect(await run('metabase', 'plan')).toMatchObject({ code: 1, stderr: expect.stringContaining('chmod 600') });
});
