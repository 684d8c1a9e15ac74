import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCluster, throwawaySettings, type Cluster } from '../../src/local/cluster.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dumpSchema } from '../../src/store/dump-schema.ts';
import { migrate } from '../../src/store/migrate.ts';
import { roleUrl } from '../../src/store/role-urls.ts';

const roleSecret = 'a secret of this test';
let cluster: Cluster;

// A cluster of its own: roles are shared by all databases, and here a non-superuser must be the one who makes them.
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kpi-owner-'));
  await chmod(folder, 0o755);
  cluster = await startCluster({ dataDir: folder, settings: throwawaySettings, throwaway: true });
});
afterAll(async () => cluster.remove());

test('an owner of the database with CREATEROLE migrates like a superuser, twice, and rotates the passwords', async () => {
  await withDirectSession(cluster.adminUrl('postgres'), async (session) => {
    await session.run(`create role managed login createrole createdb password 'managed'`);
    await session.run('create database managed owner managed');
    await session.run('create database super');
  });
  const url = new URL(cluster.adminUrl('managed'));
  url.username = 'managed';
  url.password = 'managed';
  const directAdminUrl = url.href;
  expect((await migrate({ directAdminUrl, roleSecret })).migrations).not.toEqual([]);
  expect((await migrate({ directAdminUrl, roleSecret })).migrations).toEqual([]);

  await migrate({ directAdminUrl: cluster.adminUrl('super'), roleSecret });
  expect(await dumpSchema(directAdminUrl)).toBe(await dumpSchema(cluster.adminUrl('super')));

  const writer = async (generation: number) =>
    withDirectSession(roleUrl(directAdminUrl, 'kpi_writer', roleSecret, generation), async (session) => session.run('select 1'));
  await writer(1);
  await migrate({ directAdminUrl, roleSecret, generation: 2 });
  await writer(2);
  await expect(writer(1)).rejects.toThrow('password authentication failed');
});

test('a service role that is above row-level security is put right by a superuser and refused by anyone else', async () => {
  const url = new URL(cluster.adminUrl('managed'));
  url.username = 'managed';
  url.password = 'managed';
  const give = async () =>
    withDirectSession(cluster.adminUrl('postgres'), async (session) => session.run('alter role kpi_writer bypassrls'));
  await give();
  await expect(migrate({ directAdminUrl: url.href, roleSecret })).rejects.toThrow('Role kpi_writer has rights above row-level security');
  await migrate({ directAdminUrl: cluster.adminUrl('super'), roleSecret });
  const rows = await withDirectSession(cluster.adminUrl('super'), async (session) =>
    session.run(`select rolbypassrls from pg_roles where rolname = 'kpi_writer'`),
  );
  expect(rows).toEqual([{ rolbypassrls: false }]);
});
