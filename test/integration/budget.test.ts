import { afterAll, expect, test } from 'vitest';
import { SharedBudget } from '../../src/store/api-budget.ts';
import { Database } from '../../src/store/database.ts';
import { testDatabase } from '../support/database.ts';

const test_db = await testDatabase();
const db = new Database({ url: test_db.url('kpi_writer') });
afterAll(async () => {
  await db.close();
  await test_db.close();
});

// So slow that nothing gathers while a test runs.
const RATE = { perSecond: 0.001, burst: 100 };

/** A process's view of the budget; counts what it got before it was first told to wait. */
function processOf(host: string, account: string, lane: 'live' | 'backfill') {
  let told = false;
  const budget = new SharedBudget(db, RATE, async () => {
    told = true;
  });
  return async (): Promise<number> => {
    for (let got = 0; ; got++) {
      await budget.take({ host, account, lane });
      if (told) return got;
    }
  };
}

test('processes share one budget: together they send no more than one may', async () => {
  const got = await Promise.all([1, 2, 3].map(() => processOf('http://one.test', 'a', 'live')()));
  expect(got.reduce((a, b) => a + b, 0)).toBe(RATE.burst);
});

test('a backfill leaves 70 % of what has gathered to live work', async () => {
  expect(await processOf('http://two.test', 'a', 'backfill')()).toBe(RATE.burst * 0.3);
  expect(await processOf('http://two.test', 'a', 'live')()).toBeGreaterThanOrEqual(RATE.burst * 0.6);
});

test('accounts of other hosts do not wait for each other', async () => {
  expect(await processOf('http://three.test', 'a', 'live')()).toBe(RATE.burst);
  expect(await processOf('http://four.test', 'a', 'live')()).toBe(RATE.burst);
});
