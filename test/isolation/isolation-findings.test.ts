import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { isolationFindings, type IsolationFinding } from '../../src/store/isolation-findings.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { limitReaders } from '../../src/store/reader-role.ts';
import { TwoTenants } from './two-tenants.ts';

let two: TwoTenants;
beforeAll(async () => {
  two = await TwoTenants.open();
});
afterAll(async () => two.close());

/** Databases of the cluster, and readers that other tests make and plant, are not this one's doing. */
const ours = (found: readonly IsolationFinding[]) => found.filter(({ kind, object }) => kind !== 'notice' && !object.startsWith('t_'));
const ask = async () => isolationFindings(async (text, values = []) => two.seeder.client.query(text, [...values]));

test('a warehouse migrated by a superuser has none, whoever looks', async () => {
  expect(ours(await ask())).toEqual([]);
  const writer = await two.connect('kpi_writer');
  expect(ours(await isolationFindings(async (text, values = []) => writer.query(text, [...values])))).toEqual([]);
});

const DATABASE = `t_other_${randomBytes(4).toString('hex')}`;
// What a managed server gives to PUBLIC and lets nobody take away.
test.each<[string, string, string]>([
  ['reader may fill the disk with large objects', 'grant execute on function pg_catalog.lo_create(oid) to public', 'lo_create(oid)'],
  [
    'reader may fill the disk with large objects',
    'grant execute on function pg_catalog.lo_from_bytea(oid, bytea) to kpi_reader',
    'lo_from_bytea(oid,bytea)',
  ],
  [
    'reader may fill the write-ahead log',
    'grant execute on function pg_catalog.pg_logical_emit_message(boolean, text, text) to public',
    'pg_logical_emit_message(boolean,text,text)',
  ],
  ['reader may run blocks of code that swallow the end of their time', 'grant usage on language plpgsql to public', 'plpgsql'],
  ['temporary files of a reader have no limit', "alter role $role set temp_file_limit = '-1'", '$role'],
  ['temporary files of a reader have no limit', 'alter role $role reset temp_file_limit', '$role'],
  [
    'temporary files of a reader have no limit',
    "do $$ begin execute format('alter role $role in database %I set temp_file_limit = -1', current_database()); end $$",
    '$role',
  ],
])('finds: %s (%#), and its remedy ends it', async (rule, plant, object) => {
  const aimed = (text: string) => text.replaceAll('$role', two.a.role);
  const { client } = two.seeder;
  await client.query('begin');
  try {
    await client.query(aimed(plant));
    const found = (await ask()).filter((one) => one.rule === rule && one.object === aimed(object));
    expect(found).toEqual([expect.objectContaining({ kind: 'limit', remedy: expect.stringMatching(/;$/) as string })]);
    if (plant.includes('kpi_reader') || plant.includes('in database')) return;
    await client.query(found[0]!.remedy!);
    expect((await ask()).filter((one) => one.rule === rule && one.object === aimed(object))).toEqual([]);
  } finally {
    await client.query('rollback');
  }
});

test('finds: another database of the server that readers may log in to; another warehouse is none', async () => {
  const { client } = two.seeder;
  await client.query(`create database ${DATABASE}`);
  const named = async () => (await ask()).filter(({ object }) => object === DATABASE);
  try {
    const [found] = await named();
    expect(found).toMatchObject({ kind: 'notice', rule: 'reader may log in to another database' });
    await client.query(`grant connect on database ${DATABASE} to kpi_reader`);
    expect(await named()).toEqual([]);
    await client.query(`revoke connect on database ${DATABASE} from kpi_reader`);
    await client.query(found!.remedy!);
    expect(await named()).toEqual([]);
  } finally {
    await client.query(`drop database ${DATABASE}`);
  }
});

test('a violation comes first and has no remedy but a person’s', async () => {
  const { client } = two.seeder;
  await client.query('begin');
  await client.query('alter table public.source_orders no force row level security; grant usage on language plpgsql to public');
  const [first] = await ask();
  await client.query('rollback');
  expect(first).toEqual({
    kind: 'violation',
    rule: 'row security not forced',
    object: 'public.source_orders',
    detail: null,
    remedy: null,
  });
});

test('the limit of temporary files holds, and a reader from before there was one gets it', async () => {
  const own = new pg.Client({ connectionString: two.database.url(two.a.role) });
  await own.connect();
  const limit = async () => (await own.query<{ value: string }>("select current_setting('temp_file_limit') as value")).rows[0]!.value;
  try {
    expect(await limit()).toBe('4GB');
    await expect(own.query("set temp_file_limit = '-1'")).rejects.toMatchObject({ code: '42501' });
    await two.seeder.client.query(`alter role ${two.b.role} reset temp_file_limit`);
    await withDirectSession(two.database.adminUrl, limitReaders);
    const other = await two.connect(two.b.role);
    expect((await other.query("select current_setting('temp_file_limit') as value")).rows).toEqual([{ value: '4GB' }]);
  } finally {
    await own.end();
  }
});
