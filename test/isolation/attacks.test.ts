import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/store/database.ts';
import { isolationFindings } from '../../src/store/isolation-findings.ts';
import type { Attack } from './attack.ts';
import { EXTRAS } from './attack-extras.ts';
import { NUMBERED } from './attack-list.ts';
import { AttackRig } from './attack-rig.ts';
import type { TwoTenants } from './two-tenants.ts';

const ATTACKS = [...NUMBERED, ...EXTRAS];
let rig: AttackRig;
let two: TwoTenants;
let before: unknown;
beforeAll(async () => {
  rig = await AttackRig.open();
  two = rig.rig.two;
});
afterAll(async () => rig.close());
beforeEach(async () => {
  before = await rig.fingerprint();
});

test('every one of the forty is here, each under a name of its own', () => {
  const numbers = NUMBERED.map(({ number }) => number);
  const wanted = [...Array.from({ length: 41 }, (_, i) => String(i)), '20b'];
  expect(numbers.filter((number, i) => numbers.indexOf(number) === i).toSorted()).toEqual(wanted.toSorted());
  const names = ATTACKS.map(titled).map(([name]) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('what an attack tells of the database, the documentation tells of it', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/isolation.md'), 'utf8');
  const telling = NUMBERED.filter(({ direct, query }) =>
    [direct, query].some((one) => typeof one?.outcome === 'object' && 'tells' in one.outcome),
  );
  expect([...new Set(telling.map(({ number }) => number))]).toEqual(['21', '22', '30', '31', '36']);
  for (const { number, name } of telling) expect(text, name).toContain(`| ${number} `);
});

function titled(attack: Attack): [string, Attack] {
  return [`${attack.number} ${attack.name}`, attack];
}

describe('in a session of the reader’s own', () => {
  test.each(ATTACKS.map(titled))('%s', async (_, { direct }) => {
    if (direct === null) return;
    rig.expect(await rig.direct(direct), direct.outcome, direct.say);
    expect(await rig.fingerprint()).toEqual(before);
  });
});

describe('through the gateway', () => {
  test.each(ATTACKS.map(titled))('%s', async (_, { query }) => {
    rig.expect(await rig.query(query), query.outcome, query.say);
    await rig.expectClean();
    expect(await rig.fingerprint()).toEqual(before);
  });
});

describe('what a careless superuser would have to make for it to work is found', () => {
  test.each(ATTACKS.filter(({ plant }) => plant !== undefined).map(titled))('%s', async (_, { plant, direct }) => {
    const { client } = two.seeder;
    await client.query(plant!.make);
    try {
      const loot = await rig.direct({ ...direct!, outcome: 'nothing' });
      // The attack is a real one: with the object there, it brings home what it is after.
      expect(loot.text.includes(two.b.mark)).toBe(plant!.leaks);
      const found = await isolationFindings(async (text, values = []) => client.query(text, [...values]));
      expect(found).toContainEqual(expect.objectContaining({ kind: 'violation', rule: plant!.finding }));
    } finally {
      await client.query('drop policy if exists planted on public.source_orders');
      await dropPlanted(client);
    }
  });
});

async function dropPlanted(client: TwoTenants['seeder']['client']): Promise<void> {
  const { rows } = await client.query<{ drop: string }>(
    `select format('drop %s view if exists %s cascade', case relkind when 'm' then 'materialized' else '' end, oid::regclass) as drop
     from pg_class where relname in ('planted', 'hidden') and relnamespace = 'kpi'::regnamespace`,
  );
  for (const { drop } of rows) await client.query(drop);
}

test('a reader that holds advisory locks and an open transaction does not stop the writer', async () => {
  const reader = await two.connect(two.a.role);
  await reader.query('begin');
  await reader.query('select count(*) from source_orders');
  await reader.query('select pg_advisory_xact_lock(i) from generate_series(0, 200) i');
  await reader.query("select pg_advisory_xact_lock(hashtextextended($1 || ':' || f, 0)) from unnest(array['sales', 'support']) f", [
    two.a.tenantId,
  ]);
  const db = new Database({ url: two.database.url('kpi_writer'), limits: { statementMs: 3_000, idleMs: 3_000, lockMs: 1_000 } });
  const written = await db.transaction(two.a.tenantId, async ({ query }) => {
    await query("update ops.tenant_write set version = version + 1 where tenant_id = $1 and family = 'sales'", [two.a.tenantId]);
    return query("update public.source_orders set channel = 'web' where deleted_at is null");
  });
  await db.close();
  expect(written.rowCount).toBe(1);
  await reader.query('rollback');
});

test('the writer sees and changes the tenant of its transaction alone, and nothing without one', async () => {
  const db = new Database({ url: two.database.url('kpi_writer') });
  const seen = await db.transaction(two.a.tenantId, async ({ query }) =>
    query<{ tenant_id: string }>('select distinct tenant_id from source_orders'),
  );
  expect(seen.rows).toEqual([{ tenant_id: two.a.tenantId }]);
  const other = db.transaction(two.a.tenantId, async ({ query }) =>
    query(
      "insert into order_links (tenant_id, shop_order_id, erp_order_id, rule) values ($1, gen_random_uuid(), gen_random_uuid(), 'id')",
      [two.b.tenantId],
    ),
  );
  await expect(other).rejects.toMatchObject({ code: '42501' });
  expect((await db.query('select from source_orders')).rows).toEqual([]);
  await db.close();
});
