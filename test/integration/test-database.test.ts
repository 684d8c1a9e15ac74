import { Client, Pool } from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';

test('two test databases do not see each other, and each role reaches its own', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  const owner = new Client({ connectionString: one.url('kpi_owner') });
  await owner.connect();
  await owner.query('create table public.only_here (id int)');
  await owner.end();
  const stranger = new Client({ connectionString: other.url('kpi_owner') });
  await stranger.connect();
  await expect(stranger.query('select from public.only_here')).rejects.toThrow('does not exist');
  await stranger.end();
  for (const role of ['kpi_owner', 'kpi_queue', 'kpi_writer', 'kpi_analyst']) {
    const client = new Client({ connectionString: one.url(role) });
    await client.connect();
    expect((await client.query<{ who: string }>('select current_user as who')).rows).toEqual([{ who: role }]);
    await client.end();
  }
  await Promise.all([one.close(), other.close()]);
});

test('a test that leaves a pool open is told so, and its database goes all the same', async () => {
  const db = await testDatabase();
  const pool = new Pool({ connectionString: db.url('kpi_writer'), application_name: 'forgotten' });
  const lost = new Promise((resolve) => pool.on('error', resolve));
  await pool.query('select 1');
  await expect(db.close()).rejects.toThrow(/left 1 connections open: kpi_writer forgotten/);
  await lost;
  await pool.end();
});
