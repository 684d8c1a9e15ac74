import { afterAll, beforeAll, expect, test } from 'vitest';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { takeMigrationLock } from '../../src/store/migration-lock.ts';
import { TwoTenants } from '../isolation/two-tenants.ts';
import { until } from '../support/processes.ts';

let two: TwoTenants;
beforeAll(async () => {
  two = await TwoTenants.open();
});
afterAll(async () => two.close());

const take = (then: () => Promise<void> = async () => undefined) =>
  withDirectSession(two.database.adminUrl, async (admin) => {
    await takeMigrationLock(admin);
    await then();
  });
const LOCKS = {
  ours: "select pg_advisory_lock(hashtextextended('kpi migrate', 0))",
  'the one of the migrator': 'select pg_advisory_lock(3853314791062309107)',
} as const;

test.each(Object.entries(LOCKS))('a reader that holds the lock of migrations holds up none: %s', async (_, lock) => {
  const reader = await two.connect(two.a.role);
  const ended = new Promise<string>((resolve) => {
    reader.on('error', (error) => resolve(error.message));
  });
  await reader.query(lock);
  await take();
  expect(await ended).toMatch(/terminat/i);
});

test('a reader with other locks is left alone', async () => {
  const reader = await two.connect(two.b.role);
  await reader.query('select pg_advisory_lock(4711)');
  await take();
  expect((await reader.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('one migration waits for another', async () => {
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const holding = take(async () => {
    order.push('first begins');
    await first.promise;
    order.push('first ends');
  });
  await until('it is held', async () => (order.length > 0 ? true : undefined));
  const waiting = take(async () => {
    order.push('second begins');
  });
  await new Promise((resolve) => setTimeout(resolve, 250));
  first.resolve();
  await Promise.all([holding, waiting]);
  expect(order).toEqual(['first begins', 'first ends', 'second begins']);
});
